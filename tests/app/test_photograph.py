"""A researcher drops in a photograph."""

import io
import re

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from engine.emfacs import EMOTIONS
from tests.app.test_researcher_pages import text
from tests.untrained import untrained_bundle

SCRIPT = """
from app.researcher import photograph
photograph.page()
"""


def photograph(kind: str = "JPEG", size: tuple[int, int] = (60, 80), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def drop(program, visit_as):
    """Draw the page with one bundle, and drop a file into it."""
    untrained_bundle(program.settings.data_dir / "bundles" / "mine")
    visit_as(program.researcher_cookies())

    def dropped(name: str, content: bytes) -> AppTest:
        test = AppTest.from_string(SCRIPT, default_timeout=90).run()
        assert not test.exception
        return test.file_uploader[0].upload(name, content).run()

    return dropped


def test_a_photograph_gets_its_label_the_parts_the_units_and_the_subsets(drop):
    test = drop("face.jpg", photograph())
    assert not test.exception
    written = text(test)
    for form in ("Soft-label", "Probabilities of test_byobnet", "Probabilities of test_resnet"):
        assert f'aria-label="{form}: Neutral 0.' in written
    assert 'aria-label="Action units: 1 0.' in written
    assert "AU 12 lip corner puller" in written
    said = "\n".join(line for line in written.splitlines() if line.startswith("- **"))
    assert re.findall(r"\*\*(\w+)\*\*", said) == ["Easy", "Challenging", "Difficult"]
    assert sorted(re.findall(r"(\w+) \(\d\)", said)) == sorted(EMOTIONS)
    assert test.get("plotly_chart")
    ranks, parts, units = (frame.value for frame in test.dataframe)
    assert ranks["Rank"].tolist() == list(range(1, 9))
    assert parts["Emotion"].tolist() == list(EMOTIONS)
    assert units.set_index("Action unit").loc[12, "Emotions"] == "Happy, Contempt"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_every_format_that_pillow_reads_will_do(drop, kind):
    test = drop(f"face.{kind.lower()}", photograph(kind))
    assert not test.exception
    assert not test.error
    assert "Soft-label: Neutral" in text(test)


def test_a_photograph_on_its_side_is_labelled_upright(drop):
    sideways = Image.Exif()
    sideways[0x0112] = 6
    turned = Image.open(io.BytesIO(photograph("PNG"))).transpose(Image.Transpose.ROTATE_90)
    stream = io.BytesIO()
    turned.save(stream, "PNG", exif=sideways)
    labels = [
        re.search('Soft-label: [^"]+', text(drop("face.png", content)))
        for content in (photograph("PNG"), stream.getvalue())
    ]
    assert labels[0].group() == labels[1].group()


@pytest.mark.parametrize("content", [b"", b"no photograph", photograph()[:300]])
def test_a_file_that_cannot_be_read_is_told(drop, content):
    test = drop("notes.heic", content)
    assert not test.exception
    assert test.error[0].value.startswith("“notes.heic” cannot be read: ")
    assert "JPEG" in test.error[0].value
    assert "Soft-label:" not in text(test)


def test_without_a_bundle_the_page_says_where_one_comes_from(program, visit_as):
    visit_as(program.researcher_cookies())
    test = AppTest.from_string(SCRIPT, default_timeout=90).run()
    assert not test.exception
    assert test.subheader[0].value == "No engine yet"
    assert "Train an engine on it" in text(test)


def test_of_several_bundles_one_is_chosen_and_a_damaged_one_named(program, visit_as):
    bundles = program.settings.data_dir / "bundles"
    untrained_bundle(bundles / "mine")
    untrained_bundle(bundles / "demo", name="demo")
    untrained_bundle(bundles / "old")
    next((bundles / "old" / "networks").iterdir()).unlink()
    visit_as(program.researcher_cookies())
    test = AppTest.from_string(SCRIPT, default_timeout=90).run()
    assert test.selectbox[0].options == ["demo", "mine"]
    assert "lacks the network" in test.warning[0].value
    assert "rendered faces" in test.info[0].value
    test.selectbox[0].select("mine").run()
    assert not test.info


@pytest.mark.parametrize("who", ["nobody", "participant"])
def test_the_page_is_closed_to_others(program, visit_as, who):
    visit_as({} if who == "nobody" else program.participant_cookies())
    test = AppTest.from_string(SCRIPT, default_timeout=90).run()
    assert "signed-in researchers" in test.warning[0].value
    assert len(test.main.children) == 1
