"""Small tables of trials, written by hand."""

from __future__ import annotations

import pandas as pd

COLUMNS = [
    "question", "participant", "position", "experiment", "image", "foil", "foil_distance", "side", "kind",
    "repeats", "choice", "rt_ms", "hard_label", "subset", "margin",
]  # fmt: skip


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Trials from dicts; what a row leaves out has a plain default. Each row's question is q<its number>."""
    full = []
    for at, row in enumerate(rows):
        experiment = row.get("experiment", 1)
        default: dict[str, object] = {
            "question": f"q{at}",
            "participant": "P01",
            "position": at + 1,
            "experiment": 1,
            "image": f"i{at}",
            "foil": None if experiment == 1 else f"f{at}",
            "foil_distance": float("nan") if experiment == 1 else 0.5,
            "side": "left",
            "kind": "first",
            "repeats": None,
            "rt_ms": 1000,
            "hard_label": "Happy",
            "subset": "Easy",
            "margin": 0.3,
        }
        full.append(default | row)
    return pd.DataFrame(full, columns=COLUMNS)


def choices(participant: str, experiment: int = 1, **counts: int) -> list[dict[str, object]]:
    """First-time answers of one participant: choices("P01", soft=3, hard=1)."""
    return [
        {
            "participant": participant,
            "experiment": experiment,
            "choice": name,
            "image": f"{participant}-{name}-{at}",
        }
        for name, count in counts.items()
        for at in range(count)
    ]


def asked_twice(participant: str, *said: tuple[str, str], experiment: int = 1) -> list[dict[str, object]]:
    """Questions answered first and again; ids carry the participant."""
    rows: list[dict[str, object]] = []
    for at, (before, again) in enumerate(said):
        first = f"{participant}-{experiment}-{at}"
        shared = {
            "participant": participant,
            "experiment": experiment,
            "image": first,
            "foil": f"foil-{first}",
        }
        rows.append({**shared, "question": first, "choice": before, "position": at + 1})
        rows.append(
            {
                **shared,
                "question": f"{first}-again",
                "choice": again,
                "kind": "self_repeat",
                "repeats": first,
                "position": at + 101,
            }
        )
    return rows


def both_asked(a: str, b: str, *said: tuple[str, str], experiment: int = 1) -> list[dict[str, object]]:
    """Questions of a that b answers too."""
    rows: list[dict[str, object]] = []
    for at, (first, second) in enumerate(said):
        question = f"{a}-{b}-{experiment}-{at}"
        shared = {
            "experiment": experiment,
            "image": question,
            "foil": f"foil-{question}" if experiment == 2 else None,
        }
        rows.append({**shared, "participant": a, "question": question, "choice": first})
        rows.append(
            {
                **shared,
                "participant": b,
                "question": f"{question}-o",
                "choice": second,
                "kind": "overlap",
                "repeats": question,
            }
        )
    return rows
