"""What the agreement report shows of one study: all findings of the answers so far, or of some of them."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Answer, AnswerEvent, Participant, Study
from study.findings.quality import quality
from study.findings.summary import Findings, findings
from study.plans import frozen
from study.trial.compact_trials import Progress, compact_trials

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Filters:
    """Which answers are looked at; an empty tuple leaves all in.

    kinds: first, self_repeat, overlap. without_flagged leaves out the participants whom quality flags when
    it looks at all their answers.
    """

    participants: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    subsets: tuple[str, ...] = ()
    experiments: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    without_flagged: bool = False

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


@dataclass(frozen=True)
class Answers:
    """The trials of a study and the codes of its participants, those yet to answer too."""

    trials: pd.DataFrame
    participants: list[str]


def version(session: Session, study_id: int) -> Version:
    """Three numbers that change with every answer, undo and erasure of a study, without counting rows.

    How many are answered, erased, and the last event of a study that may still be answered: an undone
    answer that is given anew changes the events alone. Of a closed study it is when it was made: a dry run
    may have the number of one that was deleted.
    """
    study = session.execute(select(Study.state, Study.created_at).where(Study.id == study_id)).first()
    last = select(func.max(Answer.position)).where(Answer.participant_id == Participant.id).scalar_subquery()
    counts = select(func.sum(last), func.count(Participant.erased_at)).where(Participant.study_id == study_id)
    answered, erased = session.execute(counts).one()
    if study is not None and study.state == "closed":
        return int(answered or 0), int(erased), int(1000 * study.created_at.timestamp())
    event = session.scalar(select(func.max(AnswerEvent.id)))
    return int(answered or 0), int(erased), int(event or 0)


def participants(session: Session, study_id: int) -> list[str]:
    """The codes of a study's participants, those yet to answer too, without the erased."""
    codes = select(Participant.code).where(
        Participant.study_id == frozen(study_id), Participant.erased_at.is_(None)
    )
    return list(session.scalars(codes.order_by(Participant.code)))


def answers(session: Session, study_id: int, progress: Progress | None = None) -> Answers:
    """The answers so far; erased participants and their answers are left out.

    `progress` is told how many have been read.

    Raises:
        NotFoundError: there is no such study of labels.
    """
    return Answers(compact_trials(session, study_id, progress), participants(session, study_id))


def flagged(given: Answers) -> list[str]:
    """Participants whom quality flags, by all of their answers."""
    return quality(given.trials).flagged


def report(given: Answers, filters: Filters | None = None) -> Findings:
    """All findings of the answers that the filters leave in; the one function behind the page."""
    chosen = filters or Filters()
    left_out = set(flagged(given)) if chosen.without_flagged else set()
    people = [
        code
        for code in given.participants
        if code not in left_out and (not chosen.participants or code in chosen.participants)
    ]
    return findings(_kept(given.trials, chosen, people), people)


def _kept(trials: pd.DataFrame, filters: Filters, people: list[str]) -> pd.DataFrame:
    keep = pd.Series(True, index=trials.index)
    if filters.participants or filters.without_flagged:
        keep &= trials["participant"].isin(people)
    for column, wanted in (
        ("hard_label", filters.emotions),
        ("subset", filters.subsets),
        ("experiment", filters.experiments),
        ("kind", filters.kinds),
    ):
        if wanted:
            keep &= trials[column].isin(wanted)
    return trials if keep.all() else trials[keep].reset_index(drop=True)
