"""Watching: who is where, how fast, what the deadline will find, hints about quality, and what was lost."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import streamlit as st

from app import charts
from app.researcher import taking, words
from app.researcher.access import RESEARCHERS, database, may_invite, me, researchers_only, secret
from app.researcher.study_choice import choose_study
from study.access import invitations
from study.access.acts import Act
from study.errors import StudyError
from study.exporting.cells import spreadsheet_csv
from study.field import doors, replacement, watching
from study.field.hints import HINTS, LEAST, WINDOW, hints

LIVE_SECONDS = 5
TOLD = "watch-told"
_ENDS_WELL = {"finished": "green", "answering": "blue", "overdue": "orange"}


@researchers_only
def page() -> None:
    """Draw one study as it goes on."""
    words.head("Watch", "Who is where in a study, how fast, and whether it ends in time.")
    study = choose_study("watched_study")
    if study is None:
        return
    words.study_badges(study["state"], study["simulated"])
    told = st.session_state.pop(TOLD, None)
    if told:
        st.success(told, icon=":material/check:")
    study_id = int(study["study_id"])
    live = LIVE_SECONDS if study["state"] == "open" else None
    st.fragment(_live, run_every=live)(study_id, study["name"])
    if may_invite() and study["state"] != "draft" and not study["simulated"]:
        _one_participant(study_id)
    _losses(study_id)


@researchers_only
def _live(study_id: int, name: str) -> None:
    now = datetime.now(UTC)
    zone = ZoneInfo(st.context.timezone or "UTC")
    with database().session() as session:
        seen = watching.watch(session, study_id, now)
        days = watching.answers_per_day(session, study_id, now, zone)
    people = seen.people
    if people.empty:
        words.nothing_yet(
            "No places yet", "Freeze the study’s design: that plans who is asked what, and appears here."
        )
        return
    counts = people["stage"].value_counts()
    with st.container(horizontal=True, gap="small"):
        for stage in watching.STAGES:
            if stage in counts:
                colour: Any = _ENDS_WELL.get(stage, "gray")
                st.badge(f"{counts[stage]} {stage}", color=colour)
    answered, total = int(people["answered"].sum()), int(people["total"].sum())
    st.progress(answered / total if total else 0.0, watching.outlook_words(seen))
    if len(days):
        st.plotly_chart(_per_day(days), config=charts.config("answers-per-day"), key="per-day", theme=None)
        with st.expander("Table", key="per-day-table"):
            st.dataframe(days.rename(columns=str.capitalize), hide_index=True)
    found = _hints(str(database().engine.url), study_id, _counts(people), people["last_answer_at"].max())
    _table(watching.table(seen, found), zone, name)
    _flagged(watching.table(seen, found))
    st.caption(f"As of {now.astimezone(zone):%H:%M:%S} ({zone.key}).")


def _counts(people: pd.DataFrame) -> Mapping[int, int]:
    return {
        int(one): int(many) for one, many in zip(people["participant_id"], people["answered"], strict=True)
    }


@st.cache_data(max_entries=16, show_spinner=False)
def _hints(place: str, study_id: int, counts: Mapping[int, int], last: Any) -> pd.DataFrame:
    # `place`, `counts` and `last` are what the cache goes by: the database, and the answers that it held.
    with database().session() as session:
        return hints(session, counts, study_id)


def _per_day(days: pd.DataFrame) -> Any:
    from plotly import graph_objects as go

    from study.figures.template import template

    colours = charts.page_colours()
    figure = go.Figure(go.Bar(x=days["day"], y=days["answers"], marker_color=colours.accent))
    figure.update_traces(hovertemplate="%{x|%a %d %b}: %{y:,} answers<extra></extra>")
    figure.update_layout(
        template=template(colours), height=240, title={"text": "Answers per day", "x": 0}, bargap=0.25
    )
    figure.update_xaxes(type="date", tickformat="%d %b", nticks=8)
    if len(days) < 8:
        figure.update_xaxes(tickmode="array", tickvals=days["day"])
    figure.update_yaxes(rangemode="tozero", title="Answers")
    return figure


def _table(table: pd.DataFrame, zone: ZoneInfo, name: str) -> None:
    local = table.copy()
    for column in ("last_answer_at", "due_at", "finish_at", "finish_low", "finish_high"):
        local[column] = pd.to_datetime(local[column], utc=True).dt.tz_convert(zone)
    shown = pd.DataFrame(
        {
            "Participant": local["participant"],
            "Stage": local["stage"],
            "Done": 100 * local["answered"] / local["total"].clip(lower=1),
            "Answered": local["answered"],
            "Of": local["total"],
            "Last answer": local["last_answer_at"],
            "A day": pd.to_numeric(local["per_day"]).round(1),
            "Finishes": local["finish_at"],
            "Earliest": local["finish_low"],
            "Latest": local["finish_high"],
            "Due": local["due_at"],
            "Hints": local["hints"],
        }
    )
    when = st.column_config.DatetimeColumn(format="D MMM, HH:mm")
    config: dict[str, Any] = dict.fromkeys(("Last answer", "Finishes", "Earliest", "Latest", "Due"), when)
    config["Done"] = st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f%%")
    config["Earliest"] = st.column_config.DatetimeColumn("Earliest (95 %)", format="D MMM, HH:mm")
    config["Latest"] = st.column_config.DatetimeColumn("Latest (95 %)", format="D MMM, HH:mm")
    height: Any = "content" if len(shown) <= 14 else 520
    st.dataframe(shown, hide_index=True, column_config=config, height=height, placeholder="")
    st.caption(
        "A day: the mean of the last whole days, seven at most. Earliest and latest hold the end 19 times in "
        "20 if the coming days are like those; they stand from the third day on."
    )
    file = taking.File(lambda: spreadsheet_csv(table), Act.PARTICIPANTS_TAKEN, name, roles=RESEARCHERS)
    taking.take("Download as CSV", file, f"{name}-participants.csv", mime="text/csv")


def _flagged(table: pd.DataFrame) -> None:
    st.subheader("Hints", anchor=False)
    st.caption(
        f"Hints, not verdicts: each one's latest {WINDOW} answers (from {LEAST} on), and all attention "
        "checks. Some are raised by chance, and a slow connection or a broken key can raise them too."
    )
    raised = table[table["hints"].fillna("") != ""]
    if raised.empty:
        st.markdown("Nothing stands out.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Participant": raised["participant"],
                "Hint": raised["hints"],
                "Within 300 ms": raised["fast"],
                "Median (s)": (raised["median_ms"] / 1000).round(1),
                "Longest run": raised["longest_run"],
                "Run by chance": raised["longest_expected"],
                "Left": raised["left"],
                "Sides chosen": raised["sided"],
                "Checks failed": raised["checks_failed"],
                "Checks": raised["checks"],
            }
        ),
        hide_index=True,
        column_config=dict.fromkeys(
            ("Within 300 ms", "Left"), st.column_config.NumberColumn(format="percent")
        ),
    )
    with st.expander("What each hint means"):
        st.markdown("\n".join(f"- **{name}**: {meaning}." for name, meaning in HINTS.items()))


def _one_participant(study_id: int) -> None:
    with database().session() as session:
        people = watching.watch(session, study_id, datetime.now(UTC)).people
    waiting = people[people["stage"].isin([*watching.WAITED_FOR, "declined", "withdrawn", "erased"])]
    if waiting.empty:
        return
    st.subheader("One participant", anchor=False)
    ids = dict(zip(waiting["participant"], waiting["participant_id"], strict=True))
    code = st.selectbox("Participant", list(ids), key="one-participant")
    person = int(ids[code])
    with st.expander("Give more time", icon=":material/event:"), st.form("more-time", border=False):
        days = st.number_input("Days from now", 1, 3650, 7)
        if st.form_submit_button(f"Set the deadline of {code}"):
            _extend(person, int(days))
    with st.expander("Replace", icon=":material/person_add:"):
        _replace(person, code)


def _extend(person: int, days: int) -> None:
    now = datetime.now(UTC)
    try:
        with database().begin() as session:
            moved = doors.extend_participant(session, person, now + timedelta(days=days), now=now, by=me().id)
            st.session_state[TOLD] = f"{moved.code} has until {moved.due_at:%d %B %Y, %H:%M} UTC."
    except StudyError as problem:
        st.error(f"{problem}.")
        return
    st.rerun()


def _replace(person: int, code: str) -> None:
    try:
        with database().session() as session:
            foretold = replacement.preview(session, person)
    except StudyError as problem:
        st.info(f"{problem}.")
        return
    st.markdown(replacement.words(foretold))
    st.caption(
        f"The door of {code} closes for good. The frozen plan stays as it is; the log tells of the change."
    )
    if not st.button(f"Replace {code}", type="primary"):
        return
    now, by = datetime.now(UTC), me().id
    try:
        with database().begin() as session:
            rng = np.random.default_rng()
            done, new = replacement.replace(session, person, now=now, rng=rng, by=by)
            if new.simulated is False and not _came_openly(session, person):
                invitations.invite_one(session, new.id, secret=secret(), now=now, by=by)
            st.session_state[TOLD] = (
                f"{replacement.words(done)} The link of {done.new} is on the page “Invitations”, or the next "
                "newcomer of the open link gets the place."
            )
    except StudyError as problem:
        st.error(f"{problem}.")
        return
    st.rerun()


def _came_openly(session: Any, person: int) -> bool:
    from db.tables import Participant

    return session.get_one(Participant, person).open_link_id is not None


def _losses(study_id: int) -> None:
    with database().session() as session:
        lost = watching.losses(session, study_id)
    if lost.empty:
        return
    st.subheader("Left the study", anchor=False)
    for loss in lost.head(50).to_dict("records"):
        told = _lost(loss["what"], loss["detail"])
        st.markdown(f"- **{loss['participant']}** {loss['what']}, {loss['at']:%d %B %Y}: {told}")


def _lost(what: str, detail: Mapping[str, Any]) -> str:
    if what == "replaced":
        return (
            f"{detail['answered']:,} answers stay; {detail['new']} is asked {detail['issued']:,} questions."
        )
    if what == "withdrawn":
        return f"{detail['answers']:,} of {detail['questions']:,} answers were given, and stay."
    pairs = ", ".join(f"{one['participant']} ({one['questions']})" for one in detail["pairs"]) or "none"
    known = [one for one in detail["precision"] if one["before"] is not None]
    wider = "; ".join(
        f"{one['finding']} ± {one['before']:g} → "
        + ("undefined" if one["after"] is None else f"{one['after']:g}")
        for one in known
    )
    said = f"{detail['answers']:,} answers are erased. Pairs that lost shared questions: {pairs}."
    return said + (f" Half-widths of the 95 % intervals: {wider}." if wider else "")
