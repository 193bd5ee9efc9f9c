"""Read a patient file as records. Of a workbook, read the first sheet that allows a task, since many begin with a cover or a legend."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data.formats import read_table, sheets
from metamed_core.data.records.columns.roles import Column
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.words import UserError


def open_upload(name: str, data: bytes, sheet: str | None = None, columns: Sequence[Column] = ()) -> tuple[str | None, PatientRecords]:
    """Read an uploaded file as patient records and run the upload check.

    Parameters
    ----------
    name : str
        The file name; its extension selects the format, unless the content clearly is another one.
    data : bytes
        The content of the file.
    sheet : str, optional
        The sheet of a workbook. By default the first that allows a task, else the first that can be read.
    columns : sequence of Column
        Known columns; the others are guessed. Columns that the table does not have are ignored.

    Returns
    -------
    sheet : str or None
        The sheet that was read; None for a format without sheets.
    records : PatientRecords
        The patients, with `findings` and `problem` of the upload check.

    Raises
    ------
    UserError
        If the file, or the first sheet of a workbook without readable sheets, cannot be read as a table.
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
