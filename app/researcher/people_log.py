"""The audit log on the page People: filtered by who, what, when and about what, and taken along as CSV."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from app.researcher import taking
from app.researcher.access import OWNERS, database
from study.access.acts import UNSIGNED, Act
from study.access.audit import audit_log, in_words
from study.exporting.cells import spreadsheet_csv

SHOWN = 200
_ANY = ""
_KINDS = {
    "study": "Studies",
    "participant": "Participants",
    "link": "Personal links",
    "open_link": "Open links",
    "share_link": "Share links",
    "dataset": "Datasets",
    "annotations": "Annotations",
    "label_set": "Label sets",
    "selection": "Selections",
    "job": "Jobs",
    "researcher": "People and sign-ins",
}


def draw(people: Mapping[int, str]) -> None:
    """Draw the log; `people` are the names of those who were ever let in, by their number."""
    st.subheader("Who did what", anchor=False)
    wanted = _filters(people)
    with database().session() as session:
        log = audit_log(session, limit=SHOWN + 1, **wanted)
    if log.empty:
        st.caption("No act is all of that." if any(wanted.values()) else "Nothing yet.")
        return
    shown = in_words(log.head(SHOWN))
    with taking.logged("acts"):
        st.dataframe(
            shown,
            hide_index=True,
            column_config={
                "when": st.column_config.DatetimeColumn("when (UTC)", format="D MMM YYYY, HH:mm:ss")
            },
        )
    many = f"The latest {SHOWN} acts; the file has all" if len(log) > SHOWN else f"{len(log):,} acts"
    st.caption(f"{many}. The log can be added to, and never changed.")
    opened = database()

    def whole() -> str:
        with opened.session() as session:
            return spreadsheet_csv(in_words(audit_log(session, limit=None, **wanted)))

    file = taking.File(whole, Act.LOG_TAKEN, "audit log", roles=OWNERS)
    taking.take("Download as CSV", file, "audit-log.csv", mime="text/csv", key="take-log")


def _filters(people: Mapping[int, str]) -> dict[str, Any]:
    one, two, three = st.columns([2, 2, 2])
    actors: dict[int | str, str] = {_ANY: "Everybody"}
    actors.update((number, name) for number, name in people.items())
    actors |= {name: name.capitalize() for name in UNSIGNED}
    acts = {_ANY: "All acts", **{kind: f"{name}: all" for kind, name in _KINDS.items()}}
    acts |= {act.value: act.words.capitalize() for act in Act}
    who = one.selectbox("Who", list(actors), format_func=actors.__getitem__, key="log-who")
    what = two.selectbox("What", list(acts), format_func=acts.__getitem__, key="log-what")
    about = three.text_input("About", placeholder="a study, a dataset, a name", key="log-about").strip()
    none: Any = ()
    when = st.date_input("When (UTC)", none, key="log-when", width=280)
    return {
        "who": None if who == _ANY else who,
        "action": what or None,
        "about": about or None,
        **_between(when),
    }


def _between(when: Any) -> dict[str, datetime | None]:
    """The first and the last day chosen, whole; one day while the second is not chosen yet."""
    days: tuple[date, ...] = tuple(when) if isinstance(when, tuple) else (when,)
    if not days:
        return {"since": None, "until": None}
    since, last = (datetime.combine(day, time(), UTC) for day in (days[0], days[-1]))
    return {"since": since, "until": last + timedelta(days=1)}
