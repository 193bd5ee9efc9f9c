"""Edits of a table of patients: patients and columns added or removed, the list of all differences from the table as read, and undo."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.formats.table import cell_text, check_size, shown
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import UserError, Words


class EditKind(StrEnum):
    """The kind of one difference."""

    CELL = "cell"
    PATIENT_ADDED = "patient_added"
    PATIENT_REMOVED = "patient_removed"
    COLUMN_ADDED = "column_added"
    COLUMN_REMOVED = "column_removed"


@dataclass(frozen=True)
class Edit:
    """One difference of edited records from the records as read.

    Parameters
    ----------
    kind
        What was edited.
    row
        The row label of the patient; None for a column.
    column
        The name of the column; None for a patient.
    before, after
        The text of an edited cell; None if it is empty.
    """

    kind: EditKind
    row: Hashable = None
    column: str | None = None
    before: str | None = None
    after: str | None = None


def with_new_patient(records: Records, name: str | None = None, taken: Iterable[Hashable] = ()) -> tuple[Records, Hashable]:
    """Append a patient without values.

    Parameters
    ----------
    records
        The patients.
    name
        The patient's code, if the table has a column of codes.
    taken
        Row labels of patients who were removed: the new one must not be mistaken for one of them.

    Returns
    -------
    records, row
        The new records, and the row label of the new patient.

    Raises
    ------
    UserError
        If the code is taken, or the table is full.
    """
    check_size(n_rows=len(records.raw) + 1)
    numbers = [row for row in (*records.raw.index, *taken) if isinstance(row, int | np.integer)]
    row: Hashable = int(max(numbers, default=-1)) + 1
    cells: dict[str, str | None] = dict.fromkeys(records.raw.columns)
    if (text := cell_text(name)) is not None:
        codes = records.code_column
        if codes is None:
            raise UserError(_NO_CODES.format(name=shown(text)))
        if (records.raw[codes] == text).any():
            raise UserError(_NAME_TAKEN.format(name=shown(text)))
        cells[codes] = text
    return replace(records, raw=_joined(records.raw, pd.DataFrame(cells, index=[row], dtype=object))), row


def with_new_column(records: Records, column: Column) -> Records:
    """Append an empty column. Raises UserError if its name is empty or taken, or the table is full."""
    name = cell_text(column.name)
    if name is None:
        raise UserError(_NO_NAME)
    if name in records.raw.columns:
        raise UserError(_COLUMN_TAKEN.format(name=shown(name)))
    check_size(n_columns=len(records.raw.columns) + 1)
    return replace(
        records, raw=records.raw.assign(**{name: _empty(len(records.raw))}), columns=(*records.columns, replace(column, name=name))
    )


def without_column(records: Records, name: str) -> Records:
    """Remove a column. Raises UserError if it holds the diagnoses."""
    if records.column(name).role is Role.LABEL:
        raise UserError(_LABEL_STAYS.format(name=shown(name)))
    columns = tuple(column for column in records.columns if column.name != name)
    return replace(records, raw=records.raw.drop(columns=name), columns=columns)


def edits(original: PatientTable, now: PatientTable) -> tuple[Edit, ...]:
    """Return all differences of `now` from `original`: patients, then columns, then cells in the order of the table."""
    if original is now or original.raw is now.raw:
        return ()
    before, after = original.raw, now.raw
    found = [Edit(EditKind.PATIENT_ADDED, row=row) for row in after.index.difference(before.index, sort=False).tolist()]
    found += [Edit(EditKind.PATIENT_REMOVED, row=row) for row in before.index.difference(after.index, sort=False).tolist()]
    found += [Edit(EditKind.COLUMN_ADDED, column=name) for name in after.columns if name not in before.columns]
    found += [Edit(EditKind.COLUMN_REMOVED, column=name) for name in before.columns if name not in after.columns]
    names = [name for name in after.columns if name in before.columns]
    rows = after.index.intersection(before.index, sort=False).tolist()
    old = before.loc[rows, names].to_numpy(dtype=object)
    new = after.loc[rows, names].to_numpy(dtype=object)
    for i, j in np.argwhere(old != new):
        found.append(Edit(EditKind.CELL, rows[i], names[j], old[i, j], new[i, j]))
    return tuple(found)


def undone(original: Records, now: Records, edit: Edit) -> Records:
    """Return `now` without one of its edits; unchanged if the edit is no longer there."""
    if edit not in edits(original, now):
        return now
    if edit.kind is EditKind.CELL and edit.column is not None:
        return now.with_cell(edit.row, edit.column, edit.before)
    if edit.kind is EditKind.PATIENT_ADDED:
        return now.without([edit.row])
    if edit.kind is EditKind.COLUMN_ADDED and edit.column is not None:
        return without_column(now, edit.column)
    if edit.kind is EditKind.PATIENT_REMOVED:
        raw = _joined(now.raw, original.raw.loc[[edit.row]].reindex(columns=now.raw.columns))
        return replace(now, raw=raw.loc[_in_order(original.raw.index, raw.index)])
    return _with_column_back(original, now, str(edit.column))


def _with_column_back(original: Records, now: Records, name: str) -> Records:
    known = original.raw[name].to_dict()
    raw = now.raw.assign(**{name: np.array([*map(known.get, now.raw.index), None], dtype=object)[:-1]})
    order = [str(each) for each in _in_order(original.raw.columns, raw.columns)]
    column = original.column(name)
    if column.role is Role.LABEL and now.label is not None:
        column = replace(column, role=Role.IGNORE)
    columns = {one.name: one for one in (*now.columns, column)}
    return replace(now, raw=raw[order], columns=tuple(columns[each] for each in order))


def _empty(n: int) -> npt.NDArray[np.object_]:
    """`n` cells without a value: None, where pandas would put NaN."""
    return np.full(n, None, dtype=object)


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    joined = pd.concat([one, other])
    return joined.where(joined.notna(), None)


def _in_order(first: pd.Index, present: pd.Index) -> list[Hashable]:
    """The present labels in the order of `first`, then the others."""
    known = set(first)
    here = set(present)
    return [label for label in first if label in here] + [label for label in present if label not in known]


_NAME_TAKEN = Words(
    "There is already a patient called “{name}”: give the new one another name.", "已有名为“{name}”的患者：请为新患者另取名称。"
)
_NO_CODES = Words(
    "The table has no column of patient codes to hold “{name}”: leave the name empty, or add a column with the role “identifier” first.",
    "表中没有存放“{name}”的患者编号列：请将名称留空，或先添加角色为“身份标识”的列。",
)
_NO_NAME = Words("The new column has no name: type one, such as ferritin (µg/L).", "新列没有名称：请输入名称，例如“铁蛋白 (µg/L)”。")
_COLUMN_TAKEN = Words(
    "There is already a column called “{name}”: give the new one another name.", "已有名为“{name}”的列：请为新列另取名称。"
)
_LABEL_STAYS = Words(
    "The column “{name}” holds the diagnoses, so it is not removed: give another column the role “diagnosis” first.",
    "“{name}”为诊断列，不能删除：请先将另一列的角色设为“诊断”。",
)
