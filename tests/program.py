"""A whole small program in a temporary data folder, and the people who visit it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from app import demo
from app.identity import PARTICIPANT_COOKIE, RESEARCHER_COOKIE, signed
from db import schema
from db.session import Database, open_database
from db.settings import Settings
from db.tables import Participant
from study.access import invitations as registration
from study.access import researchers
from study.access.secret import installation_secret
from study.stages import consent
from study.trial import answers, flow
from study.trial.posts import AnswerPost
from tests.seed import stand_in_engine

FACES = 512


@dataclass(frozen=True)
class Program:
    """An installation with its data, before or while it is served."""

    settings: Settings
    database: Database
    secret: bytes

    def researcher_cookies(self, role: str = "owner") -> dict[str, str]:
        """The cookies of a signed-in browser."""
        now = datetime.now(UTC)
        with self.database.begin() as session:
            person = researchers.add_researcher(session, f"A {role} at {now}", role, now=now)
            token = researchers.create_sign_in_token(session, person, now)
            web = researchers.sign_in(session, token, now)
        return {RESEARCHER_COOKIE: signed(self.secret, RESEARCHER_COOKIE, web)}

    def participant_cookies(self) -> dict[str, str]:
        """The cookies of the browser of the first participant of the open study."""
        with self.database.session() as session:
            person = registration.accept(session, self.invitations()[0], now=datetime.now(UTC))
        return {PARTICIPANT_COOKIE: signed(self.secret, PARTICIPANT_COOKIE, str(person.id))}

    def invitations(self) -> list[str]:
        """The tokens of the open study's links."""
        with self.database.session() as session:
            return demo.invitations(session, self.secret)

    def at_the_questions(self) -> None:
        """Have everybody done what comes between consent and the questions."""
        done = {"demographics": {}, "trained_at": datetime.now(UTC)}
        with self.database.begin() as session:
            session.execute(update(Participant).where(Participant.erased_at.is_(None)).values(**done))

    def answer(self, participants: int = 4, questions: int = 1000, first: int = 0) -> None:
        """Answer questions of some participants of the open study, left and right by turns."""
        now = datetime.now(UTC)
        self.at_the_questions()
        for token in self.invitations()[first : first + participants]:
            with self.database.begin() as session:
                person = registration.accept(session, token, now=now).id
                consent.agree(session, person, "1", now)
                for number, asked in enumerate(flow.next_questions(session, person, limit=questions)):
                    side = "left" if number % 3 else "right"
                    post = AnswerPost(
                        f"test-{person}-{number}", asked.id, side, 2000.0, 0.0, now, "key", number
                    )
                    assert answers.record(session, person, post, now).status == "stored"


@contextmanager
def opened(folder: Path) -> Iterator[Program]:
    """Open the data folder of a program, empty or built."""
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    database = open_database(settings)
    schema.upgrade(database)
    try:
        yield Program(settings, database, installation_secret(settings))
    finally:
        database.dispose()


def build(folder: Path) -> None:
    """Build the demo with drawn faces and random labels in the folder."""
    with opened(folder) as program:
        demo.build(
            program.settings, program.database, engine=stand_in_engine, faces=FACES, say=lambda _text: None
        )


def copy(built: Path, folder: Path) -> None:
    """Copy a built program; the faces, which nobody changes, are linked."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("facevalue.db", "secret"):
        shutil.copy2(built / name, folder / name)
    (folder / "datasets").symlink_to(built / "datasets")
    (built / "cache").mkdir(exist_ok=True)
    (folder / "cache").symlink_to(built / "cache")
