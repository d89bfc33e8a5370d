from pathlib import Path

import pytest

from db.errors import DatabaseError
from db.settings import Settings


def test_the_defaults_lie_in_the_folder_data():
    settings = Settings.from_environment({})
    assert settings.data_dir == Path("data").absolute()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/facevalue.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8501)


def test_the_environment_is_honoured(tmp_path):
    url = "postgresql+psycopg://a:b@c/d"
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "PORT": "9000", "DATABASE_URL": url})
    assert (settings.data_dir, settings.port, settings.database_url) == (tmp_path, 9000, url)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8501.5"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(DatabaseError, match=f"PORT is '{port}'"):
        Settings.from_environment({"PORT": port})


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]"), ("10.0.0.7", "10.0.0.7")],
)
def test_links_begin_with_the_own_address_or_the_public_one(host, own):
    values = {"HOST": host, "PORT": "9000"}
    assert Settings.from_environment(values).link_url == f"http://{own}:9000"
    named = Settings.from_environment({**values, "PUBLIC_URL": "https://lab.example/"})
    assert (named.link_url, named.own_url) == ("https://lab.example", f"http://{own}:9000")


@pytest.mark.parametrize("url", ["lab.example", "ftp://lab.example", "https://", "https://lab.example/faces"])
def test_a_public_address_that_is_none_is_refused(url):
    with pytest.raises(DatabaseError, match=f"PUBLIC_URL is '{url}'"):
        Settings.from_environment({"PUBLIC_URL": url})


def test_reading_settings_creates_nothing(tmp_path):
    Settings.from_environment({"DATA_DIR": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()


def test_a_data_folder_below_a_file_is_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path / "file" / "data")})
    with pytest.raises(DatabaseError, match=r"data folder .*file/data cannot be written.*set DATA_DIR"):
        settings.prepare()


def test_a_new_data_folder_is_for_this_user_alone_and_one_that_is_there_stays_as_it_is(tmp_path):
    new = Settings.from_environment({"DATA_DIR": str(tmp_path / "a" / "data")})
    new.prepare()
    assert new.data_dir.stat().st_mode & 0o777 == 0o700
    assert not new.open_to_others()
    new.data_dir.chmod(0o750)
    new.prepare()
    assert new.data_dir.stat().st_mode & 0o777 == 0o750
    assert new.open_to_others()
