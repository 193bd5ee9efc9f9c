"""A table with several rows for a patient, or with columns for patients, is told, and one press makes it one row for each patient."""

from __future__ import annotations

import pandas as pd
import pytest

from metamed_core import PatientRecords, open_upload

WIDE = {"Hb (g/dL)": ["13.9", "10.2", "14.0", "9.8"], "CRP (mg/L)": ["41", "8", "47", None]}


def opened(text: str) -> PatientRecords:
    return open_upload("export.csv", text.encode())[1]


def mended(records: PatientRecords, kind: str) -> PatientRecords:
    return records.with_remedy(next(one for one in records.findings if one.kind == kind))


def kinds(records: PatientRecords) -> set[str]:
    return {one.kind for one in records.findings} & {"long_table", "rows_of_one_patient", "on_its_side"}


def long_export(patient: str, test: str, value: str, unit: str) -> str:
    """Four patients, two tests; the last patient lacks one, the first has a second hemoglobin."""
    rows = [f"{patient},{test},{value},{unit},diagnosis"]
    for at, (name, diagnosis) in enumerate([("K7", "gout"), ("K3", "lupus"), ("K9", "gout"), ("K1", "")]):
        for column, values in WIDE.items():
            if values[at] is not None:
                rows.append(f"{name},{column.split(' ')[0]},{values[at]},{column.split('(')[1][:-1]},{diagnosis}")
    return "\n".join([*rows, "K7,Hb,12.0,g/dL,gout"])


@pytest.mark.parametrize(
    "names",
    [
        ("subject_id", "test", "result", "unit"),
        ("patient", "Lab Parameter", "valuenum", "valueuom"),
        ("Patient", "Untersuchung", "Wert", "Einheit"),
        ("患者编号", "检验项目", "结果", "单位"),
    ],
)
def test_a_long_laboratory_export_becomes_one_row_for_each_patient(names: tuple[str, str, str, str]) -> None:
    records = opened(long_export(*names))
    assert kinds(records) == {"long_table"}
    told = next(one for one in records.findings if one.kind == "long_table").message.en
    assert all(f"“{name}”" in told for name in names[:3])
    assert "1 result is a repeat" in told
    found = mended(records, "long_table")
    assert found.patient_names.tolist() == ["K7", "K3", "K9", "K1"]
    assert found.counts == {"gout": 2, "lupus": 1}
    pd.testing.assert_frame_equal(found.raw[list(WIDE)].reset_index(drop=True), pd.DataFrame(WIDE, dtype=object))
    assert found.raw.index.isin(records.raw.index).all(), "a row of the file each"
    assert kinds(found) == set()


def test_rows_of_a_long_export_without_patient_or_test_are_counted() -> None:
    lines = long_export("patient", "test", "result", "unit").splitlines()
    lines[2:2] = [",Hb,11,g/dL,", "K3,,17,mg/L,lupus"]
    records = opened("\n".join(lines))
    told = next(one for one in records.findings if one.kind == "long_table").message.en
    assert "2 rows name no patient or no test and are left out then (“row 3”, “K3 (row 4)”)" in told
    assert "1 result is a repeat" in told


def test_rows_that_complete_one_another_are_joined_and_none_is_lost() -> None:
    records = opened("record_id,age,crp,diagnosis\nA1,61,,gout\nA1,,41,\nA2,24,,\nA2,,8,lupus\nA3,70,,\nA3,,5,\n,33,7,gout\n")
    assert kinds(records) == {"rows_of_one_patient"}
    found = mended(records, "rows_of_one_patient")
    assert found.raw.where(found.raw.notna(), "").to_numpy().tolist() == [
        ["A1", "61", "41", "gout"],
        ["A2", "24", "8", "lupus"],
        ["A3", "70", "5", ""],
        ["", "33", "7", "gout"],
    ]


def test_rows_that_contradict_one_another_are_not_joined() -> None:
    assert kinds(opened("record_id,age,crp,diagnosis\nA1,61,40,gout\nA1,,41,\nA2,24,,\nA2,,8,lupus\n")) == set()


def test_a_table_on_its_side_is_turned() -> None:
    records = opened("measure,K1,K2,K3,K4,K5\nage,61,24,33,70,41\ncrp,41,8,,5,6\ndiagnosis,gout,lupus,gout,lupus,\n")
    assert kinds(records) == {"on_its_side"}
    found = mended(records, "on_its_side")
    assert found.patient_names.tolist() == ["K1", "K2", "K3", "K4", "K5"]
    assert found.features["age"].tolist() == [61, 24, 33, 70, 41]
    assert found.counts == {"gout": 2, "lupus": 2}
    assert kinds(found) == set()


def test_one_row_for_each_patient_is_left_alone() -> None:
    assert (
        kinds(opened("patient,test,result,diagnosis\nA1,PCR,1.2,gout\nA2,PCR,3.1,lupus\nA3,ELISA,2.2,gout\nA4,ELISA,0.4,lupus\n")) == set()
    )


def test_results_in_two_units_keep_their_units_and_the_check_says_so() -> None:
    rows = [f"K{i},glucose,{value},{unit},{'ab'[i % 2]}" for i, (value, unit) in enumerate([("99", "mg/dL"), ("5.5", "mmol/L")] * 4)]
    found = mended(
        opened("\n".join(["patient,test,result,unit,diagnosis", *rows, *(row.replace("glucose", "hb") for row in rows)])), "long_table"
    )
    assert found.raw["glucose"].tolist()[:2] == ["99 mg/dL", "5.5 mmol/L"]
    assert any(one.column == "glucose" and "unit" in one.message.en for one in found.findings)
