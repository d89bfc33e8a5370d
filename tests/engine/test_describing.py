import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.describing import describe_images
from engine.errors import EngineError
from engine.images import read_manifest
from engine.providers.provider import Photograph, ProviderError
from tests.engine.conftest import run_engine

ROWS = [
    {"image": "a", "path": "faces/a.png", "hard_label": "Happy", "split": "train", "age": 20.0},
    {"image": "b", "path": "faces/b.png", "hard_label": "Sad", "split": "train", "age": None},
    {"image": "c", "path": "faces/c.png", "hard_label": "Fear", "split": "test", "age": None},
]


class Brightness:
    """A provider of the test's: how bright an image is, as its valence, and a point in its middle."""

    columns = ("valence", "landmarks_28")
    asked: list[str]

    def describe(self, photograph: Photograph) -> Mapping[str, object]:
        self.asked.append(photograph.image)
        image = photograph.upright()
        if image.width < 2:
            raise ProviderError("it is too small")
        middle = (image.width / 2, image.height / 2)
        return {"valence": float(np.asarray(image).mean() / 255), "landmarks_28": middle}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The images that the provider lab.brightness was asked about."""
    module, names = ModuleType("lab.brightness"), []
    Brightness.asked = names

    @contextmanager
    def open_provider(model: Path | None) -> Iterator[Brightness]:
        yield Brightness()

    module.NAME, module.open_provider = "brightness", open_provider  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lab.brightness", module)
    return names


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    (tmp_path / "faces").mkdir()
    for name, grey in (("a", 0), ("b", 51), ("c", 255)):
        Image.new("L", (8, 4), grey).save(tmp_path / "faces" / f"{name}.png")
    pd.DataFrame(ROWS).to_csv(tmp_path / "images.csv", index=False)
    return tmp_path / "images.csv"


def test_a_provider_fills_its_columns_and_leaves_the_rest(manifest: Path, asked: list[str]) -> None:
    out = manifest.parent / "more" / "images.parquet"
    done = describe_images(manifest, "lab.brightness", out, progress=False)
    table = read_manifest(out)
    assert table["valence"].tolist() == pytest.approx([0.0, 0.2, 1.0])
    assert [points.tolist() for points in table["landmarks_28"]] == [[4, 2]] * 3
    assert table["path"][0] == "../faces/a.png"
    assert table["age"].isna().tolist() == [False, True, True]
    assert (done.images, done.failed, done.filled) == (3, 0, {"valence": 3, "landmarks_28": 3})
    assert [file.name for file in out.parent.iterdir()] == ["images.parquet"]


def test_images_that_cannot_be_described_are_listed_and_stay_in_the_manifest(
    manifest: Path, asked: list[str]
) -> None:
    (manifest.parent / "faces" / "a.png").write_bytes(b"broken")
    Image.new("L", (1, 1)).save(manifest.parent / "faces" / "b.png")
    out = manifest.parent / "out.csv"
    done = describe_images(manifest, "lab.brightness", out, progress=False)
    failures = pd.read_csv(manifest.parent / "out.failures.csv")
    assert done.failed == 2
    assert failures["reason"].tolist() == ["it is no image that Pillow knows", "it is too small"]
    table = pd.read_csv(out)
    assert table["valence"].isna().tolist() == [True, True, False]
    assert table["landmarks_28"][2] == "4;2"


def test_values_that_stand_are_kept_and_complete_images_not_asked_about(
    manifest: Path, tmp_path: Path
) -> None:
    (tmp_path / "ages.csv").write_text("image,age,gender\na,33,man\nb,44,Woman\n")
    out = tmp_path / "out.parquet"
    done = describe_images(manifest, "table", out, model=tmp_path / "ages.csv", progress=False)
    table = pd.read_parquet(out)
    assert table["age"].tolist()[:2] == [20, 44]
    assert table["gender"].tolist()[:2] == ["Male", "Female"]
    assert pd.read_csv(done.failures_file)["reason"].tolist() == ["the table has no such image"]
    again = describe_images(out, "table", out, model=tmp_path / "ages.csv", progress=False)
    assert (again.complete, again.filled) == (2, {})
    describe_images(out, "table", out, model=tmp_path / "ages.csv", replace=True, progress=False)
    assert pd.read_parquet(out)["age"].tolist()[:2] == [33, 44]


def test_a_stopped_run_goes_on_where_it_was(
    manifest: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = manifest.parent / "out.parquet", Brightness.describe

    def stops(self: Brightness, photograph: Photograph) -> Mapping[str, object]:
        if photograph.image == "c":
            raise KeyboardInterrupt
        return whole(self, photograph)

    monkeypatch.setattr(Brightness, "describe", stops)
    with pytest.raises(KeyboardInterrupt):
        describe_images(manifest, "lab.brightness", out, progress=False)
    assert not out.exists()
    journal = manifest.parent / ".out.parquet.metadata.jsonl"
    journal.write_text(journal.read_text() + '{"values": {"val')  # what a full disk leaves
    with pytest.raises(EngineError, match="other images or with other settings"):
        describe_images(manifest, "lab.brightness", out, replace=True, progress=False)
    monkeypatch.setattr(Brightness, "describe", whole)
    describe_images(manifest, "lab.brightness", out, progress=False)
    assert asked == ["a", "b", "c"]
    assert pd.read_parquet(out)["valence"].tolist() == pytest.approx([0.0, 0.2, 1.0])
    assert not journal.exists()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("image,years\na,3\n", "needs image, and one of"),
        ("image,age\na,3\na,4\n", "image 'a' more than once"),
        (None, "needs its table: --model"),
    ],
)
def test_a_table_of_no_use_is_refused(
    manifest: Path, tmp_path: Path, table: str | None, message: str
) -> None:
    model = tmp_path / "values.csv" if table else None
    if model:
        model.write_text(table or "")
    with pytest.raises(ProviderError, match=message):
        describe_images(manifest, "table", tmp_path / "out.parquet", model=model, progress=False)


def test_the_command_says_what_it_filled_and_lists_failures(manifest: Path, tmp_path: Path) -> None:
    (tmp_path / "ages.csv").write_text("image,age,gender\nb,44,alien\nc,50,f\n")
    arguments = ["--provider", "table", "--model", str(tmp_path / "ages.csv")]
    done = run_engine("metadata", str(manifest), *arguments, "--out", str(tmp_path / "out.parquet"), status=1)
    assert "age                   1 filled" in done.stdout
    assert "2 images could not be described" in done.stderr
    reasons = pd.read_csv(tmp_path / "out.failures.csv")["reason"].tolist()
    assert reasons == ["the table has no such image", "unknown gender 'alien'; known are Female, Male"]
    refused = run_engine("metadata", str(manifest), "--provider", "x", "--out", "out.parquet", status=2)
    assert refused.stderr.startswith("error: unknown provider 'x'")
