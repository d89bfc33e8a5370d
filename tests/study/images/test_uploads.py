import io
import zipfile

import pytest

from db.settings import Settings
from study.errors import CatalogError
from study.images.uploads import keep_upload
from tests.full_disk import full_disk


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


@pytest.mark.parametrize("name", ["a\0b.csv", "a\udc80.csv"])
def test_a_name_that_no_file_can_have_is_told(settings, name):
    with pytest.raises(CatalogError, match="cannot be a file's name"):
        keep_upload(settings, name, io.BytesIO(b"image,label\n"))
    assert not (settings.data_dir / "uploads").exists()


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


def test_backslashes_of_a_packer_on_windows_are_folders(settings):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("set\\Happy\\1 b.png", "set\\Sad\\ü 顔.png"):
            member = zipfile.ZipInfo("x")
            member.filename = name
            archive.writestr(member, "a")
    folder = keep_upload(settings, "faces.zip", packed)
    assert folder.name == "set"
    found = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert found == ["Happy/1 b.png", "Sad/ü 顔.png"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Happy": "a", "Happy/1.png": "b"}, "holds 'Happy' as a file and as a folder"),
        ({"a" * 300: "a"}, "cannot be unpacked: File name too long"),
        ({".": "a"}, "leads out of its folder"),
        ({"/etc/1.png": "a"}, "leads out of its folder"),
        ({"C:\\faces\\1.png": "a"}, "leads out of its folder"),
        ({"Happy/..\\..\\1.png": "a"}, "leads out of its folder"),
    ],
)
def test_a_zip_that_cannot_be_unpacked_leaves_nothing_and_says_why(settings, members, message):
    with pytest.raises(CatalogError, match=message):
        keep_upload(settings, "faces.zip", _zip(**members))
    assert list((settings.data_dir / "uploads").iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_holds_a_file_twice_is_refused(settings):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Happy/1.png", "a")
        archive.writestr("Happy/1.png", "b")
    with pytest.raises(CatalogError, match=r"holds 'Happy/1\.png' twice"):
        keep_upload(settings, "faces.zip", packed)


def test_a_full_disk_ends_an_upload_with_a_message(settings):
    for name, sent in (("faces.zip", _zip(**{"1.png": "a" * 5000})), ("a.csv", io.BytesIO(b"a" * 5000))):
        with full_disk(), pytest.raises(CatalogError, match=r"cannot be (unpacked|kept)"):
            keep_upload(settings, name, sent)
    assert list((settings.data_dir / "uploads").iterdir()) == []
