"""Agreement: every finding of a study, Fig. 6 of the paper first, as its answers arrive."""

from typing import Any

import pandas as pd
import streamlit as st

from app.identity import who_is_here
from app.researcher import agreement_links, findings_report, study_choice, words
from app.researcher.access import database, may_invite, researchers_only
from study import studies


@researchers_only
def page() -> None:
    """Draw the report of the study that the address names, or of the one with most answers."""
    words.head("Agreement", "Every finding of a study, Fig. 6 of the paper first, as its answers arrive.")
    with database().session() as session:
        listed = studies.list_studies(session)
    listed = listed[listed["kind"] == "experiments"]
    if listed.empty:
        words.nothing_yet(*words.NO_STUDIES)
        return
    study = _choose(listed)
    study_choice.ways(int(study["study_id"]), study["kind"])
    agreement_links.share_links(study["study_id"])
    findings_report.report(study, _signed_in, raw=may_invite())


def _signed_in() -> bool:
    return who_is_here().researcher is not None


def _choose(listed: pd.DataFrame) -> dict[str, Any]:
    rows: dict[str, Any] = {str(row["study_id"]): row for row in listed.to_dict("records")}
    names = {key: words.study_name(row["title"], row["simulated"]) for key, row in rows.items()}
    first = study_choice.addressed(rows) or max(rows, key=lambda key: rows[key]["answered"])
    place = list(rows).index(first)
    chosen = st.selectbox(
        "Study", list(rows), place, format_func=names.__getitem__, key="shown_study", width=560
    )
    study_choice.tell_address(rows, str(chosen), first)
    return dict(rows[str(chosen)])
