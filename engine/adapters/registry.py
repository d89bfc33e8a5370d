"""Finding the adapter of a source, by its name or by a look at the source."""

from pathlib import Path

from engine.adapters import affectnet_csv, affectnet_npy, affectnet_plus, ferplus, folders, rafdb, table
from engine.adapters.source import Adapter, SourceError

# In the order of asking: the formats of one data set before those that fit many.
ADAPTERS: tuple[Adapter, ...] = (
    affectnet_plus,
    affectnet_npy,
    affectnet_csv,
    ferplus,
    rafdb,
    table,
    folders,
)


def find_adapter(source: Path, name: str | None = None) -> Adapter:
    """The adapter of that name, or the first that recognises the source.

    Raises SourceError for an unknown name, a source that is not there, and one that no adapter recognises.
    """
    names = [adapter.NAME for adapter in ADAPTERS]
    if not source.exists():
        raise SourceError(f"{source} does not exist")
    if name is not None:
        if name not in names:
            raise SourceError(f"unknown adapter {name!r}; there are {', '.join(names)}")
        return ADAPTERS[names.index(name)]
    for adapter in ADAPTERS:
        if adapter.recognises(source):
            return adapter
    raise SourceError(
        f"{source} looks like no format that is known; name one with --adapter ({', '.join(names)})"
    )
