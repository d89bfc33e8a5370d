import numpy as np
import pandas as pd
import pytest

from engine.errors import EngineError
from engine.metadata import age_bands, emotions_by_subset, joint_shares


def test_ages_fall_into_the_papers_bands():
    ages = [0, 15, 15.9, 16, 32, 33, 53, 54, 90, None]
    assert age_bands(ages).fillna("?").tolist() == [
        *("0-15", "0-15", "0-15", "16-32", "16-32", "33-53", "33-53", "54+", "54+", "?")
    ]
    with pytest.raises(EngineError, match=r"-1\.0 years"):
        age_bands([-1])


def test_figure_4_counts_every_combination():
    labels = pd.DataFrame(
        {"hard_label": ["Happy", "Happy", "Sad", None], "subset": ["Easy", "Easy", "Difficult", None]}
    )
    table = emotions_by_subset(labels, pd.Series(["train", "validation", "train", "train"]))
    assert len(table) == 2 * 3 * 8
    counts = table.set_index(["split", "subset", "emotion"])["images"]
    assert counts["train", "Easy", "Happy"] == counts["validation", "Easy", "Happy"] == 1
    assert counts["train", "Difficult", "Sad"] == 1
    assert counts.sum() == 3


def faces() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hard_label": ["Happy", "Happy", "Sad", "Fear"],
            "gender": ["Female", "Male", "Male", "Male"],
            "ethnicity": ["White", "Black", "White", None],
            "age": [20, 40, 60, 10],
        }
    )


def test_the_joint_shares_by_hand():
    shares = joint_shares(faces())
    assert shares.shape == (8 + 2 + 6 + 4,) * 2
    assert shares.loc[("expression", "Happy"), ("gender", "Male")] == 25
    assert shares.loc[("expression", "Happy"), ("expression", "Happy")] == 50
    assert shares.loc[("expression", "Happy"), ("expression", "Sad")] == 0
    assert shares.loc[("gender", "Male"), ("age", "33-53")] == 25
    # One ethnicity is unknown, so that its shares are of three images.
    assert shares.loc[("ethnicity", "White"), ("ethnicity", "White")] == pytest.approx(200 / 3)


def test_the_joint_shares_are_symmetric_and_each_block_sums_to_100():
    rng = np.random.default_rng(4)
    frame = faces().sample(200, replace=True, random_state=1).assign(age=rng.uniform(0, 80, 200))
    shares = joint_shares(frame)
    np.testing.assert_allclose(shares, shares.T)
    for one in ("expression", "gender", "ethnicity", "age"):
        for other in ("expression", "gender", "ethnicity", "age"):
            assert shares.loc[one, other].to_numpy().sum() == pytest.approx(100)


def test_an_attribute_that_is_absent_is_left_out():
    shares = joint_shares(faces()[["hard_label", "gender"]])
    assert set(shares.columns.get_level_values("attribute")) == {"expression", "gender"}


def test_an_attribute_that_is_never_known_has_no_shares():
    shares = joint_shares(faces().assign(gender=None))
    assert shares.loc[("gender", "Male")].isna().all()


def test_an_unknown_value_is_named():
    with pytest.raises(EngineError, match="gender 'F'"):
        joint_shares(faces().assign(gender="F"))
