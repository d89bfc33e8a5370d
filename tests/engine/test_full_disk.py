"""A disk that fills up ends a command with a message, and what is finished is gone on with."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import ROOT, run_engine
from tests.engine.test_training import SLOW_RECIPE
from tests.untrained import untrained_bundle

FULL = Path("/dev/full")


def limited(kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m engine` where no file may grow beyond a size, as on a disk without that much room."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    command = [sys.executable, "-m", "engine", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit)


def test_a_training_without_room_ends_with_a_message_and_goes_on_once_there_is(
    tiny_dataset: Path, tmp_path: Path
) -> None:
    recipe, out = tmp_path / "one.toml", tmp_path / "out"
    recipe.write_text(SLOW_RECIPE.format(epochs=1))
    arguments = ["train", str(tiny_dataset / "images.parquet"), "--recipe", str(recipe), "--device", "cpu"]
    arguments += ["--workers", "1", "--out", str(out)]
    for kilobytes in (100, 500):  # too little for the decoded images (216 KB); for a network (800 KB)
        done = limited(kilobytes, *arguments)
        assert done.returncode == 2, done.stderr
        assert "error: [Errno 27] File too large" in done.stderr
        assert "Traceback" not in done.stderr
    assert (out / "unfinished" / "pixels.npy").is_file()
    assert not list(out.glob("networks/*.safetensors"))
    run_engine(*arguments)
    assert (out / "bundle.json").is_file()


def test_a_labelling_without_room_keeps_its_parts(tiny_dataset: Path, tmp_path: Path) -> None:
    untrained_bundle(tmp_path / "bundle")
    out = tmp_path / "labels.parquet"
    arguments = ["label", str(tiny_dataset / "images.parquet"), "--bundle", str(tmp_path / "bundle")]
    arguments += ["--part", "24", "--out", str(out)]
    done = limited(40, *arguments)  # enough for a part, too little for all of them together
    assert (done.returncode, "File too large" in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr
    parts = list((tmp_path / ".labels.parquet.parts").glob("*.labels.parquet"))
    assert len(parts) == 4
    run_engine(*arguments)
    assert out.is_file()


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_the_message_says_what_to_do() -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "engine", "tables"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("error: the disk is full (")
    assert done.stderr.endswith("make room, then give the same command again\n")


def test_a_run_that_kept_nothing_gives_its_place_to_another(tiny_dataset: Path, tmp_path: Path) -> None:
    untrained_bundle(tmp_path / "bundle")
    parts = tmp_path / ".labels.parquet.parts"
    parts.mkdir()
    (parts / "job.json").write_text(json.dumps({"bundle": "another"}))
    manifest = str(tiny_dataset / "images.parquet")
    run_engine(
        "label", manifest, "--bundle", str(tmp_path / "bundle"), "--out", str(tmp_path / "labels.parquet")
    )
    assert not parts.exists()
    unfinished = tmp_path / "out" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "job.json").write_text(json.dumps({"recipe": "another"}))
    recipe = tmp_path / "one.toml"
    recipe.write_text(SLOW_RECIPE.format(epochs=1))
    run_engine("train", manifest, "--recipe", str(recipe), "--workers", "1", "--out", str(tmp_path / "out"))
    assert not unfinished.exists()
