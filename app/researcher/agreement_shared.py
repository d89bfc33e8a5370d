"""What a reader sees who came by a share link: one study's agreement report, and nothing else."""

from datetime import UTC, datetime

import streamlit as st

from app import charts
from app.identity import reader_token
from app.installation import installation
from app.researcher import findings_report, words
from db.tables import Study
from study.access.sharing import shared_study
from study.errors import LinkError


def entry() -> st.Page:
    """The page, which no navigation lists."""
    return st.Page(page, title="Agreement report", url_path="shared", visibility="hidden")


def page() -> None:
    """Draw the report of the study that the reader's link opens; say why where it opens none."""
    st.html(charts.styles())
    try:
        study = _study()
    except LinkError as problem:
        st.title("Agreement report", anchor=False)
        st.warning(str(problem))
        return
    if study is None:
        st.title("Agreement report", anchor=False)
        st.warning("Open the link that you were sent; this page shows the study that it is for.")
        return
    st.title(words.study_name(study.title, study.simulated), anchor=False)
    if study.kind != "experiments":
        st.info("This study is an annotation task, which has no choices between labels to report.")
        return
    shown = {
        "study_id": study.id,
        "name": study.name,
        "title": study.title,
        "state": study.state,
        "simulated": study.simulated,
    }
    findings_report.report(shown, _may, raw=False)


def _may() -> bool:
    try:
        return _study() is not None
    except LinkError:
        return False


def _study() -> Study | None:
    """The study of the reader's link, asked anew of the database; None without a link."""
    here = installation()
    token = reader_token(here.secret, st.context.cookies)
    if token is None:
        return None
    with here.database.session() as session:
        return shared_study(session, token, datetime.now(UTC))
