"""Importing timm where torchvision is built for another kind of torch.

timm imports torchvision, whose x86-64 Linux wheel on PyPI is built against CUDA. Beside a CPU-only torch its
compiled half does not load, and its Python half then fails at the first operator that it wants to describe:
"operator torchvision::nms does not exist". Those operators (box suppression and the like) are of no use to a
classifier, so they are declared by name, never implemented: calling one still fails, and says so. Beside a
torchvision that loads, nothing is declared.
"""

import importlib
import re
import sys
from functools import cache
from types import ModuleType

import torch

_MISSING_OPERATOR = re.compile(r"operator torchvision::(\w+) does not exist")
_MOST_OPERATORS = 50

# A torch library's declarations last as long as the object that made them.
_declarations: list[torch.library.Library] = []


@cache
def load_timm() -> ModuleType:
    """Import timm, declaring what torchvision misses of its operators, and return the module.

    Raises RuntimeError or ImportError, as the import does, when it fails for any other reason.
    """
    load_torchvision()
    return importlib.import_module("timm")


def load_torchvision() -> list[str]:
    """Import torchvision and return the names of the operators declared for it (often none)."""
    declared: list[str] = []
    while True:
        try:
            importlib.import_module("torchvision")
            return declared
        except RuntimeError as problem:
            missing = _MISSING_OPERATOR.search(str(problem))
            if missing is None or missing[1] in declared or len(declared) >= _MOST_OPERATORS:
                raise
            _declare(missing[1])
            declared.append(missing[1])
            _forget_half_imported()


def _declare(operator: str) -> None:
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    library.define(f"{operator}() -> ()")  # type: ignore[no-untyped-call]
    _declarations.append(library)


def _forget_half_imported() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
