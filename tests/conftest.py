"""What the tests of several rooms share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def built_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a small program with the demo's two studies; copy it before changing it."""
    from tests import program

    folder = tmp_path_factory.mktemp("built")
    program.build(folder)
    return folder
