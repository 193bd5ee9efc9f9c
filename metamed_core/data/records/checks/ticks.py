"""Checks for columns of ticks: a mark such as `x` in some cells, and nothing in the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.values import is_ticked
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 2
MISSING = "missing"


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield one finding of kind `ticks` for the whole table."""
    names = ticked(records)
    if names:
        marks = listed(dict.fromkeys(records.cells(name).levels[0] for name in names))
        name = names[0] if len(names) == 1 else None
        yield Finding("ticks", name, _TICKS.format(names=listed(names, most=6), marks=marks), MISSING)


def ticked(records: PatientTable) -> list[str]:
    """Return the names of the columns of ticks whose empty cells are read as no."""
    columns = (column for column in records.columns if column.role is Role.YES_NO and column.blank_is_no)
    return [column.name for column in columns if is_ticked(records.cells(column.name))]


def blanks_are_missing(records: Records, finding: Finding) -> Records:
    """Return the records with the empty cells of all columns of ticks read as missing."""
    names = set(ticked(records))
    return records.with_columns([replace(one, blank_is_no=False) if one.name in names else one for one in records.columns])


REMEDIES = {"ticks": blanks_are_missing}

_TICKS = Words(
    "Empty cells of {names} are read as no, since the others hold only the tick {marks}: if empty means not known, read them as missing.",
    "{names}的空单元格按“否”读取，因为其余单元格只有标记{marks}：若空白表示未知，请按缺失处理。",
)
