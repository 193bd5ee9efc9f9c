"""Rows that are no patients, and lines above the header: left out, counted and named; a row that may be a patient stays."""

from __future__ import annotations

import pytest

from metamed_core.data import ReadOptions, open_upload
from metamed_core.data.formats import read_file
from metamed_core.data.formats.reading import Reading, RowKind
from metamed_core.words import UserError
from tests.helpers.odd_files import workbook

HEADER = "code,weight,ferritin,cough,disease"
PATIENTS = [
    f"K{n:02d},{60 + 3 * n % 17}.5,{20 + 31 * n % 90},{'yes' if n % 3 else 'no'},{('flu', 'asthma', '')[n % 3]}" for n in range(1, 10)
]
CODES = [f"K{n:02d}" for n in range(1, 10)]


def read(lines: list[str], separator: str = ",") -> tuple[dict[str, list[str | None]], Reading]:
    table, reading = read_file("x.csv", "\n".join(line.replace(",", separator) for line in lines).encode())
    return table.to_dict("list"), reading


def kinds(reading: Reading) -> dict[int, str]:
    return {row.line: row.kind.value for row in reading.left_out if row.kind not in {RowKind.HEADER, RowKind.BLANK}}


ABOVE = {
    "one title": (["Clinic of lungs"], {1: "title"}),
    "a title with a comma of the spreadsheet": (["Clinic of lungs,,,,"], {1: "title"}),
    "three titles and gaps": (["Clinic of lungs", "", "Printed 3 May", "by S. Low", ""], {1: "title", 3: "title", 4: "title"}),
    "pairs": (["Printed:,3 May,,,", "By:,S. Low,,,"], {1: "title", 2: "title"}),
    "comments": (["# made by labtool", "# weight in kg, ferritin in µg/L"], {1: "comment", 2: "comment"}),
    "a line as wide as the table": (["Site,4,Ward,7,", "By,S. Low,on,Monday,x"], {1: "title", 2: "title"}),
}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ABOVE)
def test_lines_above_the_header_are_left_out_with_any_separator(above: str, separator: str) -> None:
    lines, expected = ABOVE[above]
    table, reading = read([*lines, HEADER, *PATIENTS], separator)
    if above != "a line as wide as the table":
        assert kinds(reading) == expected
        assert list(table) == HEADER.split(",")
        assert table["code"] == CODES
        assert reading.lines == tuple(range(len(lines) + 2, len(lines) + 11))
    assert reading.notes


BELOW = {
    "units": ([",kg,µg/L,,"], "units", {"weight (kg)", "ferritin (µg/L)"}),
    "units in brackets": (["(code),(kg),(µg/L),(yes/no),(text)"], "units", {"weight (kg)", "ferritin (µg/L)"}),
    "kinds": (["string,numeric,numeric,factor,factor"], "second_header", {"weight", "ferritin"}),
    "kinds and roles": (["s,c,c,d,d", "meta,,,,class"], "second_header", {"weight", "ferritin"}),
    "questions": (
        ["Code of patient,How heavy is the patient?,Ferritin at entry,Any cough?,What was found?"],
        "second_header",
        {"weight", "ferritin"},
    ),
}


@pytest.mark.parametrize("below", BELOW)
def test_rows_between_header_and_patients(below: str) -> None:
    lines, kind, names = BELOW[below]
    table, reading = read([HEADER, *lines, *PATIENTS])
    assert set(kinds(reading).values()) == {kind}
    assert names <= set(table)
    assert table["code"] == CODES


def test_two_rows_of_names_become_one() -> None:
    table, reading = read([",Signs,,Signs,", *["code,weight,ferritin,cough,disease"], *PATIENTS])
    assert list(table) == HEADER.split(",")
    table, reading = read(["Patient,Before,,After,", ",hb,crp,hb,crp", *[f"K{n},1{n},{n},1{n},{n}" for n in range(1, 7)]])
    assert list(table) == ["Patient", "Before hb", "Before crp", "After hb", "After crp"]
    assert kinds(reading) == {2: "second_header"}


TAIL = {
    "sums": (["Total,612.5,540,,", "Mean,68.1,60,,", "SD,4.1,25.2,,"], {"summary"}),
    "sums in the second cell": ([",Average,60,,"], {"summary"}),
    "in German": (["Mittelwert,68.1,60,,", "Summe,612.5,540,,"], {"summary"}),
    "in Chinese": (["合计,612.5,540,,"], {"summary"}),
    "a footnote": (["* taken fasting"], {"footnote"}),
    "a footnote with a comma": (["Note: taken fasting, before noon"], {"footnote"}),
    "a source after a gap": (["", "Source: lab 4", "Confidential"], {"footnote"}),
    "a number of rows": (["(9 rows)"], {"footnote"}),
    "a legend": (["", "cough,asked at entry"], {"footnote"}),
    "another table": (["", "Staff", "name,shift,room,,", "Low,2,14,,", "High,1,15,,"], {"second_table"}),
    "another table at once": (["", "drug,dose,days,,", "abc,2,14,,", "xyz,1,15,,"], {"second_table"}),
}


@pytest.mark.parametrize("tail", TAIL)
def test_rows_below_the_patients(tail: str) -> None:
    lines, expected = TAIL[tail]
    table, reading = read([HEADER, *PATIENTS, *lines])
    assert table["code"] == CODES
    assert set(kinds(reading).values()) == expected
    assert "left out" in reading.notes[-1].message.en


def test_sums_without_a_word_are_found_by_their_numbers() -> None:
    weights, ferritin = zip(*[(float(row.split(",")[1]), int(row.split(",")[2])) for row in PATIENTS], strict=True)
    table, reading = read([HEADER, *PATIENTS, f",{sum(weights)},{sum(ferritin)},,"])
    assert table["code"] == CODES
    assert kinds(reading) == {11: "summary"}


def test_headings_between_groups_and_sums_of_groups_are_left_out() -> None:
    table, reading = read(
        [HEADER, "Ward A", *PATIENTS[:4], "Subtotal A,250,90,,", "Unknown", *PATIENTS[4:], "n,9,9,9,6", "Grand total,612.5,540,,"]
    )
    assert table["code"] == CODES
    assert kinds(reading) == {2: "title", 7: "summary", 8: "title", 14: "summary", 15: "summary"}


def test_reference_ranges_below_the_header_and_a_marked_header() -> None:
    table, reading = read(["# version 2", "#" + HEADER, "Reference,50-80,15-150,,", *PATIENTS])
    assert list(table) == HEADER.split(",")
    assert table["code"] == CODES
    assert kinds(reading) == {1: "comment", 3: "ranges"}


def test_two_tables_side_by_side_are_told() -> None:
    lines = [f"{HEADER},,{HEADER}", *[f"{one},,{other}" for one, other in zip(PATIENTS[:4], PATIENTS[4:8], strict=True)]]
    _, reading = read(lines)
    assert reading.notes[0].message.en.startswith(
        "Two tables seem to stand side by side, as the column names come twice (“code”, “cough”, “disease”)"
    )


def test_a_header_that_comes_again_and_headings_between_patients_are_left_out() -> None:
    table, reading = read([HEADER, *PATIENTS[:4], HEADER, *PATIENTS[4:6], "From the other ward", *PATIENTS[6:]])
    assert table["code"] == CODES
    assert kinds(reading) == {6: "repeated_header", 9: "title"}
    assert reading.sentence.en == "12 rows read: 9 patients, 1 title line, 1 header (row 1), 1 repeated header."


STAY = {
    "a patient of whom only the code is known": "K10,,,,",
    "a patient without code": ",70.5,40,yes,flu",
    "a patient with one value": "K10,,44,,",
    "a patient called Mean with a diagnosis": "Mean,70.5,40,yes,flu",
    "a patient with words for numbers": "K10,not done,hemolyzed,yes,flu",
    "a patient whose every value is missing": "K10,NA,NA,NA,NA",
}


@pytest.mark.parametrize("stay", STAY)
def test_a_row_that_may_be_a_patient_stays(stay: str) -> None:
    for lines in ([HEADER, *PATIENTS, STAY[stay]], [HEADER, STAY[stay], *PATIENTS]):
        table, reading = read(lines)
        assert len(table["code"]) == 10, reading.left_out
        assert kinds(reading) == {}


def test_every_row_is_a_patient_if_the_user_says_so() -> None:
    data = "\n".join([HEADER, ",kg,µg/L,,", *PATIENTS, "Mean,68.1,60,,", "* fasting"]).encode()
    _, records = open_upload("x.csv", data)
    (finding,) = [one for one in records.findings if one.kind == "left_out"]
    assert finding.message.en == (
        "3 rows are not patients and left out: line 2 (units: “kg | µg/L”); line 12 (sums or means: “Mean | 68.1 | 60”); "
        "line 13 (footnote: “* fasting”). Check them, or correct the file."
    )
    (choice,) = finding.choices
    assert choice.options == ReadOptions(every_row=True)
    assert len(open_upload("x.csv", data, options=choice.options)[1].raw) == 12


NO_HEADER = {
    "words only": ["K1,f,y,p", "K2,m,n,q", "K3,f,y,q", "K4,m,y,p", "K5,f,n,p", "K6,f,y,q"],
    "codes, numbers and words": [row for row in PATIENTS if not row.endswith(",")],
    "numbers only": ["61,13.9,41,1", "58,14.2,55,1", "24,10.2,8,0", "31,9.8,5,0", "64,14.0,47,"],
}


@pytest.mark.parametrize("rows", NO_HEADER)
def test_a_table_without_names_keeps_its_first_patient_and_asks(rows: str) -> None:
    lines = NO_HEADER[rows]
    table, reading = read(lines)
    assert len(table["Column 1"]) == len(lines)
    (note,) = reading.notes
    assert note.kind == "no_header"
    assert [choice.options for choice in note.choices] == [ReadOptions(header_row=0), ReadOptions(header_row=1)]
    first = read_file("x.csv", "\n".join(lines).encode(), options=note.choices[1].options or ReadOptions())[0]
    assert len(first) == len(lines) - 1


@pytest.mark.parametrize(
    "header", ["id,2015,2016,2017,dx", "0,1,2,3,4", "patient,1007_at,1053_at,117_at,dx", ",x,y,z,dx", "a,b,c,d,e", "K,Na,Ca,P,Mg"]
)
def test_odd_names_are_names(header: str) -> None:
    table, reading = read([header, *[f"A{n},1.{n},{n},{30 + n},{'pq'[n % 2]}" for n in range(1, 9)]])
    assert len(next(iter(table.values()))) == 8
    assert reading.notes == ()


def test_a_table_of_ticks_keeps_its_sparse_patients() -> None:
    rows = [
        "name,fever,rash,cough,pain,chill,dx",
        "Ann,x,,,,,flu",
        "Bob,,,,,,",
        "Cem,,x,,,,flu",
        "Dan,,,,,x,rsv",
        "Eve,x,x,x,,,rsv",
        "Flo,,,,,,rsv",
    ]
    table, reading = read(rows)
    assert table["name"] == ["Ann", "Bob", "Cem", "Dan", "Eve", "Flo"]
    assert kinds(reading) == {}


def test_lines_of_dashes_belong_to_no_table() -> None:
    lines = ["| code | hb | dx |", "|:---|---:|:---:|", "| K1 | 12.5 | flu |", "| K2 | 13.5 |  |"]
    table, reading = read_file("x.md", "\n".join(lines).encode())
    assert table.to_dict("list") == {"code": ["K1", "K2"], "hb": ["12.5", "13.5"], "dx": ["flu", None]}
    assert kinds(reading) == {2: "rule"}
    boxed = ["+----+------+-----+", *lines[:1], "+----+------+-----+", *lines[2:], "+----+------+-----+"]
    assert len(read_file("x.txt", "\n".join(boxed).encode())[0]) == 2


def test_a_sheet_with_a_merged_title_two_rows_of_names_and_a_sum() -> None:
    rows = [["Study"], [], ["Patient", "Blood", None, "Disease"], [None, "Hb", "CRP", None]]
    rows += [[f"K{n}", 12.5 + n, 3 * n, "flu" if n % 2 else "rsv"] for n in range(1, 7)]  # type: ignore[list-item]
    table, reading = read_file("x.xlsx", workbook({"S": [*rows, ["Mean", 16, 10.5, None]]}))
    assert list(table.columns) == ["Patient", "Hb", "CRP", "Disease"]
    assert len(table) == 6
    assert kinds(reading) == {1: "title", 4: "second_header", 11: "summary"}


def test_patients_far_below_are_never_cut_off_without_a_word() -> None:
    with pytest.raises(UserError) as error:
        read_file("x.csv", b"patient,x,diagnosis\n" + b"A,1,gout\n\n\n\n\n\n" * 20_000)
    assert (
        error.value.words.en
        == "68,332 lines of the file hold nothing, and more lines follow: delete the blank lines, and upload the file again."
    )
