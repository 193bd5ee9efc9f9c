"""Read one cell of another program's table: its kind, and its number, day or text."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.data.formats.table import number_text
from metamed_core.data.records.columns.plain_numbers import LIMIT

GAPS = frozenset({"", "nan", "none", "nat", "<na>", "na", "n/a", "null"})
"""Texts of a gap, in lower case: what programs write for a missing value."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_LIMITED = re.compile(r"(<=?|>=?|≤|≥)\s*(.+)")
_BEGINS_AS_NUMBER = re.compile(r"[<>≤≥=+-]*\s*\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAY = 86_400.0


class Kind(StrEnum):
    """What the cells of a column hold."""

    NUMBER = "number"
    DATE = "date"
    DURATION = "duration"
    WORD = "word"
    NOTHING = "nothing"


_OF_TYPES: tuple[tuple[tuple[type, ...], Kind], ...] = (
    ((dt.timedelta, np.timedelta64, dt.time), Kind.DURATION),  # before numbers: np.timedelta64 is an integer of NumPy
    ((dt.date, np.datetime64, pd.Period), Kind.DATE),
    ((int, float, np.bool_, np.integer, np.floating, Decimal, Fraction), Kind.NUMBER),
)


def kind_of(cell: object) -> Kind:
    """Return the kind of a cell by its type; a text may still hold a number or a date."""
    return next((kind for types, kind in _OF_TYPES if isinstance(cell, types)), Kind.WORD)


def text_of(cell: Any) -> str:
    """Return a cell as text; whole floats have no `.0`, since pandas turns whole numbers with gaps into floats."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    return number_text(float(cell)) if isinstance(cell, float | np.floating) and math.isfinite(cell) else str(cell).strip()


def may_be_number(text: str) -> bool:
    """Whether a word is the text of a number or of True and False, as names of groups may be."""
    return text in {"True", "False"} or _NUMBER.fullmatch(text) is not None


def begins_as_number(text: str) -> bool:
    """Whether a text is a number with something added: `120/80`, `13.9 g/dL`."""
    return _BEGINS_AS_NUMBER.match(text) is not None


def has_unclear_comma(text: str) -> bool:
    """Whether a comma may be a decimal sign or stand between thousands: `1,240`."""
    return _THOUSANDS.fullmatch(text) is not None


def number_of(text: str, *, comma: bool) -> float | None:
    """Return a text as a number, None if it is none. `<0.1` is read as in an upload.

    comma: whether an unclear comma is a decimal sign; otherwise such a text is no number.
    """
    if limited := _LIMITED.fullmatch(text):
        value = number_of(limited[2], comma=comma)
        return None if value is None else value / LIMIT if limited[1][0] in "<≤" else value * LIMIT
    if _COMMA.fullmatch(text) and (comma or not has_unclear_comma(text)):
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def day_of(text: str) -> float | None:
    """Return a text such as `2024-01-31` in days since 1970, None if it is no date."""
    try:
        return days_of(dt.datetime.fromisoformat(text)) if _DATE.fullmatch(text) else None
    except ValueError:  # 30 February
        return None


def days_of(cell: Any) -> float:
    """Return a date in days since 1970-01-01 by its own clock, a length of time or a time of the day in days."""
    if isinstance(cell, np.timedelta64 | dt.timedelta):
        return pd.Timedelta(cell) / pd.Timedelta(days=1)
    when = cell.start_time if isinstance(cell, pd.Period) else pd.Timestamp(cell) if isinstance(cell, np.datetime64) else cell
    clock = when if isinstance(when, dt.datetime | dt.time) else dt.time()
    share = ((clock.hour * 60 + clock.minute) * 60 + clock.second + clock.microsecond / 1e6) / _DAY
    return share if isinstance(when, dt.time) else when.toordinal() - _EPOCH + share
