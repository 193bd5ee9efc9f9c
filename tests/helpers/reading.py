"""Text of a CSV file as records, and what the tests of reading ask of them."""

from __future__ import annotations

from metamed_core.data.formats import read_table
from metamed_core.data.records import PatientRecords
from tests.helpers.odd_files import TABLE


def records(csv: str = TABLE) -> PatientRecords:
    return PatientRecords.from_table(read_table("x.csv", csv.encode()))


def roles(csv: str) -> dict[str, str]:
    return {column.name: column.role.value for column in records(csv).columns}


ROOT2 = 2**0.5
