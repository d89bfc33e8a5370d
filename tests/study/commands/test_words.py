"""`python -m study words`: the file to translate, and the check of a translation."""

from argparse import Namespace

import pytest

from study.commands.words import run
from study.wording.errors import WordingError
from study.wording.master import parsed, shipped_words


def words(**args):
    return run(Namespace(**{"language": None, "check": None, **args}))


def test_it_writes_the_english_words_and_a_shipped_translation(capsys):
    assert words() == 0
    assert parsed(capsys.readouterr().out) == ("en", dict(shipped_words("en")))
    assert words(language="de") == 0
    shown = capsys.readouterr().out
    assert "NOT been proofread" in shown
    assert "# The first page." in shown
    with pytest.raises(WordingError, match="not shipped"):
        words(language="pl")


def test_it_checks_a_file_and_says_line_by_line_what_to_mend(tmp_path, capsys):
    file = tmp_path / "mine.toml"
    file.write_text('language = "de"\n[trial]\nleft = "Links!"\n', encoding="utf-8")
    assert words(check=file) == 0
    file.write_text('language = "de"\n[trial]\nlinks = "x"\nplace = "{total}"\n', encoding="utf-8")
    assert words(check=file) == 1
    shown = capsys.readouterr().out
    assert "trial.links is no key" in shown
    assert "trial.place lacks {number}" in shown
    assert "2 to mend" in shown
