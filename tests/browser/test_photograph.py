"""A photograph is dropped in and labelled, in Chromium."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_researcher import signed_in
from tests.untrained import untrained_bundle

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_dropped_photograph_is_labelled_and_a_bad_file_told(served, new_page, width, scheme):
    bundle = served.program.settings.data_dir / "bundles" / "mine"
    if not bundle.exists():
        untrained_bundle(bundle)
    page = signed_in(served, new_page, width=width, color_scheme=scheme)
    page.goto(f"{served.url}/photograph")
    stream = io.BytesIO()
    Image.radial_gradient("L").save(stream, "WEBP")
    for name, content in (("notes.txt", b"no photograph"), ("face.webp", stream.getvalue())):
        page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        if name == "notes.txt":
            expect(page.get_by_text("“notes.txt” cannot be read")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Soft-label: Neutral"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Action units: 1 "))).to_be_visible()
    expect(page.locator("[data-testid=stImage] img")).to_have_js_property("complete", True)
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("cannot be read")).to_have_count(0)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("room => room.scrollWidth - room.clientWidth") <= 0
