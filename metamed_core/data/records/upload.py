"""A file of patients as records: of a workbook the first sheet that allows a task, since many begin with a cover or a legend."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data.formats import read_table, sheets
from metamed_core.data.records.columns.roles import Column
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.words import UserError


def opened(name: str, data: bytes, sheet: str | None = None, columns: Sequence[Column] = ()) -> tuple[str | None, PatientRecords]:
    """The sheet that was read (None for a format without sheets) and its records.

    name: the file's. sheet: None takes the first that allows a task, else the first that can be read. columns: what is known of some; one
    that is not in the table is passed over. Raises UserError with what is wrong in the first sheet where none can be read.
    """
    if sheet is not None or len(names := sheets(name, data)) < 2:
        return sheet, _read(name, data, sheet, columns)
    readable: list[tuple[str, PatientRecords]] = []
    for each in names:
        try:
            records = _read(name, data, each, columns)
        except UserError:
            continue
        readable.append((each, records))
        if records.problem is None and not any(finding.kind == "guessed_label" for finding in records.findings):
            return each, records
    return readable[0] if readable else (names[0], _read(name, data, names[0], columns))


def _read(name: str, data: bytes, sheet: str | None, columns: Sequence[Column]) -> PatientRecords:
    raw = read_table(name, data, sheet)
    return PatientRecords.from_table(raw, [column for column in columns if column.name in raw.columns])
