"""What a study loses with a participant's answers: how many, which overlap pairs, how much precision."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from db.tables import Participant, Study
from study.annotation.findings import task_findings
from study.annotation.kinds import ANNOTATION
from study.annotation.tables import annotator_name, form_of_task, readings
from study.errors import NotFoundError
from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.estimate import Estimate
from study.findings.preference import preference
from study.trial.trials import trials


@dataclass(frozen=True)
class LostPair:
    """Another participant, and the questions that both had answered."""

    participant: str
    questions: int


@dataclass(frozen=True)
class Precision:
    """Half-widths of a finding's 95 % interval, before and after; None where the finding is undefined.

    The estimates themselves are left out: their difference would tell what the participant had answered.
    """

    finding: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Loss:
    """What goes with one participant's answers."""

    answers: int
    pairs: tuple[LostPair, ...]
    precision: tuple[Precision, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the audit log."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Loss":
        """Read what `to_dict` gave."""
        pairs = tuple(LostPair(**one) for one in values["pairs"])
        return cls(int(values["answers"]), pairs, tuple(Precision(**one) for one in values["precision"]))


def lost(session: Session, participant_id: int) -> Loss:
    """What would go with this participant's answers now; reads only.

    Raises:
        NotFoundError: there is no such participant.
    """
    person = session.get(Participant, participant_id)
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    study = session.get_one(Study, person.study_id)
    if study.kind == ANNOTATION:
        return _of_annotator(session, study, person.code)
    answered = trials(session, person.study_id)
    own = answered["participant"] == person.code
    if not own.any():
        return Loss(0, (), ())
    left = _half_widths(answered[~own].reset_index(drop=True))
    precision = tuple(
        Precision(finding, before, left[finding]) for finding, before in _half_widths(answered).items()
    )
    return Loss(int(own.sum()), _pairs(answered, person.code), precision)


def _of_annotator(session: Session, study: Study, code: str) -> Loss:
    said = readings(session, study)
    own = said["annotator"] == annotator_name(study.name, code)
    images = set(said["image"][own])
    met = said[~own & said["image"].isin(images)].groupby("annotator")["image"].nunique()
    pairs = tuple(LostPair(str(name).partition(":")[2], int(n)) for name, n in met.items())
    before, after = (_agreements(rows, form_of_task(study)) for rows in (said, said[~own]))
    precision = tuple(Precision(name, width, after.get(name)) for name, width in before.items())
    return Loss(int(own.sum()), pairs, precision if own.any() else ())


def _agreements(said: pd.DataFrame, form: str) -> dict[str, float | None]:
    found = task_findings(said.reset_index(drop=True), form)
    if found.labels is not None:
        shown = ("percent_agreement", "krippendorff_alpha", "self_agreement")
        return {name.replace("_", " "): _half_width(found.labels.overall[name]) for name in shown}
    return {f"Krippendorff's alpha, {one.scale}": _half_width(one.alpha) for one in found.scales}


def _pairs(answered: pd.DataFrame, code: str) -> tuple[LostPair, ...]:
    by_pair = inter_agreement(answered).by_pair
    met = by_pair[((by_pair["a"] == code) | (by_pair["b"] == code)) & (by_pair["n"] > 0)]
    others = met["a"].where(met["b"] == code, met["b"])
    return tuple(LostPair(str(other), int(n)) for other, n in zip(others, met["n"], strict=True))


def _half_widths(answered: pd.DataFrame) -> dict[str, float | None]:
    """The half-width of each overall finding; of shares in their own unit, percent or a proportion."""
    found: dict[str, Estimate] = {
        "preference for the soft-label": preference(answered).overall["soft"],
        "accuracy of Experiment 2": discrimination(answered).overall,
        "self-agreement": self_agreement(answered).overall,
        "inter-participant agreement": inter_agreement(answered).overall,
    }
    return {name: _half_width(estimate) for name, estimate in found.items()}


def _half_width(estimate: Estimate) -> float | None:
    if estimate.low is None or estimate.high is None:
        return None
    return round((estimate.high - estimate.low) / 2, 4)
