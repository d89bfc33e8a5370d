"""List a study's links; make, renew or revoke personal ones; make an open one."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from sqlalchemy.orm import Session

    from db.tables import Study

NAME = "links"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the study's name or number")
    parser.add_argument("--make", action="store_true", help="make a personal link for whoever has none")
    parser.add_argument(
        "--renew", nargs="+", metavar="P", default=(), help="new links for these participants"
    )
    parser.add_argument("--revoke", nargs="+", metavar="P", default=(), help="take back the links of these")
    parser.add_argument("--open", type=int, metavar="N", help="make an open link with N places")
    parser.add_argument("--prolific", action="store_true", help="the open link is for Prolific")
    parser.add_argument("--code", metavar="CODE", help="completion code shown by the open link's last page")
    parser.add_argument("--completion-url", metavar="URL", help="where the open link's last page leads")
    parser.add_argument("--revoke-open", type=int, metavar="ID", help="take an open link back")
    parser.add_argument("--expires", metavar="WHEN", help="2026-12-01 or 7d: when links made now expire")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write participant, link, expires to FILE")
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help="what people's links begin with (default: PUBLIC_URL, or this HOST and PORT)",
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked, then print or write the links."""
    from datetime import UTC, datetime

    from study.access import invitations, open_links
    from study.access.acts import Act
    from study.access.audit import note
    from study.access.secret import installation_secret
    from study.errors import StudyError
    from study.field.doors import study_named
    from study.field.moments import read_moment
    from study.installation import opened_database

    if (args.prolific or args.code or args.completion_url) and args.open is None:
        raise StudyError("--prolific, --code and --completion-url belong to --open N")
    now = datetime.now(UTC)
    expires_at = read_moment(args.expires, now) if args.expires else None
    with opened_database() as (database, settings):
        secret = installation_secret(settings)
        base = (args.base_url or settings.link_url).rstrip("/")
        with database.begin() as session:
            study = study_named(session, args.study)
            _change(session, study, args, secret, now, expires_at)
            personal = invitations.links_table(session, study.id, secret, base)
            openly = open_links.open_links(session, study.id, secret, now=now)
            if args.csv:
                _write(personal, args.csv)
                note(session, None, Act.LINKS_TAKEN, study.name, now=now)
    _print_open(openly, base)
    if args.csv:
        print(f"{len(personal)} personal links written: {args.csv}")
    elif personal.empty:
        print("no personal links: --make makes them")
    else:
        print(personal.to_string(index=False))
    return 0


def _change(
    session: "Session",
    study: "Study",
    args: argparse.Namespace,
    secret: bytes,
    now: "datetime",
    expires_at: "datetime | None",
) -> None:
    from study.access import invitations, open_links
    from study.field.doors import participant_coded

    if args.make:
        invitations.invite_all(session, study.id, secret=secret, now=now, expires_at=expires_at)
    for code in args.renew:
        person = participant_coded(session, study, code)
        invitations.renew(session, person.id, secret=secret, now=now, expires_at=expires_at)
    for code in args.revoke:
        invitations.revoke_all(session, participant_coded(session, study, code).id, now=now)
    if args.revoke_open is not None:
        open_links.revoke_open_link(session, args.revoke_open, study_id=study.id, now=now)
    if args.open is not None:
        open_links.create_open_link(
            session,
            study.id,
            args.open,
            secret=secret,
            now=now,
            source="prolific" if args.prolific else "open",
            completion_code=args.code,
            completion_url=args.completion_url,
            expires_at=expires_at,
        )


def _print_open(openly: "pd.DataFrame", base: str) -> None:
    for link in openly.itertuples():
        state = (
            "taken back" if link.revoked_at is not None else f"{link.taken} of {link.capacity} places taken"
        )
        print(f"open link {link.link_id} ({link.source}, {state}): {base}/go/{link.token}")


def _write(table: "pd.DataFrame", path: Path) -> None:
    from study.errors import StudyError

    try:
        table.to_csv(path, index=False)
    except OSError as problem:
        raise StudyError(f"--csv {path} cannot be written: {problem.strerror or problem}") from problem
