"""The names of patients: their own codes where possible, and made names that nobody can mistake for a code; file numbers stay where they belong."""

from __future__ import annotations

import csv
import io

import pytest

from metamed_core.data import PatientRecords, Role, open_upload
from metamed_core.diagnosis import answers_csv, answers_html, answers_json, start
from metamed_core.learners import LEARNERS


def records(codes: list[str], header: str = "patient") -> PatientRecords:
    lines = [f"{code},{n % 5 + n / 10},{'ab'[n % 2] if n < 8 else ''}" for n, code in enumerate(codes)]
    return open_upload("t.csv", "\n".join([f"{header},x,diagnosis", *lines]).encode())[1]


DOWN = [f"P-{n:03}" for n in range(12, 0, -1)]


def changed(at: dict[int, str], codes: list[str] = DOWN) -> list[str]:
    return [at.get(place, code) for place, code in enumerate(codes)]


NAMES: dict[str, tuple[str, list[str], list[str]]] = {
    "all there": ("patient", DOWN, DOWN),
    "one blank": ("patient", changed({4: ""}), changed({4: "row 6"})),
    "one that says unknown": ("Patient ID", changed({0: "n/a"}), changed({0: "row 2"})),
    "one repeated": ("patient", changed({3: "P-012"}), changed({0: "P-012 (row 2)", 3: "P-012 (row 5)"})),
    "one with a letter more": ("subject_id", changed({2: "P-010b"}), changed({2: "P-010b"})),
    "one with a star": ("patient", changed({2: "P-010*"}), changed({2: "P-010*"})),
    "one that is a name": ("patient", changed({2: "Anna Schmidt"}), changed({2: "row 4"})),
    "one that is a telephone number": ("patient", changed({2: "139 1234 5678"}), changed({2: "row 4"})),
    "numbers with a blank": ("id", ["7", "3", "", "9", "1", "2", "4", "5", "6"], ["7", "3", "row 4", "9", "1", "2", "4", "5", "6"]),
    "codes that begin with row": ("patient", changed({4: ""}, [f"Row {n}" for n in range(12, 0, -1)]), changed({4: "file row 6"}, [f"Row {n}" for n in range(12, 0, -1)])),
    "names with numbers": ("patient", [f"{name}1" for name in ("Anna", "Bertha", "Clara", "Doris", "Emma", "Frida")], [f"row {n}" for n in range(2, 8)]),
    "numbers of a hospital": ("hospital number", [f"{n:08}" for n in range(6)], [f"row {n}" for n in range(2, 8)]),
    "a header in traditional characters": ("病患編號", changed({4: ""}), changed({4: "第6行"})),
    "codes with blanks and a year": ("patient", [f"P - {n}/24" for n in range(12, 0, -1)], [f"P - {n}/24" for n in range(12, 0, -1)]),
    "accession numbers": ("sample", [f"GSM{n}" for n in range(10012, 10000, -1)], [f"GSM{n}" for n in range(10012, 10000, -1)]),
    "groups": ("sample", list("ABABABABABAB"), [f"row {n}" for n in range(2, 14)]),
    "letters": ("patient", list("LKJIHGFEDCBA"), list("LKJIHGFEDCBA")),
    "codes under their study": ("Study code", DOWN, DOWN),
    "numbers under code": ("code", [str(n) for n in range(12, 4, -1)] + ["", "3", "2", "1"], [str(n) for n in range(12, 4, -1)] + ["row 10", "3", "2", "1"]),
    "numbers that are measured": ("reference", [str(n) for n in range(112, 100, -1)], [f"row {n}" for n in range(2, 14)]),
    "a column that is no identifier": ("batch", DOWN, [f"row {n}" for n in range(2, 14)]),
    "each code twice": ("patient", ["A1", "A1", "A2", "A2", "A3", "A3"], [f"A{n // 2} (row {n})" for n in range(2, 8)]),
}  # fmt: skip


@pytest.mark.parametrize("case", list(NAMES))
def test_own_codes_are_kept_and_made_names_are_no_codes(case: str) -> None:
    header, codes, names = NAMES[case]
    assert records(codes, header).patient_names.tolist() == names


def test_the_row_is_the_line_of_the_file_and_patients_added_later_are_counted_apart() -> None:
    raw = "x,diagnosis\r\n\r\n1,a\r\n2,a\r\n\r\n8,b\r\n9,b\r\n5,\r\n"
    some = open_upload("t.csv", raw.encode())[1]
    assert some.patient_names.tolist() == ["row 3", "row 4", "row 6", "row 7", "row 8"]
    more = some.raw.copy()
    more.loc[5] = ["3", None]
    assert PatientRecords(more, some.columns, some.reading).patient_names[5] == "new 1"
    trace = start(some, LEARNERS["prototypical"]()).run()
    assert [row["row"] for row in rows(answers_csv(trace, 0, "t.csv"))] == ["8"]
    assert b'"row": 8' in answers_json(trace, 0, "t.csv")


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_column_of_patients_names_goes_before_a_count_of_rows() -> None:
    some = open_upload("t.csv", b",patient,x,dx\n0,K7,1,a\n1,K3,2,a\n2,,3,b\n3,K9,4,b\n")[1]
    assert some.code_column == "patient"
    assert some.patient_names.tolist() == ["K7", "K3", "row 4", "K9"]


def test_names_outlast_edits_and_exclusions() -> None:
    some = records(changed({3: "P-012", 4: ""}))
    fewer = some.without([0, 1]).with_cell(6, "x", "7").without([2])
    assert fewer.patient_names.tolist() == some.patient_names.tolist()[3:]
    assert some.with_cell(4, "patient", "P-100").patient_names[4] == "P-100"


TOLD: dict[str, tuple[list[str], str]] = {
    "one blank": (changed({4: ""}), "“patient” is empty for 1 patient, named by the row in the file instead (“row 6”): fill in the patient's own code."),
    "codes too long to be shown": ([f"{n:09}" for n in range(12)], "“patient” may identify a patient, so its codes are not used and not shown, and each patient is called by the row"),
    "a name": (changed({2: "Anna Schmidt"}), "“patient” holds no code like the others for 1 patient, named by the row in the file instead (“row 4”)"),
    "one repeated": (changed({3: "P-012"}), "“patient” names a patient in more than one row (“P-012”): keep one row for each patient; until then"),
    "nothing": (DOWN, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", list(TOLD))
def test_a_code_that_is_not_shown_is_told_without_it(case: str) -> None:
    codes, sentence = TOLD[case]
    found = [one.message.en for one in records(codes).findings if one.kind in {"patient_codes", "repeated_patient", "identifier"}]
    assert [one[: len(sentence)] for one in found] == [sentence] * bool(sentence)
    assert "Schmidt" not in "".join(found)


def test_a_file_number_is_kept_for_finding_a_patient_and_written_into_the_csv_only() -> None:
    numbers = [f"00{n:06}" for n in range(40, 50)]
    some = records(numbers, "hospital number")
    finding = next(one for one in some.findings if one.kind == "identifier")
    dropped, kept = (some.with_remedy(one) for one in (finding, type(finding)(**{**vars(finding), "remedy": finding.choices[0].remedy})))
    assert "hospital number" not in dropped.raw
    assert dropped.file_numbers is None
    assert kept.column("hospital number").role is Role.FILE_NUMBER
    assert kept.file_numbers is not None
    assert kept.file_numbers.tolist() == numbers
    assert [one.kind for one in kept.findings if one.kind == "identifier"] == []
    assert kept.features.columns.tolist() == ["x"]
    assert kept.patient_names.tolist()[:1] == ["row 2"]
    trace = start(kept, LEARNERS["prototypical"]()).run()
    assert [row["file_number"] for row in rows(answers_csv(trace, 0, "t.csv"))] == numbers[8:]
    assert "file_number" not in rows(answers_csv(start(dropped, LEARNERS["prototypical"]()).run(), 0, "t.csv"))[0]
    for written in (answers_json(trace, 0, "t.csv"), answers_html(trace, 0, "t.csv", "en")):
        assert numbers[8].encode() not in written
