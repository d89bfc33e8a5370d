import numpy as np
import pandas as pd
import pytest

from engine.emfacs import EMOTIONS
from engine.soft_labels import SUBSETS
from engine.subsets import subset_table

# Table 5's counts; its printed percentages are checked below.
EASY = (51422, 115934, 8171, 4914, 10651, 987, 1698, 477)
CHALLENGING = (14669, 11835, 11067, 4646, 8837, 1663, 2270, 2440)
DIFFICULT = (8783, 6646, 6221, 4530, 5394, 1153, 2410, 833)


def test_the_percentages_of_table_5_come_out_of_its_counts():
    counts = dict(zip(SUBSETS, (EASY, CHALLENGING, DIFFICULT), strict=True))
    pairs = [(s, e) for s in SUBSETS for e in EMOTIONS]
    sizes = [counts[s][EMOTIONS.index(e)] for s, e in pairs]
    labels = pd.DataFrame(pairs, columns=["subset", "hard_label"]).loc[np.repeat(np.arange(24), sizes)]
    table = subset_table(labels).set_index(["subset", "emotion"])
    assert table.loc[("Easy", "Overall"), "images"] == 194_254
    assert table.loc[("Challenging", "Overall"), "images"] == 57_427
    assert table.loc[("All", "Overall"), "images"] == 287_651
    assert table.loc[("All", "Happy"), "images"] == 134_415
    assert table.loc[("Easy", "Contempt"), "percent"] == pytest.approx(12.72, abs=0.01)
    assert table.loc[("Easy", "Overall"), "percent"] == pytest.approx(67.53, abs=0.01)


def test_an_emotion_without_images_has_no_percentage():
    table = subset_table(pd.DataFrame({"subset": ["Easy", None], "hard_label": ["Happy", "Sad"]}))
    cells = table.set_index(["subset", "emotion"])
    assert cells.loc[("Easy", "Happy")].tolist() == [1, 100]
    assert cells.loc[("Easy", "Sad"), "images"] == 0
    assert np.isnan(cells.loc[("Easy", "Sad"), "percent"])
    assert len(table) == 4 * 9
