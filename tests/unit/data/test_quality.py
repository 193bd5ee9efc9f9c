"""The upload check: each planted fault is found, clean tables are left in peace, and remedies mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from metamed_core.data import open_upload
from metamed_core.data.formats import read_table
from metamed_core.data.records import PatientRecords
from metamed_core.data.records.columns.roles import Role
from metamed_core.words import UserError
from tests.helpers.clean_tables import DIAGNOSES, clean, kinds, table_of

ROOT = Path(__file__).parents[3]
PUBLIC = ROOT.parent / "shared" / "data" / "tables"
COHORTS = sorted(path for path in (ROOT / "sample_data").glob("*.csv") if path.name.count(".") == 1)  # not x.columns.csv


def test_a_clean_table_has_no_finding() -> None:
    assert kinds(clean()) == set()


@pytest.mark.parametrize("path", COHORTS, ids=lambda path: path.name)
def test_the_bundled_cohorts_have_no_finding(path: Path) -> None:
    table = read_table(path.name, path.read_bytes())
    # "censored" only tells how limits of detection are counted, and a cohort may hold such.
    assert {found for found in kinds(table) if found[0] != "censored"} == set()


def _plant(column: str, values: Callable[[pd.DataFrame], object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: values(table)})


def _some(table: pd.DataFrame, column: str, value: str, every: int = 9) -> list[str]:
    return [value if row % every == 0 else text for row, text in enumerate(table[column])]


def _numbered(shape: str) -> Callable[[pd.DataFrame], list[str]]:
    return lambda table: [shape.format(n=row) for row in range(len(table))]


FAULTS: dict[str, tuple[str, str | None, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "a name": ("identifier", "姓名", _plant("姓名", lambda t: ["张伟", "王芳"] * (len(t) // 2))),
    "a record number": ("identifier", "MRN", _plant("MRN", _numbered("48{n:06d}"))),
    "a record number under a plain header": ("identifier", "code", _plant("code", _numbered("HX{n:06d}"))),
    "a telephone number": ("identifier", "remark", _plant("remark", _numbered("13812345{n:03d}"))),
    "a date": ("identifier", "onset", _plant("onset", lambda t: [f"2024-03-{1 + row % 28:02d}" for row in range(len(t))])),
    "free text": (
        "free_text",
        "notes",
        _plant("notes", _numbered("Patient number {n} came in with fatigue and a long story of many words")),
    ),
    "mostly missing": ("missing", "fever", _plant("fever", lambda t: [text if row % 3 else "未查" for row, text in enumerate(t["fever"])])),
    "empty": ("missing", "spare", _plant("spare", lambda t: [None] * len(t))),
    "constant": ("constant", "site", _plant("site", lambda t: ["A"] * len(t))),
    "unreadable": ("unreadable", "urea", _plant("urea", lambda t: _some(t, "urea", "haemolysed", 15))),
    "limits": ("censored", "urea", _plant("urea", lambda t: _some(t, "urea", "<1.5"))),
    "an old patient": ("age_over_89", "age", _plant("age", lambda t: _some(t, "age", "93", 30))),
    "the same patient twice": ("duplicate_rows", None, lambda t: pd.concat([t, t.iloc[[4]].assign(patient="P-900")], ignore_index=True)),
    "a code twice": ("repeated_patient", "patient", lambda t: pd.concat([t, t.iloc[[4]].assign(urea="7", age="33")], ignore_index=True)),
    "a column twice": ("duplicate_column", "urea copy", _plant("urea copy", lambda t: t["urea"])),
    "the diagnosis as a code": (
        "leak",
        "code",
        _plant("code", lambda t: t["diagnosis"].map({name: str(n) for n, name in enumerate(DIAGNOSES)})),
    ),
    "the diagnosis in Chinese": (
        "leak",
        "中文",
        _plant("中文", lambda t: t["diagnosis"].map(dict(zip(DIAGNOSES, "甲乙丙丁", strict=True)))),
    ),
    "a diagnosis in two spellings": ("label_variants", "diagnosis", _plant("diagnosis", lambda t: _some(t, "diagnosis", "Thalassaemia "))),
    "a diagnosis of one patient": ("single_patient_class", "diagnosis", _plant("diagnosis", lambda t: _some(t, "diagnosis", "gout", 40))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(fault: str) -> None:
    kind, column, plant = FAULTS[fault]
    assert kinds(plant(clean())) == {(kind, column)}


def test_remedies_mend_and_leave_the_first_records_alone() -> None:
    for fault, (_, _, plant) in FAULTS.items():
        records = PatientRecords.from_table(plant(clean()))
        (finding,) = records.findings
        if finding.remedy is None:
            with pytest.raises(UserError, match="cannot be fixed automatically"):
                records.with_remedy(finding)
            continue
        assert records.with_remedy(finding).findings == (), fault
        assert records.findings == (finding,)


def test_dropping_an_identifier_takes_it_out_of_the_table_for_good() -> None:
    records = PatientRecords.from_table(clean().assign(MRN=[f"48{row:06d}" for row in range(40)]))
    dropped = records.with_remedy(records.findings[0])
    assert "MRN" not in dropped.raw.columns
    assert all(column.name != "MRN" for column in dropped.columns)
    unused = PatientRecords.from_table(clean().assign(site="A"))
    assert unused.with_remedy(unused.findings[0]).column("site").role is Role.IGNORE


def test_ages_are_capped_and_spellings_joined() -> None:
    old = PatientRecords.from_table(clean().assign(age=["93", "101", *clean()["age"][2:]]))
    assert old.with_remedy(old.findings[0]).features["age"].max() == 90
    spelled = PatientRecords.from_table(clean().assign(diagnosis=["IRON-deficiency", *clean()["diagnosis"][1:]]))
    assert spelled.n_way == 4
    assert spelled.with_remedy(spelled.findings[0]).counts["iron deficiency"] == 10


def test_of_two_equal_patients_the_diagnosed_one_stays() -> None:
    table = clean()
    twin = table.iloc[[4]].assign(patient="P-900", diagnosis=None)
    records = PatientRecords.from_table(pd.concat([twin, table], ignore_index=True))
    mended = records.with_remedy(records.findings[0])
    assert 0 not in mended.raw.index
    assert len(mended.diagnosed) == len(records.diagnosed)


def test_findings_are_sentences_in_both_languages() -> None:
    for kind, _, plant in FAULTS.values():
        (finding,) = PatientRecords.from_table(plant(clean())).findings
        assert finding.message.en.endswith("."), kind
        assert finding.message.zh.endswith("。"), kind
        assert finding.remedy in {"drop", "convert", "cap", None}
    records = PatientRecords.from_table(FAULTS["unreadable"][2](clean()))
    assert records.findings[0].message.en == (
        "“urea”: 3 cells not readable as number, counted as missing (“haemolysed”; “P-000”, “P-015”, “P-030”): "
        "correct the table, or change the column's role."
    )


def test_public_tables_raise_few_false_alarms() -> None:
    if not PUBLIC.is_dir():
        pytest.skip(f"The public tables are not here ({PUBLIC.name}/ beside the project): they are not part of it.")
    alarms, n_columns = [], 0
    for path in sorted(PUBLIC.glob("*.csv")):
        records = PatientRecords.from_table(read_table(path.name, path.read_bytes()))
        assert records.label is not None
        assert records.label.name == "diagnosis", path.name
        n_columns += len(records.columns)
        kinds_of_alarm = {"identifier", "mixed_unit", "leak", "free_text"}
        alarms += [(path.name, finding.column, finding.kind) for finding in records.findings if finding.kind in kinds_of_alarm]
    assert len(alarms) <= 0.05 * n_columns, alarms
    assert alarms == []


def test_a_copy_of_the_diagnosis_with_a_slip_is_still_a_leak() -> None:
    table = clean()
    table["impression"] = [name.upper() if name else None for name in table["diagnosis"].fillna("")]
    table.loc[0, "impression"] = "unclear case"
    assert ("leak", "impression") in kinds(table)


def test_codes_that_divide_each_diagnosis_are_a_leak() -> None:
    table = clean()
    codes = {"iron deficiency": ("D50.0", "D50.1"), "thalassaemia": ("D56.0", "D56.1"), "chronic disease": ("D63.0", "D63.8")}
    table["code"] = [codes[name][row % 8 // 4] if name else None for row, name in enumerate(table["diagnosis"].fillna(""))]
    assert ("leak", "code") in kinds(table)


def test_patients_who_contradict_each_other_are_named_and_none_is_dropped() -> None:
    table = clean()
    twin = table.iloc[[4]].assign(patient="P-900", diagnosis="thalassaemia")
    records = PatientRecords.from_table(pd.concat([table, twin], ignore_index=True))
    (finding,) = records.findings
    assert (finding.kind, finding.remedy) == ("contradiction", None)
    assert "“P-004”, “P-900” have the same values" in finding.message.en


@pytest.mark.parametrize("rows", ["1,,x", "1,,x\n,2,y\n3,,x", "1,2,x\n,,y", ",,x\n,,y", "1,,\n,,x\n2,3,"])
def test_a_table_of_a_few_cells_is_checked_like_any_other(rows: str) -> None:
    """Such as one in which no patient has two values."""
    _, records = open_upload("x.csv", f"a,b,dx\n{rows}\n".encode())
    assert not {"duplicate_rows", "contradiction"} & {finding.kind for finding in records.findings}


def test_none_beside_empty_cells_is_a_diagnosis_and_alone_it_is_said_how_it_is_read() -> None:
    grades = ["none", "mild", "severe"] * 4
    alone = PatientRecords.from_table(table_of(x=[f"{row}.5" for row in range(12)], diagnosis=grades))
    assert alone.classes == ("mild", "severe")
    assert [finding.kind for finding in alone.findings] == ["none_label"]
    beside = PatientRecords.from_table(table_of(x=[f"{row}.5" for row in range(13)], diagnosis=[*grades, None]))
    assert beside.classes == ("mild", "none", "severe")
    assert len(beside.undiagnosed) == 1


SPOILT = {
    "two haemolysed samples": (["13.1", "9.2", "haemolysed", "12.4", "clotted", *(f"1{row}.5" for row in range(10))], Role.NUMBER),
    "a row of units": (["g/dL", "13.1", "9.2", "12.4", "11.0", "10.7"], Role.NUMBER),
    "days in two orders": (["03/14/2024", "14/03/2024", "15/03/2024", "16/03/2024", "17/03/2024", "18/03/2024"], Role.DATE),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_column_keeps_its_role_and_names_the_cells(case: str) -> None:
    texts, role = SPOILT[case]
    records = PatientRecords.from_table(table_of(Hb=texts, x=[f"{row}.5" for row in range(len(texts))], dx=["a", "b"] * (len(texts) // 2) + ["a"] * (len(texts) % 2)))  # fmt: skip
    assert records.column("Hb").role is role
    assert ("unreadable" if role is Role.NUMBER else "identifier", "Hb") in {(one.kind, one.column) for one in records.findings}


def test_a_label_that_was_only_guessed_is_announced() -> None:
    texts = ["A", "A", "B", "B", "A", "B"]
    records = PatientRecords.from_table(table_of(x=[f"{row}.5" for row in range(6)], kind=texts))
    assert records.label is not None
    assert [(one.kind, one.column) for one in records.findings] == [("guessed_label", "kind")]
    different = PatientRecords.from_table(table_of(x=[f"{row}.5" for row in range(6)], remark=[*"ABCDE", "A"]))
    assert different.label is None, "nearly every patient has another value: that is no diagnosis"
