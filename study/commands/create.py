"""Make a draft of a study: of a design file, a preset, or a copy of another study."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from db.tables import Study

NAME = "create"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("design", nargs="?", type=Path, metavar="DESIGN", help="a design file (.toml)")
    source.add_argument("--preset", metavar="PRESET", help="affectnet_plus_paper or quick_pilot, as it is")
    source.add_argument("--copy", metavar="STUDY", help="the name of a study whose design is copied")
    parser.add_argument("--name", metavar="NAME", help="another name than the design's")
    parser.add_argument("--labels", metavar="SET", help="the label set's name, where there are several")


def run(args: argparse.Namespace) -> int:
    """Keep the draft, and say how it goes on."""
    from study.installation import opened_database

    with opened_database() as (database, _), database.begin() as session:
        study = _created(session, args)
        name, label_set_id = study.name, study.label_set_id
        problems = _problems(session, study)
    print(f"draft {name} made, of label set {label_set_id}")
    for problem in problems:
        print(f"to mend before it is frozen: {problem}", file=sys.stderr)
    print(f"to plan and preregister it: python -m study freeze {name}")
    return 0


def _problems(session: "Session", study: "Study") -> Sequence[Exception]:
    """For what freezing would refuse the draft of a study, which is kept all the same."""
    from study.design.design import Design
    from study.images.feasibility import design_problems

    if study.label_set_id is None:
        return ()
    return design_problems(session, study.label_set_id, Design.from_dict(study.design))


def _created(session: "Session", args: argparse.Namespace) -> "Study":
    from datetime import UTC, datetime

    from study import drafts
    from study.design.design import Design, preset
    from study.errors import StudyError
    from study.field.doors import study_named
    from study.images.eligible import find_label_set

    now = datetime.now(UTC)
    if args.copy is not None:
        if args.labels is not None:
            raise StudyError("--labels does not go with --copy: a copy asks about the same label set")
        return drafts.copy_study(session, study_named(session, args.copy).id, args.name, now=now)
    design = Design.from_toml(args.design) if args.design else preset(args.preset)
    if args.name is not None:
        design = design.changed(name=args.name)
    label_set_id = find_label_set(session, args.labels)
    return drafts.create_draft(session, design, label_set_id, now=now)
