"""The words of participants: complete in every language that is shipped, and filled in as each is spoken."""

import re
from datetime import UTC, datetime

import pytest

from study.access import places
from study.annotation.design import AnnotationDesign
from study.annotation.responses import FORMS
from study.design.design import Design
from study.design.errors import DesignError
from study.reporting.design_words import design_rows, design_words
from study.wording import checks, master
from study.wording.errors import WordingError
from study.wording.wording import wording
from tests.pseudo import pseudo_words, unwrapped


def said(language: str, **words: str) -> str:
    """What is wrong with some words, in one text."""
    given = {key.replace("__", "."): text for key, text in words.items()}
    return "\n".join(str(one) for one in checks.problems(language, given))


@pytest.mark.parametrize("language", master.shipped())
def test_every_shipped_language_is_complete_and_keeps_the_placeholders(language):
    found = checks.whole_problems(language, master.shipped_words(language))
    assert [str(one) for one in found] == []
    spoken = wording(language)
    assert spoken.say("trial.minutes_left", count=1735)
    assert spoken.moment(datetime(2026, 11, 7, tzinfo=UTC))
    for form in FORMS:
        assert AnnotationDesign.from_dict({"form": form, "language": language}).language == language


@pytest.mark.parametrize("language", [one for one in master.shipped() if one != master.ENGLISH])
def test_a_shipped_translation_says_in_its_head_that_it_is_a_draft(language):
    head = (master.HERE / f"{language}.toml").read_text(encoding="utf-8").partition("[general]")[0]
    assert "NOT been proofread" in head
    assert master.is_draft(language)
    same = [key for key, text in master.shipped_words(language).items() if text == wording().words.get(key)]
    assert len(same) < 25  # such as "{percent} %", and not sentences


def test_a_written_file_reads_back_as_the_same_words():
    for language in master.shipped():
        words = dict(master.shipped_words(language))
        assert master.parsed(master.written(language, words)) == (language, words)


def test_numbers_plurals_and_days_are_those_of_the_language():
    english, german, persian = wording(), wording("de"), wording("fa")
    assert english.say("general.minutes", count=1) == "1 minute"
    assert english.say("consent.days", count=1735) == "After you agree you have 1,735 days."
    assert german.say("consent.days", count=1735) == "Nach Ihrer Einwilligung haben Sie 1.735 Tage Zeit."
    assert german.moment(datetime(2026, 3, 7, 9, 5, tzinfo=UTC)) == "7. März 2026, 09:05 UTC"
    assert persian.direction == "rtl"
    assert "۱٬۷۳۵" in persian.say("consent.days", count=1735)
    own = (("trial.days_short.few", "{count} dni!"), ("trial.days_short.other", "{count} dnia"))
    assert wording("pl", own).say("trial.days_short", count=3) == "3 dni!"
    assert wording("pl", own).say("trial.days_short", count=1) == "1 day"  # not yet translated: the master's


def test_the_check_names_the_key_and_says_what_to_do():
    assert "trial.nothing is no key of the master" in said("de", trial__nothing="x")
    assert "lacks {number}" in said("de", trial__place="von {total}")
    assert "has {zahl}, which nothing fills in" in said("de", trial__place="{number} {zahl} {total}")
    assert "a brace that is no placeholder" in said("de", trial__left="Links}")
    assert "no 'few'" in said("de", trial__days_short__few="{count} Tage")
    assert "is empty" in said("de", trial__left=" ")
    assert "holds HTML" in said("de", trial__left="<b>Links</b>")
    assert "no pattern" in said("de", general__moment="foo bar") or "shows no" in said(
        "de", general__moment="HH"
    )
    assert said("de", trial__left="Linkes", trial__days_short__one="ein Tag") == ""
    polish = said("pl", trial__days_short__one="{count} dzień")
    assert "trial.days_short.few is missing" in polish
    assert "trial.left is missing" in polish
    with pytest.raises(WordingError, match="no language known"):
        checks.locale_of("klingon!")
    with pytest.raises(WordingError, match="must be a text"):
        master.parsed("[trial]\nleft = 3")


def test_an_english_design_is_written_as_before_there_were_languages():
    assert not {"language", "words"} & set(Design().to_dict())
    assert not {"language", "words"} & set(AnnotationDesign().to_dict())
    assert Design.from_dict({"language": "en"}) == Design()


def test_a_design_in_another_language_begins_with_its_texts_and_keeps_the_labs_words():
    words = {"trial": {"left": "Linke Seite"}, "texts": {"thanks": "Danke!"}}
    design = Design.from_dict({"language": "de", "words": words})
    assert design.texts.thanks == "Danke!"
    assert design.texts.welcome == wording("de").words["texts.welcome"]
    assert design.demographics[0].label == "Ihr Alter"
    assert Design.from_toml_text(design.to_toml()) == design
    assert Design.from_dict(design.to_dict()) == design
    assert design.to_dict()["words"] == words
    mine = design.changed(texts=Design().texts)
    assert Design.from_dict(mine.to_dict()).texts == Design().texts  # what was written stays as written


def test_a_design_refuses_a_language_and_words_that_cannot_be_shown():
    for values in (
        {"language": 5},
        {"language": ["de"]},
        {"language": "none such"},
        {"words": "Links"},
        {"words": {"trial": {"left": 3}}},
        {"words": {"texts": {"annotation_consent": "{foo}"}}},
    ):
        for kind in (Design, AnnotationDesign):
            with pytest.raises(DesignError):
                kind.from_dict(values)


def test_whatever_keeps_somebody_out_is_said_in_the_studys_language():
    german = wording("de")
    for text in (places.FULL, places.PAUSED, "All places are taken", "This study is not open"):
        assert german.of_english(text) != text


def test_in_the_pseudo_language_every_word_is_wrapped():
    assert checks.whole_problems("en", dict(pseudo_words())) == []
    spoken = wording("en", pseudo_words())
    for key in spoken.words:
        assert unwrapped(spoken.words[key]).strip("; \n") == ""


def test_the_report_names_the_language_and_how_many_words_are_the_labs():
    german = design_words({"language": "de", "words": {"trial": {"left": "Linke Seite"}}})
    assert "Participants read everything in German, 1 of 280 texts in words of the study's own." in german
    assert "in Persian." in " ".join(design_words({"language": "fa"}))
    assert not any("Participants read" in one for one in design_words({}))
    assert "words" not in dict(design_rows({"words": {"trial": {"left": "x"}}}))


def test_no_french_mark_can_begin_a_line():
    """French puts a space before a high mark, which must not break there."""
    wrong = {
        key: text for key, text in master.shipped_words("fr").items() if re.search(r" [;:!?%»]|« ", text)
    }
    assert wrong == {}
