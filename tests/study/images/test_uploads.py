import io
import zipfile

import pytest

from db.settings import Settings
from study.errors import CatalogError
from study.images.uploads import keep_upload


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"DATA_DIR": str(tmp_path)})


def _zip(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    packed.seek(0)
    return packed


def test_a_zip_of_one_folder_gives_that_folder_without_the_litter(settings):
    packed = _zip(**{"faces/Happy/1.png": "a", "faces/.DS_Store": "b", "__MACOSX/x": "c"})
    folder = keep_upload(settings, "faces.zip", packed)
    assert folder.name == "faces"
    assert [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()] == [
        "Happy/1.png"
    ]


def test_a_table_is_kept_under_its_name(settings):
    file = keep_upload(settings, "C:\\votes\\mine.csv", io.BytesIO(b"image,label\n"))
    assert file.name == "mine.csv"
    assert file.read_text() == "image,label\n"


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "a/../../b", "..\\outside.txt", "C:/x"])
def test_a_zip_that_leads_out_of_its_folder_is_refused_and_nothing_is_kept(settings, name):
    with pytest.raises(CatalogError, match="leads out of its folder"):
        keep_upload(settings, "bad.zip", _zip(**{name: "x"}))
    assert not list((settings.data_dir / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.docx", b"x", "no zip and no table"),
        ("broken.zip", b"PK not a zip", "cannot be unpacked"),
        ("empty.zip", None, "is empty"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_words(settings, name, content, said):
    with pytest.raises(CatalogError, match=said):
        keep_upload(settings, name, _zip() if content is None else io.BytesIO(content))
