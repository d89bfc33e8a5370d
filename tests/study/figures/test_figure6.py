import subprocess
import sys

import numpy as np

from study.figures.figure6 import accuracy_figure, agreement_graph, preference_figure
from study.figures.template import DARK
from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.findings.simulation import Design, Population, simulate_trials
from tests.study.findings.trial_tables import asked_twice, both_asked, choices, table

SAME, OTHER = ("soft", "soft"), ("soft", "hard")
TRIALS = table(
    *choices("P01", soft=6, hard=2),
    *choices("P02", soft=3, none=1),
    *choices("P01", 2, own=8, foil=2),
    *choices("P02", 2, own=3, foil=1),
    *asked_twice("P01", SAME, SAME, OTHER),
    *both_asked("P01", "P02", SAME, SAME, OTHER, OTHER),
    *both_asked("P02", "P03", SAME),
)


def test_preference_draws_four_bars_a_participant_and_the_mean_with_n():
    figure = preference_figure(preference(TRIALS))
    assert [trace.name for trace in figure.data] == ["Soft-label", "Hard-label", "Both", "None"]
    assert figure.data[0].x[0] == "P01<br>15"
    assert figure.layout.xaxis.title.text == "Participant, and number of answers"
    assert figure.data[0].x[-1].startswith("Mean")
    assert figure.data[1].marker.pattern.shape == "/"


def test_accuracy_draws_the_values_the_findings_hold():
    found = discrimination(TRIALS)
    figure = accuracy_figure(found)
    assert list(figure.data[0].y[:-1]) == found.by_participant["accuracy"].tolist()
    assert figure.data[0].y[-1] == found.overall.estimate


def test_the_graph_labels_edges_with_share_and_n_and_leaves_missing_pairs_without_a_number():
    figure = agreement_graph(self_agreement(TRIALS), inter_agreement(TRIALS), DARK)
    named = {trace.name: trace for trace in figure.data if trace.name}
    assert named["no shared questions"].line.dash == "dot"
    texts = [text for trace in figure.data if trace.text for text in trace.text]
    assert "50%<br>n = 4" in texts
    assert "<b>67%</b>" in texts
    assert "<b>P01</b><br>n = 3" in texts
    assert "<b>P03</b><br>no repeats" in texts


def test_thicker_lines_are_pairs_that_agree_more():
    figure = agreement_graph(self_agreement(TRIALS), inter_agreement(TRIALS))
    widths = {
        trace.name: trace.line.width for trace in figure.data if trace.name and "pair agrees" in trace.name
    }
    assert widths == {"pair agrees in 50% or more": 2.5, "pair agrees in 80% or more": 10.0}


def test_fifty_participants_are_a_dozen_traces():
    rng = np.random.default_rng(1)
    trials = simulate_trials(Design(participants=50, questions=20, overlap_share=0.2), Population(), rng)
    figure = agreement_graph(self_agreement(trials), inter_agreement(trials))
    assert len(figure.data) < 12
    assert "no line: no shared questions" in [trace.name for trace in figure.data]


def test_of_five_hundred_participants_the_figures_draw_five_numbers_and_the_mean():
    rng = np.random.default_rng(1)
    trials = simulate_trials(Design(participants=500, questions=10, overlap_share=0.2), Population(), rng)
    chosen, told, own = preference(trials), discrimination(trials), self_agreement(trials)
    first, second, third = (
        preference_figure(chosen),
        accuracy_figure(told),
        agreement_graph(own, inter_agreement(trials)),
    )
    assert [trace.type for trace in first.data] == ["box", "scatter"] * 4
    soft = chosen.by_participant["soft"]
    assert [first.data[0].median[0], first.data[0].q1[0]] == list(np.quantile(soft, [0.5, 0.25]))
    assert first.data[1].y[0] == chosen.overall["soft"].estimate
    assert second.data[0].x == ("Right choices<br>500 participants",)
    assert third.data[2].x == ("With one another<br>500 pairs",)
    assert max(len(figure.to_json()) for figure in (first, second, third)) < 20_000


def test_backgrounds_are_transparent_and_text_has_the_colour_passed():
    figure = preference_figure(preference(TRIALS), DARK)
    layout = figure.layout.template.layout
    assert layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color == DARK.text


def test_without_answers_each_figure_says_so():
    none = table()
    for figure in (
        preference_figure(preference(none)),
        accuracy_figure(discrimination(none)),
        agreement_graph(self_agreement(none), inter_agreement(none)),
    ):
        assert "yet" in figure.layout.annotations[0].text


def test_importing_the_findings_loads_no_plotly():
    code = "import sys, study.findings.agreement, study.figures; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
