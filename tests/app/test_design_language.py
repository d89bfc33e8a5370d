"""The language of participants on the pages where a study, or an annotation task, is designed."""

from study.wording.wording import wording
from tests.app.test_annotation import draw as draw_room
from tests.app.test_design_page import button, draw, field, stored
from tests.app.test_researcher_pages import text


def file(test):
    """Where a file of words is given."""
    return next(one for one in test.file_uploader if one.label.startswith("Words"))


def give(test, words: str):
    return file(test).upload("mine.toml", words.encode()).run()


def test_a_study_in_german_begins_with_german_texts_and_says_that_they_are_a_draft(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    assert "no native speaker has proofread" not in text(test)
    field(test, "language").set_value("de").run()
    assert not test.exception
    assert "no native speaker has proofread" in "".join(one.value for one in test.warning)
    assert field(test, "text_welcome_de").value == wording("de").words["texts.welcome"]
    field(test, "name").input("auf-deutsch").run()
    button(test, "Save draft").click().run()
    kept = stored(program, "auf-deutsch")
    assert kept.design["language"] == "de"
    assert kept.consent_text == wording("de").words["texts.consent"]
    assert kept.design["demographics"][0]["label"] == "Ihr Alter"
    again = draw(study=str(kept.id))
    assert field(again, "language").value == "de"
    assert any(one.value == "Saved." for one in again.caption)


def test_a_file_of_words_is_taken_or_told_what_is_wrong_with_it(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    give(test, 'language = "de"\n[trial]\nplace = "{total}"\n')
    assert "trial.place lacks {number}" in text(test)
    assert field(test, "language").value == "en"
    give(test, 'language = "de"\n[trial]\nleft = "Linke Seite"\n')
    assert not test.exception
    assert "lacks" not in text(test)
    assert field(test, "language").value == "de"
    field(test, "name").input("eigene-worte").run()
    button(test, "Save draft").click().run()
    assert stored(program, "eigene-worte").design["words"] == {"trial": {"left": "Linke Seite"}}
    button(test, "Drop your own").click().run()
    button(test, "Save draft").click().run()
    assert "words" not in stored(program, "eigene-worte").design


def test_another_language_needs_all_words(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw()
    give(test, 'language = "pl"\n[trial]\nleft = "Lewy"\n')
    assert not test.exception
    assert "is missing" in text(test)
    assert field(test, "language").value == "en"


def test_an_annotation_task_has_a_language_too(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw_room("annotation")
    field(test, "language").set_value("de").run()
    assert not test.exception
    assert field(test, "text_instructions_de").value == wording("de").words["texts.instructions_hard_label"]
