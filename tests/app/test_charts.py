"""Labels as bars: what is drawn, and what a screen reader hears."""

import re

import pytest

from app.charts import (
    card,
    hard_scores,
    label_bars,
    media_url,
    parts_figure,
    parts_table,
    thumbnail_url,
    unit_bars,
)
from app.palette import EMOTION_COLOURS
from engine.emfacs import EMOTIONS
from study.figures.template import LIGHT

SCORES = [0.1, 0.9, 0.0, 0.25, 0.3, 0.4, 0.5, 1.0]


def test_every_emotion_has_a_colour_of_its_own():
    assert list(EMOTION_COLOURS) == list(EMOTIONS)
    assert len(set(EMOTION_COLOURS.values())) == len(EMOTIONS)


def test_a_soft_label_is_eight_bars_in_the_fixed_order():
    html = label_bars(SCORES, form="Soft-label")
    assert re.findall(r'fv-name">(\w+)<', html) == list(EMOTIONS)
    assert re.findall(r"width:([\d.]+)%", html) == ["10.0", "90.0", "25.0", "30.0", "40.0", "50.0", "100.0"]


def test_a_screen_reader_hears_form_and_numbers():
    assert 'aria-label="Soft-label: Neutral 0.10, Happy 0.90, Sad 0.00' in label_bars(
        SCORES, form="Soft-label"
    )


def test_a_hard_label_is_one_full_bar_in_the_same_frame():
    assert hard_scores("Fear") == [0, 0, 0, 0, 1, 0, 0, 0]
    html = label_bars(hard_scores("Fear"), form="Hard-label")
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0"]
    assert html.count("fv-track") == len(EMOTIONS)


def test_a_score_outside_the_axis_does_not_leave_it():
    html = label_bars([1.4, -0.2, float("nan"), 0, 0, 0, 0, 0])
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0"]
    assert "1.40" in html
    assert "–" in html


def test_a_label_of_other_length_is_refused():
    with pytest.raises(ValueError, match="7 scores for the 8 emotions"):
        label_bars([0.1] * 7)


def test_a_card_escapes_the_name_of_an_image():
    html = card("/media/1/2?w=160&x=1", SCORES, "Happy", '"><script>')
    assert "<script>" not in html
    assert "w=160&amp;x=1" in html


def test_the_parts_are_drawn_on_the_same_axis_with_their_numbers():
    parts = {"Soft-label": SCORES, "Ensemble": SCORES, "Action units": SCORES}
    figure = parts_figure(parts, LIGHT)
    assert [trace.name for trace in figure.data] == ["Soft-label", "Ensemble", "Action units"]
    assert tuple(figure.layout.xaxis.range) == (0, 1)
    assert parts_table(parts).iloc[1].tolist() == ["Happy", 0.9, 0.9, 0.9]


def test_action_units_are_named_by_their_numbers():
    html = unit_bars({1: 0.25, 12: 1.0})
    assert 'aria-label="Action units: 1 0.25, 12 1.00"' in html
    assert re.findall(r"AU (\d+)", html) == ["1", "12"]


def test_images_have_addresses_of_their_label_set():
    assert media_url(2, 7) == "/media/labels/2/7?w=960"
    assert thumbnail_url(2, 7) == "/media/labels/2/7?w=320"
