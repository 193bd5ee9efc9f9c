"""Files -> a table of text: what each format, encoding and separator yields."""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd
import pytest

from metamed_core.data.formats import EXTENSIONS, FORMATS, read_table, sheets
from metamed_core.words import UserError
from tests.helpers.odd_files import TABLE, parquet, text, workbook


def read(content: str, name: str = "x.csv", encoding: str = "utf-8") -> pd.DataFrame:
    return read_table(name, text(content, encoding)())


def test_the_endings_are_those_of_the_files_in_the_folder() -> None:
    expected = "csv tsv txt tab md xlsx xlsm xls xlsb ods sav zsav por dta xpt sas7bdat parquet json jsonl ndjson arff gz zip"
    assert set(EXTENSIONS) == set(expected.split())
    assert all(form.EXTENSIONS for form in FORMATS.values())


def test_all_formats_give_the_same_table_of_text() -> None:
    rows = [line.split(",") for line in TABLE.splitlines()]
    table = read(TABLE)
    for other in (
        read(TABLE.replace(",", "\t"), "x.tsv", "utf-16"),
        read_table("x.xlsx", workbook({"S": [[int(cell) if cell.isdecimal() else cell or None for cell in row] for row in rows]})),
        read_table("x.parquet", parquet(pd.read_csv(io.StringIO(TABLE)))),
    ):
        pd.testing.assert_frame_equal(other, table)
    assert list(table.index) == list(range(12))
    assert table.loc[2, "diagnosis"] is None
    assert all(isinstance(cell, str) for cell in table["ferritin"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_chinese_is_read_in_every_usual_encoding(encoding: str) -> None:
    table = read("年龄,诊断\n40,贫血，缺铁性\n50,正常\n", encoding=encoding)
    assert table.to_dict("list") == {"年龄": ["40", "50"], "诊断": ["贫血，缺铁性", "正常"]}


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_western_letters_are_not_taken_for_chinese(encoding: str) -> None:
    table = read("Größe,Müller µmol/L\n180,é\n", encoding=encoding)
    assert list(table.columns) == ["Größe", "Müller µmol/L"]
    assert table.iloc[0, 1] == "é"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_although_another_stands_in_cells(separator: str) -> None:
    other = ";" if separator == "," else ","
    table = read(f'"glucose{other} mmol/L"{separator}dx\n"5{other}6"{separator}a\n"7{other}1"{separator}b\n')
    assert list(table.columns) == [f"glucose{other} mmol/L", "dx"]
    assert len(table) == 2


def test_a_semicolon_table_with_decimal_commas_gets_points() -> None:
    table = read("a;b;note\n3,5;<0,1;x, y\n1,234;2%;z\n")
    assert table.iloc[0].tolist() == ["3.5", "<0.1", "x, y"]
    assert table.iloc[1].tolist() == ["1.234", "2%", "z"]


def test_headers_are_stripped_named_and_made_unique() -> None:
    table = read(" age ,age,,age,note\u200b\n1,2,3,4,5\n")
    assert list(table.columns) == ["age", "age (2)", "Column 3", "age (3)", "note"]


def test_short_rows_are_filled_and_blank_ones_left_out() -> None:
    table = read("a,b,c\n1,2\n\n , ,\n3,4,5\n")
    assert table["c"].tolist() == [None, "5"]


def test_row_names_of_r_become_a_column() -> None:
    assert list(read('"age","dx"\n"p1",4,"a"\n"p2",5,"b"\n').columns) == ["Column 1", "age", "dx"]


def test_a_long_row_is_named_by_its_line() -> None:
    with pytest.raises(UserError) as caught:
        read('a,b\n"1\n1",2\n1,2,3\n4,5\n')
    assert caught.value.words.en == (
        "Line 4 has 3 values but the header names 2 columns: correct that line, or put quotes around values that hold a separator."
    )
    assert caught.value.words.zh.startswith("第 4 行有 3 个值")


def test_excel_cells_become_text_as_people_write_it() -> None:
    row = [45, 45.0, 0.1, 1e-7, True, dt.datetime(2024, 1, 5), dt.datetime(2024, 1, 5, 13, 30), " x ", None, "y"]  # noqa: DTZ001 - Excel knows no zones
    table = read_table("x.xlsx", workbook({"S": [[f"c{n}" for n in range(10)], row]}))
    assert table.iloc[0].tolist() == ["45", "45", "0.1", "1e-07", "True", "2024-01-05", "2024-01-05 13:30:00", "x", None, "y"]


def test_a_workbook_offers_its_sheets_and_takes_the_first_that_is_filled() -> None:
    data = workbook({"Notes": [], "Patients": [["a", "dx"], [1, "x"]], "More": [["b"], [2]]})
    assert sheets("x.xlsx", data) == ["Notes", "Patients", "More"]
    assert list(read_table("x.xlsx", data).columns) == ["a", "dx"]
    assert list(read_table("x.xlsx", data, sheet="More").columns) == ["b"]
    assert sheets("x.csv", b"a,b\n1,2\n") == []
    with pytest.raises(UserError, match=r"The workbook has no sheet “X”: choose one of Notes, Patients, More."):
        read_table("x.xlsx", data, sheet="X")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file “x.csv” is empty: choose a file that holds a table of patients."),
        ("a,b\n", "The file has column names but no patients: add at least one row for each patient below the header."),
        (
            ",".join(map(str, range(2001))) + "\n1",
            "The table has 2,001 columns, more than 1,002: keep only the columns that matter for the diagnosis.",
        ),
        ("a\n" + "1\n" * 20_001, "The table has more than 20,000 patients: split the file or keep fewer rows."),
    ],
)
def test_sentences_of_tables_that_cannot_be_taken(content: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        read(content)
    assert str(caught.value) == sentence


def test_parquet_leaves_out_pandas_row_numbers() -> None:
    frame = pd.DataFrame({"x": [1.0, None], "diagnosis": ["a", "b"]}, index=[5, 9])
    table = read_table("x.parquet", parquet(frame))
    assert list(table.columns) == ["x", "diagnosis"]
    assert table["x"].tolist() == ["1", None]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Hb\tcrea\n13,5\t1,100\n12,1\t2,250\n", "1.100"),  # one decision for the file: 13,5 can be nothing else
        ("Hb;platelets\n13.5;150,000\n12.1;210,000\n", "150,000"),  # points elsewhere: the comma groups thousands
        ("Hb;crea\n13,5;1,100\n", "1.100"),
    ],
)
def test_the_decimal_comma_is_decided_for_the_whole_file(text: str, cell: str) -> None:
    assert read_table("x.csv", text.encode()).iloc[0, 1] == cell
