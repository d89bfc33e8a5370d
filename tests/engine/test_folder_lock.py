import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.folder_lock import one_writer
from tests.engine.conftest import ROOT

HOLD = """
import sys, time
from pathlib import Path
from engine.folder_lock import one_writer
with one_writer(Path(sys.argv[1]), "training"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_who_writes_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    target = tmp_path / "bundles" / "mine"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with (
        pytest.raises(EngineError, match=rf"another process \({process.pid}\) is training into mine already"),
        one_writer(target, "training into mine"),
    ):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with one_writer(target, "training into mine"):
        assert (tmp_path / "bundles" / ".mine.lock").is_file()
    assert list((tmp_path / "bundles").iterdir()) == []


def test_the_lock_goes_with_what_its_holder_raises(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), one_writer(tmp_path / "mine", "training"):
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_many_processes_never_write_at_once(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from engine.errors import EngineError
from engine.folder_lock import one_writer
folder, until = Path(sys.argv[1]), time.monotonic() + 2
while time.monotonic() < until:
    try:
        with one_writer(folder / "mine", "working"):
            (folder / "inside").mkdir()
            (folder / "inside").rmdir()
    except EngineError:
        pass
"""
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    told = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 4, told


def test_waiting_is_not_needed_to_be_told(tmp_path: Path) -> None:
    # Who waited would wait for ever: the lock is held by the one who asks.
    with (
        one_writer(tmp_path / "mine", "working"),
        pytest.raises(EngineError),
        one_writer(tmp_path / "mine", "working"),
    ):
        pass
