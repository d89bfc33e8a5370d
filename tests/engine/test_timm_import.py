import subprocess
import sys

import pytest
import torch

from engine.timm_import import load_timm, load_torchvision
from tests.engine.conftest import ROOT


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_timm_is_imported_and_makes_a_network() -> None:
    network = load_timm().create_model("test_byobnet", num_classes=2).eval()
    assert network(torch.zeros(1, 3, 32, 32)).shape == (1, 2)


def test_torchvision_once_loaded_needs_no_declaration() -> None:
    load_torchvision()
    assert load_torchvision() == []


def test_a_declared_operator_cannot_be_called() -> None:
    code = (
        "import torch\nfrom engine.timm_import import load_torchvision\n"
        "declared = load_torchvision()\n"
        "for name in declared:\n"
        "    try:\n        getattr(torch.ops.torchvision, name)()\n"
        "    except NotImplementedError:\n        continue\n"
        "    raise SystemExit(f'{name} ran')\n"
    )
    assert run_python(code).returncode == 0


def test_another_failure_of_the_import_is_not_hidden(tmp_path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('something else')\n")
    code = (
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n"
        "from engine.timm_import import load_torchvision\nload_torchvision()\n"
    )
    assert "RuntimeError: something else" in run_python(code).stderr


def test_importing_the_engine_loads_no_torch() -> None:
    code = "import engine, engine.soft_labels, sys; raise SystemExit('torch' in sys.modules)"
    assert run_python(code).returncode == 0


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["tables", "--json"]])
def test_a_light_command_loads_no_torch(arguments: list[str]) -> None:
    code = (
        "import sys, runpy\nsys.argv = ['engine', *" + repr(arguments) + "]\n"
        "try:\n    runpy.run_module('engine', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "raise SystemExit('torch' in sys.modules)\n"
    )
    assert run_python(code).returncode == 0


def test_the_engine_works_without_streamlit_sqlalchemy_and_plotly() -> None:
    code = (
        "import sys\n"
        "for name in ('streamlit', 'sqlalchemy', 'plotly', 'alembic'):\n    sys.modules[name] = None\n"
        "import importlib, pkgutil, engine\n"
        "import engine.training, engine.labelling, engine.explanation\n"
        "from engine import commands\n"
        "for found in pkgutil.iter_modules(commands.__path__):\n"
        "    importlib.import_module(f'engine.commands.{found.name}')\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
