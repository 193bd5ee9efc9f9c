"""Checks whether the table can identify a patient: HIPAA Safe Harbor identifiers, ages above 89, free text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, patients
from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.identifiers import Identity, identity, is_generic
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import is_age
from metamed_core.data.records.columns.values import SHARE, share_read
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 0

OLDEST = 89
"""Older patients are so rare that an exact age may identify them: their age is capped at 90."""


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `identifier`, `age_over_89` and `free_text`."""
    for column in records.columns:
        name = shown(column.name)
        if column.role not in {Role.LABEL, Role.FILE_NUMBER} and identity(column.name, records.cells(column.name)) is Identity.PERSON:
            dated = share_read(records.cells(column.name), days(records.cells(column.name))[1]) >= SHARE
            choices = () if dated or records.file_numbers is not None else (Choice(_KEEP, remedy="keep"),)
            yield Finding(
                "identifier",
                column.name,
                (_DATE if dated else _UNSHOWN if is_generic(column.name) else _IDENTIFIER).format(name=name),
                "drop",
                choices,
            )
        elif column.role is Role.DATE:
            yield Finding("identifier", column.name, _DATE.format(name=name), "drop")
        elif column.role is Role.TEXT:
            yield Finding("free_text", column.name, _TEXT.format(name=name), "drop")
        elif column.role is Role.NUMBER and is_age(column.name) and (old := _old(records, column)).any():
            yield Finding("age_over_89", column.name, _AGE.format(name=name, n=patients(int(old.sum()))), "cap")


def capped(records: Records, finding: Finding) -> Records:
    """Return the records with all ages above 89 set to 90."""
    if finding.column is None:
        return records
    raw = records.raw.copy()
    raw.loc[_old(records, records.column(finding.column)), finding.column] = str(OLDEST + 1)
    return replace(records, raw=raw)


def kept(records: Records, finding: Finding) -> Records:
    """Return the records with the column as the file number by which patients are found."""
    columns = [replace(one, role=Role.FILE_NUMBER) if one.name == finding.column else one for one in records.columns]
    return records.with_columns(columns)


REMEDIES = {"age_over_89": capped, "identifier": kept}


def _old(records: PatientTable, column: Column) -> pd.Series:
    """Whether each patient's age is above 89, one flag per row; all False if such ages are already capped at 90."""
    ages = records.features[column.name]
    above = ages > OLDEST
    return above if (ages[above] != OLDEST + 1).any() else above & False


_IDENTIFIER = Words(
    "“{name}” may identify a patient and is not used for the diagnosis: drop the column.",
    "“{name}”可能泄露患者身份，且不用于诊断：请删除该列。",
)
_UNSHOWN = Words(
    "“{name}” may identify a patient, so its codes are not used and not shown, and each patient is called by the row in the file instead: drop the column.",
    "“{name}”可能泄露患者身份，因此不使用也不显示，患者以其在文件中的行命名：请删除该列。",
)
_KEEP = Words("Keep it to find patients", "保留，仅供查找患者")
_DATE = Words(
    "“{name}” holds dates, which may identify a patient: drop the column, or use a length of time instead.",
    "“{name}”是日期，可能泄露患者身份：请删除该列，或改用时长（如病程天数）。",
)
_TEXT = Words(
    "“{name}” holds free text, which is not used and may name a patient: drop the column.",
    "“{name}”是自由文本，不会被使用，且可能含有患者信息：请删除该列。",
)
_AGE = Words(
    "“{name}” gives an age above 89 for {n}, which may identify a patient: count every such age as 90.",
    "“{name}”中有 {n}的年龄超过 89 岁，可能泄露身份：请统一记为 90 岁。",
)
