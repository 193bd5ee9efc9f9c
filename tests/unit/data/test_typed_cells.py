"""Cells typed by hand: what is read, what is refused aloud; patients and columns added, removed, listed and undone."""

from __future__ import annotations

import math

import pytest

from metamed_core.data import Column, EditKind, PatientRecords, Role, edits, open_upload, undone, with_new_column, with_new_patient
from metamed_core.data import with_typed_cell as typed
from metamed_core.data.records.edits import without_column
from metamed_core.words import UserError

TABLE = (
    "patient,diagnosis,CRP (mg/L),count,fever,seen,grade\nA-1,gout,12.5,3,yes,2024-01-02,+\nA-2,gout,8.1,4,no,2024-01-03,++\n"
    "B-1,sepsis,120,5,yes,2024-02-01,+++\nB-2,sepsis,<0.5,6,no,,-\nQ-1,,7,7,yes,2024-03-01,+\n"
)


@pytest.fixture(scope="module")
def records() -> PatientRecords:
    return open_upload("t.csv", TABLE.encode())[1]


@pytest.mark.parametrize(
    ("column", "text", "stored", "value"),
    [
        ("CRP (mg/L)", "12,5", "12.5", 12.5),
        ("CRP (mg/L)", "0,125", "0.125", 0.125),
        ("CRP (mg/L)", "<80", "<80", 80 / math.sqrt(2)),
        ("CRP (mg/L)", "< 2,5", "<2.5", 2.5 / math.sqrt(2)),
        ("CRP (mg/L)", "1.234,5", "1234.5", 1234.5),
        ("CRP (mg/L)", "1,234.5", "1,234.5", 1234.5),
        ("CRP (mg/L)", "12,5 mg/L", "12.5", 12.5),
        ("CRP (mg/L)", "１２．５", "12.5", 12.5),
        ("CRP (mg/L)", "  ", None, math.nan),
        ("fever", "no", "no", 0.0),
    ],
)
def test_a_typed_cell_is_read_as_in_a_file(records: PatientRecords, column: str, text: str, stored: str | None, value: float) -> None:
    changed = typed(records, 0, column, text)
    assert changed.raw.at[0, column] == stored
    assert changed.features.at[0, column] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("CRP (mg/L)", "abc", "“abc” in CRP (mg/L) of A-1 cannot be read as “number”, so the old value was kept: type another, or leave it empty."),
        ("CRP (mg/L)", "1,234", "“1,234” in CRP (mg/L) of A-1 may mean 1.234 or 1234, so the old value was kept: type the one that you mean."),
        ("CRP (mg/L)", "1.2 mg/dL", "“1.2 mg/dL” in CRP (mg/L) of A-1 has another unit than the column (mg/L), so the old value was kept: type the value in mg/L."),
        ("count", "3 g/L", "“3 g/L” in count of A-1 has a unit but the column has none, so the old value was kept: type the number alone, or give the column its unit under “Roles, units and reference ranges”."),
        ("grade", "2", "“2” in grade of A-1 would change how the other cells of the column are read, so the old value was kept: type it as they are written."),
        ("fever", "perhaps", "“perhaps” in fever of A-1 cannot be read as “yes/no”, so the old value was kept: type another, or leave it empty."),
        ("seen", "soon", "“soon” in seen of A-1 cannot be read as “date”, so the old value was kept: type another, or leave it empty."),
        ("diagnosis", "Gout", "The diagnosis “Gout” is written “gout” in this table: choose that one, or give the new diagnosis a name of its own."),
        ("diagnosis", "pending", "“pending” for A-1 means that there is no diagnosis yet: leave the diagnosis empty, or write out its name."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_means_two_things_is_refused_aloud(records: PatientRecords, column: str, text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        typed(records, 0, column, text)
    assert str(refused.value) == said
    assert text in refused.value.words.zh


def test_a_further_patient_with_a_new_diagnosis(records: PatientRecords) -> None:
    more, row = with_new_patient(records, "N-1")
    more = typed(more, row, "diagnosis", "malaria")
    assert more.patient_names.iloc[-1] == "N-1"
    assert more.classes == ("gout", "malaria", "sepsis")
    assert more.raw.loc[row, "CRP (mg/L)"] is None
    fewer = records.without([4])
    assert with_new_patient(fewer, taken=records.raw.index)[1] == 5, "not mistaken for the one who was removed"
    with pytest.raises(UserError, match="There is already a patient called “A-2”: give the new one another name"):
        with_new_patient(records, "A-2")


def test_every_edit_is_listed_and_each_can_be_undone(records: PatientRecords) -> None:
    now, row = with_new_patient(records, "N-1")
    now = with_new_column(now, Column("ferritin (µg/L)", Role.NUMBER, "µg/L"))
    now = typed(now, row, "ferritin (µg/L)", "30")
    now = without_column(now, "fever").without([1])
    now = typed(now, 2, "CRP (mg/L)", "99")
    found = edits(records, now)
    assert [(edit.kind, edit.row, edit.column) for edit in found] == [
        (EditKind.PATIENT_ADDED, row, None),
        (EditKind.PATIENT_REMOVED, 1, None),
        (EditKind.COLUMN_ADDED, None, "ferritin (µg/L)"),
        (EditKind.COLUMN_REMOVED, None, "fever"),
        (EditKind.CELL, 2, "CRP (mg/L)"),
    ]
    assert (found[-1].before, found[-1].after) == ("120", "99")
    for edit in found:
        before = len(edits(records, now))
        now = undone(records, now, edit)
        assert len(edits(records, now)) == before - 1
    assert now.sha256 == records.sha256
    assert edits(records, records) == ()


def test_a_column_needs_a_name_of_its_own_and_the_diagnoses_stay(records: PatientRecords) -> None:
    for name in ("count", " count "):
        with pytest.raises(UserError, match="There is already a column called “count”: give the new one another name"):
            with_new_column(records, Column(name, Role.NUMBER))
    with pytest.raises(UserError, match="The new column has no name"):
        with_new_column(records, Column(" ", Role.NUMBER))
    with pytest.raises(UserError, match="The column “diagnosis” holds the diagnoses, so it is not removed"):
        without_column(records, "diagnosis")
