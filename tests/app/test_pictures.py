import contextlib
import io

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from app.pictures import UnreadablePictureError, shown_file, thumbnail
from db.settings import Settings
from tests.full_disk import full_disk


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"DATA_DIR": str(tmp_path / "data")})


def _drawn(path, size=(80, 40), mode="RGB", **options):
    Image.new(mode, size, 120 if mode in ("L", "P", "I;16") else None).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp")],
)
def test_what_browsers_read_goes_out_as_it_is(settings, tmp_path, name, media_type):
    shown = shown_file(settings, _drawn(tmp_path / name))
    assert (shown.path, shown.media_type) == (tmp_path / name, media_type)


WORDS = b"a happy face, by the river"


def _with_words(path):
    """A file that says more than it shows, in every way of its format."""
    exif, options = Image.Exif(), {}
    exif[0x010E] = WORDS.decode()
    if path.suffix == ".jpg":
        options = {"comment": WORDS, "xmp": WORDS, "quality": 85, "progressive": True}
    elif path.suffix == ".webp":
        options = {"xmp": WORDS, "lossless": True}
    else:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("keyword", WORDS.decode())
    pixels = np.random.default_rng(3).integers(0, 255, (40, 80, 3), np.uint8)
    Image.fromarray(pixels).resize((160, 80)).save(path, exif=exif, **options)
    if path.suffix == ".jpg":
        path.write_bytes(path.read_bytes() + WORDS)  # as some cameras add a film behind the end
    assert WORDS in path.read_bytes()
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_what_a_file_says_beside_its_image_goes_to_nobody(settings, tmp_path, name):
    shown = shown_file(settings, _with_words(tmp_path / name))
    assert shown.media_type == f"image/{'jpeg' if name == 'a.jpg' else name[2:]}"
    assert WORDS not in shown.path.read_bytes()
    with Image.open(tmp_path / name) as before, Image.open(shown.path) as after:
        assert not after.getexif()
        assert np.array_equal(np.asarray(before.convert("RGB")), np.asarray(after.convert("RGB")))
    assert shown_file(settings, tmp_path / name).path == shown.path


def test_a_jpeg_without_an_end_is_drawn_anew(settings, tmp_path):
    file = _drawn(tmp_path / "a.jpg", comment=WORDS)
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.rindex(b"\xff\xd9")] + bytes(4_000))  # as a disk that was full leaves it
    shown = shown_file(settings, file)
    assert shown.media_type == "image/webp"
    assert WORDS not in shown.path.read_bytes()


def test_a_comment_of_a_program_is_such_a_word_and_a_colour_profile_is_none(settings, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = _drawn(tmp_path / "a.jpg", icc_profile=profile)
    assert shown_file(settings, plain).path == plain
    said = shown_file(settings, _drawn(tmp_path / "b.jpg", icc_profile=profile, comment=WORDS))
    with Image.open(said.path) as image:
        assert image.info["icc_profile"] == profile
        assert "comment" not in image.info


@pytest.mark.parametrize("name", ["a.bmp", "a.tif", "a.ppm"])
def test_other_formats_are_drawn_anew(settings, tmp_path, name):
    shown = shown_file(settings, _drawn(tmp_path / name))
    assert shown.media_type == "image/webp"
    with Image.open(shown.path) as image:
        assert image.size == (80, 40)


def test_the_content_decides_and_not_the_name(settings, tmp_path):
    _drawn(tmp_path / "a.bmp")
    (tmp_path / "a.bmp").rename(tmp_path / "a.png")
    assert shown_file(settings, tmp_path / "a.png").media_type == "image/webp"


def test_a_photograph_that_lies_on_its_side_is_shown_upright(settings, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = shown_file(settings, _drawn(tmp_path / "a.jpg", exif=exif))
    with Image.open(shown.path) as image:
        assert image.size == (40, 80)


def test_a_huge_image_is_shown_smaller(settings, tmp_path):
    shown = shown_file(settings, _drawn(tmp_path / "a.png", (3000, 1500)))
    with Image.open(shown.path) as image:
        assert image.size == (1024, 512)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "I;16", "1"])
def test_thumbnails_are_made_of_every_mode(settings, tmp_path, mode):
    with Image.open(thumbnail(settings, _drawn(tmp_path / "a.png", (400, 200), mode), 100).path) as image:
        assert (image.size, image.mode) == ((160, 80), "RGB")


def test_widths_between_share_one_thumbnail_and_a_changed_file_gets_another(settings, tmp_path):
    path = _drawn(tmp_path / "a.png", (400, 200))
    first, second = thumbnail(settings, path, 100).path, thumbnail(settings, path, 150).path
    assert first == second
    Image.new("RGB", (400, 200), "red").save(path)
    assert thumbnail(settings, path, 100).path != first
    assert [file.suffix for file in settings.cache_dir.rglob("*.*")] == [".webp", ".webp"]


def _truncated():
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "JPEG")
    return buffer.getvalue()[:600]


_PROGRAM = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", _truncated(), _PROGRAM, None])
def test_what_is_no_whole_image_is_refused(settings, tmp_path, content):
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    for show in (lambda: shown_file(settings, path), lambda: thumbnail(settings, path, 100)):
        with pytest.raises(UnreadablePictureError, match=r"a\.jpg cannot be read"):
            show()


def test_an_image_that_would_fill_the_memory_is_refused(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    path = _drawn(tmp_path / "a.png", (100, 100))
    with pytest.raises(UnreadablePictureError):
        shown_file(settings, path)


def test_on_a_full_disk_a_thumbnail_is_shown_all_the_same_and_nothing_is_left(settings, tmp_path):
    path = _drawn(tmp_path / "a.bmp", (400, 200))
    with full_disk():
        shown = shown_file(settings, path)
    with Image.open(io.BytesIO(shown.body)) as image:
        assert image.size == (400, 200)
    assert [file for file in settings.cache_dir.rglob("*") if file.is_file()] == []
    assert shown_file(settings, path).path.is_file()


def test_deep_greys_keep_their_shades(settings, tmp_path):
    ramp = np.tile(np.linspace(1000, 60000, 64).astype(np.uint16), (64, 1))
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    with Image.open(thumbnail(settings, tmp_path / "a.tif", 96).path) as image:
        shades = np.asarray(image.convert("L")).mean(axis=0)
    assert shades[2] < 30
    assert 100 < shades[32] < 150
    assert shades[-3] > 220


def test_a_damaged_file_of_any_format_is_told(settings, tmp_path):
    whole, rng = io.BytesIO(), np.random.default_rng(0)
    Image.effect_noise((40, 30), 60).convert("RGB").save(whole, "AVIF")
    for number in range(60):
        damaged = np.frombuffer(whole.getvalue(), np.uint8).copy()
        damaged[rng.integers(0, 300, 4)] = rng.integers(0, 256, 4)
        (tmp_path / f"{number}.avif").write_bytes(damaged.tobytes())
        with contextlib.suppress(UnreadablePictureError):
            shown_file(settings, tmp_path / f"{number}.avif")
