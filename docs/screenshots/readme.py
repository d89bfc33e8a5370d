"""The README's pictures: three rooms, and a question of Experiment 1."""

from datetime import UTC, datetime

from sqlalchemy import update

from app import demo
from db.tables import Participant
from docs.screenshots.program import Served, keep, settle, show
from study.access.secret import installation_secret

ROOMS = {"studies": "/", "gallery": "/gallery", "agreement": "/agreement"}


def take(served: Served) -> None:
    """Keep one picture of each room, and of the question that the demo's first participant is at."""
    page = served.researcher()
    for name, path in ROOMS.items():
        served.visit(page, path)
        if name == "agreement":
            show(page, "6-c")
        keep(page, name)
    question(served)


def question(served: Served) -> None:
    """Keep the first question of Experiment 1, with what comes between it and the consent done."""
    with served.database.begin() as session:
        session.execute(update(Participant).values(demographics={}, trained_at=datetime.now(UTC)))
        token = demo.invitations(session, installation_secret(served.settings))[0]
    page = served.visitor(path=f"/join/{token}")
    page.get_by_role("button", name="I agree and take part").click()
    heading = page.get_by_role("heading", name="Which describes this face better?")
    asking = page.locator(".trial[data-state='asking']")
    asking.wait_for()
    while not heading.count():
        page.wait_for_timeout(500)
        page.keyboard.press("1")
        asking.wait_for()
        page.wait_for_timeout(500)
    settle(page)
    keep(page, "trial")
