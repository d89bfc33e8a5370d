"""A report as one self-contained HTML page: plotly.js inlined once, and not one request to any network."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from study.figures.template import DARK, LIGHT, Colours
from study.findings.estimate import Estimate
from study.reporting import numbers
from study.reporting.conduct import flow_rows
from study.reporting.design_words import design_rows, design_words
from study.reporting.methods import analysed
from study.reporting.report import Options, Report, make_report
from study.reporting.sections import Section
from study.reporting.source import source
from study.reporting.table_html import shown_csv, table_html
from study.reporting.wording import listed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# No figure has these colours of its own.
MARKERS = Colours(*(f"#01020{at:X}" for at in range(len(fields(Colours)))))
TEMPLATES = Path(__file__).parent / "templates"
HEADLINE = {
    "soft": "Soft-label preferred",
    "hard": "Hard-label preferred",
    "both": "Both",
    "none": "None",
    "accuracy": "Own soft-label recognised",
    "self_agreement": "Self-agreement",
    "inter_agreement": "Agreement of pairs",
}


def report_html(session: Session, study_id: int, now: datetime, options: Options | None = None) -> str:
    """A study's report as one HTML page that needs no network; `now` is the time that it bears.

    Raises:
        NotFoundError: there is no such study.
        StudyError: it is an annotation study, or everybody is flagged and was to be left out.
    """
    return page(make_report(source(session, study_id), options or Options(), now))


def page(report: Report) -> str:
    """The report's HTML. Its content security policy lets the page load nothing from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["table"] = table_html
    environment.filters["moment"] = _moment
    environment.filters["day"] = _day
    environment.filters["listed"] = listed
    template = environment.get_template("report.html")
    return template.render(
        report=report,
        facts=report.source.facts,
        groups=_groups(report.sections),
        headline=_headline(report),
        design=design_words(report.source.facts.design),
        design_rows=design_rows(report.source.facts.design),
        flow=flow_rows(report.source.facts.flow),
        analysed=analysed(report),
        estimates=_estimates(report),
        tests=numbers.tests_table(report.found),
        style=_inline("report.css"),
        script=_inline("report.js"),
        plotly=Markup(get_plotlyjs()),
        data=_data(report),
    )


def _groups(found: list[Section]) -> dict[str, list[Section]]:
    groups: dict[str, list[Section]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    return groups


def _headline(report: Report) -> list[tuple[str, Estimate, Estimate | None]]:
    without = report.without_flagged or {}
    return [(HEADLINE.get(name, name), one, without.get(name)) for name, one in report.whole.items()]


def _estimates(report: Report) -> dict[str, list[tuple[str, Estimate]]]:
    """The single numbers, by the part of the findings that they belong to."""
    groups: dict[str, list[tuple[str, Estimate]]] = {}
    for name, one in report.found.estimates().items():
        part, _, rest = name.partition(".")
        groups.setdefault(part.replace("_", " "), []).append((rest.replace("_", " "), one))
    return groups


def _inline(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _data(report: Report) -> Markup:
    """The figures, light and dark, and the CSVs, as JSON that may stand in a script element."""
    figures = {one.key: looks(one) for one in report.sections if one.draw is not None}
    tables = {one.key: shown_csv(one.data) for one in report.sections}
    for one in report.sections:
        for at, extra in enumerate(one.tables.values(), 1):
            tables[f"{one.key}-{at}"] = shown_csv(extra)
    tables["numbers"] = numbers.estimates_table(report.found).to_csv(index=False)
    study = report.source.facts.name
    text = json.dumps({"study": study, "figures": figures, "tables": tables}, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def looks(one: Section) -> dict[str, Any]:
    """A section's figure as plotly's JSON in the light and in the dark look.

    It is drawn once, in marker colours that are then exchanged for those of either look: drawing twice
    takes twice as long.
    """
    assert one.draw is not None
    drawn = str(one.draw(MARKERS).to_json())
    return {name: json.loads(_coloured(drawn, look)) for name, look in (("light", LIGHT), ("dark", DARK))}


def _coloured(drawn: str, look: Colours) -> str:
    for role, marker in asdict(MARKERS).items():
        drawn = drawn.replace(f'"{marker}"', json.dumps(getattr(look, role)))
    return drawn


def _moment(at: datetime | str | None) -> str:
    if at is None:
        return "not known"
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{found:%d %B %Y, %H:%M} UTC"


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%d %B %Y}"
