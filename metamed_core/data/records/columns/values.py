"""Convert text cells to numbers, yes/no values and categories. A missing value is never zero.

Each distinct text of a column is read once. The words are in `known_words.py`, single numbers in `plain_numbers.py`, forms that a whole
column shares in `written_forms.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.records.columns.grades import grades, is_plus, stages
from metamed_core.data.records.columns.known_words import ALSO_DIAGNOSES, NO, TICKS, YES, is_missing, is_open
from metamed_core.data.records.columns.plain_numbers import LIMIT, are_digits, number, plain_value, plain_values, uses_comma
from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.columns.units import units_in
from metamed_core.data.records.columns.written_forms import Written, written_form

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_CROSSES = frozenset({"x", "×"})
_DASHES = frozenset({"-", "--", "–", "—", "/"})
GAPS = 0.3
"""A column of nothing but `yes` or `1` with fewer empty cells than this has gaps, and is no column of ticks."""

SHARE = 0.9
"""A column holds numbers (or dates) if at least this share of its known cells can be read as such."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers.

    Parameters
    ----------
    values
        `(n_patients,)`, NaN where missing or unreadable.
    censored
        Cells that are a detection limit such as `<0.1`, `(n_patients,)`.
    unreadable
        Cells that hold text but no number, `(n_patients,)`.
    written
        The form in which the column's numbers are written; None for plain numbers.
    of_levels
        The number of each distinct text, `(n_levels,)`, NaN where unreadable.
    """

    values: Floats
    censored: Flags
    unreadable: Flags
    written: Written | None = None
    of_levels: Floats = field(default_factory=lambda: np.zeros(0))


class Cells:
    """A text column, stored by its distinct normalized texts.

    Attributes: `levels`, the distinct texts that are not missing; `codes`, the position in `levels` of each patient's text, `(n_patients,)`, -1 where missing;
    `header`, the column's name; `column`, its texts as they stand; `filled`, cells that hold more than a dash, `(n_patients,)`; `are_digits`, see the function.

    Parameters
    ----------
    column
        The texts, None where empty.
    missing
        Whether a normalized text denotes a missing value.
    read_as_missing
        Further texts that denote a missing value in this column, such as `999`.
    kept
        Texts that are values of this column although they look like missing ones.
    """

    def __init__(
        self,
        column: pd.Series,
        missing: Callable[[str], bool] = is_missing,
        read_as_missing: Collection[str] = (),
        kept: Collection[str] = (),
    ) -> None:
        self.column, self._read_as_missing, self._kept = column, read_as_missing, kept
        self.header = str(column.name or "")
        self.read_as_numbers: dict[float, Numbers] = {}
        raw_codes, raw_levels = pd.factorize(column.to_numpy(dtype=object))
        given = list(map(str, raw_levels))
        self.are_digits = are_digits(given)
        if self.are_digits and not read_as_missing:  # nothing to normalize, and no word for nothing
            self.levels: tuple[str, ...] = tuple(given)
            self.codes: npt.NDArray[np.int64] = raw_codes.astype(np.int64)
            self.filled: Flags = raw_codes >= 0
            return
        texts = list(map(clean, given))
        keep_dash = any(map(is_plus, texts)) and not any(text.isdecimal() for text in texts)
        places: dict[str, int] = {}
        words, amounts = {code.lower() for code in read_as_missing}, {plain_value(code) for code in read_as_missing} - {None}
        renumbered = [
            places.setdefault(text, len(places))
            if text in kept
            or (keep_dash and text == "-")
            or not (missing(text) or text.lower() in words or (amounts and plain_value(text) in amounts))
            else -1
            for text in texts
        ]
        self.levels = tuple(places)
        # The last element is addressed by code -1: a missing cell.
        self.codes = np.array([*renumbered, -1], dtype=np.int64)[raw_codes]
        self.filled = np.array([*(text not in _DASHES for text in texts), False], dtype=np.bool_)[raw_codes]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of patients with each level, `(n_levels,)`."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))

    @property
    def n_known(self) -> int:
        """Number of patients whose cell is not missing."""
        return int((self.codes >= 0).sum())

    def spread(self, values: Floats) -> Floats:
        """Expand values from levels to patients, `(n_levels,)` -> `(n_patients,)`, NaN where missing."""
        return np.append(values, np.nan)[self.codes]

    def marked(self, flags: Flags) -> Flags:
        """Expand flags from levels to patients, `(n_levels,)` -> `(n_patients,)`, False where missing."""
        return np.append(flags, False)[self.codes]

    def levels_of_category(self) -> npt.NDArray[np.object_]:
        """Return the text of each patient, with `none` as a level rather than a missing value; None where missing."""
        if not self._has_none():
            return self.texts()
        return Cells(self.column, lambda text: text.lower() != "none" and is_missing(text), self._read_as_missing, self._kept).texts()

    def units(self) -> list[str]:
        """Return the distinct units that stand in the cells, each in its first spelling."""
        return [] if self.are_digits else units_in(self.levels)

    def _has_none(self) -> bool:
        return any(clean(str(text)).lower() == "none" for text in self.column.dropna().unique())

    def texts(self) -> npt.NDArray[np.object_]:
        """Return the text of each patient, None where missing."""
        return np.array([*self.levels, None], dtype=object)[self.codes]


def label_cells(column: pd.Series, read_as_missing: Collection[str] = (), kept: Collection[str] = ()) -> Cells:
    """Read a column of diagnoses.

    `none`, `ND` and the like are diagnoses if other cells are empty and two patients or more bear them, and `无` is one beside `有`; else they
    mean undiagnosed.
    """
    surely = Cells(column, lambda text: is_open(text) and text.lower() not in ALSO_DIAGNOSES, read_as_missing, kept)
    doubtful = [text for text, n in zip(surely.levels, surely.counts, strict=True) if text.lower() in ALSO_DIAGNOSES and n > 1]
    answers = [text.lower() for text in surely.levels if text not in NO]  # beside `有`, `无` is no
    if doubtful and (surely.n_known < len(column) or (NO.issuperset(doubtful) and answers and YES.issuperset(answers))):
        kept = {*kept, *doubtful}
    return Cells(column, is_open, read_as_missing, kept)


def numbers(cells: Cells, *, limit: float = LIMIT) -> Numbers:
    """Read a column as numbers. `>x` is read as x times `limit` and `<x` as x / `limit`; a limit of 1.0 suits ages."""
    if limit not in cells.read_as_numbers:
        cells.read_as_numbers[limit] = _numbers(cells, limit)
    return cells.read_as_numbers[limit]


def _numbers(cells: Cells, limit: float) -> Numbers:
    plain = plain_values(cells.levels)
    if plain is not None:
        return Numbers(cells.spread(plain), cells.marked(np.zeros(len(plain), dtype=np.bool_)), cells.marked(np.isnan(plain)), None, plain)
    graded = grades(cells.levels) or stages(cells.header, cells.levels)
    if graded is not None:
        nobody = np.zeros(len(cells.codes), dtype=np.bool_)
        return Numbers(cells.spread(np.array(graded)), nobody, nobody, of_levels=np.array(graded))
    comma = uses_comma(cells.levels)
    read = [number(text, comma=comma, limit=limit) for text in cells.levels]
    values = np.array([value for value, _ in read], dtype=np.float64)
    limited = np.array([is_limit for _, is_limit in read], dtype=np.bool_)
    written = written_form(cells.levels, values.tolist())
    if written is not None:
        values = np.array(written.values, dtype=np.float64)
        limited &= ~np.array(written.own)
    return Numbers(cells.spread(values), cells.marked(limited), cells.marked(np.isnan(values)), written, values)


def is_graded(cells: Cells) -> bool:
    """Whether every known cell is a grade, with at least two different grades above 0."""
    return grades(cells.levels) is not None


def yes_no(cells: Cells, *, blank_is_no: bool = True) -> tuple[Floats, Flags]:
    """Read a column as yes (1) and no (0), `(n_patients,)`, NaN where missing; also return which cells are neither.

    In a column of ticks (see `is_ticked`) an empty cell means no, unless `blank_is_no` is False.
    """
    yes, no = (YES | TICKS, NO) if _crosses_are_yes(cells) else (YES, NO | _CROSSES)
    ticked = is_ticked(cells)
    values = np.array([1.0 if ticked or text.lower() in yes else 0.0 if text.lower() in no else np.nan for text in cells.levels])
    spread = cells.spread(values)
    if blank_is_no and ticked:
        spread[~cells.filled] = 0.0
        return spread, cells.marked(np.isnan(values))
    return spread, cells.marked(np.isnan(values))


def is_ticked(cells: Cells) -> bool:
    """Whether a column holds ticks: one mark such as `x`, `✓`, `1` or `yes` in some cells, and every other cell is empty."""
    if not 0 < len(cells.levels) < 5 or len({text.lower() for text in cells.levels}) != 1:
        return False
    if cells.levels[0].lower() in NO:
        return False
    if cells.levels[0].lower() not in TICKS and _words(cells.levels[0]) != _words(cells.header):
        return False
    empty = 1.0 - float(cells.filled.mean())
    return empty > (0.0 if cells.levels[0].lower() not in YES or not cells.levels[0].isalnum() else GAPS)


def _words(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())


def _crosses_are_yes(cells: Cells) -> bool:
    """Whether `x` means yes: it does where no check mark stands beside it."""
    return not any(text in "✓✔√☑✅" for text in cells.levels)


def is_yes_no(cells: Cells) -> bool:
    """Whether every known cell is a yes or a no, and the column is not graded."""
    if is_ticked(cells):
        return True
    if len(cells.levels) > len(YES) + len(NO):
        return False
    texts = {text.lower() for text in cells.levels}
    crossed = bool(texts & _CROSSES) and len(texts) == 2 and (texts <= NO | _CROSSES or not _crosses_are_yes(cells))
    known = YES | NO | (_CROSSES if crossed else frozenset())
    return bool(cells.levels) and not is_graded(cells) and texts <= known


def share_read(cells: Cells, unreadable: Flags) -> float:
    """Return the share of the known cells that could be read, 0 to 1."""
    return 1.0 - float(unreadable.sum()) / max(cells.n_known, 1)


def are_unordered_numbers(cells: Cells) -> bool:
    """Whether all known cells are numbers that do not go up from row to row: measured, rather than a count of the rows."""
    read = numbers(cells)
    return not read.unreadable.any() and sorted(read.values) != list(read.values)
