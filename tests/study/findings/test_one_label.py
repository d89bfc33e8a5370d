import numpy as np
import pandas as pd
from scipy import stats

from study.findings.annotators import annotator_agreement


def readings(**of_rater):
    """A table of each rater's labels, of items 0, 1 and so on."""
    rows = [
        (at, who, label)
        for who, labels in of_rater.items()
        for at, label in enumerate(labels)
        if label is not None
    ]
    return pd.DataFrame(rows, columns=["item", "rater", "label"])


def hints(table):
    return annotator_agreement(table, "item", "rater", "label").by_rater.set_index("rater")


def test_who_gives_one_label_while_others_give_many_is_hinted_at():
    others = ["Happy", "Sad", "Fear"] * 10
    found = hints(readings(ann=others, bob=others[::-1], cas=["Happy"] * 28 + ["Sad"] * 2))
    assert found["one_label"].to_dict() == {"ann": False, "bob": False, "cas": True}
    row = found.loc["cas"]
    assert (row["commonest"], row["share"], row["others"]) == ("Happy", 28 / 30, 20 / 60)
    assert stats.binom.sf(27, 30, 1 / 3) < 0.001


def test_a_table_of_one_prevailing_label_few_readings_or_one_rater_raise_no_hint():
    same = ["Neutral"] * 40
    assert not hints(readings(ann=same, bob=same))["one_label"].any()
    assert not hints(readings(ann=["Happy"] * 5, bob=["Sad", "Fear"] * 15))["one_label"].any()
    alone = hints(readings(ann=same))
    assert not alone["one_label"].any()
    assert np.isnan(alone.loc["ann", "others"])


def test_no_readings_are_no_hint():
    table = readings(ann=["Happy"]).iloc[:0]
    assert hints(table).empty
