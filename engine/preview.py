"""A look at a data set before it is imported: the first images, and what would be left out and why."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from engine.adapters.registry import find_adapter
from engine.adapters.source import Options
from engine.importing import Choices, kept_chunks

LOOKED_AT = 5_000
"""Images that a preview looks at: enough to see that labels and paths are read as they are meant."""


@dataclass
class Preview:
    """What the first images of a source are like.

    `images` are those that would come in, with `path` absolute; `left_out` counts the others by reason,
    `examples` gives up to five of each; `whole` says whether the source was looked through to its end.
    """

    adapter: str
    images: pd.DataFrame
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    whole: bool = True
    labels: int = 0
    votes: int = 0


def preview(
    source: Path,
    *,
    adapter: str | None = None,
    options: Options | None = None,
    choices: Choices | None = None,
    limit: int = LOOKED_AT,
) -> Preview:
    """Read the first images of a data set as an import would, and write nothing.

    Raises SourceError for a source that no adapter recognises or that cannot be read.
    """
    found, settings = find_adapter(source, adapter), options or Options()
    base = found.root(source, settings).resolve()
    seen, kept = Preview(found.NAME, pd.DataFrame(columns=["image", "path", "hard_label"])), []
    count = 0
    for chunk in kept_chunks(found, source, settings, choices or Choices()):
        kept.append(chunk.images.assign(path=[str(base / path) for path in chunk.images["path"]]))
        count += len(chunk.images) + len(chunk.left_out)
        seen.labels += 0 if chunk.labels is None else len(chunk.labels)
        seen.votes += 0 if chunk.annotations is None else len(chunk.annotations)
        for item, reason in chunk.left_out:
            seen.left_out[reason] += 1
            if len(seen.examples.setdefault(reason, [])) < 5:
                seen.examples[reason].append(str(item))
        seen.remarks.update(reason for _, reason in chunk.remarks)
        if count >= limit:
            seen.whole = False
            break
    if kept:
        seen.images = pd.concat(kept, ignore_index=True)
    return seen
