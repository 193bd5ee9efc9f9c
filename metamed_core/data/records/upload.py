"""Read a patient file as records. Of a workbook, read the first sheet that allows a task, since many begin with a cover or a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamed_core.data.formats import read_file, sheets
from metamed_core.data.formats.reading import JUDGED, Note, ReadOptions
from metamed_core.data.records.columns.roles import Column
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.words import UserError, Words

MOST_SHEETS = 20
"""So many sheets of a workbook are searched for the patients; any other can be chosen by its name."""


def open_upload(
    name: str, data: bytes, sheet: str | None = None, columns: Sequence[Column] = (), *, options: ReadOptions = JUDGED
) -> tuple[str | None, PatientRecords]:
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
    options : ReadOptions, optional
        Header row, separator, encoding and decimal sign; what is None is judged from the file.

    Returns
    -------
    sheet : str or None
        The sheet that was read; None for a format without sheets.
    records : PatientRecords
        The patients, with `findings` and `problem` of the upload check, and `reading`, the account of every row of the file.

    Raises
    ------
    UserError
        If the file, or the first sheet of a workbook without readable sheets, cannot be read as a table.
    """
    names = tuple(sheets(name, data))
    if sheet is not None or len(names) < 2:
        return sheet, _read(name, data, sheet, columns, options, names)
    return _first_with_task(name, data, columns, options, names)


def _first_with_task(
    name: str, data: bytes, columns: Sequence[Column], options: ReadOptions, names: tuple[str, ...]
) -> tuple[str, PatientRecords]:
    """The first sheet that allows a task, else the first that can be read. Raises UserError if there is none."""
    readable: list[tuple[str, PatientRecords]] = []
    for each in names[:MOST_SHEETS]:
        try:
            records = _read(name, data, each, columns, options, names)
        except UserError:
            continue
        readable.append((each, records))
        if records.problem is None and not any(finding.kind == "guessed_label" for finding in records.findings):
            return each, records
    return readable[0] if readable else (names[0], _read(name, data, names[0], columns, options, names))


def _read(
    name: str, data: bytes, sheet: str | None, columns: Sequence[Column], options: ReadOptions, names: tuple[str, ...]
) -> PatientRecords:
    raw, reading = read_file(name, data, sheet, options)
    known = [column for column in columns if column.name in raw.columns]
    many = (Note("many_sheets", None, _MANY_SHEETS.format(n=len(names), most=MOST_SHEETS)),) if len(names) > MOST_SHEETS else ()
    return PatientRecords.from_table(raw, known, replace(reading, sheets=names, notes=(*reading.notes, *many)))


_MANY_SHEETS = Words(
    "The workbook has {n} sheets, of which the first {most} were searched for a table of patients: choose another sheet if yours is not among them.",
    "工作簿有 {n} 个工作表，仅在前 {most} 个中查找患者表格：若所需的表格不在其中，请选择其他工作表。",
)
