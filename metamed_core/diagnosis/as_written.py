"""Columns, values, ranges and factors as a person reads them, on the page and in reports."""

from __future__ import annotations

import math

import pandas as pd

from metamed_core.data import Column, Role, unit_in, unit_words
from metamed_core.diagnosis.prototypes import out_of_range
from metamed_core.words import Words

SIDES = {"low": " ↓", "high": " ↑", None: ""}
NO_VALUE = "—"


def column_words(column: Column) -> Words:
    """A column's name and unit."""
    name = Words(column.label("en"), column.label("zh"))
    if not column.unit or (column.title is None and unit_in(column.name)):
        return name
    unit = unit_words(column.unit)
    return Words(f"{name.en} ({unit.en})", f"{name.zh} ({unit.zh})")


def written_range(column: Column) -> str:
    """The reference range as it stands in a laboratory report; empty if there is none."""
    if column.low is not None and column.high is not None:
        return f"{column.low:g}–{column.high:g}"
    if column.high is not None:
        return f"≤ {column.high:g}"
    return f"≥ {column.low:g}" if column.low is not None else ""


def written_value(column: Column, value: float | str | None, few: str = "") -> str:
    """What is usual in a group, as `prototypes` gives it, with an arrow outside the reference range; few: follows the value, before the arrow."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NO_VALUE
    if isinstance(value, str):
        return f"{value}{few}"
    if column.role is Role.YES_NO:
        return f"{value:.0%}{few}"
    if column.role is Role.DATE:
        return f"{pd.Timestamp(value, unit='D').date().isoformat()}{few}"
    # Three significant digits, but whole numbers never rounded further than to the whole.
    number = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{number}{few}{SIDES[out_of_range(column, value)]}"


def written_cell(column: Column, raw: object, value: object) -> str:
    """The value of one patient as it stands in the table, `raw`, with an arrow where its number lies outside the reference range."""
    if raw is None or value is None:
        return NO_VALUE
    return f"{raw}{SIDES[out_of_range(column, value)] if isinstance(value, float) else ''}"


def written_factor(logarithm: float) -> str:
    """How many times as probable something is, of the natural logarithm.

    >>> written_factor(0.6931471805599453), written_factor(9.0)
    ('×2.0', '>×1000')
    """
    if logarithm > math.log(1000):
        return ">×1000"
    factor = math.exp(logarithm)
    return "<×0.001" if factor < 0.001 else f"×{factor:.0f}" if factor >= 10 else f"×{factor:.2g}" if factor < 0.1 else f"×{factor:.1f}"
