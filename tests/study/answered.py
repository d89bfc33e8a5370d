"""Answers to the small study, for tests of its report and its export."""

from datetime import timedelta
from pathlib import Path

from study.trial import answers
from study.trial.posts import AnswerPost, UndoPost
from tests.small_study import NOW, SmallStudy, small_study


def answered_study(folder: Path) -> SmallStudy:
    """The small study with all questions answered: P01 left throughout, P02 by turns; P01 once undid an
    answer and once sent one twice.
    """
    here = small_study(folder)
    here.agree("P01", "P02")
    for code in ("P01", "P02"):
        for number, question in enumerate(here.question_ids(code)):
            side = "left" if code == "P01" or number % 3 else "right"
            times = 2 if (code, number) == ("P01", 4) else 1
            for _ in range(times):
                give(here, code, number, question, side)
            if (code, number) == ("P01", 2):
                undo(here, code, question, number)
                give(here, code, number, question, side, key="again")
    return here


def give(
    here: SmallStudy, code: str, number: int, question: str, side: str, key: str = "key", seconds: float = 7.5
) -> None:
    """Post one answer, `seconds` after the one before."""
    now = NOW + timedelta(seconds=seconds * number)
    post = AnswerPost(f"{key}-{number:08}", question, side, 900.0 + number, 0.0, now, "key", 0)
    with here.database.begin() as session:
        assert answers.record(session, here.participants[code], post, now).status in ("stored", "repeated")


def undo(here: SmallStudy, code: str, question: str, number: int) -> None:
    """Take the answer back."""
    with here.database.begin() as session:
        done = answers.undo(session, here.participants[code], UndoPost(f"undo-{number:08}", question), NOW)
    assert done.status == "undone"
