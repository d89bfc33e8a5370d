"""Report a study: one page of figures and numbers that needs no network, and the same as files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from study.reporting.report import Options, Report, Say

NAME = "report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "study", metavar="STUDY", help="a study's name or id in DATA_DIR, or an export's folder"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the page (.html)")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="where to write every number; - prints them"
    )
    parser.add_argument(
        "--figures",
        type=Path,
        metavar="DIR",
        help="a folder for each figure as .svg and .csv (SVG needs Chromium)",
    )
    parser.add_argument(
        "--csv-only", action="store_true", help="with --figures: no SVG, which needs no Chromium"
    )
    parser.add_argument(
        "--exclude-flagged", action="store_true", help="leave flagged participants out of figures and numbers"
    )
    parser.add_argument(
        "--bootstrap",
        type=int,
        default=0,
        metavar="N",
        help="resamples for coefficients' intervals (default 0)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default 0)")


def run(args: argparse.Namespace) -> int:
    """Compute the report and write what was asked for."""
    from tqdm import tqdm

    from study.errors import StudyError
    from study.reporting.report import Options

    if args.out is None and args.json is None and args.figures is None:
        raise StudyError("nothing to write: give --out FILE, --json FILE or --figures DIR")
    options = Options(args.exclude_flagged, args.bootstrap, args.seed)
    for path in (args.out, args.json):
        if path is not None and not path.parent.is_dir():
            raise StudyError(f"{path} cannot be written: the folder {path.parent} does not exist")
    with tqdm(total=0, bar_format="{desc} [{elapsed}]", file=sys.stderr) as bar:
        made = _made(args.study, options, bar.set_description_str)
        _write(made, args, bar.set_description_str)
        bar.set_description_str("done")
    return 0


def _made(wanted: str, options: Options, say: Say) -> Report:
    """The report of a study of the database or of an exported folder."""
    from datetime import UTC, datetime

    from db.tables import Study
    from study.access.acts import Act
    from study.access.audit import note
    from study.exporting.reading import is_export, read_export
    from study.installation import opened_database
    from study.reporting.report import make_report
    from study.reporting.source import find_study, source

    say("reading the answers")
    now = datetime.now(UTC)
    if is_export(Path(wanted)):
        return make_report(read_export(Path(wanted)), options, now, say)
    with opened_database() as (database, _):
        with database.session() as session:
            study_id = find_study(session, wanted)
            made = make_report(source(session, study_id), options, now, say)
        with database.begin() as session:
            note(session, None, Act.STUDY_REPORTED, session.get_one(Study, study_id).name, now=now)
    return made


def _write(made: Report, args: argparse.Namespace, say: Say) -> None:
    from study.reporting.as_json import report_json
    from study.reporting.figure_files import write_figures
    from study.reporting.page import page

    if args.json is not None:
        text = json.dumps(report_json(made), indent=1, allow_nan=False) + "\n"
        if str(args.json) == "-":
            sys.stdout.write(text)
        else:
            _replace(args.json, text)
    if args.out is not None:
        say("page")
        _replace(args.out, page(made))
    if args.figures is not None:
        say("figures")
        write_figures(made.sections, args.figures, not args.csv_only, say)


def _replace(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
