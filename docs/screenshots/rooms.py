"""The tour's pictures: every researchers' room of the demo."""

from docs.screenshots.program import Served, keep, show

ROOMS = {
    "tour-design": "/design",
    "tour-invitations": "/invitations?study=1",
    "tour-watch": "/watch?study=2",
    "tour-image": "/image?set=1&image=3&at=3",
    "tour-label-sets": "/labels",
    "tour-annotation": "/annotation",
    "tour-import": "/import",
    "tour-engine": "/engine",
    "tour-people": "/people",
}


def take(served: Served) -> None:
    """Keep a picture of each room, and of the engine's evaluation."""
    page = served.researcher()
    for name, path in ROOMS.items():
        served.visit(page, path)
        if name == "tour-engine":
            page.get_by_text("Evaluation", exact=True).first.click()
            page.wait_for_timeout(6000)
        if name == "tour-label-sets":
            show(page, "Emotions that go together")
        keep(page, name)
