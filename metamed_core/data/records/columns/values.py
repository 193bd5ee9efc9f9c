"""Convert text cells to numbers, yes/no values and categories. A missing value is never zero.

Each distinct text of a column is read once. The recognized tokens and the treatment of detection limits (`<0.1`) are defined here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.columns.units import with_unit

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MISSING = frozenset(
    "na|n/a|n.a.|n.a|nan|nat|null|nil|-|--|---|—|——|–|?|??|.|..|…|*|/|\\|missing|unknown|unk|not done|not available|not tested|"
    "not measured|not recorded|not known|no data|nd|n.d.|tbd|<na>|#n/a|#na|#value!|#ref!|#div/0!|#num!|#name?|#null!|#error|"
    "缺失|缺|未查|未测|未检|未检测|未检查|未测定|未做|未行|无数据|无资料|无记录|未记录|未提供|未填|未填写|不详|未知|不明|不清|空|空白|待补".split(
        "|"
    )
) | {"", "none"}
"""Texts that denote a missing value, in lower case. `-` means no in a column of grades (`+`, `++`, `1+`); `none` is a level of a category."""

UNDIAGNOSED = MISSING | frozenset(
    "undiagnosed|not diagnosed|not diagnosed yet|pending|to be determined|unclear|unlabelled|unlabeled|to diagnose|"
    "未诊断|未确诊|待诊断|待诊|待查|待定|诊断不明|未明确|未标注".split("|")
)
"""Texts of a label column that denote a patient without a diagnosis."""

YES = frozenset("yes|y|true|t|pos|positive|present|+|++|+++|(+)|1|1.0|detected|有|是|阳性|阳|存在|检出".split("|"))
NO = frozenset("no|n|false|f|neg|negative|absent|-|(-)|0|0.0|not detected|undetected|无|否|阴性|阴|没有|不存在|未检出".split("|"))

LIMIT = 2**0.5
"""`<0.1` is read as 0.1 / LIMIT and `>1000` as 1000 * LIMIT (Hornung and Reed 1990, for values under a detection limit)."""

SHARE = 0.9
"""A column holds numbers (or dates) if at least this share of its known cells can be read as such."""

_GRADES = {
    "-": 0.0,
    "neg": 0.0,
    "negative": 0.0,
    "阴性": 0.0,
    "阴": 0.0,
    "±": 0.5,
    "+-": 0.5,
    "+/-": 0.5,
    "trace": 0.5,
    "微量": 0.5,
    "弱阳性": 0.5,
}
_GRADE = re.compile(r"\(?\+{1,4}\)?|±|\+/?-|[1-4]\+")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d*)?")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}([. ]\d{3})+(,\d*)?")
_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)
_COMMA_SURELY = re.compile(r"[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,})|\d{1,3}([. ]\d{3})+,\d+)")
_LIMITED = re.compile(r"(<=?|>=?|≤|≥|《|》)\s*(.+)")
_POWER = re.compile(r"\s*[×x*]\s*10\^?([+-]?\d+)$")
LARGEST = 1e30


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
    """

    values: Floats
    censored: Flags
    unreadable: Flags


class Cells:
    """A text column, stored by its distinct normalized texts.

    Attributes: `levels`, the distinct texts that are not missing; `codes`, the position in `levels` of each patient's text,
    `(n_patients,)`, -1 where missing.
    """

    def __init__(self, column: pd.Series, missing: frozenset[str] = MISSING) -> None:
        self._column = column
        self.read_as_numbers: dict[float, Numbers] = {}
        raw_codes, raw_levels = pd.factorize(column.to_numpy(dtype=object))
        texts = [clean(str(text)) for text in raw_levels]
        keep_dash = any(_GRADE.fullmatch(text) for text in texts) and not any(text.isdecimal() for text in texts)
        places: dict[str, int] = {}
        renumbered = [
            -1 if text.lower() in missing and not (keep_dash and text == "-") else places.setdefault(text, len(places)) for text in texts
        ]
        self.levels: tuple[str, ...] = tuple(places)
        # The last element is addressed by code -1: a missing cell.
        self.codes: npt.NDArray[np.int64] = np.array([*renumbered, -1], dtype=np.int64)[raw_codes]

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
        return Cells(self._column, MISSING - {"none"}).texts()

    def texts(self) -> npt.NDArray[np.object_]:
        """Return the text of each patient, None where missing."""
        return np.array([*self.levels, None], dtype=object)[self.codes]


def label_cells(column: pd.Series) -> Cells:
    """Read a column of diagnoses. `none` is a diagnosis (nothing was found) if other cells are empty, else it means undiagnosed."""
    with_none = Cells(column, UNDIAGNOSED - {"none"})
    return with_none if with_none.n_known < len(column) else Cells(column, UNDIAGNOSED)


def numbers(cells: Cells, *, limit: float = LIMIT) -> Numbers:
    """Read a column as numbers. `>x` is read as x times `limit` and `<x` as x / `limit`; a limit of 1.0 suits ages."""
    if limit not in cells.read_as_numbers:
        cells.read_as_numbers[limit] = _numbers(cells, limit)
    return cells.read_as_numbers[limit]


def _numbers(cells: Cells, limit: float) -> Numbers:
    if is_graded(cells):
        nobody = np.zeros(len(cells.codes), dtype=np.bool_)
        return Numbers(cells.spread(np.array([grade(text) for text in cells.levels])), nobody, nobody)
    comma = any(_COMMA_SURELY.fullmatch(text.lstrip("<>=≤≥ ").rstrip("% ")) for text in cells.levels if "," in text)
    read = [_number(text, comma=comma, limit=limit) for text in cells.levels]
    values = np.array([value for value, _ in read], dtype=np.float64)
    censored = np.array([limited for _, limited in read], dtype=np.bool_)
    return Numbers(cells.spread(values), cells.marked(censored), cells.marked(np.isnan(values)))


def _number(text: str, *, comma: bool, limit: float) -> tuple[float, bool]:
    """One text as a number (NaN if it is none), and whether it is a detection limit."""
    if _PLAIN.fullmatch(text):
        return _bounded(float(text)), False
    limited = _LIMITED.fullmatch(text)
    if limited:
        value = _magnitude(limited[2], comma=comma)
        below = limited[1][0] in "<≤《"
        return (value / limit if below else value * limit), True
    if text.endswith("+") and text[:-1].isdecimal():  # 90+
        return _bounded(float(text[:-1])) * limit, True
    return _magnitude(text, comma=comma), False


def _magnitude(text: str, *, comma: bool) -> float:
    text = with_unit(text)[0]
    text = _POWER.sub(r"e\1", text.removesuffix("%").strip())
    if comma and (_COMMA.fullmatch(text) or _GROUPED_COMMA.fullmatch(text)):
        text = text.replace(".", "").replace(" ", "").replace(",", ".")
    elif _GROUPED.fullmatch(text):
        text = re.sub("[,' ]", "", text)
    return _bounded(float(text)) if _PLAIN.fullmatch(text) else np.nan


def _bounded(value: float) -> float:
    return value if abs(value) < LARGEST else np.nan


def grade(text: str) -> float:
    """Return a semiquantitative grade as a number: `-` 0, `±` 0.5, `+` or `1+` 1, `+++` 3; NaN if the text is no grade."""
    text = text.strip("()").lower()
    if text in _GRADES:
        return _GRADES[text]
    if text and not text.strip("+"):
        return float(len(text))
    return float(text[0]) if re.fullmatch(r"[1-4]\+", text) else np.nan


def is_graded(cells: Cells) -> bool:
    """Whether every known cell is a grade, with at least two different grades above 0."""
    grades = {grade(text) for text in cells.levels}
    return not any(map(np.isnan, grades)) and len(grades - {0.0}) > 1


def yes_no(cells: Cells) -> tuple[Floats, Flags]:
    """Read a column as yes (1) and no (0), `(n_patients,)`, NaN where missing; also return which cells are neither."""
    values = np.array([1.0 if text.lower() in YES else 0.0 if text.lower() in NO else np.nan for text in cells.levels])
    return cells.spread(values), cells.marked(np.isnan(values))


def is_yes_no(cells: Cells) -> bool:
    """Whether every known cell is a yes or a no, and the column is not graded."""
    return bool(cells.levels) and not is_graded(cells) and all(text.lower() in YES or text.lower() in NO for text in cells.levels)


def share_read(cells: Cells, unreadable: Flags) -> float:
    """Return the share of the known cells that could be read, 0 to 1."""
    return 1.0 - float(unreadable.sum()) / max(cells.n_known, 1)
