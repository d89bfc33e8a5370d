"""`python -m app`: serve FaceValue, build its demo, or print the links that let people in."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from app import demo
from app.serving import ServingError, require_free_port, running_server, termination_as_interrupt
from db import schema
from db.errors import DatabaseError
from db.session import Database, open_database
from db.settings import Settings
from study.access import people, researchers
from study.access.secret import installation_secret
from study.errors import StudyError

ERRORS = (ServingError, demo.DemoError, DatabaseError, StudyError, SQLAlchemyError, OSError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 is well, 2 means that it could not be done, and stderr says why."""
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    server = commands.add_parser(
        "serve", help="build the demo where it is absent, and serve on 127.0.0.1:PORT"
    )
    server.add_argument("--no-demo", action="store_true", help="serve what is there, and build no demo")
    server.add_argument("--no-links", action="store_true", help="print no links, which a log would keep")
    commands.add_parser("demo", help="build the demo where it is absent")
    commands.add_parser("links", help="print a fresh researcher's link and a participant's")
    chosen = vars(parser.parse_args(argv))
    run = {"serve": serve, "demo": build_demo, "links": print_links}[chosen.pop("command")]
    try:
        with termination_as_interrupt():
            run(Settings.from_environment(), **chosen)
    except ERRORS as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 0 if run is serve else 130
    return 0


def serve(settings: Settings, *, no_demo: bool = False, no_links: bool = False) -> None:
    """Build the demo where it is absent, serve, print the two links, and wait for Ctrl-C or SIGTERM."""
    require_free_port(settings)
    if no_demo:
        with _opened(settings):
            pass
    else:
        build_demo(settings)
    for note in _notes(settings):
        print(f"note: {note}", file=sys.stderr)
    with running_server(settings) as server:
        if no_links:
            print(f"Serving: {settings.link_url}", flush=True)
        else:
            print_links(settings)
        status = server.wait()
    raise ServingError(f"the server ended by itself with status {status}")


def _notes(settings: Settings) -> Iterator[str]:
    """What about the settings lets more people in than need be."""
    if settings.open_to_others():
        yield f"other users of this machine may look into {settings.data_dir}; chmod 700 keeps them out"
    if settings.host not in ("127.0.0.1", "::1", "localhost"):
        yield f"{settings.host} is open to the network, unencrypted: docs/security.md says what to add"


def build_demo(settings: Settings) -> None:
    """Bring the database to the newest schema, and build what is absent of the demo."""
    with _opened(settings) as database:
        demo.build(settings, database)


def print_links(settings: Settings) -> None:
    """Print the researcher's one-time link, and the first invitation of the demo's open study, if any."""
    now = datetime.now(UTC)
    with _opened(settings) as database, database.begin() as session:
        owner = researchers.owner(session, now=now)
        sign_in = people.new_link(session, owner.id, by=None, now=now)
        invitations = demo.invitations(session, installation_secret(settings))
    print(f"Researcher: {settings.link_url}/signin/{sign_in}", flush=True)
    for token in invitations[:1]:
        print(f"Participant: {settings.link_url}/join/{token}", flush=True)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    try:
        schema.upgrade(database)
        yield database
    finally:
        database.dispose()


if __name__ == "__main__":
    sys.exit(main())
