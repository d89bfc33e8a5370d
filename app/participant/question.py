"""The questions: all of it happens in the trial component."""

from app.trial.mount import trial
from study.participation import Participation


def page(mine: Participation) -> None:
    """Mount the trial where the participant is."""
    trial(mine)
