import numpy as np
import pandas as pd
import pytest

from engine.errors import EngineError
from engine.evaluation.comparison import compare
from engine.soft_labels import label_frame


def frame(happy: float, names: list[str], hard: str | None = "Happy") -> pd.DataFrame:
    scores = np.full((len(names), 8), 0.3)
    scores[:, 1], scores[:, 2], scores[:, 3] = happy, 0.6, 0.5
    return label_frame(names, [hard] * len(names), scores, "hand")


def test_images_that_change_their_subset_are_counted_and_told() -> None:
    before = pd.concat([frame(0.7, ["a", "b"]), frame(0.55, ["c"]), frame(0.7, ["d"], hard=None)])
    after = pd.concat([frame(0.55, ["a"]), frame(0.9, ["b", "c"]), frame(0.1, ["d"], hard=None)])
    found = compare(before, after)
    assert (found.changed, found.ranked, found.share_changed) == (2, 3, pytest.approx(2 / 3))
    rows = found.images.set_index("image")
    assert rows["changed"].to_dict() == {"a": True, "b": False, "c": True, "d": False}
    assert rows.loc["a", ["subset_before", "subset_after"]].tolist() == ["Easy", "Challenging"]
    assert rows.loc["c", ["rank_before", "rank_after", "emotion"]].tolist() == [2, 1, "Happy"]
    assert rows.loc["d", "largest"] == pytest.approx(-0.6)
    moves = found.moves.set_index(["subset_before", "subset_after"])["images"]
    assert moves["Easy", "Challenging"] == moves["Challenging", "Easy"] == moves["Easy", "Easy"] == 1
    assert moves.sum() == 3
    happy = found.scores.set_index("emotion").loc["Happy"]
    assert happy.tolist() == pytest.approx([(-0.15 + 0.2 + 0.35 - 0.6) / 4, 1.3 / 4, 0.6])


def test_images_of_one_file_alone_are_counted() -> None:
    found = compare(frame(0.7, ["a", "b"]), frame(0.7, ["b", "c", "d"]))
    assert (found.changed, found.only_before, found.only_after) == (0, 1, 2)


def test_nothing_ranked_is_undefined() -> None:
    assert compare(frame(0.7, ["a"], None), frame(0.7, ["a"], None)).share_changed is None


def test_files_that_cannot_be_compared_say_why() -> None:
    with pytest.raises(EngineError, match="no image is in both"):
        compare(frame(0.7, ["a"]), frame(0.7, ["b"]))
    with pytest.raises(EngineError, match="'a' is Happy in the first label file and Sad in the second"):
        compare(frame(0.7, ["a"]), frame(0.7, ["a"], "Sad"))
    with pytest.raises(EngineError, match="the second label file has no column 'subset'"):
        compare(frame(0.7, ["a"]), frame(0.7, ["a"]).drop(columns="subset"))
