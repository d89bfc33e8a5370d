"""The documents of an export: dataset_description.json, README, CHANGES, and the study itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from study.exporting.dictionary import column
from study.exporting.tables import Options
from study.reporting.conduct import flow_rows
from study.reporting.design_words import design_words
from study.reporting.source import StudyFacts

PSYCH_DS = "Psych-DS 1.5.0"
TEMPLATE = Path(__file__).parent / "README.template.md"


def dataset_description(
    facts: StudyFacts, tables: dict[str, pd.DataFrame], months: str | None, today: date, program: str
) -> dict[str, Any]:
    """The metadata that Psych-DS asks for, in schema.org's words; months: first and last month of answers."""
    names = dict.fromkeys(str(name) for frame in tables.values() for name in frame.columns)
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": facts.title,
        "alternateName": facts.name,
        "description": _description(facts, tables),
        "schemaVersion": PSYCH_DS,
        "dateCreated": today.isoformat(),
        "keywords": ["facial expression", "emotion", "soft-label", "preference", "test-retest agreement"],
        "measurementTechnique": f"Judgements of faces in a web browser, by FaceValue {program}",
        "variableMeasured": [_variable(name) for name in names],
    }
    if months:
        found["temporalCoverage"] = months
    if facts.preregistration:
        found["identifier"] = {
            "@type": "PropertyValue",
            "propertyID": "SHA-256 of the preregistration",
            "value": facts.preregistration,
        }
    return found


def _description(facts: StudyFacts, tables: dict[str, pd.DataFrame]) -> str:
    who = "SIMULATED ANSWERS, which no person gave. " if facts.simulated else ""
    people = len(tables.get("participants", ()))
    return (
        f"{who}{len(tables['answers']):,} answers of {people} participants. "
        f"{' '.join(design_words(facts.design))} "
        f"{'Preregistered.' if facts.preregistration else 'Not preregistered.'}"
    )


def _variable(name: str) -> dict[str, Any]:
    about = column(name)
    values = f" Values: {', '.join(about.values)}." if about.values else ""
    found = {"@type": "PropertyValue", "name": name, "description": about.description + values}
    return found | ({"unitText": about.unit} if about.unit else {})


def study_json(facts: StudyFacts, options: Options) -> str:
    """The study's facts, from which a report of the export is made; days, not times, and no seed where codes
    were redrawn, since with the seed and the label set the plan, and so the old codes, could be made again.
    """
    shown = asdict(facts)
    shown |= {name: _day(shown[name]) for name in _TIMES}
    if options.redraw_codes:
        shown["seed"] = None
        shown["design"] = {key: value for key, value in facts.design.items() if key != "seed"}
    return json.dumps(shown, indent=1) + "\n"


_TIMES = ("created_at", "frozen_at", "opened_at", "closed_at", "deadline")


def _day(at: str | None) -> str | None:
    return None if at is None else at[:10]


def readme(facts: StudyFacts, tables: dict[str, pd.DataFrame], options: Options, stem: str) -> str:
    """README.md: what is here, what was left out and why, and how to read it."""
    listed = "\n".join(
        f"- `data/{stem}_description-{name}_data.csv`: {len(frame):,} rows" for name, frame in tables.items()
    )
    simulated = "\n**Simulated answers.** No person gave them; they say nothing about people.\n"
    design = "\n".join(f"- {sentence}" for sentence in design_words(facts.design))
    return TEMPLATE.read_text(encoding="utf-8").format(
        title=facts.title,
        simulated=simulated if facts.simulated else "",
        listed=listed,
        design=design,
        codes=_REDRAWN if options.redraw_codes else _KEPT,
        erased=_erased(facts.erased),
        conduct=_conduct(facts),
        demographics=_SAID if options.demographics else _UNSAID,
        preregistration=facts.preregistration or "not preregistered",
        labels=facts.label_set or "none",
        fingerprint=facts.fingerprint or "none",
    )


def _conduct(facts: StudyFacts) -> str:
    counted = [f"- {count:,} {words}" for count, words in flow_rows(facts.flow)]
    left = [f"- Deviation: {sentence}" for sentence in facts.deviations]
    return "\n".join([*counted, *(left or ["- No deviation from the plan is recorded."])])


def _erased(count: int) -> str:
    if not count:
        return "No participant asked for their data to be erased."
    who = "1 participant's data were" if count == 1 else f"{count} participants' data were"
    return f"{who} erased at their request, and nothing of theirs is here."


_REDRAWN = (
    "Participants' codes were drawn anew, and which code stood for which is kept nowhere. The design's seed "
    "is left out, since with it the plan, and so the old codes, could be made again; a published "
    "preregistration holds them."
)
_KEPT = (
    "Participants' codes are places in the study's plan, as in its report and its preregistration; who took "
    "which place only the study's makers can know. Questions are numbered anew."
)
_SAID = "What participants said of themselves is in the columns demographic_*. Few people may be told by it."
_UNSAID = (
    "What participants said of themselves (age, gender and the like) is left out: with few people it tells "
    "who they are."
)


def changes(today: date, versions: dict[str, str]) -> str:
    """CHANGES.md with its first entry."""
    program = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"# Changes\n\n## {today.isoformat()}\nExported from the study's database by {program}.\n"
