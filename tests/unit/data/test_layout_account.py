"""The account of a file: its rows, how it was asked to be read, and what stays beside the patients through every edit."""

from __future__ import annotations

import pytest

from metamed_core.data import Choice, Finding, PatientRecords, ReadOptions, open_upload
from metamed_core.data.formats import read_file, read_table
from metamed_core.data.formats.reading import LeftOut, Note, Reading, RowKind
from metamed_core.words import UserError, Words
from tests.helpers.odd_files import TABLE, workbook


def test_the_sentence_accounts_for_every_row() -> None:
    left_out = (LeftOut(3, RowKind.TITLE), LeftOut(4, RowKind.HEADER), LeftOut(5, RowKind.UNITS), LeftOut(30, RowKind.FOOTNOTE))
    reading = Reading(tuple(range(6, 25)), left_out, sheet="Labs", sheets=("Labs", "Old", "Legend"))
    assert reading.sentence == Words(
        "23 rows read: 19 patients, 1 title line, 1 header (row 4), 1 unit row, 1 footnote; sheet “Labs” of 3.",
        "共读取 23 行：19 位患者、1 行标题、1 行列名（第 4 行）、1 行单位、1 行脚注；工作表“Labs”（共 3 个）。",
    )


def test_the_account_stays_beside_the_patients_through_every_edit() -> None:
    _, records = open_upload("x.csv", TABLE.encode())
    assert records.reading is not None
    assert records.reading.sentence.en == "13 rows read: 12 patients, 1 header (row 1)."
    edited = records.without([0]).with_cell(3, "ferritin", "7").with_columns(records.columns)
    assert edited.reading is records.reading
    assert (edited.line(3), edited.line(99), edited.line("x")) == (5, None, None)
    assert PatientRecords.from_table(records.raw, records.columns).sha256 == records.sha256


def test_a_workbook_says_which_sheet_of_how_many() -> None:
    rows = [line.split(",") for line in TABLE.splitlines()]
    sheet, records = open_upload("x.xlsx", workbook({"Cover": [["read me"]], "Labs": rows}))
    assert sheet == "Labs"
    assert records.reading is not None
    assert records.reading.sentence.en.endswith("; sheet “Labs” of 2.")


def test_a_note_of_the_reading_becomes_a_finding_with_its_choices() -> None:
    choice = Choice(Words("Comma", "逗号"), ReadOptions(decimal=","))
    message = Words("A doubt: choose.", "有疑问：请选择。")
    notes = (Note("decimal", "x", message, (choice,)), Note("decimal", "gone", message))
    table = read_table("x.csv", b"x,dx\n1,a\n2,b\n")
    records = PatientRecords.from_table(table, reading=Reading((2, 3), notes=notes))
    assert records.findings[0] == Finding("decimal", "x", message, None, (choice,))
    assert all(finding.column != "gone" for finding in records.findings)


@pytest.mark.parametrize(
    ("content", "options", "columns"),
    [
        (b"a list\nx,dx\n1,a\n2,b\n", ReadOptions(header_row=2), ["x", "dx"]),
        (b"x;y|dx\n1|a\n2|b\n", ReadOptions(separator=";"), ["x", "y|dx"]),
        ("Věk,dx\n1,a\n2,b\n".encode("cp1250"), ReadOptions(encoding="cp1250"), ["Věk", "dx"]),
    ],
)
def test_a_file_is_read_as_asked(content: bytes, options: ReadOptions, columns: list[str]) -> None:
    table, reading = read_file("x.csv", content, options=options)
    assert list(table.columns) == columns
    assert reading.options == options


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (ReadOptions(encoding="klingon"), "The file is not text in the encoding “klingon”: give another one"),
        (ReadOptions(encoding="ascii"), "The file is not text in the encoding “ascii”: give another one"),
        (ReadOptions(separator="=>"), "“=>” cannot separate cells: give one sign"),
    ],
)
def test_what_cannot_be_read_as_asked_is_a_sentence(options: ReadOptions, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_table("x.csv", "Größe,dx\n1,a\n2,b\n".encode(), options=options)
