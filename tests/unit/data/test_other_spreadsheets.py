"""Spreadsheets of LibreOffice and of older or binary Excel give what a workbook of today gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metamed_core.data import open_upload
from metamed_core.data.formats import read_file, read_table, sheets
from metamed_core.words import UserError
from tests.helpers.spreadsheet_files import archive, compound_file, ods, ods_cells, ods_file, xls, xlsb

ROWS = [["patient", "hb", "diagnosis"], *([f"K{n}", 10 + n / 2, "gout" if n < 4 else "lupus"] for n in range(8)), ["K8", None, None]]
BOOK = {"Cover": [["Größe", "痛风"]], "Labs": ROWS}
ROW = '<table:table-row table:visibility="{}">{}</table:table-row>'


def told(data: bytes, sheet: str | None = None) -> dict[str, str]:
    """Kind and sentence of each note of the reading."""
    return {note.kind: note.message.en for note in read_file("x", data, sheet)[1].notes}


def sheet_of(*rows: str, head: str = "", more: str = "") -> bytes:
    """An OpenDocument sheet with a header and these rows."""
    first = f"<table:table-row>{ods_cells(ROWS[0])}</table:table-row>"
    return ods_file(f'<table:table table:name="S">{head}{first}{"".join(rows)}</table:table>{more}')


@pytest.mark.parametrize("write", [ods, xls, xlsb])
@pytest.mark.parametrize("name", ["x.csv", "x"])
def test_every_spreadsheet_opens_on_its_patients_whatever_its_name(write: Callable[..., bytes], name: str) -> None:
    data = write(BOOK)
    sheet, records = open_upload(name, data)
    assert (sheet, len(records.raw), records.counts) == ("Labs", 9, {"gout": 4, "lupus": 4})
    assert records.raw["hb"].tolist() == ["10", "10.5", "11", "11.5", "12", "12.5", "13", "13.5", None]
    assert sheets(name, data) == ["Cover", "Labs"]
    assert not told(data, "Labs")
    with pytest.raises(UserError, match="has no sheet “X”: choose one of Cover, Labs"):
        read_table(name, data, "X")
    with pytest.raises(UserError, match=r"cannot be (read|unpacked)"):
        read_table(name, data[: len(data) // 2])


def test_a_hidden_sheet_of_an_old_workbook_is_not_read() -> None:
    data = xls({"Old": ROWS[:6], "Today": ROWS}, hidden=["Old"])
    assert sheets("x.xls", data) == ["Today"]
    assert told(data)["hidden_sheet"].startswith("The hidden sheet “Old” of the workbook was not read")


def test_a_file_of_old_office_that_is_no_workbook_is_named() -> None:
    for stream, sentence in (
        ("WordDocument", "old Word document"),
        ("EncryptedPackage", "protected by a password"),
        ("x", "cannot be read"),
    ):
        with pytest.raises(UserError, match=sentence):
            read_table("x.xls", compound_file(stream, b"hello"))


def test_an_open_document_tells_merged_hidden_and_repeated_cells() -> None:
    merged = (
        ods_cells(["K1", 12])
        + '<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>gout</text:p></table:table-cell>'
    )
    repeated = '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"/></table:table-row>'
    tail = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    data = sheet_of(
        f"<table:table-row>{merged}</table:table-row>",
        ROW.format("filter", ods_cells(["K2", 9]) + "<table:covered-table-cell/>"),
        repeated,
        tail,
        head='<table:table-column/><table:table-column table:visibility="collapse"/>',
    )
    table = read_table("x.ods", data)
    assert [list(row) for row in table.to_numpy()] == [["K1", "12", "gout"], ["K2", "9", "gout"], ["7", "7", "7"], ["7", "7", "7"]]
    assert {kind: sentence.split(" and")[0].split(":")[0] for kind, sentence in told(data).items()} == {
        "merged": "Column C “diagnosis” has merged cells (rows 2–3)",
        "hidden_rows": "1 row is hidden in the sheet, perhaps by a filter (row 3),",
        "hidden_columns": "1 column is hidden in the sheet (B)",
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('office:value-type="percentage" office:value="0.423"><text:p>42%</text:p>', "42.3%"),
        ('office:value-type="date" office:date-value="2024-01-05"><text:p>5.1.24</text:p>', "2024-01-05"),
        ('office:value-type="date" office:date-value="2024-01-05T13:30:00"><text:p>x</text:p>', "2024-01-05 13:30:00"),
        ('office:value-type="time" office:time-value="PT13H30M00S"><text:p>1:30 PM</text:p>', "13:30:00"),
        ('office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p>', "true"),
        ('office:value-type="currency" office:value="7.0"><text:p>7 €</text:p>', "7"),
        ('office:value-type="string"><text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p>', "a  b\nc"),
        ('office:value-type="string"><office:annotation><text:p>a note</text:p></office:annotation><text:p>x</text:p>', "x"),
        ('office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p>', None),
    ],
)
def test_a_cell_of_an_open_document_reads_as_it_shows(cell: str, text: str | None) -> None:
    row = f"<table:table-row>{ods_cells(['K1'])}<table:table-cell {cell}</table:table-cell>{ods_cells(['gout'])}</table:table-row>"
    assert read_table("x.ods", sheet_of(row)).loc[0, "hb"] == text


def test_an_open_document_that_repeats_without_end_or_is_locked_is_refused() -> None:
    cell = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"/>'
    with pytest.raises(UserError, match="more than 20,000 patients"):
        read_table("x.ods", sheet_of(f'<table:table-row table:number-rows-repeated="1048576">{cell.format(3)}</table:table-row>'))
    with pytest.raises(UserError, match="16,384 columns, more than 1,002"):
        read_table("x.ods", sheet_of(f"<table:table-row>{cell.format(16384)}</table:table-row>"))
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    with pytest.raises(UserError, match="protected by a password"):
        read_table("x.ods", archive({"mimetype": mimetype, "content.xml": b"\x00", "META-INF/manifest.xml": b"<encryption-data/>"}))
