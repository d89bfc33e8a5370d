"""A participant's path on a phone: consent, training, qualification, a question."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from app import demo
from app.participant.strips import draw_all, folder_of
from db.tables import Participant, Study
from docs.screenshots.program import PHONE, Served, keep, settle
from study.access.secret import installation_secret


def take(served: Served) -> None:
    """Keep one picture of each stage; the training's faces are drawn first, and not while the server ends."""
    draw_all(folder_of(served.settings))
    with served.database.begin() as session:
        token = demo.invitations(session, installation_secret(served.settings))[1]
    page = served.visitor(PHONE, path=f"/join/{token}")
    page.get_by_role("button", name="I agree and take part").wait_for()
    settle(page)
    keep(page, "path-consent")
    page.get_by_role("button", name="I agree and take part").click()
    page.get_by_role("heading", name="A few words about you").wait_for()
    settle(page)
    keep(page, "path-demographics")
    _at(served, demographics={})
    page.reload()
    page.locator(".training").first.wait_for()
    settle(page)
    keep(page, "path-training")
    _at(served, trained_at=datetime.now(UTC))
    page.reload()
    page.locator(".trial[data-state='asking']").wait_for()
    settle(page)
    keep(page, "path-question")


def _at(served: Served, **values: object) -> None:
    """Move the participant on, as the pages would."""
    with served.database.begin() as session:
        studied = select(Study.id).where(Study.name == demo.OPEN.name).scalar_subquery()
        session.execute(update(Participant).where(Participant.study_id == studied).values(**values))
