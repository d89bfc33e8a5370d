import csv
import io
import json
import re
import runpy
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from db.tables import Participant, Study
from study.errors import NotFoundError, StudyError
from study.exporting.folder import FIGURE6, export_folder, export_zip
from study.exporting.reading import is_export, read_export
from study.exporting.tables import Options
from study.findings.summary import findings
from study.reporting.numbers import estimates_table
from study.reporting.source import source
from study.stages.withdrawal import erase
from tests.program import opened
from tests.small_study import NOW, QUESTIONS
from tests.study.answered import answered_study

PROLIFIC = "5f3c1d2e4b6a7890abcdef12"


@pytest.fixture
def here(tmp_path):
    return answered_study(tmp_path / "data")


def export(here, out, seed=3, force=False, **options):
    with here.database.session() as session:
        return export_folder(
            session,
            here.study_id,
            out,
            now=NOW,
            rng=np.random.default_rng(seed),
            options=Options(**options),
            force=force,
        )


def table(out, name):
    (file,) = (out / "data").glob(f"study-*_description-{name}_data.csv")
    return pd.read_csv(file, keep_default_na=False, na_values=[""])


def texts(out):
    return {
        path: path.read_text(encoding="utf-8")
        for path in out.rglob("*")
        if path.suffix != ".parquet" and path.is_file()
    }


def test_every_row_of_the_database_is_there(here, tmp_path):
    rows = export(here, tmp_path / "out")
    assert rows["answers"] == rows["questions"] == 2 * QUESTIONS
    assert rows["participants"] == 2
    assert rows["events"] == 2 * QUESTIONS + 3
    assert table(tmp_path / "out", "events")["event"].value_counts().to_dict() == {
        "stored": 2 * QUESTIONS + 1,
        "undone": 1,
        "repeated": 1,
    }
    for name, count in rows.items():
        assert len(table(tmp_path / "out", name)) == count
        assert len(pd.read_parquet(tmp_path / "out" / "parquet" / f"{name}.parquet")) == count


def test_the_metadata_name_every_column_and_nothing_else(here, tmp_path):
    """What the Psych-DS validator 1.5.0 checks of metadata, file names and tables (docs/statistics.md)."""
    export(here, tmp_path / "out")
    described = json.loads((tmp_path / "out" / "dataset_description.json").read_text())
    assert (described["@type"], described["@context"]) == ("Dataset", "https://schema.org/")
    assert described["name"] == "A small study"
    assert described["temporalCoverage"] == "2026-03/2026-03"
    named = [one["name"] for one in described["variableMeasured"]]
    columns = set()
    files = sorted((tmp_path / "out" / "data").iterdir())
    for file in files:
        assert re.fullmatch(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv", file.name)
        header, *rows = csv.reader(file.open(encoding="utf-8", newline=""))
        assert {len(row) for row in rows} == {len(header)}
        columns |= set(header)
    assert len(files) == 5
    assert sorted(named) == sorted(columns)
    assert all(len(one["description"]) > 10 for one in described["variableMeasured"])
    dictionary = pd.read_csv(tmp_path / "out" / "documentation" / "data_dictionary.csv")
    assert set(dictionary["column"]) == columns


def test_nothing_tells_who_took_part_or_when(here, tmp_path):
    with here.database.begin() as session:
        personal = {"external_id": PROLIFIC, "external": {"session": PROLIFIC}, "demographics": {"age": 42}}
        session.execute(update(Participant).where(Participant.code == "P01").values(**personal))
    export(here, tmp_path / "out", redraw_codes=True)
    everything = "\n".join(texts(tmp_path / "out").values())
    tokens = [*here.tokens.values(), *here.question_ids("P01")]
    for secret in (PROLIFIC, "key-0000", "P01", "P02", "2026-03-02 ", "T09:30", "09:30:00", *tokens):
        assert secret not in everything
    assert not [name for name in table(tmp_path / "out", "participants").columns if "demographic" in name]
    answers = table(tmp_path / "out", "answers")
    assert answers.groupby("participant")["answered_s"].min().tolist() == [0.0, 0.0]
    assert sorted(answers["answered_s"])[-1] == 7.5 * (QUESTIONS - 1)
    assert json.loads((tmp_path / "out" / "documentation" / "study.json").read_text())["seed"] is None


def test_codes_are_kept_and_demographics_are_there_when_asked_for(here, tmp_path):
    with here.database.begin() as session:
        session.execute(update(Participant).where(Participant.code == "P01").values(demographics={"age": 42}))
    export(here, tmp_path / "out", demographics=True)
    people = table(tmp_path / "out", "participants").set_index("participant")
    assert list(people.index) == ["P01", "P02"]
    assert people.loc["P01", "demographic_age"] == 42


def test_codes_are_drawn_anew_where_asked(here, tmp_path):
    """P01 always pressed left; over a few draws it is S01 in one export and S02 in another."""
    found = set()
    for seed in range(6):
        export(here, tmp_path / str(seed), seed=seed, redraw_codes=True)
        events = table(tmp_path / str(seed), "events")
        found.add(events.loc[events["event"] == "undone", "participant"].iloc[0])
    assert found == {"S01", "S02"}


def test_an_erased_participant_is_nowhere_and_is_counted(here, tmp_path):
    with here.database.begin() as session:
        erase(session, here.participants["P01"], _loss(session, here.participants["P01"]), NOW)
    rows = export(here, tmp_path / "out")
    assert rows["answers"] == rows["questions"] == QUESTIONS
    for name in ("answers", "questions", "participants", "events"):
        assert set(table(tmp_path / "out", name)["participant"]) == {"P02"}
    questions = table(tmp_path / "out", "questions")
    assert questions.loc[questions["kind"] == "overlap", "repeats"].isna().all()
    assert questions.loc[questions["kind"] == "self_repeat", "repeats"].notna().all()
    assert "1 participant's data were erased" in (tmp_path / "out" / "README.md").read_text()
    assert read_export(tmp_path / "out").facts.erased == 1


def _loss(session, participant):
    from study.stages.loss import lost

    return lost(session, participant)


def test_pandas_alone_reads_back_the_same_figure_6(built_program, tmp_path):
    """analysis/figure6.py runs in a Python that cannot import this project, and gives our numbers."""
    out = tmp_path / "out"
    with opened(built_program) as program, program.database.session() as session:
        study = session.query(Study).filter_by(name="demo-simulated").one()
        export_folder(session, study.id, out, now=NOW, rng=np.random.default_rng(1), options=Options())
        made_of = source(session, study.id)
    whole = findings(made_of.trials, made_of.participants)
    assert "study" not in re.findall(r"^(?:from|import) (\w+)", FIGURE6.read_text(), re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-I", str(out / "analysis" / "figure6.py")], cwd=out, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"{whole.preference.overall['soft'].estimate:.4f}" in done.stdout
    found = runpy.run_path(str(out / "analysis" / "figure6.py"))["figure6"](out)
    _assert_same_figure(found, whole)


def _assert_same_figure(found, whole):
    for name, one in whole.preference.overall.items():
        assert found["preference"].loc["Mean", name] == pytest.approx(one.estimate, abs=1e-12)
    theirs = whole.preference.by_participant.set_index("participant")
    for name in whole.preference.overall:
        assert found["preference"][name].drop("Mean").tolist() == pytest.approx(theirs[name].tolist())
    theirs = whole.discrimination.by_participant["accuracy"].tolist()
    assert found["accuracy"]["accuracy"].tolist() == pytest.approx(
        [*theirs, whole.discrimination.overall.estimate]
    )
    theirs = whole.self_agreement.by_participant
    assert found["self_agreement"]["percent"].tolist() == pytest.approx(
        [*theirs["percent"], whole.self_agreement.overall.estimate]
    )
    assert found["self_agreement"]["n"].drop("Mean").tolist() == theirs["n"].tolist()
    pairs = whole.inter_agreement.by_pair
    pairs = pairs[pairs["n"] > 0]
    assert found["pairs"]["percent"].tolist() == pytest.approx(
        [*pairs["percent"], whole.inter_agreement.overall.estimate]
    )
    assert found["pairs"]["n"].tolist()[:-1] == pairs["n"].tolist()


def test_an_export_read_back_gives_the_same_findings(here, tmp_path):
    export(here, tmp_path / "out")
    with here.database.session() as session:
        made_of = source(session, here.study_id)
    back = read_export(tmp_path / "out")
    assert is_export(tmp_path / "out")
    assert back.participants == ["P01", "P02"]
    ours = estimates_table(findings(made_of.trials, made_of.participants))
    theirs = estimates_table(findings(back.trials, back.participants))
    pd.testing.assert_frame_equal(ours, theirs, atol=1e-12)
    written = pd.read_csv(tmp_path / "out" / "results" / "estimates.csv")
    assert written["estimate"].tolist() == pytest.approx(ours["estimate"].tolist(), nan_ok=True)


def test_a_folder_that_is_not_empty_is_refused_and_left_as_it_was(here, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("precious")
    with pytest.raises(StudyError, match="is not empty"):
        export(here, out)
    with pytest.raises(StudyError, match="is not an export"):
        export(here, out, force=True)
    with pytest.raises(StudyError, match="is a file"):
        export(here, out / "thesis.txt")
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


def test_force_replaces_an_earlier_export_whole(here, tmp_path):
    out = tmp_path / "out"
    export(here, out)
    (out / "data" / "stale.csv").write_text("old")
    export(here, out, force=True)
    assert not (out / "data" / "stale.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]


def test_a_failed_export_leaves_nothing_behind(here, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(OSError, match="No space"):
        export(here, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_zip_holds_the_same_files(here, tmp_path):
    export(here, tmp_path / "out", seed=5)
    with here.database.session() as session:
        packed = export_zip(session, here.study_id, now=NOW, rng=np.random.default_rng(5))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = {name.removeprefix("small/") for name in archive.namelist() if not name.endswith("/")}
        answers = archive.read("small/data/study-small_description-answers_data.csv").decode()
    assert names == {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert answers == (tmp_path / "out" / "data" / "study-small_description-answers_data.csv").read_text()


def test_no_such_study_is_said(here, tmp_path):
    with here.database.session() as session, pytest.raises(NotFoundError):
        export_folder(session, 77, tmp_path / "out", now=datetime.now(UTC), rng=np.random.default_rng(1))
    assert not (tmp_path / "out").exists()
