"""Checks dates: whether the day or the month comes first, dates among other texts, and codes that became rounded numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.columns.dates import Order, looks_like_a_day, order
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.rounded_codes import are_rounded_codes
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2
DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
CHOICES = (
    Choice(Words("The day comes first", "日在前"), remedy=DAY_FIRST),
    Choice(Words("The month comes first", "月在前"), remedy=MONTH_FIRST),
)
_ROLES = frozenset({Role.CATEGORY, Role.TEXT, Role.LABEL, Role.GROUP})


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `day_order`, `stray_dates` and `rounded_codes`."""
    for column in records.columns:
        cells = records.cells(column.name)
        if column.role is Role.DATE and column.day_first is None and order(cells) is Order.OPEN:
            example = next(text for text in cells.levels if "/" in text or "-" in text)
            yield Finding("day_order", column.name, _ORDER.format(name=shown(column.name), example=example), DAY_FIRST, CHOICES)
        elif column.role in _ROLES:
            days = [text for text in cells.levels if looks_like_a_day(text)]
            if days and len(days) < 0.5 * len(cells.levels):
                yield Finding("stray_dates", column.name, _STRAY.format(name=shown(column.name), texts=listed(days)), None)
        elif column.role is Role.IDENTIFIER and are_rounded_codes(column.name, cells.levels):
            message = _ROUNDED.format(name=shown(column.name), texts=listed(cells.levels, most=2))
            yield Finding("rounded_codes", column.name, message, "drop")


def with_day_first(records: Records, finding: Finding) -> Records:
    """Return the records with the dates of a finding's column read with the day first, or the month for the remedy `month_first`."""
    day_first = finding.remedy == DAY_FIRST
    return records.with_columns([replace(one, day_first=day_first) if one.name == finding.column else one for one in records.columns])


REMEDIES = {"day_order": with_day_first}

_ORDER = Words(
    "Dates of “{name}” such as “{example}” do not show whether the day or the month comes first; the month is taken as first: change that if the day comes first.",
    "“{name}”中的日期（如“{example}”）无法判断日在前还是月在前，现按月在前读取：若日在前，请更改。",
)
_STRAY = Words(
    "“{name}” holds dates ({texts}) among other texts: a spreadsheet may have turned names or ranges (SEPT2, 3-5) into dates, so correct them there.",
    "“{name}”的文字中混有日期（{texts}）：可能是电子表格把名称或区间（如 SEPT2、3-5）转成了日期，请在原表中更正。",
)
_ROUNDED = Words(
    "“{name}” looks like a code that a spreadsheet rounded to few digits ({texts}), which makes different codes alike; it is not used for the diagnosis: drop the column.",
    "“{name}”似乎是被电子表格四舍五入的编号（{texts}），不同编号可能因此相同；该列不用于诊断：请删除该列。",
)
