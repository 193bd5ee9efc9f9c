"""Workbooks: what a sheet knows beside its values is told, and nothing of it is read wrongly."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from metamed_core.data import open_upload
from metamed_core.data.formats import read_file, read_table, sheets
from metamed_core.data.formats.merged_cells import filled_down
from metamed_core.data.records import upload
from metamed_core.words import UserError
from tests.helpers.odd_files import workbook

ROWS = [["patient", "hb", "diagnosis"], *([f"K{n}", 10 + n / 2, "gout" if n < 4 else "lupus"] for n in range(8)), ["K8", 12.5, None]]


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled(rows: list[list[object]] = ROWS) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    return book, sheet


def told(data: bytes, sheet: str | None = None) -> dict[str, str]:
    """Kind and sentence of each note of the reading."""
    return {note.kind: note.message.en for note in read_file("x.xlsx", data, sheet)[1].notes}


def test_a_plain_workbook_has_nothing_to_tell() -> None:
    assert not told(workbook({"S": ROWS}))


def test_a_diagnosis_in_a_merged_cell_holds_for_every_row_that_it_covers() -> None:
    book, sheet = filled()
    for first, last in ((2, 5), (6, 9)):
        for row in range(first + 1, last + 1):
            sheet.cell(row=row, column=3).value = None
        sheet.merge_cells(start_row=first, end_row=last, start_column=3, end_column=3)
    data = saved(book)
    assert read_table("x.xlsx", data)["diagnosis"].tolist() == ["gout"] * 4 + ["lupus"] * 4 + [None]
    assert told(data)["merged"].startswith("Column C “diagnosis” has merged cells (rows 2–5, 6–9): their value was taken for every row")


def test_what_is_merged_across_or_in_the_header_is_not_spread_over_patients() -> None:
    rows = [(1, ["Labs 2024", None, None]), (2, ["patient", "hb", "crp"]), (3, ["K1", "not done", None]), (4, ["K2", "12", "5"])]
    found, notes = filled_down(rows, [(1, 1, 1, 3), (3, 2, 3, 3)])
    assert found == rows
    assert [note.message.en.split(":")[0] for note in notes] == ["Cells are merged over several columns in row 3"]
    header = [(1, ["patient", "blood", None]), (2, [None, "hb", "crp"]), (3, ["K1", "12", "5"])]
    found, notes = filled_down(header, [(1, 1, 2, 1), (1, 2, 1, 3)])
    assert found[1] == (2, ["patient", "hb", "crp"])
    assert not notes


def test_a_hidden_sheet_is_never_preferred_and_told() -> None:
    book, _ = filled()
    book.worksheets[0].title = "today"
    old = book.create_sheet("old", 0)
    for row in ROWS[:6]:
        old.append(row)
    old.sheet_state = "hidden"
    data = saved(book)
    assert sheets("x.xlsx", data) == ["today"]
    sheet, records = open_upload("x.xlsx", data)
    assert (sheet or "today", len(records.raw)) == ("today", 9)
    assert told(data)["hidden_sheet"].startswith("The hidden sheet “old” of the workbook was not read")
    assert told(data, "old")["hidden_sheet"].startswith("The sheet “old” is hidden")


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    book, sheet = filled()
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["B"].hidden = True
    data = saved(book)
    assert len(read_table("x.xlsx", data)) == 9
    assert told(data)["hidden_rows"].startswith("2 rows are hidden in the sheet, perhaps by a filter (row 3, 4), and were read")
    assert told(data)["hidden_columns"].startswith("1 column is hidden in the sheet (B) and was read")


def test_cells_read_as_missing_are_told_with_their_reason() -> None:
    book, sheet = filled()
    sheet["B2"], sheet["B3"], sheet["B4"] = "#N/A", "#DIV/0!", "=1+1"
    data = saved(book)
    assert read_table("x.xlsx", data)["hb"].tolist()[:4] == [None, None, None, "11.5"]
    assert told(data)["error_cells"].startswith("2 cells show an error (#N/A, #DIV/0!), read as missing")
    assert told(data)["uncomputed"].startswith("1 cell holds a formula")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.42, "0%", "42%"),
        (0.4237, "0.0 %", "42.37%"),
        (0.42, '0.0" %"', "0.42"),
        (dt.time(13, 30), "hh:mm", "13:30:00"),
        (dt.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
        (dt.datetime(2024, 1, 5), "yyyy-mm-dd", "2024-01-05"),  # noqa: DTZ001 - Excel knows no zones
        (45296, "dd.mm.yyyy", "2024-01-05"),
        (True, "General", "True"),
    ],
)
def test_a_cell_reads_as_its_format_shows_it(value: object, number_format: str, text: str) -> None:
    book, sheet = filled()
    sheet["B3"] = value
    sheet["B3"].number_format = number_format
    assert read_table("x.xlsx", saved(book)).loc[1, "hb"] == text


def test_a_stray_cell_far_below_is_cut_off_and_one_far_to_the_right_is_named() -> None:
    book, sheet = filled()
    sheet.cell(row=1_048_576, column=16_384, value="x")
    data = saved(book)
    assert len(read_table("x.xlsx", data)) == 9
    assert told(data)["far_rows"].startswith("Row 1048576 and those below it follow more than 1,000 empty rows and were left out")
    sheet.cell(row=900, column=16_384, value="x")
    with pytest.raises(UserError, match="Cell XFD900 stands far away from the table: delete the rows and columns beyond"):
        read_table("x.xlsx", saved(book))


def test_of_very_many_sheets_the_first_are_searched_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_SHEETS", 2)
    data = workbook({"a": [["x"], [1]], "b": [["x"], [1]], "c": ROWS})
    sheet, records = open_upload("x.xlsx", data)
    assert sheet == "a"
    assert "The workbook has 3 sheets, of which the first 2 were searched" in " ".join(finding.message.en for finding in records.findings)
    assert len(open_upload("x.xlsx", data, "c")[1].raw) == 9
