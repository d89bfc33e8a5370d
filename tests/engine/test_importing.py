import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.adapters.registry import ADAPTERS, find_adapter
from engine.adapters.source import CHUNK_ROWS, SourceError
from engine.images import read_manifest
from engine.importing import import_source, stratified_splits


def faces(folder: Path, count: int) -> Path:
    folder.mkdir()
    names = [f"{n}.png" for n in range(count)]
    for name in names:
        (folder / name).write_bytes(b"")
    frame = pd.DataFrame({"image": names, "hard_label": "Sad", "split": "train"})
    frame.to_csv(folder / "faces.csv", index=False)
    return folder


def manifest_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", "manifest", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_adapter_is_found_by_its_name(tmp_path):
    assert [find_adapter(tmp_path, adapter.NAME).NAME for adapter in ADAPTERS] == [
        "affectnet-plus",
        "affectnet-npy",
        "affectnet-csv",
        "ferplus",
        "rafdb",
        "table",
        "folders",
    ]


def test_an_unknown_adapter_or_format_is_refused(tmp_path):
    with pytest.raises(SourceError, match="unknown adapter 'ckplus'"):
        find_adapter(tmp_path, "ckplus")
    with pytest.raises(SourceError, match="no format that is known"):
        find_adapter(tmp_path)
    with pytest.raises(SourceError, match="does not exist"):
        find_adapter(tmp_path / "absent")


def test_paths_are_relative_to_the_manifests_folder(tmp_path):
    source = faces(tmp_path / "in", 2)
    import_source(source, tmp_path / "out/deep/images.parquet", np.random.default_rng(0))
    assert read_manifest(tmp_path / "out/deep/images.parquet")["path"][0] == "../../in/0.png"


def test_more_rows_than_a_chunk_come_in_once_each(tmp_path):
    source = faces(tmp_path / "in", CHUNK_ROWS + 5)
    report = import_source(source, tmp_path / "images.parquet", np.random.default_rng(0))
    assert report.images == len(read_manifest(tmp_path / "images.parquet")) == CHUNK_ROWS + 5


def test_nothing_is_written_where_no_image_is_left(tmp_path):
    source = faces(tmp_path / "in", 1)
    (source / "0.png").unlink()
    with pytest.raises(SourceError, match="file missing: 1"):
        import_source(source, tmp_path / "out/images.parquet", np.random.default_rng(0))
    assert list((tmp_path / "out").iterdir() if (tmp_path / "out").exists() else []) == []


def test_an_earlier_manifest_survives_a_failed_import(tmp_path):
    source = faces(tmp_path / "in", 3)
    import_source(source, tmp_path / "images.parquet", np.random.default_rng(0))
    (source / "faces.csv").write_text("image,hard_label,split\n0.png,Bored,train\n")
    with pytest.raises(SourceError, match="Bored"):
        import_source(source, tmp_path / "images.parquet", np.random.default_rng(0))
    assert len(read_manifest(tmp_path / "images.parquet")) == 3
    assert not list(tmp_path.glob(".*unfinished"))


def test_a_manifest_as_csv_reads_back(tmp_path):
    import_source(faces(tmp_path / "in", 3), tmp_path / "images.csv", np.random.default_rng(0))
    assert read_manifest(tmp_path / "images.csv")["image"].tolist() == ["0.png", "1.png", "2.png"]


def test_the_drawn_split_keeps_the_shares_in_every_label():
    codes = np.repeat(np.arange(3, dtype=np.int8), [100, 10, 1])
    drawn = stratified_splits(codes, (70, 15, 15), np.random.default_rng(1))
    assert np.bincount(drawn[:100]).tolist() == [70, 15, 15]
    assert 6 <= (drawn[100:110] == 0).sum() <= 8
    with pytest.raises(SourceError, match="three numbers"):
        stratified_splits(codes, (0, 0, 0), np.random.default_rng(1))


def test_the_command_says_what_it_found(tmp_path):
    source = faces(tmp_path / "in", 3)
    (source / "2.png").unlink()
    done = manifest_command(source, "--out", tmp_path / "images.parquet")
    assert done.returncode == 0
    assert "2 images, read as table" in done.stdout
    assert "Left out: file missing 1" in done.stdout
    assert "images.listed.csv" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--adapter", "ckplus"], "unknown adapter 'ckplus'"),
        (["--map", "hard_label"], "--map hard_label: write two names"),
        (["--split", "most"], "--split most: write three numbers"),
        (["--map", "hard_label=mood"], "no column 'mood'"),
    ],
)
def test_the_command_refuses_bad_input_in_one_line(tmp_path, arguments, message):
    done = manifest_command(faces(tmp_path / "in", 1), "--out", tmp_path / "images.parquet", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
