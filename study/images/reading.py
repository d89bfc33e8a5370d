"""How a data set is to be read, where the program cannot see it by itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from engine.adapters.source import Options
from engine.importing import Choices
from study.errors import CatalogError


@dataclass(frozen=True)
class Reading:
    """What a researcher says about a data set: the options of `python -m engine manifest` by their names.

    `adapter` is empty where it is to be found by a look; `columns` goes from our column to the table's.
    """

    adapter: str = ""
    order: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    images: Path | None = None
    keep_unlabelled: bool = False

    @classmethod
    def from_words(cls, adapter: str, order: str, columns: str, images: str, keep_unlabelled: bool) -> Self:
        """Read what was typed: labels separated by commas, and OURS=THEIRS pairs separated by commas.

        Raises:
            CatalogError: a pair has no equals sign.
        """
        pairs = [part.strip() for part in columns.split(",") if part.strip()]
        for pair in pairs:
            if "=" not in pair:
                raise CatalogError(
                    f"{pair!r} names one column: write ours=theirs, such as hard_label=emotion"
                )
        return cls(
            adapter,
            tuple(part.strip() for part in order.split(",") if part.strip()),
            {ours.strip(): theirs.strip() for ours, theirs in (pair.split("=", 1) for pair in pairs)},
            Path(images.strip()).expanduser() if images.strip() else None,
            keep_unlabelled,
        )

    def options(self) -> Options:
        """As an adapter takes it."""
        return Options(columns=self.columns, order=self.order, images=self.images)

    def choices(self) -> Choices:
        """As an import takes it."""
        return Choices(keep_unlabelled=self.keep_unlabelled)

    def flags(self) -> list[str]:
        """As the command line takes it."""
        flags = ["--adapter", self.adapter] if self.adapter else []
        if self.order:
            flags += ["--order", ",".join(self.order)]
        for ours, theirs in self.columns.items():
            flags += ["--map", f"{ours}={theirs}"]
        if self.images is not None:
            flags += ["--images", str(self.images)]
        return [*flags, "--keep-unlabelled"] if self.keep_unlabelled else flags
