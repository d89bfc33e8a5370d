import json
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from db.tables import Study
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError, StudyError
from study.figures.template import DARK, LIGHT
from study.findings.simulation import Design as SimulatedDesign
from study.findings.simulation import Population, simulate_trials
from study.findings.summary import findings
from study.reporting.as_json import report_json
from study.reporting.design_words import design_rows, design_words
from study.reporting.figure_files import write_figures
from study.reporting.methods import analysed
from study.reporting.numbers import as_json, tables
from study.reporting.page import looks, page, report_html
from study.reporting.report import Options, make_report
from study.reporting.sections import sections
from study.reporting.source import Source, StudyFacts, find_study, source
from study.reporting.table_html import cell, table_html
from study.reporting.versions import release, source_fingerprint, versions
from tests.small_study import NOW, small_study
from tests.study.answered import answered_study

FACTS = StudyFacts(
    "trial-1",
    "Faces <b>& labels",
    "closed",
    False,
    3,
    {"experiments": [1, 2]},
    "ab" * 32,
    "set",
    "bundle",
    "cd" * 32,
)


def trials(people=4, questions=60, seed=1):
    found = simulate_trials(SimulatedDesign(people, questions), Population(), np.random.default_rng(seed))
    return found.astype(
        dict.fromkeys(("participant", "side", "kind", "choice", "hard_label", "subset"), "str")
    )


def made(options=None, found=None, facts=FACTS):
    found = trials() if found is None else found
    people = sorted(set(found["participant"]))
    return make_report(Source(facts, found, people), options or Options(), NOW)


@cache
def usual():
    """The page of an ordinary study."""
    return page(made())


def with_a_clicker(found):
    """The trials with one participant who presses left, whatever is asked, at once."""
    first = sorted(set(found["participant"]))[0]
    own = found["participant"] == first
    target = {1: ("soft", "hard"), 2: ("own", "foil")}
    pressed = [target[e][side != "left"] for e, side in zip(found["experiment"], found["side"], strict=True)]
    return found.assign(
        choice=found["choice"].mask(own, pd.Series(pressed, index=found.index)),
        rt_ms=found["rt_ms"].mask(own, 120.0),
    ), first


def test_figure_6_comes_first_and_every_finding_has_two_sentences():
    found = sections(findings(trials()))
    assert [one.key[:9] for one in found[:3]] == ["figure-6a", "figure-6b", "figure-6c"]
    assert len({one.key for one in found}) == len(found) >= 20
    for one in found:
        assert one.meaning.endswith(".")
        assert one.computed.endswith(".")
        assert "nan" not in one.meaning
        assert "None" not in one.meaning.replace("None of", "")


@pytest.mark.parametrize("rows", [0, 1, 3, 40])
def test_a_study_of_few_answers_is_reported_with_reasons(rows):
    html = page(made(found=trials().head(rows)))
    assert not re.search(r"\bnan\b", html.partition("<script")[0], re.IGNORECASE)
    report_json(made(found=trials().head(rows)))


def test_one_participant_is_reported_without_an_interval_over_people():
    html = page(made(found=trials(people=1)))
    assert "One participant says nothing of others" in html


def test_where_nothing_has_an_interval_nothing_is_said_to_miss():
    alone = trials(people=1).query("experiment == 2").head(3)
    assert analysed(made(found=alone))[-2] == (
        "No single number has a 95 % interval, so that nothing is compared."
    )
    assert "about one in twenty is to be expected to miss" in analysed(made())[-2]


def test_one_participant_is_said_to_tell_nothing_of_others_lean():
    html = page(made(found=trials(people=1)))
    assert "so few or so alike tell nothing of a lean" in html
    assert "neither side" not in html


def test_figures_of_a_simulated_study_say_so_also_where_they_are_taken_alone():
    report = made(facts=replace(FACTS, simulated=True))
    drawn = [one.draw(LIGHT) for one in report.sections if one.draw is not None]
    assert all("simulated" in [note.text for note in figure.layout.annotations] for figure in drawn)
    assert not any(
        "simulated" in [note.text for note in one.draw(LIGHT).layout.annotations]
        for one in made().sections
        if one.draw
    )


def test_every_table_of_the_findings_is_among_the_numbers():
    found = findings(trials())
    named = tables(found)
    assert {"preference.by_participant", "quality.rt", "side_bias.experiment_1.by_participant"} <= set(named)
    written = as_json(found)
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert written["estimates"]["preference.soft"]["estimate"] == found.preference.overall["soft"].estimate
    shown = {id(table) for one in sections(found) for table in (one.data, *one.tables.values())}
    apart = {"preference.by_participant", "discrimination.by_participant", "inter_agreement.by_pair"}
    missing = [
        name for name, table in named.items() if id(table) not in shown and name not in apart and len(table)
    ]
    assert missing == []


def test_the_page_shows_the_numbers_that_the_findings_hold():
    report = made()
    html = page(report)
    for one in report.found.estimates().values():
        if one.estimate is not None:
            assert f"{one.estimate:.4f}" in html
    assert f"{100 * report.found.preference.overall['soft'].estimate:.1f} %" in html


def test_the_page_asks_no_network_and_escapes_what_people_wrote():
    html = usual()
    assert "default-src 'none'" in html
    assert not re.findall(r"<(?:script|img|iframe|link|source)[^>]*\s(?:src|href)=", html)
    head, _, _ = html.partition('<script type="application/json"')
    assert head.count("<title>Faces &lt;b&gt;&amp; labels") == 1
    assert "<b>&" not in head
    assert "@import" not in head
    assert "url(" not in head
    assert html.count("plotly.js v") == 1


def test_the_page_says_what_made_it_and_whether_it_was_preregistered():
    html = usual()
    assert "ab" * 32 in html
    assert versions()["numpy"] in html
    assert "not preregistered" not in html
    assert "not preregistered" in page(
        made(facts=FACTS.__class__(**{**vars(FACTS), "preregistration": None}))
    )


def test_a_simulated_study_says_so_first():
    loud = page(made(facts=FACTS.__class__(**{**vars(FACTS), "simulated": True})))
    assert loud.index("Simulated answers.") < loud.index("<main>")
    assert "Simulated answers." not in usual()


def test_flagged_participants_can_be_left_out_of_everything():
    found, clicker = with_a_clicker(trials(people=5, questions=120))
    whole, without = made(found=found), made(Options(exclude_flagged=True), found)
    assert whole.flagged == [clicker]
    assert whole.left_out == []
    assert without.left_out == [clicker]
    assert clicker not in without.found.participants
    assert without.found.preference.overall["soft"] == whole.without_flagged["soft"]
    assert without.whole == whole.whole
    html = page(without)
    assert f"leave out {clicker}" in html
    assert report_json(without)["left_out"] == [clicker]


def test_a_bootstrap_is_seeded_and_said():
    found = trials(people=3)
    one, same = (made(Options(resamples=50, seed=4), found) for _ in range(2))
    assert json.dumps(report_json(one)) == json.dumps(report_json(same))
    assert "50 resamples, seed 4" in page(one)
    with pytest.raises(StudyError, match="0 or more"):
        Options(resamples=-1)


def test_every_section_has_its_csv_and_every_figure_draws_light_and_dark(tmp_path):
    report = made()
    written = write_figures(report.sections, tmp_path, svg=False)
    for one in report.sections:
        assert len(pd.read_csv(tmp_path / f"{one.key}.csv")) == len(one.data)
        if one.draw is not None:
            drawn = {"light": one.draw(LIGHT), "dark": one.draw(DARK)}
            assert looks(one) == {name: json.loads(figure.to_json()) for name, figure in drawn.items()}
    assert len(written) == sum(1 + len(one.tables) for one in report.sections)


def test_without_a_browser_the_csvs_are_written_and_the_error_says_what_to_do(tmp_path, monkeypatch):
    from choreographer.browsers.chromium import Chromium

    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(Chromium, "find_browser", lambda **_: None)
    with pytest.raises(StudyError, match=r"need Chrome or Chromium.*--csv-only"):
        write_figures(made().sections, tmp_path, svg=True)
    assert list(tmp_path.glob("*.csv"))


def test_a_study_of_the_database_is_reported(tmp_path):
    here = answered_study(tmp_path)
    with here.database.session() as session:
        html = report_html(session, here.study_id, NOW)
        made_of = source(session, here.study_id)
        with pytest.raises(NotFoundError, match="there is no study 9"):
            report_html(session, 9, NOW)
    assert "A small study" in html
    assert "Preliminary." in html
    assert made_of.participants == ["P01", "P02"]
    assert len(made_of.trials) == 16


def test_a_study_is_found_by_name_or_id(tmp_path):
    here = small_study(tmp_path)
    with here.database.session() as session:
        assert find_study(session, "small") == find_study(session, "1") == 1
        with pytest.raises(NotFoundError, match="the studies are: small"):
            find_study(session, "large")


def test_an_annotation_study_is_refused_in_words(tmp_path):
    here = small_study(tmp_path)
    with here.database.begin() as session:
        session.execute(update(Study).values(kind="annotation"))
    with here.database.session() as session, pytest.raises(StudyError, match="is an annotation task"):
        source(session, here.study_id)


def test_a_design_is_told_in_words():
    design = {
        "experiments": [1, 2],
        "participants": 6,
        "images_per_emotion": 500,
        "emotions": list(EMOTIONS),
        "self_repeats": 0.2,
        "min_lag": 50,
        "overlap": 0.1,
        "overlap_design": "ring",
        "foil_policy": "random",
        "texts": {"consent": "long"},
    }
    said = " ".join(design_words(design))
    assert "6 participants, 500 images of each of 8 emotions" in said
    assert "20% of a participant's first-time questions" in said
    assert "Foils were drawn from all images" in said
    assert "texts" not in dict(design_rows(design))
    assert design_words({}) == [
        "Questions stood in an order drawn by lot for each participant, sides counterbalanced."
    ]


def test_tables_round_for_people_and_say_what_is_missing():
    html = table_html(
        pd.DataFrame({"participant": ["P<1"], "n": [12345], "share": [0.123456], "low": [np.nan]}), "A & B"
    )
    for text in ("P&lt;1", "12,345", "0.1235", "–", "A &amp; B", 'scope="row"', 'scope="col"'):
        assert text in html
    assert "no rows" in table_html(pd.DataFrame(columns=["a"]), "Empty")
    assert "first 20,000 of 20,001 rows" in table_html(pd.DataFrame({"a": range(20_001)}), "Longer")
    assert "50 more rows" in table_html(pd.DataFrame({"a": range(250)}), "Long")
    assert [cell(value) for value in (True, np.float64(2), None, float("inf"), 0, "x")] == [
        *("yes", "2.0000", "–", "no limit", "0", "x"),
    ]


def test_versions_tell_one_program_from_another(tmp_path):
    assert re.fullmatch(r"[0-9a-f]{12}", versions()["source"])
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a.py").write_text("x = 1\n")
    before = source_fingerprint(tmp_path)
    (tmp_path / "study" / "a.py").write_text("x = 2\n")
    changed = source_fingerprint(tmp_path)
    assert changed != before
    (tmp_path / "study" / "en.toml").write_text('agree = "Yes"\n')  # what participants read counts too
    assert source_fingerprint(tmp_path) != changed
    assert release(tmp_path) == "unreleased"
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2026-12-01\n\n## 1.1.0\n"
    )
    assert release(tmp_path) == "1.2.0"


def test_a_study_of_one_experiment_has_no_sections_of_the_other():
    found = findings(trials())
    first, second = ({one.key for one in sections(found, (number,))} for number in (1, 2))
    assert "figure-6a-preference" in first - second
    assert "figure-6b-accuracy" in second - first
    assert "psychometric" in second - first
    assert "figure-6c-agreement" in first & second
