"""Label sets: empty, one alone, two compared."""

from streamlit.testing.v1 import AppTest

from study.images.catalog import label_frame
from study.images.imports import import_label_set


def draw() -> AppTest:
    script = "from app.researcher import label_sets\nlabel_sets.page()"
    return AppTest.from_string(script, default_timeout=90).run()


def written(test: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "warning", "error")
    return "\n".join(str(element.value) for kind in kinds for element in test.get(kind))


def test_an_empty_program_says_what_to_do(empty_program, visit_as):
    visit_as(empty_program.researcher_cookies())
    test = draw()
    assert not test.exception
    assert "No labelled images yet" in written(test)


def test_a_label_set_is_shown_with_a_table_behind_each_figure(program, visit_as):
    visit_as(program.researcher_cookies("reader"))
    test = draw()
    assert not test.exception
    assert [metric.label for metric in test.metric] == ["Images", "Easy", "Challenging", "Difficult"]
    figures, tables = len(test.get("plotly_chart")), len(test.dataframe)
    assert figures >= 5
    assert tables >= figures


def test_two_label_sets_are_compared(program, visit_as):
    visit_as(program.researcher_cookies())
    with program.database.begin() as session:
        import_label_set(session, "demo", "second", label_frame(session, 1))
    test = draw()
    test.selectbox[1].set_value("1").run()
    assert not test.exception
    assert "0 of" in written(test)
    assert "changed their subset" in written(test)


def test_a_visitor_who_is_nobody_sees_nothing(program, visit_as):
    visit_as({})
    assert "signed-in researchers" in draw().warning[0].value
