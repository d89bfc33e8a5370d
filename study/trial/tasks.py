"""What a question asks, and what an answer to it means: the one place that tells the tasks apart.

A question's `experiment` names its task. What is pressed is `left`, `right`, `both` or `none`; what is kept
is what was meant by it, which follows from where the soft-label (or the image's own soft-label) stood. Where
it names none, the study is an annotation task, and what is kept is what the annotator said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from study.annotation.responses import form_of
from study.trial.posts import AnswerPost


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is kept: a choice (and whether it was right) or an annotator's response."""

    choice: str | None = None
    correct: bool | None = None
    response: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two labels beside a face: `at_side` is what stands at the question's side, `opposite` the other.

    `right`, where it is given, is the choice that is correct.
    """

    options: tuple[str, ...]
    at_side: str
    opposite: str
    right: str | None = None

    def read(self, pressed: str, side: str) -> Given | None:
        """What was meant; None where this task does not offer what was pressed."""
        if pressed not in self.options:
            return None
        choice = pressed
        if pressed in SIDES:
            choice = self.at_side if pressed == side else self.opposite
        return Given(choice, None if self.right is None else choice == self.right)


SIDES = ("left", "right")
TASKS: Mapping[int, Comparison] = {
    1: Comparison(("left", "right", "both", "none"), "soft", "hard"),
    2: Comparison(("left", "right"), "own", "foil", right="own"),
}
"""By experiment: 1 prefers the soft-label or the hard-label, 2 finds the image's own soft-label."""


def given(post: AnswerPost, experiment: int | None, side: str, form: str | None) -> Given | None:
    """What a post means; None where it does not fit the question. `form` is an annotation task's."""
    if experiment is None:
        fits = post.response is not None and form_of(post.response) == form
        return Given(response=post.response) if fits else None
    return None if post.choice is None else TASKS[experiment].read(post.choice, side)
