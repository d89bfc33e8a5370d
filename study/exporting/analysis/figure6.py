"""Fig. 6 from the tables of this data set, with pandas alone: python analysis/figure6.py [DATA SET]."""

import sys
from pathlib import Path

import pandas as pd


def read(folder: Path, table: str) -> pd.DataFrame:
    """One table of the data set; only empty fields are missing, so that the choice "none" stays one."""
    (file,) = (folder / "data").glob(f"study-*_description-{table}_data.csv")
    return pd.read_csv(file, keep_default_na=False, na_values=[""])


def figure6(folder: Path) -> dict[str, pd.DataFrame]:
    """Preference (6-a), accuracy (6-b), self-agreement and agreement of pairs (6-c), as shares."""
    answers = read(folder, "answers")
    asked = read(folder, "questions")[["question", "foil", "repeats"]]
    answers = answers.merge(asked, on="question")
    first = answers[answers["kind"] == "first"]
    return {
        "preference": preference(first[first["experiment"] == 1]),
        "accuracy": accuracy(first[first["experiment"] == 2]),
        "self_agreement": self_agreement(answers),
        "pairs": pairs(answers),
    }


def preference(first: pd.DataFrame) -> pd.DataFrame:
    """Shares of the choices of each participant, and their mean with participants equal."""
    shares = pd.crosstab(first["participant"], first["choice"], normalize="index")
    shares = shares.reindex(columns=["soft", "hard", "both", "none"], fill_value=0.0)
    return pd.concat([shares, shares.mean().to_frame("Mean").T])


def accuracy(first: pd.DataFrame) -> pd.DataFrame:
    """Share of right choices of each participant, and their mean."""
    shares = (first["choice"] == "own").groupby(first["participant"]).mean().to_frame("accuracy")
    return pd.concat([shares, shares.mean().to_frame("Mean").T])


def self_agreement(answers: pd.DataFrame) -> pd.DataFrame:
    """Share of repeated questions that a participant answered as before, and the mean."""
    again = answers[answers["kind"] == "self_repeat"]
    both = again.merge(answers, left_on="repeats", right_on="question", suffixes=("", "_before"))
    same = both["choice"] == both["choice_before"]
    found = same.groupby(both["participant"]).agg(["mean", "size"])
    found.columns = ["percent", "n"]
    mean = pd.DataFrame({"percent": found["percent"].mean(), "n": found["n"].sum()}, index=["Mean"])
    return pd.concat([found, mean])


def pairs(answers: pd.DataFrame) -> pd.DataFrame:
    """Share of the questions that two participants both answered on which they agree, and the mean."""
    shown = answers[answers["kind"].isin(["first", "overlap"])]
    shown = shown.assign(foil=shown["foil"].astype(object).fillna(""))
    item = ["experiment", "image", "foil"]
    shown = shown.drop_duplicates(["participant", *item])
    both = shown.merge(shown, on=item, suffixes=("_a", "_b"))
    both = both[both["participant_a"] < both["participant_b"]]
    same = both["choice_a"] == both["choice_b"]
    found = same.groupby([both["participant_a"], both["participant_b"]]).agg(["mean", "size"])
    found.columns = ["percent", "n"]
    mean = pd.DataFrame({"percent": found["percent"].mean(), "n": found["n"].sum()}, index=[("Mean", "")])
    return pd.concat([found, mean])


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    for name, table in figure6(place).items():
        print(f"\n{name}\n{table.round(4).to_string()}")
