"""PatientRecords: roles, values, the task, and changes that leave the first records as they were."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from metamed_core.data.formats import read_table
from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.data.records.upload import open_upload
from metamed_core.words import UserError, Words
from tests.helpers.odd_files import TABLE, workbook
from tests.helpers.reading import ROOT2, records, roles


def test_roles_are_guessed_in_both_languages() -> None:
    assert roles(TABLE) == {"patient": "identifier", "ferritin": "number", "fever": "yes_no", "sex": "category", "diagnosis": "label"}
    chinese = "姓名,年龄,血红蛋白(g/L),发热,起病,主诉,诊断\n" + "\n".join(
        f"{name},{40 + n},{90.5 + n},{'有' if n % 2 else '无'},2024年{n + 1}月3日,患者{n}天前无明显诱因出现乏力、头晕，活动后加重，伴心悸气短,{'ab'[n % 2]}"
        for n, name in enumerate(("张伟", "王芳", "李娜", "刘洋"))
    )
    assert list(roles(chinese).values()) == ["identifier", "number", "number", "yes_no", "date", "text", "label"]


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("age,sex,dx", "dx"),
        ("class,age,marker", "class"),
        ("疾病,年龄,指标", "疾病"),
        ("disease,age,Final Diagnosis", "Final Diagnosis"),
        ("target,age,kind", "target"),
        ("age,sex,kind", "kind"),
        ("outcome,age,kind", "outcome"),
    ],
)
def test_the_label_is_found_by_its_name_else_the_last_text_of_few_values(header: str, label: str) -> None:
    found = records(header + "\nu,5.1,x\nv,6.2,y\nu,7.5,x\nv,8.1,y\n").label
    assert found is not None
    assert found.name == label


def test_without_a_label_the_problem_says_what_to_do() -> None:
    unlabeled = records("age,crp\n40,1.5\n50,2.5\n60,3.5\n")
    assert unlabeled.label is None
    assert unlabeled.problem == Words(
        "No column holds the diagnoses: give one column the role “diagnosis” in the upload check's list of columns.",
        "没有诊断列：请在上传检查的各列列表中，将某一列的角色设为“诊断”。",
    )
    assert unlabeled.labels.isna().all()
    assert len(unlabeled.undiagnosed) == 3


def test_the_task_is_one_sentence() -> None:
    some = records()
    assert some.problem is None
    assert some.counts == {"iron": 4, "thalassaemia": 4}
    assert (some.n_way, some.k_shot, len(some.diagnosed), len(some.undiagnosed)) == (2, 4, 8, 4)
    assert some.task_sentence.en == "2 diagnoses with 4 labeled patients each; 3 columns; 4 to diagnose."
    assert some.task_sentence.zh == "2 种诊断，每种 4 位已确诊患者；3 列数据；4 位待诊断。"


def test_features_hold_values_by_role() -> None:
    features = records().features
    assert [str(kind) for kind in features.dtypes] == ["float64", "float64", "object"]
    assert features.loc[1].tolist() == [37, 1, "F"]
    mixed = records("note,x,y,diagnosis\nnone,<0.1,1,a\nmild,abc,0,b\n" + "severe,5,1,a\nmild,6,,b\n" * 9).features
    assert mixed["note"].iloc[0] == "none"
    assert mixed["x"].iloc[0] == pytest.approx(0.1 / ROOT2)
    assert np.isnan(mixed["x"].iloc[1])
    assert np.isnan(mixed["y"].iloc[3])


def test_labels_are_trimmed_open_where_unknown_and_whole_numbers() -> None:
    some = records("age,diagnosis\n40, Iron \n50,pending\n60,未确诊\n70,Iron\n80,?\n")
    assert some.counts == {"Iron": 2}
    assert len(some.undiagnosed) == 3
    assert records("age,diagnosis\n40,0.0\n50,1.0\n60,\n").classes == ("0", "1")


def test_names_for_display_come_from_short_codes_only() -> None:
    assert records().patient_names.tolist()[:2] == ["P-000", "P-001"]
    assert records("id,x,dx\n1.0,2,a\n7.0,3,b\n").patient_names.tolist() == ["1", "7"]
    assert records("MRN,x,dx\n1,2,a\n2,3,b\n").patient_names.tolist() == ["row 1", "row 2"]
    repeated = records("patient,x,dx\nP-1,2,a\nP-1,3,b\n")
    assert repeated.columns[0].role is Role.IDENTIFIER
    assert repeated.patient_names.tolist() == ["P-1 (row 1)", "P-1 (row 2)"]


def test_changes_make_new_records_and_keep_row_labels() -> None:
    first = records()
    fingerprint, _ = first.sha256, first.features
    edited = first.with_cell(3, "ferritin", " 1,5 ").with_label(4, None).with_label(5, "new").without([0, 1])
    assert list(edited.raw.index) == list(range(2, 12))
    assert edited.features.loc[3, "ferritin"] == 1.5
    assert edited.labels[4] is None
    assert "new" in edited.classes
    assert edited.sha256 != fingerprint == first.sha256 == records().sha256
    pd.testing.assert_frame_equal(edited.features, PatientRecords(edited.raw, edited.columns).features)
    assert edited.patient_names.loc[2] == "P-002"
    assert first.features.loc[3, "ferritin"] == 71


def test_an_edit_reads_its_own_column_only() -> None:
    first = records()
    table, _ = first.features, first.findings
    edited = first.with_cell(3, "ferritin", None)
    assert np.isnan(edited.features.loc[3, "ferritin"])
    assert edited.cells_read["sex"] is first.cells_read["sex"]
    assert table.loc[3, "ferritin"] == 71


def test_unknown_places_are_sentences() -> None:
    some = records()
    with pytest.raises(UserError, match=r"There is no column “x”: choose one of patient, ferritin, fever, sex, diagnosis."):
        some.with_cell(0, "x", "1")
    with pytest.raises(UserError, match=r"There is no patient in row 99 any more: choose a patient of the table."):
        some.with_cell(99, "ferritin", "1")


def test_columns_can_be_given_in_part_or_whole_and_changed() -> None:
    raw = read_table("x.csv", TABLE.encode())
    given = Column("ferritin", Role.NUMBER, "µg/L", 30, 300, Words("Ferritin", "铁蛋白"))
    some = PatientRecords.from_table(raw, [given])
    assert some.column("ferritin") == given
    assert some.column("ferritin").label("zh") == "铁蛋白"
    assert some.column("sex").label("zh") == "sex"
    other = PatientRecords.from_table(raw, [Column("fever", Role.LABEL)])
    assert other.label is not None
    assert other.label.name == "fever"
    assert other.column("diagnosis").role is Role.CATEGORY
    swapped = some.with_columns([dataclasses.replace(c, role=Role.IGNORE if c.name == "sex" else c.role) for c in reversed(some.columns)])
    assert [c.name for c in swapped.columns] == list(raw.columns)
    assert list(swapped.features.columns) == ["ferritin", "fever"]


def test_two_labels_or_a_column_without_a_role_are_sentences() -> None:
    some = records()
    with pytest.raises(UserError, match=r"Several columns have the role “diagnosis” \(sex, diagnosis\): leave it to one of them."):
        some.with_columns([dataclasses.replace(c, role=Role.LABEL if c.name == "sex" else c.role) for c in some.columns])
    with pytest.raises(UserError, match=r"No role is given for diagnosis: give every column one role."):
        some.with_columns(some.columns[:-1])


def test_every_role_has_a_title_in_both_languages() -> None:
    assert len({role.title.zh for role in Role}) == len({role.title.en for role in Role}) == len(Role)


def test_a_table_of_numbers_rather_than_text_is_taken_too() -> None:
    some = PatientRecords.from_table(pd.DataFrame({"x": [1.0, np.nan, 3.5], 7: [True, False, None], "diagnosis": ["a", "b", None]}))
    assert some.features["x"].tolist()[::2] == [1.0, 3.5]
    assert [column.role.value for column in some.columns] == ["number", "yes_no", "label"]


def test_records_without_patients_have_a_problem_and_no_findings() -> None:
    none = records().without(range(12))
    assert none.problem is not None
    assert none.findings == ()
    assert none.features.shape == (0, 3)


def test_a_workbook_is_opened_at_its_first_sheet_of_patients() -> None:
    rows = [["ferritin", "diagnosis"], *([f, d] for d in "ab" for f in (1, 2, 3)), [2, None]]
    book = workbook({"cover": [["read me"], ["a cover sheet"]], "blank": [], "patients": rows, "later": rows})
    sheet, records = open_upload("book.xlsx", book, None, [Column("ferritin", Role.NUMBER, "µg/L"), Column("gone", Role.NUMBER)])
    assert (sheet, records.counts, records.column("ferritin").unit) == ("patients", {"a": 3, "b": 3}, "µg/L")
    assert open_upload("book.xlsx", book, "cover")[0] == "cover"
    assert open_upload("book.xlsx", workbook({"cover": [["read me"], ["a cover"]], "more": [["x"], ["y"]]}))[0] == "cover"
    assert open_upload("patients.csv", b"x,dx\n1,a\n2,b\n")[0] is None
