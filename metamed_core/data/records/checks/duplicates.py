"""Checks for repeated patients and repeated columns; repeats that chance could explain in a small table are not reported."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from math import comb, lgamma, log

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.identifiers import Identity, identity
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 3

Codes = npt.NDArray[np.int64]

CHANCE = 1e-3
"""Repeats whose expected number by chance alone is at least this are not reported."""


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `contradiction`, `duplicate_rows`, `repeated_patient` and `duplicate_column`."""
    if len(rows := contradictions(records)):
        yield Finding("contradiction", None, _CONTRADICTION.format(which=_names(records, rows)), None)
    if len(rows := repeated_rows(records)):
        yield Finding("duplicate_rows", None, _ROWS.format(n=patients(len(rows)), which=_names(records, rows)), "drop")
    yield from _repeated_patients(records)
    yield from _repeated_columns(records.features)


def without_repeats(records: Records, _finding: Finding) -> Records:
    """Return the records without patients that repeat another one."""
    return records.without(repeated_rows(records))


REMEDIES = {"duplicate_rows": without_repeats}


def _codes(features: pd.DataFrame) -> dict[str, Codes]:
    """Each column as integer codes of its distinct values, -1 where missing."""
    return {str(name): pd.factorize(column.to_numpy())[0].astype(np.int64) for name, column in features.items()}


def repeated_rows(records: PatientTable) -> pd.Index:
    """Return the row labels of patients that repeat another one in every feature; the first is kept, a diagnosed one if there is any."""
    equal = _equal(records)
    # Patients with contradictory diagnoses are kept: only the user can decide which diagnosis is correct.
    return equal.index[equal.duplicated().to_numpy() & ~equal.index.isin(contradictions(records))]


def contradictions(records: PatientTable) -> pd.Index:
    """Return the row labels of patients that agree in every feature and differ in diagnosis."""
    equal = _equal(records)
    if equal.empty:
        return equal.index
    group = equal.groupby(list(equal.columns), dropna=False, sort=False).ngroup()
    n_diagnoses = records.labels.loc[equal.index].groupby(group).transform("nunique")
    return equal.index[n_diagnoses.to_numpy() > 1]


def _equal(records: PatientTable) -> pd.DataFrame:
    """Features of all patients that share every value with another one, diagnosed first; empty where chance could explain this."""
    features = records.features.loc[[*records.diagnosed, *records.undiagnosed]]
    telling = features[features.notna().sum(axis=1) > 1]
    if min(telling.shape) < 2 or _chance_of_equal_rows(telling) > log(CHANCE):
        return telling.iloc[:0]
    return telling[telling.duplicated(keep=False).to_numpy()]


def _names(records: PatientTable, rows: pd.Index) -> Words:
    return listed(str(records.patient_names[row]) for row in rows)


def _chance_of_equal_rows(features: pd.DataFrame) -> float:
    """Logarithm of the expected number of equal pairs if the columns were independent."""
    n = len(features)
    agree = [float(np.square(np.bincount(code + 1) / n).sum()) for code in _codes(features).values()]
    return sum(map(log, agree)) + log(max(comb(n, 2), 1))


def _repeated_patients(records: PatientTable) -> Iterator[Finding]:
    for column in records.columns:
        if column.role is Role.IDENTIFIER:
            cells = records.cells(column.name)
            again = [text for text, n in zip(cells.levels, cells.counts, strict=True) if n > 1]
            if again and identity(column.name, cells) is Identity.CODE:
                yield Finding("repeated_patient", column.name, _PATIENT.format(name=shown(column.name), which=listed(again)), None)


def _repeated_columns(features: pd.DataFrame) -> Iterator[Finding]:
    first: dict[Hashable, str] = {}
    n_pairs = comb(features.shape[1], 2)
    for name, code in _codes(features).items():
        if code.max(initial=-1) < 1:
            continue  # constant or empty columns have a finding of their own
        same = first.setdefault(_content(features[name]), name)
        if same != name and log(n_pairs) - _log_arrangements(code) < log(CHANCE):
            yield Finding("duplicate_column", name, _COLUMN.format(name=shown(name), same=shown(same)), "drop")


def _content(values: pd.Series) -> Hashable:
    """What is equal for two columns with equal values."""
    if values.dtype == np.float64:
        return (values.to_numpy() + 0.0).tobytes()  # -0.0 becomes 0.0
    return (*values.astype(object).where(values.notna(), None),)


def _log_arrangements(code: Codes) -> float:
    """Logarithm of the number of distinct permutations of a column's values."""
    return lgamma(len(code) + 1) - sum(lgamma(n + 1) for n in np.bincount(code + 1))


_ROWS = Words(
    "{n} with the same values as another one in every column ({which}): drop the repeats, or each counts twice.",
    "{n}与另一位患者的各列完全相同（{which}）：请删除，否则会被重复计算。",
)
_CONTRADICTION = Words(
    "{which} have the same values in every column and different diagnoses: correct a diagnosis, or leave these patients out.",
    "{which}的各列完全相同，诊断却不同：请更正诊断，或排除这些患者。",
)
_PATIENT = Words(
    "“{name}” names a patient in more than one row ({which}): keep one row for each patient; until then, the row in the file stands beside the name.",
    "“{name}”中同一患者出现在多行（{which}）：请每位患者只保留一行；在此之前，姓名旁会注明其在文件中的行。",
)
_COLUMN = Words(
    "“{name}” holds the same values as “{same}”: drop one of them, or they count twice.",
    "“{name}”与“{same}”的值完全相同：请删除其中一列，否则会被重复计算。",
)
