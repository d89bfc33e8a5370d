"""Share links of a study's report: made, copied and taken back by those who may invite."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from app.identity import who_is_here
from app.researcher.access import database, may_invite, secret
from study.access import sharing

_DAYS = {7: "7 days", 30: "30 days", 90: "90 days", None: "No end"}


def share_links(study_id: int) -> None:
    """Draw the links of a study, for researchers and owners alone."""
    if not may_invite():
        return
    now = datetime.now(UTC)
    with st.expander("Share this report", icon=":material/share:", key="share"):
        st.caption(
            "Whoever has a link reads this study's report, live, and nothing else: no images, no other "
            "study, no raw answers. Take a link back, and its readers are out at once."
        )
        days = st.selectbox("The link ends after", list(_DAYS), 1, format_func=_DAYS.__getitem__, key="ends")
        if st.button("Make a link", key="make-link"):
            with database().begin() as session:
                end = None if days is None else now + timedelta(days=days)
                sharing.share(session, study_id, _me(), secret=secret(), now=now, expires_at=end)
        with database().session() as session:
            links = sharing.share_links(session, study_id, secret(), now)
        for link in links.to_dict("records"):
            _link(dict(link))


def _link(link: dict[Any, Any]) -> None:
    end = "no end" if link["expires_at"] is None else f"until {link['expires_at']:%d %B %Y}"
    st.caption(f"Made {link['made_at']:%d %B %Y} by {link['made_by'] or 'the command line'} · {end}")
    if link["token"] is None:
        st.badge(str(link["state"]).capitalize(), color="gray")
        return
    here = urlsplit(st.context.url or "")
    st.code(f"{here.scheme}://{here.netloc}/share/{link['token']}", language=None, wrap_lines=True)
    if st.button("Take this link back", key=f"unshare-{link['link']}"):
        with database().begin() as session:
            sharing.unshare(session, link["link"], _me(), now=datetime.now(UTC))
        st.rerun()


def _me() -> int | None:
    researcher = who_is_here().researcher
    return None if researcher is None else researcher.id
