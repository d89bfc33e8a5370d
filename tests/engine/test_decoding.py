import contextlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.decoding import DecodingError, ImageFile, decode, decode_all, image_files


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (40, 40), left)
    image.paste(right, (20, 0, 40, 40))
    return image


@pytest.mark.parametrize(
    "mode",
    ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16"],
)
def test_every_mode_becomes_a_square_of_rgb_bytes(mode: str) -> None:
    pixels = decode(Image.new(mode, (30, 50)), 16)
    assert (pixels.shape, pixels.dtype) == ((16, 16, 3), np.dtype(np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_every_format_gives_the_colours_of_the_image(kind: str) -> None:
    pixels = decode(encoded(halves((250, 0, 0), (0, 0, 250)), kind), 32).astype(int)
    assert abs(pixels[16, 4] - [250, 0, 0]).max() < 30
    assert abs(pixels[16, 28] - [0, 0, 250]).max() < 30


def test_a_photograph_on_its_side_is_put_upright() -> None:
    image = halves((255, 255, 255), (0, 0, 0))
    tag = Image.Exif()
    tag[0x0112] = 6  # show it turned by a quarter clockwise: its left becomes its top
    upright = decode(encoded(image, "JPEG", exif=tag, quality=95), 16).mean(axis=2)
    assert upright[2].min() > 200
    assert upright[13].max() < 50


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 60000, 64).astype(np.uint16), (64, 1))
    row = decode(encoded(Image.fromarray(ramp)), 64)[32, :, 0].astype(int)
    assert row[0] < 5
    assert 110 < row[32] < 145
    assert row[-1] > 250


def test_transparent_parts_become_white() -> None:
    assert decode(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0))), 16).min() == 255


def test_the_middle_square_is_taken_without_a_box() -> None:
    wide = Image.new("RGB", (90, 30), (255, 0, 0))
    wide.paste((0, 255, 0), (30, 0, 60, 30))
    assert (decode(wide, 16)[:, :, 1] == 255).all()


def test_a_face_box_is_widened_to_a_square_and_black_beyond_the_image() -> None:
    image = Image.new("RGB", (40, 40), (200, 200, 200))
    pixels = decode(image, 20, (0.0, 0.0, 10.0, 20.0))
    assert pixels[10, 15].min() == 200
    assert pixels[10, 1].max() == 0


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.0, 10.0), (50.0, 0.0, 9.0, 9.0), (-20.0, 0.0, 10.0, 10.0)])
def test_a_box_that_holds_no_pixel_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(DecodingError, match="face box"):
        decode(Image.new("RGB", (40, 40)), 16, box)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    whole = encoded(Image.effect_noise((200, 200), 60), "JPEG")
    with pytest.raises(DecodingError, match="truncated"):
        decode(whole[: len(whole) // 2], 16)
    with pytest.raises(DecodingError, match="no image that Pillow knows"):
        decode(b"hello", 16)
    with pytest.raises(DecodingError, match="not there"):
        decode(tmp_path / "absent.jpg", 16)


@pytest.mark.parametrize("named", ["face.jpg", "face.eps"])
def test_postscript_is_a_program_and_no_image_and_none_is_run(tmp_path: Path, named: str) -> None:
    (tmp_path / named).write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    )
    assert Image.open(tmp_path / named).format == "EPS"  # Pillow would have it run
    with pytest.raises(DecodingError, match="no image that Pillow knows"):
        decode(tmp_path / named, 16)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["AVIF", "PNG", "JPEG", "TIFF", "GIF", "DDS", "WEBP"])
def test_whatever_is_damaged_in_a_file_is_told_and_nothing_else_is_raised(kind: str) -> None:
    whole, rng = encoded(Image.effect_noise((40, 30), 60).convert("RGB"), kind), np.random.default_rng(3)
    for _ in range(200):
        damaged = np.frombuffer(whole, np.uint8).copy()
        damaged[rng.integers(0, rng.choice([40, 200, len(whole)]), 4) % len(whole)] = rng.integers(0, 256, 4)
        with contextlib.suppress(DecodingError):
            decode(damaged.tobytes(), 16)


def test_an_image_of_more_pixels_than_are_taken_is_told() -> None:
    huge = encoded(Image.new("1", (20_000, 20_000)))
    with pytest.raises(DecodingError, match=r"it is too large; make it smaller .*400000000 pixels"):
        decode(huge, 16)


def test_images_come_in_order_and_the_unreadable_in_their_place(tmp_path: Path) -> None:
    for number in range(20):
        Image.new("RGB", (20, 20), (number, 0, 0)).save(tmp_path / f"{number}.png")
    (tmp_path / "7.png").write_bytes(b"broken")
    files = [ImageFile(tmp_path / f"{number}.png") for number in range(20)]
    found = list(decode_all(files, 16, 3, ahead=4))
    assert [place for place, one in enumerate(found) if isinstance(one, DecodingError)] == [7]
    assert [int(one[0, 0, 0]) for one in found if not isinstance(one, DecodingError)] == [
        number for number in range(20) if number != 7
    ]


def test_a_manifest_row_without_a_whole_face_box_has_none(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"path": ["a.png", "b.png"], "face_x": [1, 2], "face_y": [3, None], "face_width": 4, "face_height": 5}
    )
    assert [file.box for file in image_files(frame, tmp_path)] == [(1.0, 3.0, 4.0, 5.0), None]


def test_a_margin_is_cut_off_all_round_where_there_is_no_box() -> None:
    framed = Image.new("RGB", (100, 100), (0, 0, 0))
    framed.paste((255, 255, 255), (20, 20, 80, 80))
    assert decode(framed, 16, margin=0.21).min() == 255
    assert decode(framed, 16).min() == 0
