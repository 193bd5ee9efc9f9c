"""Shared by all formats: what a format yields, the text of a cell, the limits of size."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from metamed_core.data.formats.reading import Note
from metamed_core.words import UserError, Words, cut, without_controls

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
    text = without_controls(str(value)).strip().strip(_INVISIBLE).strip()
    return text or None


def column_texts(values: list[Any]) -> list[str | None]:
    """Return the text of each cell of a column; of texts, as every table that was read holds them, each distinct one is looked at once."""
    if not set(map(type, values)) <= {str, type(None)}:
        return [cell_text(value) for value in values]
    texts = {value: cell_text(value) for value in set(values)}
    return values if all(text == value for value, text in texts.items()) else [texts[value] for value in values]


def number_text(value: float) -> str:
    """Return a number as text without a redundant decimal point: `123`, not `123.0`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def free_name(wanted: str, taken: Container[str]) -> str:
    """Return a name that no column has yet: `age`, else `age (2)`, `age (3)`, ..."""
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{wanted} ({n})"
    return name


def shown(text: str, most: int = 40) -> str:
    """Return text from a file on one line of at most `most` signs, for use in a sentence."""
    return cut(" ".join(without_controls(text).split()), most)


def check_size(*, n_rows: int = 0, n_columns: int = 0, n_cells: int = 0) -> None:
    """Raise UserError if a table has more than `MAX_ROWS` rows, `MAX_COLUMNS` columns or `MAX_CELLS` cells."""
    if n_columns > MAX_COLUMNS:
        raise UserError(_WIDE.format(n=n_columns, most=MAX_COLUMNS))
    if n_rows > MAX_ROWS:
        raise UserError(_LONG.format(most=MAX_ROWS))
    if n_cells > MAX_CELLS:
        raise UserError(_MANY.format(most=MAX_CELLS))


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
