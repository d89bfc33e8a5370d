import pandas as pd
import pytest
from PIL import Image

from engine.adapters.source import Options, SourceError
from engine.preview import preview


@pytest.fixture
def source(tmp_path):
    for number in range(6):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{number}.png")
    rows = [(f"{number}.png", "Happy" if number % 2 else "Sad") for number in range(6)]
    rows += [("absent.png", "Sad"), ("0.png", "None")]
    table = tmp_path / "faces.csv"
    pd.DataFrame(rows, columns=["path", "emotion"]).to_csv(table, index=False)
    return table


def test_a_preview_shows_what_would_come_in_and_what_would_not(source):
    found = preview(source, options=Options(columns={"hard_label": "emotion"}))
    assert found.adapter == "table"
    assert found.images["hard_label"].value_counts().to_dict() == {"Happy": 3, "Sad": 3}
    assert all(path.startswith(str(source.parent)) for path in found.images["path"])
    assert found.left_out["file missing"] == 1
    assert found.left_out.total() == 2
    assert found.whole
    assert len(list(source.parent.iterdir())) == 7


def test_a_source_that_is_not_known_is_refused_in_words(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        preview(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError):
        preview(tmp_path / "empty")
