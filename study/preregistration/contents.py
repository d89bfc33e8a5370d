"""What a preregistration holds: the design, the plan, and what is expected, each as a file."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from study.planning.audit import Audit
from study.planning.plan import Plan
from study.planning.precision import forecast
from study.preregistration import bundle
from study.preregistration.expectations import expected_findings, simulation_seed
from study.reporting.versions import versions

Say = Callable[[str], None]
_PASSED = {True: "pass", False: "FAIL", None: "note"}


@dataclass(frozen=True)
class LabelSetFacts:
    """Which label set: its name, the SHA-256 of its images and scores, its engine's bundle, its dataset."""

    name: str
    fingerprint: str
    bundle: str | None
    dataset: str
    images: int


def contents(planned: Plan, audited: Audit, label_set: LabelSetFacts, say: Say) -> dict[str, str]:
    """The files of a preregistration by name."""
    design, questions = planned.design, planned.questions
    say("letting simulated participants answer")
    expected = expected_findings(questions, planned.images, design.seed)
    say("writing the preregistration")
    files = {
        bundle.DESIGN: design.to_toml(),
        bundle.QUESTIONS: bundle.table_text(questions),
        bundle.AUDIT: bundle.table_text(_audit(audited)),
        bundle.FORECAST: bundle.table_text(_forecast(planned)),
        bundle.FINDINGS: bundle.table_text(expected),
        bundle.README: _readme(planned, label_set),
    }
    facts: dict[str, Any] = {
        "study": design.name,
        "title": design.title,
        "label_set": asdict(label_set),
        "seeds": {"plan": design.seed, "simulated_answers": simulation_seed(design.seed)},
        "versions": versions(),
        "participants": design.participants,
        "questions": len(questions),
        "notes": list(planned.notes),
    }
    return {**files, bundle.FACTS: bundle.facts_text(facts, files)}


def _audit(audited: Audit) -> pd.DataFrame:
    rows = [(check.name, _PASSED[check.passed], check.figure) for check in audited.checks]
    return pd.DataFrame(rows, columns=["promise", "result", "figure"])


def _forecast(planned: Plan) -> pd.DataFrame:
    asked = planned.questions[planned.questions["kind"] != "attention"]
    foretold = forecast(planned.design, int(asked["image"].nunique()))
    return pd.DataFrame([asdict(one) for one in foretold.findings])


def _readme(planned: Plan, label_set: LabelSetFacts) -> str:
    design, questions = planned.design, planned.questions
    notes = "".join(f"- {note}.\n" for note in planned.notes)
    return f"""\
# Preregistration: {design.title}

The study `{design.name}` as it was frozen, before anybody agreed to take part: {len(questions):,} questions
to {design.participants} participants, of images of the label set `{label_set.name}` ({label_set.images:,}
images of the dataset `{label_set.dataset}`; SHA-256 of its images and scores {label_set.fingerprint}).

| file | what it holds |
|---|---|
| {bundle.DESIGN} | every decision; `python -m study create {bundle.DESIGN}` makes a draft of it |
| {bundle.QUESTIONS} | the whole plan: every question of every participant, in order |
| {bundle.AUDIT} | what the plan promises, each promise checked from {bundle.QUESTIONS} alone |
| {bundle.FORECAST} | the expected half-width of the 95 % interval of each finding, in closed form |
| {bundle.FINDINGS} | every finding, computed from simulated participants who answered this very plan |
| {bundle.FACTS} | the label set, seeds, versions of the programs, and the SHA-256 of the other files |

The simulated participants are set to the pattern of the AffectNet+ paper's Fig. 6. Their findings show what
will be computed and how wide its intervals will be; they are no prediction of the answer.
{f"{chr(10)}Where the design could be met only in part:{chr(10)}{chr(10)}{notes}" if notes else ""}
To prove when this was registered, deposit this file, or its SHA-256, where it gets a date: an archive such as
OSF, or a journal. Two freezings of one design with the same labels and programs give the same bytes.

To check a study's data against it:

    python -m study verify {design.name}.zip
"""
