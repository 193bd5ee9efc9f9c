"""Checks dates: whether the day or the month comes first, dates among other texts, and codes that became rounded numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.columns.dates import Order, are_serials, days, looks_like_a_day, order
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.rounded_codes import are_rounded_codes
from metamed_core.data.records.columns.values import SHARE, share_read
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
    if names := open_order(records):
        example = next(text for text in records.cells(names[0]).levels if "/" in text or "-" in text)
        only = names[0] if len(names) == 1 else None
        yield Finding("day_order", only, _ORDER.format(names=listed(names, most=6), example=example), DAY_FIRST, CHOICES)
    for column in records.columns:
        cells = records.cells(column.name)
        if column.role in _ROLES:
            stray = [text for text in cells.levels if looks_like_a_day(text)] or _serials(cells.levels)
            if stray and len(stray) < 0.5 * len(cells.levels):
                yield Finding("stray_dates", column.name, _STRAY.format(name=shown(column.name), texts=listed(stray)), None)
        elif column.role is Role.IDENTIFIER and are_rounded_codes(column.name, cells.levels):
            message = _ROUNDED.format(name=shown(column.name), texts=listed(cells.levels, most=2))
            yield Finding("rounded_codes", column.name, message, "drop")


def open_order(records: PatientTable) -> list[str]:
    """Return the columns of dates that do not show whether the day or the month comes first; of one file, all are asked about at once."""
    dated = [column for column in records.columns if column.role in {Role.DATE, Role.IDENTIFIER} and column.day_first is None]
    found = [column.name for column in dated if order(records.cells(column.name)) is Order.OPEN]
    return [name for name in found if share_read(records.cells(name), days(records.cells(name))[1]) >= SHARE]


def _serials(texts: Sequence[str]) -> list[str]:
    """Numbers of days as a spreadsheet counts them (44805), among words."""
    words = sum(any(map(str.isalpha, text)) for text in texts)
    found = [text for text in texts if len(text) == 5 and are_serials([text])]
    return found if words >= 3 and words + len(found) == len(texts) else []


def with_day_first(records: Records, finding: Finding) -> Records:
    """Return the records with the dates of all open columns read with the day first, or the month for the remedy `month_first`."""
    day_first = finding.remedy == DAY_FIRST
    names = set(open_order(records))
    return records.with_columns([replace(one, day_first=day_first) if one.name in names else one for one in records.columns])


REMEDIES = {"day_order": with_day_first}

_ORDER = Words(
    "Dates of {names} such as “{example}” do not show whether the day or the month comes first; the month is taken as first: change that if the day comes first.",
    "{names}中的日期（如“{example}”）无法判断日在前还是月在前，现按月在前读取：若日在前，请更改。",
)
_STRAY = Words(
    "“{name}” holds dates ({texts}) among other texts: a spreadsheet may have turned names or ranges (SEPT2, 3-5) into dates, so correct them there.",
    "“{name}”的文字中混有日期（{texts}）：可能是电子表格把名称或区间（如 SEPT2、3-5）转成了日期，请在原表中更正。",
)
_ROUNDED = Words(
    "“{name}” looks like a code that a spreadsheet rounded to few digits ({texts}), which makes different codes alike; it is not used for the diagnosis: drop the column.",
    "“{name}”似乎是被电子表格四舍五入的编号（{texts}），不同编号可能因此相同；该列不用于诊断：请删除该列。",
)
