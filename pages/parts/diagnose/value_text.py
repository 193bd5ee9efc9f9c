"""Values as `metamed_core.diagnosis` writes them, with the words of a bundled cohort in the language of the page."""

from __future__ import annotations

from typing import Any

from metamed_core.data import Column, Role
from metamed_core.diagnosis import written_cell, written_value
from pages.parts.common import cohorts
from pages.parts.common.page_frame import Say


def value_text(say: Say, source: str, column: Column, value: Any, few: str = "") -> str:
    """What is usual in a group, see `written_value`."""
    word = column.role is Role.CATEGORY and isinstance(value, str)
    return written_value(column, say(cohorts.called(source, value)) if word else value, few)


def cell_text(say: Say, source: str, column: Column, raw: object, value: Any) -> str:
    """The value of one patient as it stands in the table, see `written_cell`."""
    return written_cell(column, None if raw is None else say(cohorts.called(source, str(raw))), value)
