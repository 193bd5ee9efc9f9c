"""Read tables of other programs (pandas, NumPy, Arrow, polars) as features: floats, days and words, whatever their cells are made of.

The kind of each column is decided once, by `kinds_of`; `features_of` reads every later table in the same way, each row independently of the
other rows. What does not fit is refused by name, since a date taken for a number would give an answer without a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.foreign_cells import (
    GAPS,
    Kind,
    begins_as_number,
    day_of,
    days_of,
    has_unclear_comma,
    kind_of,
    may_be_number,
    number_of,
    text_of,
)
from metamed_core.data.formats.table import shown
from metamed_core.words import UserError, Words

Floats = npt.NDArray[np.float64]

FEW = 12
"""Up to so many texts that begin like numbers may be the names of groups; a column of more is refused rather than taken for words."""

_TITLES = {
    Kind.NUMBER: Words("numbers", "数字"),
    Kind.DATE: Words("dates", "日期"),
    Kind.DURATION: Words("lengths of time", "时长"),
    Kind.WORD: Words("words", "文字"),
}


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """How a column is read.

    Parameters
    ----------
    kind
        What its cells hold. Values that appear later in a column of NOTHING are left out: nothing is known about them.
    comma
        Whether an unclear comma in the text of a number is a decimal sign.
    numbered
        Whether some words are numbers, so that a number may be a word later.
    """

    kind: Kind
    comma: bool = False
    numbered: bool = False


def kinds_of(frame: pd.DataFrame, others: pd.DataFrame | None = None) -> dict[str, ColumnKind]:
    """Return the kind of each column, by name; `others` decides about columns that are empty in `frame`.

    Raises
    ------
    UserError
        If a column mixes kinds, such as dates and numbers, or its decimal sign is not clear.
    """
    kinds = {str(name): _kind(str(name), column) for name, column in frame.items()}
    if others is not None:
        kinds |= {name: _kind(name, others[name]) for name, known in kinds.items() if known.kind is Kind.NOTHING}
    return kinds


def features_of(frame: pd.DataFrame, kinds: Mapping[str, ColumnKind], place: Words) -> pd.DataFrame:
    """Return each column as its kind: float64 (dates and lengths of time in days, dates since 1970), or `str` and None for words.

    Parameters
    ----------
    frame
        One row per patient.
    kinds
        The result of `kinds_of`.
    place
        Which table this is, for sentences: "in `undiagnosed`".

    Raises
    ------
    UserError
        If a cell is of another kind; the sentence names the column.
    """
    return pd.DataFrame({name: _read(name, frame[name], kind, place) for name, kind in kinds.items()}, index=frame.index)


def _kind(name: str, column: pd.Series) -> ColumnKind:
    if (plain := _plain(column)) is not None:
        return ColumnKind(Kind.NOTHING if np.isnan(plain[1]).all() else plain[0])
    cells = [cell for cell in _cells(name, column) if cell is not None]
    first: dict[Kind, Any] = {}
    for cell in cells:
        first.setdefault(kind_of(cell), cell)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return ColumnKind(Kind.WORD if cells else Kind.NOTHING, numbered=any(map(may_be_number, set(map(text_of, cells)))))
    if len(first) > 1 and first.keys() != {Kind.WORD, Kind.NUMBER}:
        (kind, _), (_, other), *_ = first.items()
        raise UserError(_MIXED.format(name=shown(name), kind=_TITLES[kind], text=shown(text_of(other))))
    if Kind.WORD in first:
        return _kind_of_texts(name, list(dict.fromkeys(map(text_of, cells))))
    return ColumnKind(next(iter(first), Kind.NOTHING))


def _kind_of_texts(name: str, texts: Sequence[str]) -> ColumnKind:
    """Decide between numbers, dates and words; the texts differ from each other."""
    if all(day_of(text) is not None for text in texts):
        return ColumnKind(Kind.DATE)
    words = [text for text in texts if number_of(text, comma=True) is None]
    if words and sum(map(begins_as_number, texts)) > max(FEW, len(texts) / 2):
        raise UserError(_MIXED.format(name=shown(name), kind=_TITLES[Kind.NUMBER], text=shown(words[0])))
    if words:
        return ColumnKind(Kind.WORD, numbered=any(map(may_be_number, texts)))
    commas = [text for text in texts if "," in text]
    if commas and all(has_unclear_comma(text.lstrip("<>=≤≥ ")) for text in commas):
        raise UserError(_COMMA_UNCLEAR.format(name=shown(name), text=shown(commas[0])))
    return ColumnKind(Kind.NUMBER, comma=bool(commas))


def _read(name: str, column: pd.Series, known: ColumnKind, place: Words) -> Floats | npt.NDArray[np.object_]:
    if known.kind is Kind.NOTHING:
        return np.full(len(column), np.nan)
    plain = _plain(column)
    if plain is not None and (plain[0] is known.kind or (known.kind is not Kind.WORD and np.isnan(plain[1]).all())):
        return plain[1]
    gap, dtype = (None, object) if known.kind is Kind.WORD else (np.nan, np.float64)
    values = np.full(len(column), gap, dtype=dtype)
    for row, cell in enumerate(_cells(name, column)):
        if cell is not None:
            if (value := _value(cell, known)) is None:
                said = {"kind": _TITLES[known.kind], "text": shown(text_of(cell)), "place": place}
                raise UserError(_ANOTHER_KIND.format(name=shown(name), **said))
            values[row] = value
    return values


def _value(cell: Any, known: ColumnKind) -> float | str | None:
    """One cell as `known` says; None if it is of another kind."""
    kind = kind_of(cell)
    if known.kind is Kind.WORD:
        return text_of(cell) if kind is Kind.WORD or (kind is Kind.NUMBER and known.numbered) else None
    if kind is known.kind:
        return float(cell) if kind is Kind.NUMBER else days_of(cell)
    if kind is not Kind.WORD:
        return None
    if known.kind is Kind.DATE:
        return day_of(text_of(cell))
    return number_of(text_of(cell), comma=known.comma) if known.kind is Kind.NUMBER else None


def _plain(column: pd.Series) -> tuple[Kind, Floats] | None:
    """Read a column whose dtype says it all, without a look at each cell; None for any other column."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return None
    if pd.api.types.is_bool_dtype(dtype) or (pd.api.types.is_numeric_dtype(dtype) and dtype.kind != "c"):
        return Kind.NUMBER, column.to_numpy(dtype=np.float64, na_value=np.nan)
    if isinstance(dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if isinstance(dtype, pd.DatetimeTZDtype | np.dtype) and dtype.kind == "M":
        return Kind.DATE, _in_days(column - pd.Timestamp(0))
    return (Kind.DURATION, _in_days(column)) if isinstance(dtype, np.dtype) and dtype.kind == "m" else None


def _in_days(lengths: pd.Series) -> Floats:
    return np.asarray(lengths.dt.total_seconds().to_numpy(dtype=np.float64) / 86_400, dtype=np.float64)


def _cells(name: str, column: pd.Series) -> list[Any]:
    """The cells of a column, None for every kind of gap. Raises UserError for lists, complex numbers and the like."""
    read: list[Any] = []
    for cell, missing in zip(column.tolist(), column.isna(), strict=True):
        if isinstance(cell, list | dict | set | tuple | np.ndarray | complex):
            raise UserError(_NO_CELL.format(name=shown(name), type=type(cell).__name__))
        gone = missing or (isinstance(cell, str) and cell.strip().lower() in GAPS)
        read.append(None if gone else cell)
    return read


_MIXED = Words(
    "The column “{name}” mixes {kind} with “{text}”: write all cells alike and leave unknown ones empty, or give names of groups the dtype category.",
    "列“{name}”中既有{kind}，又有“{text}”：请统一写法，未知的留空；若为分组名称，请使用 category 类型。",
)
_COMMA_UNCLEAR = Words(
    "The column “{name}” holds texts such as “{text}”, whose comma may be a decimal sign or stand between thousands: give numbers.",
    "列“{name}”含有“{text}”这样的文本，其中的逗号可能是小数点，也可能是千位分隔符：请填数字。",
)
_ANOTHER_KIND = Words(
    "The column “{name}” holds {kind} in X and “{text}” {place}: give {kind}, or leave cells empty.",
    "列“{name}”在 X 中为{kind}，{place}却是“{text}”：请填{kind}，或留空。",
)
_NO_CELL = Words(
    "The column “{name}” holds cells of the type {type}: give numbers, dates or words, one in each cell.",
    "列“{name}”的单元格类型为 {type}：每个单元格请只填一个数字、日期或词语。",
)
