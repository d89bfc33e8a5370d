"""Invitations: a study's doors and deadline, its personal links, and its open ones."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from app.researcher import taking, words
from app.researcher.access import database, editors_only, me, secret
from app.researcher.study_choice import choose_study
from db.tables import Study
from study.access import invitations, open_links
from study.access.acts import Act
from study.errors import StudyError
from study.exporting.cells import spreadsheet_csv
from study.field import doors

TOLD = "invite-told"


@editors_only
def page() -> None:
    """Draw the doors and the links of one study."""
    words.head("Invitations", "Open and close a study, and let its participants in.")
    chosen = choose_study("invited_study")
    if chosen is None:
        return
    study_id = int(chosen["study_id"])
    with database().session() as session:
        study = session.get_one(Study, study_id)
        personal = invitations.invitation_links(session, study_id, secret())
        openly = open_links.open_links(session, study_id, secret(), now=datetime.now(UTC))
    words.study_badges(_shown(study), study.simulated)
    told = st.session_state.pop(TOLD, None)
    if told:
        st.success(told, icon=":material/check:")
    _door(study)
    if study.simulated:
        st.info("Simulated participants answer this study: nobody is invited.", icon=":material/smart_toy:")
        return
    if study.state == "draft" and study.frozen_at is None:
        words.nothing_yet(
            "No places yet",
            "Freeze the study’s design: that plans who is asked what.",
            "Then invite people here, by personal links or by an open one.",
        )
        return
    if urlsplit(_base()).hostname in ("127.0.0.1", "::1", "localhost"):
        st.info(
            "Links made here open on this machine alone, as you came by its own address. For people "
            "elsewhere, serve the program under a name that they can reach (docs/server.md), open "
            "this page by that name, and send the links that it shows then.",
            icon=":material/lan:",
        )
    _personal(study, personal)
    _open(study, openly)


def _act(work: Callable[[Session], str]) -> None:
    """Do one thing in a transaction, say what was done on the page drawn next, or say why not."""
    try:
        with database().begin() as session:
            st.session_state[TOLD] = work(session)
    except StudyError as problem:
        st.error(f"{problem}.".replace("..", "."))
        return
    st.rerun()


def _door(study: Study) -> None:
    st.subheader("The door", anchor=False)
    moves: dict[str, list[tuple[str, str, Any]]] = {
        "open": [("Pause", "pause", doors.pause_door), ("Close", "stop", doors.close_door)],
        "paused": [("Resume", "play_arrow", doors.open_door), ("Close", "stop", doors.close_door)],
        "closed": [("Open again", "play_arrow", doors.open_door)],
        "draft": [("Open the study", "play_arrow", doors.open_door)] if study.frozen_at else [],
    }
    st.markdown(f"The study is **{_shown(study)}**{_until(study)}.")
    with st.container(horizontal=True):
        for name, icon, move in moves[study.state]:
            kind: Literal["primary", "secondary"] = "primary" if study.state == "draft" else "secondary"
            if st.button(name, icon=f":material/{icon}:", key=f"door-{name}", type=kind):
                _move(study.id, move)
    if study.state in ("open", "paused"):
        _deadline(study)


def _shown(study: Study) -> str:
    return "frozen" if study.state == "draft" and study.frozen_at else study.state


def _until(study: Study) -> str:
    days = int(study.design.get("deadline_days") or 0)
    if study.deadline is not None:
        return f", until **{study.deadline:%d %B %Y, %H:%M} UTC**"
    if study.frozen_at is None or not days:
        return ""
    return f": nobody is asked yet. Its {words.counted(days, 'day')} begin when it is opened"


def _move(study_id: int, move: Callable[..., Study]) -> None:
    by, now = me().id, datetime.now(UTC)
    _act(lambda session: f"{doors.standing_words(move(session, study_id, now=now, by=by))}.")


def _deadline(study: Study) -> None:
    with st.expander("Set another deadline", icon=":material/event:"), st.form("deadline", border=False):
        today = datetime.now(UTC).date()
        first = study.deadline.date() if study.deadline else today
        day = st.date_input("The study ends with this day (UTC)", max(first, today) + timedelta(days=7))
        everyone = st.checkbox("Also for those whose own days would end before it", value=True)
        if st.form_submit_button("Set the deadline"):
            until = datetime.combine(day, time(23, 59), UTC)
            by, now = me().id, datetime.now(UTC)

            def work(session: Session) -> str:
                moved = doors.extend_study(session, study.id, until, now=now, everyone=everyone, by=by)
                return f"The study ends on {until:%d %B %Y}; {words.counted(moved, 'participant')} moved too."

            _act(work)


def _personal(study: Study, links: pd.DataFrame) -> None:
    st.subheader("Personal links", anchor=False)
    st.caption(
        "One link a participant: it lets them in again at any time, on any browser. Send each its own."
    )
    shown = pd.DataFrame(
        {
            "Participant": links["participant"],
            "Link": [f"{_base()}/join/{token}" for token in links["token"]],
            "Expires": pd.to_datetime(links["expires_at"], utc=True),
        }
    )
    if len(shown):
        with taking.logged("links"):
            st.dataframe(
                shown,
                hide_index=True,
                height="content" if len(shown) <= 12 else 420,
                placeholder="never",
                column_config={
                    "Link": st.column_config.TextColumn(width="large"),
                    "Expires": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
                },
            )
    with st.container(horizontal=True):
        if st.button("Make the missing links", icon=":material/add_link:"):
            by, now = me().id, datetime.now(UTC)

            def work(session: Session) -> str:
                made = invitations.invite_all(session, study.id, secret=secret(), now=now, by=by)
                return f"{words.counted(len(made) - len(links), 'link')} made."

            _act(work)
        if len(shown):
            table = pd.DataFrame(
                {
                    "participant": links["participant"],
                    "link": shown["Link"],
                    "expires": [one.isoformat() if pd.notna(one) else "" for one in links["expires_at"]],
                }
            )
            file = taking.File(lambda: spreadsheet_csv(table), Act.LINKS_TAKEN, study.name)
            taking.take("Download as CSV", file, f"{study.name}-links.csv", mime="text/csv")
    if len(shown):
        _one_link(dict(zip(links["participant"], links["participant_id"], strict=True)))


def _one_link(people: dict[str, int]) -> None:
    with st.expander("Renew a link, or take it back", icon=":material/link_off:"):
        code = st.selectbox("Participant", list(people), key="link-of")
        st.caption("A renewed link makes the earlier one useless; the answers stay.")
        with st.container(horizontal=True):
            by, now, person = me().id, datetime.now(UTC), int(people[code])
            if st.button("Renew"):

                def renew(session: Session) -> str:
                    invitations.renew(session, person, secret=secret(), now=now, by=by)
                    return f"{code} has a new link."

                _act(renew)
            if st.button("Take back"):

                def revoke(session: Session) -> str:
                    invitations.revoke_all(session, person, now=now, by=by)
                    return f"The link of {code} lets nobody in any more."

                _act(revoke)


def _open(study: Study, links: pd.DataFrame) -> None:
    st.subheader("Open links", anchor=False)
    st.caption(
        "One link for many people, for a mailing list or a recruiting service. Each newcomer gets a free "
        "place, first those that share questions with people who are in; when all are taken, the next is "
        "told so kindly. A place that is not agreed to within an hour is given on."
    )
    for link in links.to_dict("records"):
        _open_link(study, link)
    with st.expander("Make an open link", icon=":material/group_add:"):
        _new_open_link(study)


def _open_link(study: Study, link: dict[Any, Any]) -> None:
    with st.container(border=True):
        source = "Prolific" if link["source"] == "prolific" else "Open link"
        back = pd.notna(link["revoked_at"])
        st.markdown(
            f"**{source}** · {link['taken']} of {words.counted(link['capacity'], 'place')} taken, "
            f"{link['consented']} agreed, {link['finished']} finished" + (" · **taken back**" if back else "")
        )
        if back:
            return
        address = f"{_base()}/go/{link['token']}"
        if link["source"] == "prolific":
            address += "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
        st.code(address, language=None, wrap_lines=True)
        facts = [
            f"ends {link['expires_at']:%d %B %Y}" if pd.notna(link["expires_at"]) else "",
            f"completion code {link['completion_code']}" if link["completion_code"] else "",
            f"leads on to {link['completion_url']}" if link["completion_url"] else "",
        ]
        if any(facts):
            st.caption(" · ".join(fact for fact in facts if fact))
        if st.button("Take this link back", key=f"open-back-{link['link_id']}"):
            by, now, link_id = me().id, datetime.now(UTC), int(link["link_id"])

            def work(session: Session) -> str:
                open_links.revoke_open_link(session, link_id, study_id=study.id, now=now, by=by)
                return "The open link lets nobody new in any more; who has a place keeps it."

            _act(work)


def _new_open_link(study: Study) -> None:
    with st.form("open-link", border=False):
        capacity = st.number_input("Places", 1, 100_000, int(study.design.get("participants") or 6))
        prolific = st.checkbox("For Prolific: its parameters name the person")
        code = st.text_input("Completion code (shown on the last page)", max_chars=100)
        url = st.text_input("Completion address (where the last page leads)", placeholder="https://…")
        days = st.number_input("Expires after so many days (0: never)", 0, 3650, 0)
        if not st.form_submit_button("Make the open link"):
            return
    by, now = me().id, datetime.now(UTC)

    def work(session: Session) -> str:
        open_links.create_open_link(
            session,
            study.id,
            int(capacity),
            secret=secret(),
            now=now,
            source="prolific" if prolific else "open",
            completion_code=code,
            completion_url=url,
            expires_at=now + timedelta(days=int(days)) if days else None,
            by=by,
        )
        return f"An open link with {words.counted(int(capacity), 'place')} is made."

    _act(work)


def _base() -> str:
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}"
