"""Convert text cells to days since 1970, for the date formats of English, Chinese and other European tables."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from enum import StrEnum

import numpy as np

from metamed_core.data.records.columns.plain_numbers import plain_value
from metamed_core.data.records.columns.values import Cells, Flags, Floats

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|(?<=[/.-])\d{2})(?:,?\s.*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_WORD = r"([^\W\d_]{3,12})\.?"
_NAMED = re.compile(
    rf"(?:[a-z]+,?\s)?(\d{{1,2}})(?:st|nd|rd|th|\.)?[-/\s]*(?:de\s)?{_WORD}[-/\s,]*(?:de\s)?(\d{{4}}|\d{{2}})(?:[\s:T].*)?", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"(?:[a-z]+,\s)?{_WORD}[\s-](\d{{1,2}})(?:st|nd|rd|th)?,?[\s-](\d{{4}})(?:\s.*)?", re.IGNORECASE)
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-/年]\s*(\d{1,2})\s*月?")
_NAMED_MONTH = re.compile(rf"{_WORD}[-/\s,]+((?:19|20)\d\d)", re.IGNORECASE)
_YEAR_NAMED = re.compile(rf"((?:19|20)\d\d)[-/\s]?{_WORD}[-/\s]?(\d{{1,2}})", re.IGNORECASE)
_ENGLISH = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DAY_OF_MONTH = re.compile(rf"(?:[0-3]?\d[-\s.]{_ENGLISH}|{_ENGLISH}[-\s][0-3]?\d)", re.IGNORECASE)
_MONTHS = {
    name: month
    for month, names in enumerate(
        "jan ene gen janv янв|feb fev fév févr фев|mar mär mrz maa mars мар|apr abr avr апр|may mai mag mei maj мая май|jun juin giu июн|jul juil lug июл|"
        "aug ago août aoû авг|sep set sept сен|oct okt out ott окт|nov ноя|dec dez dic déc дек".split("|"),
        start=1,
    )
    for name in names.split()
}
_EPOCH = dt.date(1970, 1, 1).toordinal()
_SPREADSHEET_EPOCH = 25_569
"""1970-01-01 as the number of a day in a spreadsheet."""
_SERIALS = (9_132, 54_788)
"""1925 to 2049 as such numbers."""


class Order(StrEnum):
    """Whether the day or the month comes first in the dates of a column such as 03/04/2024."""

    NOT_ASKED = "not asked"  # no such dates, or both readings agree
    PROVED = "proved"  # a number above 12 shows it
    OPEN = "open"  # both readings are possible


def days(cells: Cells, *, day_first: bool | None = None) -> tuple[Floats, Flags]:
    """Read a column as dates.

    `03/04/2024` is month first, unless another cell of the column or `day_first` shows that the day comes first; `03.04.2024` is day first.
    `1952-03` is its first day; a year of two digits lies between 1931 and 2030. Among dates, numbers such as 45292 are a spreadsheet's days.

    Returns
    -------
    values
        Days since 1970-01-01, `(n_patients,)`, NaN where missing or unreadable.
    unreadable
        Cells that hold text but no date, `(n_patients,)`.
    """
    if day_first is None:
        day_first = any((match := _YEAR_LAST.fullmatch(text)) and int(match[1]) > 12 for text in cells.levels)
    values = np.array([_day(text, day_first=day_first) for text in cells.levels], dtype=np.float64)
    if np.isnan(values).any() and not np.isnan(values).all():
        values = np.where(np.isnan(values), [_serial(text) for text in cells.levels], values)
    return cells.spread(values), cells.marked(np.isnan(values))


def order(cells: Cells) -> Order:
    """Return whether the cells of a column prove that the day or the month comes first."""
    found = [match for text in cells.levels if (match := _YEAR_LAST.fullmatch(text)) and match[2] != "."]
    if all(match[1].lstrip("0") == match[3].lstrip("0") for match in found):
        return Order.NOT_ASKED
    return Order.PROVED if any(int(match[1]) > 12 or int(match[3]) > 12 for match in found) else Order.OPEN


def proved_order(columns: Iterable[Cells]) -> bool | None:
    """Return whether the day comes first in the dates of these columns, as numbers above 12 prove; None without proof, or if they contradict."""
    found: set[bool] = set()
    for cells in columns:
        for text in cells.levels:
            if (match := _YEAR_LAST.fullmatch(text)) and match[2] != "." and max(int(match[1]), int(match[3])) > 12:
                found.add(int(match[1]) > 12)
    return found.pop() if len(found) == 1 else None


def looks_like_a_day(text: str) -> bool:
    """Whether a text is a date, or a day of a month such as `1-Mar` or `Sep-02`."""
    if _DAY_OF_MONTH.fullmatch(text):
        return True
    return not _COMPACT.fullmatch(text) and not np.isnan(_day(text, day_first=False)) and any(not letter.isdecimal() for letter in text)


def are_compact(texts: Iterable[str]) -> bool:
    """Whether every text is a day written as 20240131."""
    texts = list(texts)
    return len(texts) > 2 and all(_COMPACT.fullmatch(text) for text in texts)


def are_serials(texts: Iterable[str]) -> bool:
    """Whether every text is a whole number that a spreadsheet shows for a day between 1925 and 2049."""
    return all(not np.isnan(_serial(text)) for text in texts)


def _serial(text: str) -> float:
    value = plain_value(text)
    if value is None or not _SERIALS[0] <= value <= _SERIALS[1] or len(text.partition(".")[0]) != len(str(int(value))):
        return np.nan
    return float(int(value) - _SPREADSHEET_EPOCH)


def serial_days(cells: Cells) -> Floats:
    """Read a column of a spreadsheet's day numbers as days since 1970-01-01, `(n_patients,)`."""
    return cells.spread(np.array([_serial(text) for text in cells.levels], dtype=np.float64))


def _day(text: str, *, day_first: bool) -> float:
    year, month, day = _parts(text, day_first=day_first)
    try:
        return float(dt.date(year, month, day).toordinal() - _EPOCH)
    except ValueError:  # not a date, or one that does not exist (30 February): the caller reports the cell
        return np.nan


def _parts(text: str, *, day_first: bool) -> tuple[int, int, int]:
    if not any(map(str.isdigit, text)):
        return 0, 0, 0
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        year = _year(match[4])
        return (year, second, first) if day_first or match[2] == "." else (year, first, second)
    if match := _MONTH.fullmatch(text):
        return int(match[1]), int(match[2]), 1
    return _in_words(text) if any(map(str.isalpha, text)) else (0, 0, 0)


def _in_words(text: str) -> tuple[int, int, int]:
    """The parts of `5 January 2024`, `05JAN2024`, `Jan 5, 2024`, `2024-Jan-05`, `Jan 2024`."""
    if match := _NAMED.fullmatch(text):
        return _year(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return int(match[3]), _month(match[1]), int(match[2])
    if match := _YEAR_NAMED.fullmatch(text):
        return int(match[1]), _month(match[2]), int(match[3])
    if match := _NAMED_MONTH.fullmatch(text):
        return int(match[2]), _month(match[1]), 1
    return 0, 0, 0


def _month(word: str) -> int:
    """The month that a word names; 0 if none."""
    lower = word.lower()
    return _MONTHS.get(lower) or _MONTHS.get(lower[:4]) or (_MONTHS.get(lower[:3], 0) if len(lower) > 3 or lower in _MONTHS else 0)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) > 30 else 2000)
