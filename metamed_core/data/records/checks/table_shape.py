"""Checks whether the table has one row for each patient: long laboratory exports, several rows of one patient, tables turned on their side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from metamed_core.data.formats.table import free_name, shown
from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.columns.identifiers import Identity, identity, words_of
from metamed_core.data.records.columns.label_names import is_named_label
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.columns.values import numbers
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 1

_TEST = re.compile(
    r"(?:.* )?(?:test|tests|analyte|parameter|label|item|lab|measure|measurement|variable|component|observation|examination|test name|name|code)|"
    r"(?:.* )?(?:untersuchung|analys[ei]n?|messgröße)|.*(?:项目|指标|检验|化验)(?:名称)?"
)
_VALUE = re.compile(
    r"(?:.* )?(?:value|values|result|results|valuenum|level|reading|wert|ergebnis|resultado|valeur)(?: num)?|.*(?:结果|数值|值|测定值)"
)
_UNIT = re.compile(r"(?:.* )?(?:unit|units|uom|valueuom|einheit|unité)|.*单位")

MOST_TESTS = 1_000
"""Most distinct tests of a long export; a column with more is no list of tests."""


@dataclass(frozen=True)
class Long:
    """The columns of a table with one row for each test of a patient.

    Parameters
    ----------
    patient, test, value
        Names of the columns.
    unit
        Name of the column of units; None if there is none.
    repeated
        How many tests of a patient have more than one result.
    lost
        Row labels of the rows that name no patient or no test.
    """

    patient: str
    test: str
    value: str
    unit: str | None
    repeated: int
    lost: tuple[int, ...]


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `long_table`, `rows_of_one_patient` and `on_its_side`."""
    if (long := long_export(records)) is not None:
        message = _LONG.format(patient=shown(long.patient), test=shown(long.test), value=shown(long.value))
        if long.repeated:
            message += _FIRST.format(n=long.repeated)
        if long.lost:
            message += _LOST.format(n=len(long.lost), which=listed(str(records.patient_names[row]) for row in long.lost))
        yield Finding("long_table", None, message, "pivot")
    elif (name := mergeable(records)) is not None:
        yield Finding("rows_of_one_patient", name, _MERGE.format(name=shown(name), n=records.raw[name].nunique()), "merge")
    if (label := label_row(records)) is not None:
        columns = listed(map(str, records.raw.columns[1:]))
        yield Finding("on_its_side", None, _SIDE.format(label=shown(label), columns=columns), "turn")


def long_export(records: PatientTable) -> Long | None:
    """Return the columns of a long laboratory export; None if the table is no such export."""
    patient = _repeated_identifier(records)
    if patient is None:
        return None
    named = {name: words_of(name) for name in records.raw.columns if name != patient}
    value = next((name for name, words in named.items() if _VALUE.fullmatch(words) and _holds_numbers(records, name)), None)
    for name, words in named.items():
        n_tests = len(records.cells(name).levels)
        if value is None or name == value or not _TEST.fullmatch(words) or not 2 <= n_tests <= MOST_TESTS:
            continue
        of_patient = records.raw.groupby(patient, sort=False)[name]
        if _holds_numbers(records, name) or of_patient.nunique().max() < 2:
            continue
        named_both = records.raw[[patient, name]].notna().all(axis=1)
        repeated = int(records.raw[named_both].duplicated([patient, name]).sum())
        unit = next((one for one, its in named.items() if _UNIT.fullmatch(its)), None)
        return Long(patient, name, value, unit, repeated, tuple(records.raw.index[~named_both]))
    return None


def wide(records: Records, _finding: Finding | None = None) -> Records:
    """Return the records of a long export with one row for each patient and one column for each test; see `long_export`."""
    long = long_export(records)
    if long is None:
        return records
    raw = records.raw[records.raw[long.patient].notna()]
    groups = raw.groupby(long.patient, sort=False)
    whole = [long.patient, *_of_the_patient(raw, long)]
    lines = raw.drop_duplicates(long.patient).index
    table = groups[whole].first().set_index(lines)
    for test, rows in raw.groupby(long.test, sort=False):
        units: list[str] = list(rows[long.unit].dropna().unique()) if long.unit else []
        header = f"{test} ({units[0]})" if len(units) == 1 else str(test)
        firsts = rows.drop_duplicates(long.patient).set_index(long.patient)
        values = firsts[long.value]
        if len(units) > 1:  # each value keeps its unit, so that the check sees that they differ
            values = (values + " " + firsts[long.unit].fillna("")).str.strip()
        header = free_name(header, table.columns)
        table[header] = table[long.patient].map(values)
    return _as(records, table)


def _of_the_patient(raw: pd.DataFrame, long: Long) -> list[str]:
    """Columns that have one value for each patient, such as the diagnosis."""
    of_a_test = {long.patient, long.test, long.value, long.unit}
    constant = raw.groupby(long.patient, sort=False).nunique().max() <= 1
    changing = raw.groupby(long.test, sort=False).nunique().max() > 1
    return [name for name in raw.columns if name not in of_a_test and constant[name] and (changing[name] or raw[name].nunique() == 1)]


def mergeable(records: PatientTable) -> str | None:
    """Return the column of patients if some have several rows that complete and never contradict one another; else None."""
    name = _repeated_identifier(records)
    if name is None:
        return None
    groups = records.raw.groupby(name, sort=False)
    return name if (groups.nunique() <= 1).to_numpy().all() and groups.size().max() <= len(records.raw.columns) else None


def merged(records: Records, _finding: Finding | None = None) -> Records:
    """Return the records with the rows of each patient joined; see `mergeable`. Rows without a patient's code are kept."""
    name = mergeable(records)
    if name is None:
        return records
    raw = records.raw
    first = raw.groupby(name, sort=False).transform("first").assign(**{name: raw[name]})
    kept = raw[name].isna() | ~raw.duplicated(name)
    joined = first.where(raw[name].notna(), raw).loc[kept, raw.columns]
    return _as(records, joined)


def label_row(records: PatientTable) -> str | None:
    """Return the cell of the first column that names the diagnoses, where columns are patients; None if rows are patients."""
    if (records.label is not None and is_named_label(records.label.name)) or len(records.raw.columns) < 3:
        return None
    first = records.raw.iloc[:, 0]
    for row, cell in enumerate(first):
        if cell is not None and is_named_label(cell):
            rest = records.raw.iloc[row, 1:]
            if first.nunique() == len(first) and rest.notna().sum() >= 2 and 2 <= rest.nunique() <= rest.notna().sum():
                return str(cell)
    return None


def turned(records: Records, _finding: Finding | None = None) -> Records:
    """Return the records of a table that lies on its side with rows for patients; see `label_row`."""
    if label_row(records) is None:
        return records
    raw = records.raw
    table = raw.iloc[:, 1:].T.reset_index(drop=True)
    table.columns = pd.Index([str(cell) for cell in raw.iloc[:, 0]], dtype=object)
    table.insert(0, "patient", raw.columns[1:].astype(object))
    return type(records).from_table(table.astype(object).where(table.notna(), None))


REMEDIES = {"long_table": wide, "rows_of_one_patient": merged, "on_its_side": turned}


def _as(records: Records, table: pd.DataFrame) -> Records:
    """Records of the changed table; its row labels still name rows of the file."""
    return type(records).from_table(table.astype(object).where(table.notna(), None), reading=records.reading)


def _repeated_identifier(records: PatientTable) -> str | None:
    """The column of codes of which nearly each stands in several rows."""
    for column in records.columns:
        cells = records.cells(column.name)
        if column.role is Role.IDENTIFIER and cells.n_known and identity(column.name, cells) is Identity.CODE:
            return column.name if cells.n_known >= 1.5 * len(cells.levels) else None
    return None


def _holds_numbers(records: PatientTable, name: str) -> bool:
    cells = records.cells(name)
    return bool(cells.levels) and numbers(cells).unreadable.mean() < 0.5


_LONG = Words(
    "The table has one row for each test: “{patient}” repeats, “{test}” names the tests and “{value}” holds their results, so a patient has more "
    "than one row: turn it into one row for each patient with one column for each test.",
    "该表格每行是一项检验：“{patient}”重复出现，“{test}”为检验名称，“{value}”为结果，因此一位患者占多行：请转换为每位患者一行、每项检验一列。",
)
_FIRST = Words(
    " {n} {n:result is|results are} a repeat of the same test in the same patient: the first one is kept.",
    "有 {n} 个结果是同一患者同一检验的重复：将保留第一个。",
)
_LOST = Words(
    " {n} {n:row names|rows name} no patient or no test and {n:is|are} left out then ({which}).",
    "有 {n} 行缺少患者或检验名称，转换时将舍去（{which}）。",
)
_MERGE = Words(
    "“{name}” names a patient in more than one row ({n} {n:patient|patients} in all), and these rows complete one another: join them to one row for each patient.",
    "“{name}”中同一患者出现在多行（共 {n} 位患者），且各行内容互补：请合并为每位患者一行。",
)
_SIDE = Words(
    "The table lies on its side: the row “{label}” holds the diagnoses and the columns are patients ({columns}): turn it, so that each patient is a row.",
    "表格的行与列颠倒：“{label}”一行为诊断，各列为患者（{columns}）：请转置，使每行为一位患者。",
)
