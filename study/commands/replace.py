"""Replace a participant who dropped out: what they left unanswered is issued anew, to a new participant."""

import argparse

NAME = "replace"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("study", metavar="STUDY", help="the study's name or number")
    parser.add_argument("participant", metavar="P", help="the participant's code, such as P03")
    parser.add_argument("--preview", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--base-url", metavar="URL", help="what the new link begins with")


def run(args: argparse.Namespace) -> int:
    """Replace, say what was issued and what was dropped, and print the new participant's link."""
    from datetime import UTC, datetime

    import numpy as np

    from study.access import invitations
    from study.access.secret import installation_secret
    from study.field import doors, replacement
    from study.installation import opened_database

    now = datetime.now(UTC)
    with opened_database() as (database, settings), database.begin() as session:
        study = doors.study_named(session, args.study)
        person = doors.participant_coded(session, study, args.participant)
        if args.preview:
            print(replacement.words(replacement.preview(session, person.id)))
            return 0
        done, new = replacement.replace(session, person.id, now=now, rng=np.random.default_rng())
        print(replacement.words(done))
        if person.open_link_id is None:
            secret = installation_secret(settings)
            token = invitations.invite_one(session, new.id, secret=secret, now=now)
            base = (args.base_url or settings.link_url).rstrip("/")
            print(f"{new.code}: {base}/join/{token}")
        else:
            print(f"{new.code} is free for the next newcomer of the study's open link")
    return 0
