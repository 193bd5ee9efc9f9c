"""Checks the cells of each column: missing, constant or unreadable values, and values beyond a detection limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, cells, listed
from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import is_age
from metamed_core.data.records.columns.values import Flags, is_ticked, numbers, yes_no
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.words import Words

RANK = 4

MOSTLY_MISSING = 0.3


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `missing`, `constant`, `unreadable` and `censored`."""
    features = {column.name for column in records.feature_columns}
    yield from _limits(records)
    for column in records.columns:
        known = records.cells(column.name).n_known
        if known == 0 and column.role is not Role.LABEL and len(records.raw):
            yield Finding("missing", column.name, _EMPTY.format(name=shown(column.name)), "drop")
        elif column.name in features:
            yield from _of_feature(records, column)


def _of_feature(records: PatientTable, column: Column) -> Iterator[Finding]:
    name, values = shown(column.name), records.features[column.name]
    unreadable = _unreadable(records, column)
    share = 1.0 - records.cells(column.name).n_known / len(records.raw)
    if column.role is Role.YES_NO and is_ticked(records.cells(column.name)):  # its empty cells mean no
        share = float(values.isna().mean())
    if unreadable.any():
        yield Finding("unreadable", column.name, _not_read(records, column, unreadable), None)
    if share >= MOSTLY_MISSING:
        yield Finding("missing", column.name, _MISSING.format(name=name, share=min(round(100 * share), 99)), "drop")
    if values.notna().sum() > 1 and values.nunique() == 1:
        yield Finding("constant", column.name, _CONSTANT.format(name=name), "drop")


def _limits(records: PatientTable) -> Iterator[Finding]:
    """Yield one finding for the whole table: it needs no action, and most laboratory tables have detection limits."""
    found = {
        column.name: int(numbers(records.cells(column.name)).censored.sum())
        for column in records.feature_columns
        if column.role is Role.NUMBER and not is_age(column.name)
    }
    names = [name for name, n in found.items() if n]
    if names:
        message = _CENSORED.format(names=listed(names), n=cells(sum(found.values())))
        yield Finding("censored", names[0] if len(names) == 1 else None, message, None)


def _unreadable(records: PatientTable, column: Column) -> Flags:
    read = records.cells(column.name)
    if column.role is Role.NUMBER:
        return numbers(read).unreadable
    if column.role is Role.YES_NO:
        return yes_no(read)[1]
    return days(read)[1] if column.role is Role.DATE else np.zeros(len(records.raw), dtype=np.bool_)


def _not_read(records: PatientTable, column: Column, unreadable: Flags) -> Words:
    texts = list(dict.fromkeys(records.cells(column.name).texts()[unreadable]))
    where = records.patient_names.to_numpy()[unreadable]
    values = {"name": shown(column.name), "n": cells(int(unreadable.sum())), "kind": column.role.title, "texts": listed(texts)}
    return _UNREADABLE.format(**values, who=listed(map(str, where)))


_EMPTY = Words("“{name}” has no value at all: drop the column.", "“{name}”列没有任何值：请删除该列。")
_MISSING = Words(
    "“{name}” is missing for {share}% of the patients: drop the column unless its few values matter.",
    "“{name}”有 {share}% 的患者缺失：如果这些值不重要，请删除该列。",
)
_CONSTANT = Words(
    "“{name}” is the same for every patient and tells nothing: drop the column.",
    "“{name}”在所有患者中都相同，不提供信息：请删除该列。",
)
_UNREADABLE = Words(
    "“{name}”: {n} not readable as {kind}, counted as missing ({texts}; {who}): correct the table, or change the column's role.",
    "“{name}”有 {n}无法读取为{kind}，按缺失处理（{texts}；{who}）：请更正表格，或更改该列的角色。",
)
_CENSORED = Words(
    "{n} of {names} below or above the detection limit: “<0.1” is replaced by 0.071 (the limit divided by √2) and “>1000” by 1414 (the limit times √2); type a value where you know it.",
    "{names}中有 {n}超出检测限：“<0.1”以 0.071（检测限除以 √2）代替，“>1000”以 1414（检测限乘以 √2）代替；如知道确切数值，请直接填写。",
)
