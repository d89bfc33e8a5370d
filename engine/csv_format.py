"""How a text table was written: spreadsheets differ in letters, separators and decimal signs."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from engine.errors import EngineError

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What spreadsheets write where they do not write Unicode, with every byte meaning something.
_WINDOWS, _ANY = "cp1252", "latin-1"
_SEPARATORS = (",", ";", "\t")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_LINES, _CHUNK = 200, 2**20


class CsvError(EngineError):
    """A file that is no text table."""


@dataclass(frozen=True)
class CsvFormat:
    """A text table's encoding, the sign between its cells, and its decimal sign.

    `guessed` says that the encoding is a guess, because the file is no Unicode.
    """

    encoding: str
    separator: str
    decimal: str
    guessed: bool = False


def csv_format(file: Path) -> CsvFormat:
    """How a text table is written, from its bytes and its first lines.

    Raises CsvError where it is no text, and OSError where it cannot be read.
    """
    encoding, guessed = _encoding(file)
    with file.open(encoding=encoding, newline="") as stream:
        try:
            lines = [line for line in islice(stream, _LINES) if line.strip()]
        except UnicodeError as problem:
            raise CsvError(f"{file} is no text table: {problem}") from problem
    head = next(csv.reader(lines[:1], delimiter="\x1f"), [""])[0] if lines else ""
    separator = max(_SEPARATORS, key=head.count)
    rows = csv.reader(lines[1:], delimiter=separator)
    comma = separator != "," and any(_DECIMAL_COMMA.fullmatch(cell) for row in rows for cell in row)
    return CsvFormat(encoding, separator, "," if comma else ".", guessed)


def csv_columns(file: Path) -> list[str]:
    """The names in a text table's first line; none where the file is empty or no text."""
    try:
        written = csv_format(file)
    except CsvError:
        return []
    with file.open(encoding=written.encoding, newline="") as stream:
        head = next(csv.reader(stream, delimiter=written.separator), [])
    return [name.strip() for name in head]


def csv_parts(
    file: Path, written: CsvFormat, rows: int, columns: list[str] | None = None
) -> Iterator[pd.DataFrame]:
    """A text table as text, `rows` at a time, each part's counted from 0; an empty cell is missing, and the
    word "None" is a word.

    `written` is the file's `csv_format`, `columns` are those to read (default: all).
    """
    parts = pd.read_csv(
        file,
        sep=written.separator,
        encoding=written.encoding,
        usecols=columns,
        dtype="str",
        chunksize=rows,
        keep_default_na=False,
        na_values=[""],
    )
    for part in parts:
        yield part.reset_index(drop=True)


def _encoding(file: Path) -> tuple[str, bool]:
    with file.open("rb") as stream:
        start = stream.read(4)
        for mark, encoding in _BYTE_ORDER_MARKS.items():
            if start.startswith(mark):
                return encoding, False
        stream.seek(0)
        decoder, known = codecs.getincrementaldecoder("utf-8")(), codecs.getincrementaldecoder(_WINDOWS)()
        is_unicode = is_windows = True
        while chunk := stream.read(_CHUNK):
            if b"\0" in chunk:
                raise CsvError(f"{file} is no text table: it holds zero bytes; save it as CSV (UTF-8)")
            is_unicode = is_unicode and _decodes(decoder, chunk)
            is_windows = is_windows and (is_unicode or _decodes(known, chunk))
    return ("utf-8", False) if is_unicode else (_WINDOWS if is_windows else _ANY, True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
