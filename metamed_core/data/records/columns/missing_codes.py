"""Numbers that may stand for a missing value: 999, -9, 88 and 99, in a column whose other values are far from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.plain_numbers import plain_value
from metamed_core.data.records.columns.plausible import never_negative
from metamed_core.data.records.columns.units import is_age
from metamed_core.data.records.columns.values import Cells, Floats, numbers

_NINES = re.compile(r"([6-9])\1*(?:\.\1+|\.0+)?|9+[6-8]|1{3,}|5{3,}")
_MACHINE = {32767.0, 65535.0, 2147483647.0, -32768.0, -2147483648.0, 1e9, 999999999.0}
_SMALL = 6
"""Largest value of a scale (0, 1, 2, ...) on which 7, 8 or 9 may be a code."""
_FAR_FROM_ALL = 5.0
"""Codes farther from the other values than this many times their spread can be nothing else."""
MOST_CODES = 4
FIRST_YEAR, LAST_YEAR = 1901.5, 2075.0
GROWN_UP, LEAST_ADULTS = 16.0, 4
"""Years of age, and how many different ages from it on make a newborn among them doubtful."""
TOO_MANY = 0.5
"""A negative number of at least this share of the patients is a value of a scale from -1 to 1."""


@dataclass(frozen=True)
class Code:
    """A text that may stand for a missing value.

    Parameters
    ----------
    text
        The text as in the cells.
    n
        Number of patients with it.
    sure
        Whether no other reading is plausible.
    """

    text: str
    n: int
    sure: bool


def missing_codes(header: str, cells: Cells) -> tuple[Code, ...]:
    """Return the texts of a column that may stand for a missing value; empty if its other values leave no doubt.

    Parameters
    ----------
    header
        The column's name.
    cells
        The cells, without those that are already read as missing.
    """
    if len(cells.levels) < 3:
        return ()
    read, counts = numbers(cells), cells.counts
    amounts = read.of_levels if read.written is None else np.where(read.written.own, np.nan, read.of_levels)
    numeric = np.flatnonzero(np.isfinite(amounts))
    if not len(numeric):
        return ()
    words = len(cells.levels) - len(numeric)
    if words > 1 and words >= len(numeric):
        return _among_words(cells, numeric.tolist(), counts) if words > 1 else ()
    if (zero := _newborn_among_adults(header, amounts[numeric])) is not None:
        place = int(numeric[zero])
        return (Code(cells.levels[place], int(counts[place]), False),)
    if not _is_code(float(amounts[numeric].min())) and not _is_code(float(amounts[numeric].max())):
        return ()
    found = _among_numbers(header, list(zip(amounts[numeric].tolist(), counts[numeric].tolist(), strict=True)))
    return tuple(Code(cells.levels[int(np.argmax(amounts == amount))], n, sure) for amount, n, sure in found)


def _newborn_among_adults(header: str, amounts: Floats) -> int | None:
    """The position of an age of 0 where everybody else is grown up; None if there is none."""
    others = amounts[amounts != 0]
    if len(others) < LEAST_ADULTS or len(others) == len(amounts) or others.min() < GROWN_UP or not is_age(header):
        return None
    return int(np.argmax(amounts == 0))


def day_codes(cells: Cells) -> tuple[Code, ...]:
    """Return the days of a column of dates that stand for a missing one, such as 1900-01-01 and 9999-12-31."""
    if len(cells.levels) < 3:
        return ()
    spread = days(cells)[0]
    years = {text: 1970 + spread[cells.codes == place][0] / 365.25 for place, text in enumerate(cells.levels)}
    odd = {text for text, year in years.items() if year < FIRST_YEAR or year > LAST_YEAR}
    counts = dict(zip(cells.levels, map(int, cells.counts), strict=True))
    return tuple(Code(text, counts[text], False) for text in cells.levels if text in odd and len(odd) <= 2)


def label_codes(cells: Cells, *, others_open: bool) -> tuple[Code, ...]:
    """Return the diagnoses that may mean undiagnosed: 9 or 99 beside 1 and 2, -1 beside 0 and 1, any such number beside words.

    Parameters
    ----------
    cells
        The column of diagnoses.
    others_open
        Whether other patients are undiagnosed, so that a code for it is less likely.
    """
    amounts = [plain_value(text) for text in cells.levels]
    words = [text for text, amount in zip(cells.levels, amounts, strict=True) if amount is None]
    coded = [(text, float(amount)) for text, amount in zip(cells.levels, amounts, strict=True) if amount is not None]
    counts = dict(zip(cells.levels, map(int, cells.counts), strict=True))
    if len(cells.levels) < 3 or not coded:
        return ()
    if words:
        few = len(coded) <= 2 < len(words) + len(coded) and len(words) >= 2
        return tuple(
            Code(text, counts[text], not others_open) for text, amount in coded if few and (_is_code(amount) or amount in {-1.0, 0.0})
        )
    rest = [amount for _, amount in coded if not _is_code(amount)]
    if len(rest) < 2 or max(rest) - min(rest) > 30:
        return ()
    odd = [(text, amount) for text, amount in coded if _is_code(amount) and (amount < min(rest, default=0) or amount >= max(rest) + 2)]
    return tuple(Code(text, counts[text], not others_open and (amount < 0 or amount > max(rest) + 2)) for text, amount in odd)


def _is_code(amount: float) -> bool:
    """Whether a number is one of those that people write for nothing: 9, 99, 998, 99.9, -1, -88."""
    text = f"{abs(amount):.10g}"
    return amount in _MACHINE or _NINES.fullmatch(text) is not None or (-9 <= amount <= -1 and amount.is_integer())


def _among_words(cells: Cells, numeric: Sequence[int], counts: np.ndarray) -> tuple[Code, ...]:
    """A single number beside words: `M`, `F`, `9`."""
    coded = [place for place in numeric if _is_code(plain_value(cells.levels[place]) or 0.0)]
    others = [text for at, text in enumerate(cells.levels) if at not in coded]
    if not coded or len(coded) > 2 or not all(text.isalpha() or text == "0" for text in others):
        return ()
    return tuple(Code(cells.levels[place], int(counts[place]), False) for place in coded)


def _among_numbers(header: str, levels: Sequence[tuple[float, int]]) -> list[tuple[float, int, bool]]:
    """The codes among numbers (value, number of patients): some at the lower or upper end, far from all others."""
    ordered = sorted(levels)
    below = [level for level in ordered[:MOST_CODES] if level[0] < 0 and _is_code(level[0])]
    lower = _lower(header, ordered, below)
    kept = ordered[len(lower) :]
    upper: list[tuple[float, int, bool]] = []
    for n_codes in range(min(MOST_CODES, len(kept) - 2), 0, -1):
        codes, rest = kept[-n_codes:], kept[:-n_codes]
        if all(_is_code(value) and value > 0 for value, _ in codes) and (judged := _upper(codes, rest)):
            upper = judged
            break
    return lower + upper


def _lower(header: str, ordered: Sequence[tuple[float, int]], below: Sequence[tuple[float, int]]) -> list[tuple[float, int, bool]]:
    for n_codes in range(len(below), 0, -1):
        codes, rest = ordered[:n_codes], ordered[n_codes:]
        if len(rest) < 2 or any(value >= 0 for value, _ in codes):
            continue
        values = np.array([value for value, _ in rest])
        spread = _spread(values, np.array([n for _, n in rest]))
        n = sum(count for _, count in codes)
        strong = all(value in _MACHINE or value <= -9 for value, _ in codes)
        far = values[0] - codes[-1][0] >= 2 * max(values[-1] - values[0], spread)
        nonnegative = values[0] >= 0
        whole = bool(np.all(values == np.round(values)))
        if n >= TOO_MANY * (n + int(sum(count for _, count in rest))):
            continue
        if far or (nonnegative and (n > 1 or strong or whole or len(rest) >= _SMALL or never_negative(header))):
            sure = (nonnegative and strong and (n > 1 or never_negative(header))) or (far and strong and n > 1)
            return [(value, count, sure) for value, count in codes]
    return []


def _upper(codes: Sequence[tuple[float, int]], rest: Sequence[tuple[float, int]]) -> list[tuple[float, int, bool]]:
    values, counts = np.array([value for value, _ in rest]), np.array([count for _, count in rest])
    high, width = float(values[-1]), float(values[-1] - values[0])
    gap, n = codes[0][0] - high, sum(count for _, count in codes)
    whole = bool(np.all(values == np.round(values)))
    if codes[0][0] < 10:  # 7, 8, 9 on a short scale
        short = whole and values[0] >= 0 and high <= _SMALL and gap >= 2 and width <= _SMALL and len(values) <= _SMALL + 1
        dense = len(values) >= width
        return (
            [(value, count, False) for value, count in codes] if short and dense and (n > 1 or high <= 2) and gap > 1 + (high > 4) else []
        )
    far = gap >= max(width, _spread(values, counts), 0.5 * abs(high))
    digits = len(f"{codes[-1][0]:.0f}")
    scale = whole and gap >= 3 * max(width, 1)
    beyond = gap >= 3 * max(abs(high), 1) and digits > 2
    apart = gap >= max(0.2 * width, 3 * float(np.median(np.diff(values))))
    nines = set(f"{codes[-1][0]:g}") <= {"9", "."}
    repeated = nines and n >= 2 and max(count for _, count in codes) > int(counts.max()) and apart
    if not ((far and (n > 1 or scale or beyond)) or repeated):
        return []
    sure = far and gap >= _FAR_FROM_ALL * max(width, 1.0) and (n > 1 or (beyond and gap >= 10 * max(width, 1.0)))
    return [(value, count, sure) for value, count in codes]


def _spread(values: Floats, counts: np.ndarray) -> float:
    """Standard deviation of the patients' values."""
    return float(np.repeat(values, counts).std())
