"""The tour's pictures: every researchers' room of the demo."""

from docs.screenshots.program import Served, keep, settle, show

ROOMS = {
    "tour-design": "/design",
    "tour-invitations": "/invitations?study=1",
    "tour-watch": "/watch?study=2",
    "tour-image": "/gallery",
    "tour-label-sets": "/labels",
    "tour-annotation": "/annotation",
    "tour-import": "/import",
    "tour-engine": "/engine",
    "tour-people": "/people",
}


def take(served: Served) -> None:
    """Keep a picture of each room."""
    page = served.researcher()
    for name, path in ROOMS.items():
        served.visit(page, path)
        if name == "tour-image":
            page.get_by_role("link", name="face-00002").click()
            page.get_by_role("heading", name="Image face-00002").wait_for()
            settle(page)
        if name == "tour-label-sets":
            show(page, "Emotions that go together")
        keep(page, name)
