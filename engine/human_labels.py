"""What the annotators' votes give by themselves: the MAS as a table, and human soft-labels (Sec. 3.1)."""

import numpy as np
import pandas as pd

from engine.annotations import HUMAN_COLUMNS, MultiAnnotatedSet, draw_test_set, human_distribution
from engine.soft_labels import label_frame

BUNDLE = "human votes"
PARTS: tuple[str, ...] = ("train-MAS", "test-MAS", "other", "undecided", "too few")


def mas_table(mas: MultiAnnotatedSet, rng: np.random.Generator, per_emotion: int = 100) -> pd.DataFrame:
    """Every annotated image with its part: image, label, annotators, agreeing, unanimous, decided_by, part.

    `part` is train-MAS, test-MAS (`per_emotion` unanimous images an emotion), other (None, Uncertain,
    Non-Face), undecided (an open tie) or too few (annotators). Raises AnnotationError where the test set
    cannot be drawn.
    """
    test = draw_test_set(mas, rng, per_emotion)
    few = pd.DataFrame({"image": pd.Series(mas.too_few, dtype="str"), "part": "too few"})
    return pd.concat(
        [
            mas.emotions.assign(part=np.where(test, "test-MAS", "train-MAS")),
            mas.others.assign(part="other"),
            mas.undecided.assign(part="undecided"),
            few.reindex(columns=[*mas.emotions.columns, "part"]),
        ],
        ignore_index=True,
    )


def human_labels(annotations: pd.DataFrame, mas: MultiAnnotatedSet) -> pd.DataFrame:
    """The vote distribution as a label file, to compare the engine's with; hard_label is the MAS label.

    Images without an emotion vote have no soft-label and are left out; those whose MAS label is no emotion
    have no hard-label. Unlike the engine's scores, an image's shares sum to 1.
    """
    shares = human_distribution(annotations)
    voted = shares[shares["votes"] > 0].reset_index(drop=True)
    hard = voted["image"].map(mas.emotions.set_index("image")["label"])
    return label_frame(voted["image"], hard, voted[list(HUMAN_COLUMNS)].to_numpy(), BUNDLE)
