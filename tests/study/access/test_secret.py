import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.settings import Settings
from study.access.secret import installation_secret
from study.errors import StudyError


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"DATA_DIR": str(tmp_path / "data")})


def test_a_secret_is_made_once_for_its_owner_alone(settings):
    secret = installation_secret(settings)
    assert len(secret) == 32
    assert installation_secret(settings) == secret
    assert stat.S_IMODE(settings.secret_file.stat().st_mode) == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret"]


def test_many_who_ask_at_once_get_one_secret(settings):
    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(lambda _number: installation_secret(settings), range(64)))
    assert len(secrets) == 1


@pytest.mark.parametrize("content", ["", "abcd", "not hex at all", "é"])
def test_a_damaged_secret_is_refused_and_kept(settings, content):
    settings.data_dir.mkdir()
    settings.secret_file.write_text(content)
    with pytest.raises(StudyError, match="secret"):
        installation_secret(settings)
    assert settings.secret_file.read_text() == content
