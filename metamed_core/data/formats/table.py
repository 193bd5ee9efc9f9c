"""Shared by all formats: convert rows of cells to one table of text, enforce the size limits, make column names usable."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pandas as pd

from metamed_core.data.formats.reading import JUDGED, LeftOut, Note, Reading, ReadOptions, RowKind
from metamed_core.words import UserError, Words

Row = tuple[int, list[str | None]]
"""Line number in the file, and the cells."""

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 400 * 2**20
"""Most bytes that a compressed file (xlsx, parquet) may unpack to, so that a small file cannot exhaust memory."""
MAX_ROWS = 20_000
MAX_COLUMNS = 1_002
"""1,000 feature columns, a diagnosis and a patient code."""
MAX_CELLS = 4_000_000
"""Most cells of a table, so that reading and checking one ends within seconds."""

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Content:
    """The rows of one table of a file, as its format yields them.

    Parameters
    ----------
    rows
        Line number and cells of each row.
    guesses, notes
        What the format judged from the file, and what the user must be told; see `Reading`.
    named
        Whether the first row surely names the columns, as in a format that stores names apart from the patients.
    """

    rows: Iterable[Row]
    guesses: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    named: bool = False


def as_table(content: Content, options: ReadOptions = JUDGED) -> tuple[pd.DataFrame, Reading]:
    """Build a table of text from the rows of a file, and the account of every row; see `read_file` for the values.

    Raises
    ------
    UserError
        If there are no patients, the table is too large, a title precedes the header, or a row is longer than the header.
    """
    start = options.header_row or 1
    filled = ((line, cells) for line, cells in content.rows if line >= start and any(cell is not None for cell in cells))
    header_line, first = next(filled, (0, []))
    header = _trimmed(first)
    if not header:
        raise UserError(_EMPTY)
    check_size(n_columns=len(header))
    body = list(islice(filled, MAX_ROWS + 1))
    check_size(n_rows=len(body), n_cells=len(body) * len(header))
    if not body:
        raise UserError(_HEADER_ONLY)
    body = [(line, cells if len(cells) <= len(header) else _trimmed(cells)) for line, cells in body]
    _refuse_title(header, body[0])
    header = _aligned(header, body)
    check_size(n_columns=len(header))
    frame = pd.DataFrame([_fitted(cells, len(header), line) for line, cells in body], dtype=object)
    frame.columns = pd.Index(_unique_names(header), dtype=object)
    unnamed = [place for place, name in enumerate(header) if name is None and frame.iloc[:, place].isna().all()]
    left_out = (LeftOut(header_line, RowKind.HEADER, shown(" | ".join(cell or "" for cell in header))),)
    reading = Reading(tuple(line for line, _ in body), left_out, content.guesses, content.notes, options)
    return frame.drop(columns=frame.columns[unnamed]), reading


def cell_text(value: object) -> str | None:
    """Return the text of a cell of any type; None if it is empty. Dates are in ISO form, whole numbers have no `.0`."""
    if type(value) is str and value.isprintable():  # fast path for nearly all cells: no control or invisible characters
        return value.strip() or None
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):  # numpy's float64 too
        return None if math.isnan(value) else number_text(float(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    text = _CONTROL.sub("", str(value)).strip().strip(_INVISIBLE).strip()
    return text or None


def number_text(value: float) -> str:
    """Return a number as text without a redundant decimal point: `123`, not `123.0`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def shown(text: str, most: int = 40) -> str:
    """Return text from a file on one line of at most `most` characters, for use in a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def check_size(*, n_rows: int = 0, n_columns: int = 0, n_cells: int = 0) -> None:
    """Raise UserError if a table has more than `MAX_ROWS` rows, `MAX_COLUMNS` columns or `MAX_CELLS` cells."""
    if n_columns > MAX_COLUMNS:
        raise UserError(_WIDE.format(n=n_columns, most=MAX_COLUMNS))
    if n_rows > MAX_ROWS:
        raise UserError(_LONG.format(most=MAX_ROWS))
    if n_cells > MAX_CELLS:
        raise UserError(_MANY.format(most=MAX_CELLS))


def _trimmed(cells: Sequence[str | None]) -> list[str | None]:
    """Cells without trailing empty ones."""
    n = len(cells)
    while n and cells[n - 1] is None:
        n -= 1
    return list(cells[:n])


def _refuse_title(header: list[str | None], second: Row) -> None:
    """Raise UserError if a title precedes the column names: the first row is mostly empty and the second consists of words."""
    line, cells = second
    named = sum(cell is not None for cell in header)
    if len(cells) > 2 and named <= len(cells) / 2 and all(cell and not any(map(str.isdigit, cell[:1])) for cell in cells):
        raise UserError(_TITLE.format(line=line))


def _aligned(header: list[str | None], body: list[Row]) -> list[str | None]:
    """The header, extended to the width of the rows where rows are longer for a known reason rather than by mistake."""
    widths = [len(cells) for _, cells in body]
    if set(widths) == {len(header) + 1}:
        return [None, *header]  # R writes row names without a header for them
    wider = sum(width > len(header) for width in widths)
    # Most rows are wider: columns without a header, rather than some broken rows.
    return header + [None] * (max(widths) - len(header)) if wider > max(1, len(body) / 2) else header


def _fitted(cells: list[str | None], width: int, line: int) -> list[str | None]:
    """A row of `width` cells; a short row is padded with missing cells. Raises UserError, which names the line, for a long one."""
    if len(cells) > width:
        raise UserError(_RAGGED.format(line=line, n=len(cells), width=width))
    return cells + [None] * (width - len(cells))


def _unique_names(header: Sequence[str | None]) -> list[str]:
    """Unique column names without blanks: `Column 3` for an empty one, `age (2)` for a second `age`."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(header, start=1):
        base = " ".join((cell or f"Column {place}").split())
        name, n = base, 1
        while name in taken:
            n += 1
            name = f"{base} ({n})"
        taken.add(name)
        names.append(name)
    return names


_EMPTY = Words(
    "The file holds no table: the first row must name the columns, and each row below is one patient.",
    "文件中没有表格：第一行应为列名，其下每行是一位患者。",
)
_HEADER_ONLY = Words(
    "The file has column names but no patients: add at least one row for each patient below the header.",
    "文件只有列名，没有患者：请在列名下方为每位患者添加一行。",
)
_TITLE = Words(
    "The column names seem to stand in row {line}, below a title: delete the rows above it, so that the first row names the columns.",
    "列名似乎在第 {line} 行，其上方还有标题：请删除上方的行，使第一行为列名。",
)
_WIDE = Words(
    "The table has {n:,} {n:column|columns}, more than {most:,}: keep only the columns that matter for the diagnosis.",
    "表格有 {n:,} 列，超过上限 {most:,} 列：请只保留与诊断有关的列。",
)
_LONG = Words(
    "The table has more than {most:,} patients: split the file or keep fewer rows.",
    "表格中的患者超过 {most:,} 位：请拆分文件或减少行数。",
)
_MANY = Words(
    "The table has more than {most:,} cells: keep only the patients and columns that are needed.",
    "表格的单元格超过 {most:,} 个：请只保留需要的患者和列。",
)
_RAGGED = Words(
    "Line {line} has {n} {n:value|values} but the header names {width} {width:column|columns}: correct that line, or put quotes around values that hold a separator.",
    "第 {line} 行有 {n} 个值，而列名只有 {width} 个：请更正该行，或给含有分隔符的值加上引号。",
)
