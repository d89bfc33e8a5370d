import numpy as np
import pandas as pd
import pytest

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation import label_sets
from engine.soft_labels import SOFT_COLUMNS, label_frame

# Table 5; its Fear, Disgust and Anger columns are mislabelled in the paper, here they have their true names.
TABLE_5 = {
    "Easy": (51422, 115934, 8171, 4914, 1698, 987, 10651, 477),
    "Challenging": (14669, 11835, 11067, 4646, 2270, 1663, 8837, 2440),
    "Difficult": (8783, 6646, 6221, 4530, 2410, 1153, 5394, 833),
}


def labels(scores: dict[str, dict[str, float]], hard: dict[str, str | None]) -> pd.DataFrame:
    """A label file of images that score 0.1 but for what `scores` says."""
    table = np.full((len(scores), 8), 0.1)
    for row, own in enumerate(scores.values()):
        for emotion, score in own.items():
            table[row, EMOTIONS.index(emotion)] = score
    return label_frame(list(scores), [hard[image] for image in scores], table, "hand")


@pytest.fixture
def three() -> pd.DataFrame:
    scores = {"a": {"Happy": 0.8, "Contempt": 0.5}, "b": {"Happy": 0.8}, "c": {"Sad": 0.4, "Fear": 0.3}}
    return labels(scores, {"a": "Contempt", "b": "Happy", "c": None})


def test_the_papers_table_5_comes_out_of_its_counts() -> None:
    rows = [
        (subset, emotion)
        for subset, counts in TABLE_5.items()
        for emotion, count in zip(EMOTIONS, counts, strict=True)
        for _ in range(count)
    ]
    frame = pd.DataFrame(rows, columns=["subset", "hard_label"])
    table = label_sets.table_5(
        frame.assign(image=frame.index.astype(str), **dict.fromkeys(SOFT_COLUMNS, 0.5))
    )
    found = table.set_index(["subset", "measure"])
    assert found.loc[("All", "images"), "Overall"] == 287_651
    assert found.loc[("Easy", "percent"), "Happy"] == pytest.approx(86.25, abs=0.01)
    assert found.loc[("Difficult", "percent"), "Contempt"] == pytest.approx(22.21, abs=0.01)
    overall = [found.loc[(subset, "percent"), "Overall"] for subset in TABLE_5]
    assert overall == pytest.approx([67.53, 19.96, 12.50], abs=0.01)


def test_figure_4_counts_by_split_with_shares_of_the_subset(three: pd.DataFrame) -> None:
    images = pd.DataFrame({"image": ["c", "b", "a"], "split": ["train", "validation", "train"]})
    found = label_sets.figure_4(three, images).set_index(["split", "subset", "emotion"])
    assert found.loc[("train", "Challenging", "Contempt"), "images"] == 1
    assert found.loc[("train", "Challenging", "Contempt"), "percent"] == 100
    assert np.isnan(found.loc[("train", "Easy", "Happy"), "percent"])
    assert set(label_sets.figure_4(three)["split"]) == {"all"}


def test_score_distributions_tell_own_images_from_others(three: pd.DataFrame) -> None:
    found = label_sets.score_distributions(three).set_index(["emotion", "of"])
    assert found.loc[("Happy", "own"), ["images", "mean", "median"]].tolist() == [1, 0.8, 0.8]
    assert found.loc[("Happy", "others"), ["images", "mean"]].tolist() == [1, 0.8]
    assert found.loc[("Happy", "all"), "mean"] == pytest.approx((0.8 + 0.8 + 0.1) / 3)
    assert np.isnan(found.loc[("Fear", "own"), "mean"])
    histogram = label_sets.score_histogram(three, bins=10)
    assert histogram.groupby("emotion")[["own", "others"]].sum().sum(axis=1).eq(3).all()


def test_emotions_that_go_together_by_hand(three: pd.DataFrame) -> None:
    found = label_sets.co_occurrence(three)
    assert found.loc["Happy", "Happy"] == pytest.approx(200 / 3)
    assert found.loc["Happy", "Contempt"] == found.loc["Contempt", "Happy"] == pytest.approx(100 / 3)
    assert found.loc["Sad", "Fear"] == pytest.approx(100 / 3)
    assert found.loc["Sad", "Happy"] == 0
    assert label_sets.co_occurrence(three, share=0.9).loc["Sad", "Fear"] == 0
    with pytest.raises(EngineError, match="a share of 0 of the highest score"):
        label_sets.co_occurrence(three, share=0)


def test_correlations_are_undefined_where_a_score_never_varies(three: pd.DataFrame) -> None:
    found = label_sets.score_correlations(three)
    assert found.loc["Sad", "Fear"] == pytest.approx(1)
    assert found.loc["Anger"].isna().all()


def test_caps_and_their_bias_by_hand() -> None:
    confidence = {
        "ensemble": {"a": dict.fromkeys(EMOTIONS, 0.9), "b": dict.fromkeys(EMOTIONS, 0.7)},
        "action_units": {**dict.fromkeys(EMOTIONS, 0.8), "Contempt": 0.4},
    }
    caps = label_sets.score_caps(confidence)
    assert caps["cap"].tolist() == pytest.approx([0.8] * 7 + [0.6])
    # Contempt reaches 0.5 of its 0.6, Happy 0.6 of its 0.8: without caps Contempt is first.
    frame = labels(
        {"x": {"Happy": 0.6, "Contempt": 0.5}, "y": {"Happy": 0.8}}, {"x": "Contempt", "y": "Happy"}
    )
    bias = label_sets.confidence_bias(frame, caps).set_index("emotion")
    assert bias.loc["Contempt", ["first", "first_without", "easy", "easy_without"]].tolist() == [0, 0.5, 0, 1]
    assert bias.loc["Happy", ["highest", "first", "first_without", "easy"]].tolist() == [0.8, 1, 0.5, 1]
    assert np.isnan(bias.loc["Fear", "easy"])
    moved = label_sets.subsets_without_caps(frame, caps).set_index("subset")
    assert moved.loc["Challenging", "Easy"] == moved.loc["Easy", "Easy"] == 1
    assert moved.to_numpy().sum() == 2


def test_joint_shares_take_each_split_and_the_words_of_common_estimators(three: pd.DataFrame) -> None:
    images = pd.DataFrame(
        {
            "image": ["a", "b", "c"],
            "split": ["train", "train", "validation"],
            "gender": ["woman", "Male", "alien"],
            "ethnicity": ["latino hispanic", "White", None],
        }
    )
    found = label_sets.shares(three, images)
    assert list(found) == ["train", "validation"]
    assert found["train"].loc[("expression", "Contempt"), ("gender", "Female")] == 50
    assert found["train"].loc[("ethnicity", "Hispanic"), ("gender", "Female")] == 50
    assert np.isnan(found["validation"].loc[("gender", "Male"), ("gender", "Male")])
    assert label_sets.known_people(images)[1] == {"gender": 1, "ethnicity": 0}


def test_what_a_label_file_lacks_is_named(three: pd.DataFrame) -> None:
    with pytest.raises(EngineError, match="x has no column 'soft_sad', 'subset'; "):
        label_sets.check_labels(three.drop(columns=["subset", "soft_sad"]), "x")
    with pytest.raises(EngineError, match="has no row"):
        label_sets.table_5(three.iloc[:0])
    with pytest.raises(EngineError, match="2 of 3 labelled images are not in the manifest, the first is 'a'"):
        label_sets.figure_4(three, pd.DataFrame({"image": ["c"], "split": ["train"]}))
