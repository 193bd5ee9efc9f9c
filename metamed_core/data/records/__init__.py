"""PatientRecords: a table of patients with the role and unit of each column, and the findings of the upload check.

- `columns/`: interpretation of one text column.
- `checks/`: the checks, one file each; `quality` runs all of them and applies their remedies.
- `patient_records`: the class that other packages use.
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
