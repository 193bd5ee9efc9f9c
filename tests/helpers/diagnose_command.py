"""What the tests of `diagnose` share: its bundled table as arguments, and a small table."""

from __future__ import annotations

from pathlib import Path

from metamed_core.data.records import PatientRecords

DATA = Path(__file__).parents[2] / "sample_data"
BLOOD = [str(DATA / "blood_panel.csv"), "--columns", str(DATA / "blood_panel.columns.csv")]
PROTOTYPICAL = [*BLOOD, "--algorithm", "prototypical"]


def records(rows: str) -> PatientRecords:
    Path("mine.csv").write_text(rows, "utf-8")
    from metamed_core.data import open_upload

    return open_upload("mine.csv", rows.encode())[1]


SMALL = "patient,x,y,diagnosis\nP-001,1,5,a\nP-002,2,6,a\nP-003,8,1,b\nP-004,9,2,b\nP-005,1.5,5.5,\nP-006,5,3.5,\nP-007,,,\n"
