"""Tells the doubts that arose when the file was read: rows left out, column names, separator, encoding, decimal sign."""

from __future__ import annotations

from collections.abc import Iterator

from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.patient_table import PatientTable

RANK = 0


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield one finding for each note of the reading whose column is still there."""
    for note in records.reading.notes if records.reading else ():
        if note.column is None or note.column in records.raw.columns:
            yield Finding(note.kind, note.column, note.message, None, note.choices)
