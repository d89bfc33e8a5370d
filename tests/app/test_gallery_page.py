"""The gallery and an image's page: what they show, keep in the address, pick, and say when it is not well."""

import shutil

import pandas as pd
import pytest
from sqlalchemy import select, update

from db.tables import Dataset, Image, Job, LabelSet
from study.images.gallery import count
from study.images.selections import selections
from study.images.view import View
from tests.app.test_researcher_pages import draw, text

CARDS = "fv-card"


def cards(test):
    return [one.value for one in test.get("html") if CARDS in one.value]


def counts(test):
    return next(
        one.value for one in test.caption if " images. Bars" in one.value or " image. Bars" in one.value
    )


def address(test):
    """The words of the address, each once."""
    words = dict(test.query_params).items()
    return {name: word[0] if isinstance(word, list) and len(word) == 1 else word for name, word in words}


@pytest.fixture
def gallery(program, visit_as):
    visit_as(program.researcher_cookies())
    return draw("gallery")


def test_a_page_of_cards_says_of_how_many(gallery):
    assert not gallery.exception
    assert len(cards(gallery)) == 24
    assert "1–24 of 512 images" in counts(gallery)


def test_filters_orders_and_pages_are_kept_in_the_address(gallery):
    gallery.multiselect(key="filter-1-emotion").select("Fear").run()
    gallery.multiselect(key="filter-1-split").select("validation").run()
    assert "of 32 images" in counts(gallery)
    assert all("hard-label Fear" in card for card in cards(gallery))
    gallery.get("pagination")[0].set_value(2).run()
    assert "25–32 of 32 images" in counts(gallery)
    assert address(gallery) == {"labels": "demo", "emotion": "Fear", "split": "validation", "page": "2"}
    gallery.selectbox(key="filter-1-sort").select("margin").run()
    assert "1–24 of 32 images" in counts(gallery)
    assert "Margin of the hard-label" in cards(gallery)[0]
    gallery.toggle(key="filter-1-descending").set_value(True).run()
    assert address(gallery)["sort"] == "-margin"


def test_an_address_brings_the_same_view_back(program, visit_as):
    visit_as(program.researcher_cookies())
    said = {
        "subset": "Challenging",
        "fear": "0.01..0.99",
        "sort": "-entropy",
        "disagreement": "engine-dataset",
    }
    test = draw("gallery", **said, page="2")
    assert test.slider(key="filter-1-fear").value == (0.01, 0.99)
    assert test.selectbox(key="filter-1-sort").value == "entropy"
    view = View(1, {"subset": ("Challenging",)}, {"fear": (0.01, 0.99)}, "engine-dataset", "entropy", True)
    with program.database.session() as session:
        total = count(session, view)
    assert total > 24
    assert f"25–{min(48, total)} of {total} images" in counts(test)
    assert address(test) == {**said, "page": "2"}


def test_fear_and_surprise_from_a_half_are_two_clicks(program, gallery):
    pills = next(one for one in gallery.get("button_group") if one.key == "filter-1-high")
    pills.set_value(["Surprise"]).run()
    pills = next(one for one in gallery.get("button_group") if one.key == "filter-1-high")
    pills.set_value(["Surprise", "Fear"]).run()
    with program.database.session() as session:
        total = count(session, View(1, ranges={"fear": (0.5, None), "surprise": (0.5, None)}))
    assert f"of {total} images" in counts(gallery)
    assert address(gallery) == {"labels": "demo", "fear": "0.5..", "surprise": "0.5.."}
    assert gallery.slider(key="filter-1-fear").value == (0.5, 1.0)


def test_what_an_address_cannot_mean_is_told_and_left_out(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("gallery", fear="much", emotion="Joy", page="two")
    assert not test.exception
    assert "fear=much" in test.warning[0].value
    assert "emotion=Joy" in test.warning[0].value
    assert "1–24 of 512" in counts(test)


def test_filters_that_match_nothing_name_the_one_to_relax(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("gallery", emotion="Happy", happy="..0.0")
    assert "No image is all of that" in test.info[0].value
    cure = next(one for one in test.button if one.key == "relax-happy")
    assert cure.label == "Without “Happy to 0”: 64 images"
    cure.click().run()
    assert "1–24 of 64 images" in counts(test)
    test = draw("gallery", split="validation", age="..0.5", yaw="5..")
    assert not test.exception


def pressed(test, key):
    next(one for one in test.button if one.key == key).click().run()


def picked(test):
    return next(one.value for one in test.markdown if one.value.endswith(" selected**"))


def test_images_are_picked_by_one_by_page_and_all_and_unpicked_again(gallery):
    gallery.checkbox[0].check().run()
    assert picked(gallery) == "**1 selected**"
    pressed(gallery, "pick-page")
    assert picked(gallery) == "**24 selected**"
    assert all(box.value for box in gallery.checkbox)
    pressed(gallery, "pick-all")
    assert picked(gallery) == "**512 selected**"
    pressed(gallery, "pick-undo")
    pressed(gallery, "pick-undo")
    assert picked(gallery) == "**1 selected**"
    assert [box.value for box in gallery.checkbox[:2]] == [True, False]
    pressed(gallery, "pick-none")
    assert picked(gallery) == "**0 selected**"


def test_a_selection_is_kept_under_a_name_taken_up_and_forgotten(program, gallery):
    pressed(gallery, "pick-page")
    gallery.text_input[0].input("First faces")
    next(one for one in gallery.button if one.label == "Keep").click().run()
    assert "Kept 24 images as “First faces”" in gallery.success[0].value
    pressed(gallery, "pick-none")
    pressed(gallery, "take-up")
    assert picked(gallery) == "**24 selected**"
    pressed(gallery, "forget-selection")
    with program.database.session() as session:
        assert selections(session).empty


def test_a_kept_selection_begins_a_design_about_its_images(program, gallery):
    pressed(gallery, "pick-page")
    gallery.text_input[0].input("First faces")
    next(one for one in gallery.button if one.label == "Keep").click().run()
    pressed(gallery, "design-selection")
    assert not gallery.exception
    begun = gallery.session_state["design_base"]
    assert (begun.selection, begun.images_per_emotion) == ("First faces", None)


def test_a_selection_is_labelled_again_as_a_job(program, gallery, monkeypatch):
    bundle = program.settings.data_dir / "bundles" / "mine"
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}")
    started = []
    monkeypatch.setattr("app.researcher.jobs.launch", lambda _settings, job: started.append(job))
    pressed(gallery, "pick-page")
    name = next(one for one in gallery.text_input if one.label == "Name of the new label set")
    name.input("again")
    next(one for one in gallery.button if one.label == "Start labelling").click().run()
    assert not gallery.exception
    with program.database.session() as session:
        job = session.scalars(select(Job)).one()
    label, bring = job.arguments["commands"]
    assert started == [job.id]
    assert len(pd.read_parquet(label[2])) == 24
    labels = label[label.index("--out") + 1]
    assert bring == ["study", "import", "demo", "--labels", labels, "--label-set", "again"]


def test_a_reader_takes_labels_away_but_keeps_nothing(program, visit_as):
    visit_as(program.researcher_cookies("reader"))
    test = draw("gallery")
    pressed(test, "pick-page")
    assert not test.text_input
    assert len(test.get("download_button")) == 2


def test_a_dataset_whose_files_moved_is_named_and_pointed_elsewhere(program, visit_as, tmp_path):
    visit_as(program.researcher_cookies())
    with program.database.begin() as session:
        home = session.scalars(select(Dataset)).one().root
        session.execute(update(Dataset).values(root=str(tmp_path / "gone")))
    test = draw("gallery")
    assert "The dataset **demo** is not where it was" in test.warning[0].value
    folder = next(one for one in test.text_input if one.label.startswith("Folder on the server"))
    folder.input(str(tmp_path))
    next(one for one in test.button if one.label == "Look there").click().run()
    assert "of the 500 files that were looked for" in test.error[0].value
    folder = next(one for one in test.text_input if one.label.startswith("Folder on the server"))
    folder.input(str(program.settings.data_dir / home))
    next(one for one in test.button if one.label == "Look there").click().run()
    assert not test.warning
    with program.database.session() as session:
        assert session.scalars(select(Dataset)).one().root == home


def test_a_label_set_of_an_older_version_is_prepared_on_its_first_visit(program, visit_as):
    visit_as(program.researcher_cookies())
    with program.database.begin() as session:
        session.execute(update(LabelSet).values(summary=None))
    test = draw("gallery")
    assert not test.exception
    assert "1–24 of 512 images" in counts(test)


def test_an_image_shows_both_labels_the_parts_and_the_votes(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("image", set="1", image="3")
    assert not test.exception
    written = text(test)
    assert 'src="/media/labels/1/3?w=960"' in written
    assert 'aria-label="Soft-label: Neutral' in written
    assert 'aria-label="Hard-label: Neutral 0.00, Happy 0.00, Sad 1.00' in written
    assert "3 votes" in written
    assert test.get("plotly_chart")
    assert len(cards(test)) == 12


def test_an_image_leads_to_its_neighbours_in_the_view_it_was_reached_by(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("image", set="1", image="13", at="2", emotion="Fear")
    assert "2 of 64 images of the gallery’s view" in text(test)
    pressed(test, "Next")
    assert address(test) == {"emotion": "Fear", "set": "1", "image": "21", "at": "3"}
    assert test.title[0].value == "Image 00020"
    pressed(test, "Previous")
    pressed(test, "Previous")
    assert test.title[0].value == "Image 00004"
    assert next(one for one in test.button if one.key == "Previous").disabled


def test_pages_and_neighbours_go_on_where_one_look_at_the_database_ends(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("gallery", page="5")  # the first beyond 96 images
    assert "97–120 of 512 images" in counts(test)
    assert "Face 00096," in cards(test)[0]
    test = draw("image", set="1", image="97", at="97")
    pressed(test, "Previous")
    assert test.title[0].value == "Image 00095"
    pressed(test, "Next")
    pressed(test, "Next")
    assert test.title[0].value == "Image 00097"


@pytest.mark.parametrize("at", ["1", "999", "x", "0"])
def test_a_place_that_is_not_the_images_leads_nowhere(program, visit_as, at):
    visit_as(program.researcher_cookies())
    test = draw("image", set="1", image="13", at=at)
    assert not test.exception
    assert not [one for one in test.button if one.key == "Next"]


def test_landmarks_and_pose_are_drawn_when_asked_for(program, visit_as):
    with program.database.begin() as session:
        session.execute(update(Image).values(landmarks_68=[[10, 20], [30, 40]], yaw=5.0, pitch=0.0, roll=1.0))
    visit_as(program.researcher_cookies())
    test = draw("image", set="1", image="3")
    assert "fv-drawn" not in "".join(one.value for one in test.get("html"))
    test.toggle(key="landmarks").set_value(True).run()
    assert "data:image/svg+xml;base64," in "".join(one.value for one in test.get("html"))
    assert "2 points of the 68-point landmarks, the head’s axes (yaw 5°, pitch 0°, roll 1°)" in text(test)


def test_answers_of_studies_are_shown_to_those_who_run_them(program, visit_as):
    program.answer()
    with program.database.session() as session:
        asked = pd.read_sql(
            "SELECT image_id FROM question JOIN answer ON question_id = question.id", session.connection()
        )
    image = str(asked["image_id"].mode()[0])
    visit_as(program.researcher_cookies("researcher"))
    assert "first-time answer" in text(draw("image", set="1", image=image))
    visit_as(program.researcher_cookies("reader"))
    assert "first-time answer" not in text(draw("image", set="1", image=image))


def test_a_file_that_is_missing_or_unreadable_is_told_on_the_images_page(program, visit_as):
    visit_as(program.researcher_cookies())
    faces = program.settings.data_dir / "datasets" / "demo" / "images"
    own = program.settings.data_dir / "own"
    shutil.copytree(faces, own / "images")
    with program.database.begin() as session:
        session.execute(update(Dataset).values(root="own"))
    (own / "images" / "00002.png").write_bytes(b"no image")
    assert "is no image that can be read" in draw("image", set="1", image="3").error[0].value
    (own / "images" / "00002.png").unlink()
    assert "lacks files: 1 of the" in draw("image", set="1", image="3").warning[0].value


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"set": "1"},
        {"set": "one", "image": "1"},
        {"set": "1", "image": "99999"},
        {"set": "1", "image": "9" * 40},
    ],
)
def test_an_address_of_no_image_is_told(program, visit_as, query):
    visit_as(program.researcher_cookies())
    test = draw("image", **query)
    assert not test.exception
    assert "names no image" in test.warning[0].value


def test_an_address_of_an_unknown_label_set_says_that_it_shows_another(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("gallery", labels="of-last-year")
    assert "no label set 'of-last-year'" in test.warning[0].value
    assert "'demo'" in test.warning[0].value
    assert not draw("gallery", labels="demo").warning
