"""What a process of its own does with a file of a visitor; see `apart`. Imports no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.data import Column, PatientRecords, ReadOptions, open_upload
from metamed_core.diagnosis import SavedWork, is_saved_work, read_saved_work

Table = tuple[str | None, PatientRecords]
"""The sheet that was read, and its patients."""


def opened_file(name: str, data: bytes, columns: Sequence[Column], options: ReadOptions) -> Table | SavedWork:
    """Read a file of the user: saved work or a table. Raises UserError."""
    return read_saved_work(name, data) if is_saved_work(data) else opened_table(name, data, None, columns, options)


def opened_table(name: str, data: bytes, sheet: str | None, columns: Sequence[Column], options: ReadOptions) -> Table:
    """Read a table and check it. Raises UserError."""
    sheet, records = open_upload(name, data, sheet, columns, options=options)
    # What the page shows of it is computed here, not in the server's own process; the records keep it.
    _ = records.findings, records.problem, records.task_sentence, records.patient_names, records.features
    return sheet, records
