"""Convert text cells to days since 1970, for the date formats of English and Chinese tables."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from metamed_core.data.records.columns.values import Cells, Flags, Floats

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|(?<=[/-])\d{2})(?:\s.*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_NAMED = re.compile(r"(\d{1,2})[-\s]([A-Za-z]{3})[a-z]*[-\s,]+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s(\d{1,2}),?\s(\d{4})")
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-/年]\s*(\d{1,2})\s*月?")
_MONTHS = {name: month for month, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_EPOCH = dt.date(1970, 1, 1).toordinal()


def days(cells: Cells) -> tuple[Floats, Flags]:
    """Read a column as dates.

    `03/04/2024` is month first, unless another cell of the column shows that the day comes first; `03.04.2024` is day first.
    `1952-03` is its first day; a year of two digits lies between 1931 and 2030.

    Returns
    -------
    values
        Days since 1970-01-01, `(n_patients,)`, NaN where missing or unreadable.
    unreadable
        Cells that hold text but no date, `(n_patients,)`.
    """
    day_first = any((match := _YEAR_LAST.fullmatch(text)) and int(match[1]) > 12 for text in cells.levels)
    values = np.array([_day(text, day_first=day_first) for text in cells.levels], dtype=np.float64)
    return cells.spread(values), cells.marked(np.isnan(values))


def _day(text: str, *, day_first: bool) -> float:
    year, month, day = _parts(text, day_first=day_first)
    try:
        return float(dt.date(year, month, day).toordinal() - _EPOCH)
    except ValueError:  # not a date, or one that does not exist (30 February): the caller reports the cell
        return np.nan


def _parts(text: str, *, day_first: bool) -> tuple[int, int, int]:
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        year = _year(match[4])
        return (year, second, first) if day_first or match[2] == "." else (year, first, second)
    if match := _NAMED.fullmatch(text):
        return _year(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2])
    if match := _MONTH.fullmatch(text):
        return int(match[1]), int(match[2]), 1
    return 0, 0, 0


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) > 30 else 2000)
