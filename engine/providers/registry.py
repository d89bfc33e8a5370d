"""Finding a metadata provider: by its name, or by the name of a module that somebody else wrote."""

import importlib
from types import ModuleType
from typing import cast

from engine.providers.provider import Provider, ProviderError

PROVIDERS: dict[str, str] = {
    "table": "engine.providers.table",
    "mediapipe": "engine.providers.mediapipe_faces",
}
"""Modules of the providers that come with the engine; they are imported when they are asked for."""


def find_provider(name: str) -> Provider:
    """The provider of that name, or a module of that dotted name that follows `Provider`: mylab.ages.

    Raises ProviderError where there is no such provider, or the module is none.
    """
    known = f"known are {', '.join(PROVIDERS)}, or the dotted name of a module of yours"
    if name not in PROVIDERS and "." not in name:
        raise ProviderError(f"unknown provider {name!r}; {known}")
    try:
        module: ModuleType = importlib.import_module(PROVIDERS.get(name, name))
    except ModuleNotFoundError as problem:
        raise ProviderError(f"provider {name!r} cannot be imported: {problem}; {known}") from problem
    absent = [part for part in ("NAME", "open_provider") if not hasattr(module, part)]
    if absent:
        raise ProviderError(f"the module {name!r} is no provider: it has no {' and no '.join(absent)}")
    return cast("Provider", module)
