"""What the tests of several rooms share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Else torch's threads wait for each other by spinning, and take the cores from what is tested beside them.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(autouse=True)
def the_main_module_stays() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as `__main__`, and a spawned process would run that script."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def built_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a small program with the demo's two studies; copy it before changing it."""
    from tests import program

    folder = tmp_path_factory.mktemp("built")
    program.build(folder)
    return folder
