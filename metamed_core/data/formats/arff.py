"""ARFF, the text format of Weka: column names in lines of their own, then rows with commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from metamed_core.data.formats.character_encodings import decoded
from metamed_core.data.formats.reading import JUDGED, ReadOptions
from metamed_core.data.formats.table import Content, Row, cell_text, check_size
from metamed_core.words import UserError, Words

EXTENSIONS = ("arff",)
MAGIC: bytes | None = None

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|%[^\n]*\n)*+@relation\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+\S", re.IGNORECASE)


def recognizes(data: bytes) -> bool:
    """Whether the content begins, after comments, with `@relation`."""
    return _BEGIN.match(data[:20_000]) is not None


def sheets(data: bytes) -> list[str]:
    """Return an empty list: an ARFF file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return line number and cells of each row, the column names first. Raises UserError, which names the line."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the rows, the column names first. Raises UserError, which names the line."""
    names: list[str | None] = []
    lines = enumerate(decoded(data, options.encoding).splitlines(), start=1)
    for _, line in lines:
        if line.strip().lower() == "@data":
            break
        if (found := _ATTRIBUTE.match(line.strip())) is not None:
            names.append(cell_text(re.sub(r"^(['\"])(.*)\1$", r"\2", found[1])))
    check_size(n_columns=len(names))
    return Content([(1, names), *_patients(lines, len(names))], named=True)


def _patients(lines: Iterator[tuple[int, str]], n_columns: int) -> Iterator[Row]:
    for at, line in lines:
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        # Quotes of either kind occur, not both in one line unless within one another.
        quote = "'" if "'" in text and '"' not in text else '"'
        cells = next(csv.reader([text], quotechar=quote, escapechar="\\", skipinitialspace=True))
        if text.startswith("{") or len(cells) != n_columns:
            raise UserError((_SPARSE if text.startswith("{") else _WIDTH).format(line=at, n=len(cells), names=n_columns))
        yield at, [None if cell.strip() == "?" else cell_text(cell) for cell in cells]


_SPARSE = Words(
    "Line {line} holds only the values that are not zero, a form of ARFF that is not read: save the table as CSV.",
    "第 {line} 行只列出非零值，不支持这种 ARFF 格式：请将表格另存为 CSV。",
)
_WIDTH = Words(
    "Line {line} holds {n} {n:value|values}, but {names} {names:column is|columns are} declared: correct that line.",
    "第 {line} 行有 {n} 个值，但声明了 {names} 列：请更正该行。",
)
