"""Values as a person reads them: three digits and an arrow outside the reference range, a share of yes, a date, a category."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from metamed_core.data import Column, Role
from metamed_core.diagnosis import out_of_range
from pages.parts.common import cohorts
from pages.parts.common.page_frame import Say

SIDES = {"low": " ↓", "high": " ↑", None: ""}
NONE = "—"


def value_text(say: Say, source: str, column: Column, value: Any, few: str = "") -> str:
    """What is usual in a group, as `prototypes` gives it; few: follows the value, such as a number of patients in brackets."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    if column.role is Role.YES_NO:
        return f"{value:.0%}{few}"
    if column.role is Role.DATE:
        return f"{pd.Timestamp(value, unit='D').date().isoformat()}{few}"
    if column.role is Role.CATEGORY:
        return f"{say(cohorts.called(source, str(value)))}{few}"
    return f"{_three_digits(float(value))}{few}{SIDES[out_of_range(column, float(value))]}"


def cell_text(say: Say, source: str, column: Column, raw: object, value: Any) -> str:
    """The value of one patient as it stands in the table, `raw`, with an arrow where its number lies outside the reference range."""
    if raw is None or value is None:
        return NONE
    outside = SIDES[out_of_range(column, value)] if isinstance(value, float) else ""
    return f"{say(cohorts.called(source, str(raw)))}{outside}"


def _three_digits(value: float) -> str:
    """Three significant digits, but whole numbers never rounded further than to the whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
