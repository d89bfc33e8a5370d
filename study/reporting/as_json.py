"""A report as plain values: every number, and what it was made of and by."""

from __future__ import annotations

from typing import Any

from study.reporting import numbers
from study.reporting.methods import analysed
from study.reporting.report import Report


def report_json(report: Report) -> dict[str, Any]:
    """Every number of a report, with what it was made of and by."""
    facts = report.source.facts
    return {
        "study": {
            name: getattr(facts, name)
            for name in ("name", "title", "state", "simulated", "seed", "preregistration", "erased")
        },
        "conduct": {
            "opened_at": facts.opened_at,
            "closed_at": facts.closed_at,
            "deadline": facts.deadline,
            "flow": dict(facts.flow),
            "deviations": list(facts.deviations),
            "analysed": analysed(report),
        },
        "labels": {"set": facts.label_set, "bundle": facts.bundle, "fingerprint": facts.fingerprint},
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "versions": report.versions,
        "options": {
            "exclude_flagged": report.options.exclude_flagged,
            "resamples": report.options.resamples,
            "seed": report.options.seed,
        },
        "left_out": report.left_out,
        **numbers.as_json(report.found),
        "flagged": report.flagged,
        "headline_of_all": {name: one.as_dict() for name, one in report.whole.items()},
    }
