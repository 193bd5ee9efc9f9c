"""Cells typed by hand: read by the parser of the upload, and refused in one sentence where they cannot be read or could mean two values."""

from __future__ import annotations

import re
from collections.abc import Hashable

import numpy as np

from metamed_core.data.formats.table import shown
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.columns.units import same_unit, with_unit
from metamed_core.data.records.patient_table import Records
from metamed_core.words import UserError, Words

_PARTS = re.compile(r"([<>≤≥= ]*)([+-]?\d[\d.,' ]*?)(\s*[^\d.,' ].*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}(?:[. ]\d{3})+,\d+")
_TWO_READINGS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def with_typed_cell(records: Records, row: Hashable, column: str, text: str | None) -> Records:
    """Return records with one cell as the user typed it.

    Parameters
    ----------
    records
        The patients.
    row, column
        The place of the cell.
    text
        What was typed; None or empty text makes the value missing. A decimal comma is stored as a decimal point.

    Raises
    ------
    UserError
        If the text cannot be read according to the column's role, could mean two numbers, has another unit than the column, or would
        change how other cells of the column are read.
    """
    place = records.column(column)
    text = clean(text or "") or None
    if text is None:
        return records.with_cell(row, column, None)
    if place.role is Role.LABEL:
        return _with_diagnosis(records, row, place, text)
    stored = _number(records, row, place, text) if place.role is Role.NUMBER else text
    changed = records.with_cell(row, column, stored)
    if place.role in (Role.NUMBER, Role.DATE, Role.YES_NO):
        before, after = records.values_of(place).to_numpy(), changed.values_of(place).to_numpy()
        here = np.asarray(records.raw.index == row)
        if np.isnan(after[here]).any():
            raise UserError(_said(_UNREADABLE, records, row, place, text))
        if not np.array_equal(before[~here], after[~here], equal_nan=True):
            raise UserError(_said(_CHANGES_OTHERS, records, row, place, text))
    return changed


def _with_diagnosis(records: Records, row: Hashable, label: Column, text: str) -> Records:
    """Give a diagnosis. One that differs from a known diagnosis only in capital letters is a slip of the keyboard."""
    same = next((known for known in records.classes if known.casefold() == text.casefold()), None)
    if same is not None and same != text:
        raise UserError(_SPELLING.format(text=shown(text), known=shown(same)))
    changed = records.with_cell(row, label.name, text)
    if changed.labels.to_dict()[row] is None:
        raise UserError(_said(_NO_DIAGNOSIS, records, row, label, text))
    return changed


def _number(records: Records, row: Hashable, column: Column, text: str) -> str:
    """Return a typed number with a decimal point and without unit. Text that is no number is returned unchanged."""
    unit = with_unit(text.lstrip("<>≤≥= "))[1]
    if unit and not same_unit(unit, column.unit):
        said = _OTHER_UNIT if column.unit else _NO_UNIT
        raise UserError(_said(said, records, row, column, text))
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return text
    sign, digits, rest = parts[1].replace(" ", ""), parts[2].strip(), (parts[3] or "")
    if _TWO_READINGS.fullmatch(digits):
        point, whole = sign + digits.replace(",", "."), sign + digits.replace(",", "")
        raise UserError(_said(_TWO_NUMBERS, records, row, column, text, point=point, whole=whole))
    if _DECIMAL_COMMA.fullmatch(digits) or _GROUPED_COMMA.fullmatch(digits):
        digits = digits.replace(".", "").replace(" ", "").replace(",", ".")
    return f"{sign}{digits}{'' if unit else rest}"


def _said(words: Words, records: Records, row: Hashable, column: Column, text: str, **more: str) -> Words:
    patient, name = str(records.patient_names.to_dict()[row]), shown(column.name)
    return words.format(text=shown(text), column=name, patient=patient, role=column.role.title, unit=column.unit, **more)


_UNREADABLE = Words(
    "“{text}” in {column} of {patient} cannot be read as “{role}”, so the old value was kept: type another, or leave it empty.",
    "{patient} 的“{column}”中“{text}”无法读作“{role}”，已保留原值：请重新输入或留空。",
)
_TWO_NUMBERS = Words(
    "“{text}” in {column} of {patient} may mean {point} or {whole}, so the old value was kept: type the one that you mean.",
    "{patient} 的“{column}”中“{text}”可能是 {point} 或 {whole}，已保留原值：请输入所指的数值。",
)
_OTHER_UNIT = Words(
    "“{text}” in {column} of {patient} has another unit than the column ({unit}), so the old value was kept: type the value in {unit}.",
    "{patient} 的“{column}”中“{text}”的单位与该列（{unit}）不同，已保留原值：请以 {unit} 为单位输入。",
)
_NO_UNIT = Words(
    "“{text}” in {column} of {patient} has a unit but the column has none, so the old value was kept: type the number alone, or give the column its unit under “Roles, units and reference ranges”.",
    "{patient} 的“{column}”中“{text}”带有单位，而该列没有单位，已保留原值：请只输入数字，或在“角色、单位与参考区间”中填写该列的单位。",
)
_CHANGES_OTHERS = Words(
    "“{text}” in {column} of {patient} would change how the other cells of the column are read, so the old value was kept: type it as they are written.",
    "{patient} 的“{column}”中“{text}”会改变该列其他单元格的读法，已保留原值：请按该列已有的写法输入。",
)
_SPELLING = Words(
    "The diagnosis “{text}” is written “{known}” in this table: choose that one, or give the new diagnosis a name of its own.",
    "本表中诊断“{text}”写作“{known}”：请选用后者，或为新诊断另取名称。",
)
_NO_DIAGNOSIS = Words(
    "“{text}” for {patient} means that there is no diagnosis yet: leave the diagnosis empty, or write out its name.",
    "{patient} 的“{text}”表示尚无诊断：请将诊断留空，或写出诊断名称。",
)
