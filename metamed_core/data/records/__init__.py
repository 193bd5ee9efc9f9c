"""PatientRecords: a table of patients, the role and unit of each column, and what the upload check finds in it.

The rooms inside: `columns/` (what one column of text holds), `checks/` (one worry = one file), `quality` (all of them and
their remedies), `patient_records` (the value that everybody else knows).
"""

from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.patient_records import PatientRecords

__all__ = [
    "Column",
    "Finding",
    "PatientRecords",
    "Role",
]
