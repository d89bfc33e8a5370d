from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.annotations import LABELS
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS
from study.errors import StudyError
from study.simulation.annotators import POOR, USUAL, Annotator, Panel, simulate_readings

PLAIN = Annotator(none=0, uncertain=0, non_face=0, lapse=0, slider_noise=0, affect_noise=0)


def faces(scores):
    """Images that show these scores, one row an image; valence .4 and arousal -.2."""
    frame = pd.DataFrame(np.asarray(scores, float), columns=list(SOFT_COLUMNS))
    frame.insert(0, "image", [f"face-{at:05}" for at in range(len(frame))])
    return frame.assign(valence=0.4, arousal=-0.2)


def asked(images, people=1, repeats=False):
    """Every image to each of the people, and once more where repeats are asked for."""
    kinds = ["first", "self_repeat"] if repeats else ["first"]
    rows = [
        (f"P{person + 1:02}", kind, image) for person in range(people) for kind in kinds for image in images
    ]
    frame = pd.DataFrame(rows, columns=["participant", "kind", "image"])
    frame["position"] = frame.groupby("participant").cumcount() + 1
    return frame.assign(question=[f"q{at}" for at in range(len(frame))])


def said(shown, form, annotator, repeats=False, seed=1, sharpness=8.0):
    panel = Panel((annotator,), sharpness=sharpness)
    rng = np.random.default_rng(seed)
    return simulate_readings(asked(shown["image"], 1, repeats), shown, form, panel, 4.0, rng)


def test_a_confusion_matrix_is_worked_from_sensitivity_by_hand():
    confusion = Annotator((0.7,) * 8).confusion
    fear = confusion[EMOTIONS.index("Fear")]
    # Of the .3 missed, half is taken for surprise, and each of the six others gets .15 / 6.
    assert fear[EMOTIONS.index("Fear")] == 0.7
    assert fear[EMOTIONS.index("Surprise")] == pytest.approx(0.15)
    assert fear[EMOTIONS.index("Happy")] == pytest.approx(0.025)
    assert confusion.sum(axis=1) == pytest.approx(1)


def test_labels_follow_the_confusion_matrix_and_the_shares_without_an_emotion():
    shown = faces(np.repeat(np.eye(8), 4000, axis=0))
    person = replace(PLAIN, sensitivity=(0.6, 0.9) * 4, none=0.05, uncertain=0.1, non_face=0.02)
    labels = said(shown, "hard_label", person)["label"]
    given = pd.crosstab(np.repeat(EMOTIONS, 4000), labels, normalize="index")
    given = given.reindex(index=list(EMOTIONS), columns=list(LABELS), fill_value=0).to_numpy()
    assert given[:, :8] / 0.83 == pytest.approx(person.confusion, abs=0.03)
    assert given[:, 8:].mean(axis=0) == pytest.approx([0.05, 0.1, 0.02], abs=0.006)


def test_several_emotions_are_named_by_their_scores_to_the_power_of_sharpness():
    scores = np.tile([0, 0.8, 0, 0.4, 0, 0, 0, 0], (6000, 1))
    certain = replace(PLAIN, sensitivity=(1.0,) * 8)
    for sharpness, expected in ((0, 1 / 8), (1, 2 / 3), (2, 4 / 5), (100, 1)):
        found = said(faces(scores), "hard_label", certain, sharpness=sharpness)["label"] == "Happy"
        assert found.mean() == pytest.approx(expected, abs=0.02)


def test_a_repeat_says_the_same_as_often_as_consistency_and_chance_let_it():
    shown = faces(np.tile(np.eye(8)[4], (8000, 1)))
    person = replace(PLAIN, sensitivity=(0.7,) * 8, consistency=0.5)
    found = said(shown, "hard_label", person, repeats=True)
    first, again = (found.loc[found["kind"] == kind, "label"].to_numpy() for kind in ("first", "self_repeat"))
    # 1/2 + 1/2 (.7^2 + .15^2 + 6 x .025^2)
    assert (first == again).mean() == pytest.approx(0.758, abs=0.015)


def test_sliders_have_the_planted_bias_noise_and_consistency():
    shown = faces(np.full((4000, 8), 0.5))
    person = replace(
        PLAIN, sensitivity=(0.8,) * 8, slider_bias=0.1, slider_noise=0.12, consistency=0.6, affect_noise=0.2
    )
    found = said(shown, "soft_label", person, repeats=True)
    values = found[list(SOFT_COLUMNS)].to_numpy()
    assert values.mean() == pytest.approx(0.8 * 0.5 + 0.1, abs=0.003)
    # Steps of .05 add their own variance, a twelfth of their square.
    assert values.std() == pytest.approx(np.sqrt(0.12**2 + 0.05**2 / 12), abs=0.002)
    assert np.allclose(values * 20, np.round(values * 20))
    first, again = values[:4000].ravel(), values[4000:].ravel()
    assert np.corrcoef(first, again)[0, 1] == pytest.approx(0.6, abs=0.02)
    grid = said(shown, "affect", person)[["valence", "arousal"]]
    assert grid.mean().to_numpy() == pytest.approx([0.4, -0.2], abs=0.01)
    assert grid.std().to_numpy() == pytest.approx([0.2, 0.2], abs=0.01)


def test_blind_readings_say_anything_and_no_value_is_a_negative_zero():
    shown = faces(np.tile(np.eye(8)[1], (3000, 1)))
    blind = replace(PLAIN, lapse=1.0)
    shares = said(shown, "hard_label", blind)["label"].value_counts(normalize=True)
    assert shares.reindex(list(LABELS)).to_numpy() == pytest.approx(1 / 11, abs=0.02)
    values = said(shown, "affect", blind)[["valence", "arousal"]].to_numpy()
    assert (values.min(), values.max()) == (-1, 1)
    assert not np.signbit(values[values == 0]).any()


def test_the_last_of_three_or_more_is_the_poor_one_and_agrees_least():
    assert USUAL.people(2) == list(USUAL.annotators[:2])
    assert USUAL.people(7)[5:] == [USUAL.annotators[0], POOR]
    assert USUAL.poor_code(["P01", "P02"]) is None
    shown = faces(np.repeat(np.eye(8), 30, axis=0))
    table = simulate_readings(
        asked(shown["image"], 4), shown, "hard_label", USUAL, 4.0, np.random.default_rng(2)
    )
    wide = table.pivot(index="image", columns="participant", values="label")
    near = [np.mean([(wide[a] == wide[b]).mean() for b in wide if b != a]) for a in wide]
    assert int(np.argmin(near)) == 3
    again = simulate_readings(
        asked(shown["image"], 4), shown, "hard_label", USUAL, 4.0, np.random.default_rng(2)
    )
    pd.testing.assert_frame_equal(table, again)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sensitivity": (0.5,) * 7}, "8 shares"),
        ({"sensitivity": (1.5,) * 8}, "sensitivity = 1.5"),
        ({"none": 0.5, "uncertain": 0.6}, "1 or less together"),
        ({"slider_noise": -1}, "slider_noise = -1"),
        ({"seconds": 0}, "seconds = 0"),
        ({"lapse": 2}, "lapse = 2"),
    ],
)
def test_an_annotator_that_cannot_be_is_refused(changes, told):
    with pytest.raises(StudyError, match=told):
        Annotator(**changes)


def test_an_image_of_which_nothing_is_known_is_refused():
    with pytest.raises(StudyError, match="face-9"):
        simulate_readings(asked(["face-9"]), faces(np.eye(8)), "affect", USUAL, 4.0, np.random.default_rng(0))
