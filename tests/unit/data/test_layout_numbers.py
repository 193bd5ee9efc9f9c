"""Commas and points in numbers, and rows wider than the header: judged over the whole file, asked about, never moved silently."""

from __future__ import annotations

import pytest

from metamed_core.data import ReadOptions, open_upload
from metamed_core.data.formats import read_file, read_table
from metamed_core.words import UserError
from tests.helpers.odd_files import workbook

COUNTS = [1250, 940, 2300, 310, 4120, 88, 1730, 640]
AGES = [40, 51, 62, 38, 47, 55, 66, 71]


def points(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def lines(separator: str, *columns: list[str], header: str = "code,age,count,dx") -> bytes:
    rows = [[f"K{n}", str(AGES[n]), *cells, "ab"[n % 2]] for n, cells in enumerate(zip(*columns, strict=True))]
    return "\n".join(separator.join(row) for row in [header.split(","), *rows]).encode()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_points_between_thousands_are_found_and_asked_about(separator: str) -> None:
    data = lines(separator, [points(count) for count in COUNTS])
    table, reading = read_file("x.csv", data)
    assert table["count"].tolist() == [str(count) for count in COUNTS]
    (note,) = reading.notes
    assert note.message.en == (
        "In “count” the point may group thousands or be the decimal sign: “1.250” is read as 1250; choose the other decimal sign if that is wrong."
    )
    assert [choice.options for choice in note.choices] == [ReadOptions(decimal="."), ReadOptions(decimal=",")]
    assert read_table("x.csv", data, options=ReadOptions(decimal="."))["count"][0] == "1.250"


def test_a_decimal_comma_elsewhere_decides_without_a_word() -> None:
    data = lines(";", [points(count) for count in COUNTS], [f"{n},5" for n in range(8)], header="code,age,count,x,dx")
    table, reading = read_file("x.csv", data)
    assert table["count"].tolist() == [str(count) for count in COUNTS]
    assert table["x"].tolist() == [f"{n}.5" for n in range(8)]
    assert (reading.notes, reading.guesses["decimal"]) == ((), ",")


def test_commas_between_thousands_in_a_semicolon_file_are_no_decimals() -> None:
    _, reading = read_file("x.csv", lines(";", [f"{count:,}" for count in COUNTS]))
    _, records = open_upload("x.csv", lines(";", [f"{count:,}" for count in COUNTS]))
    assert records.features["count"].tolist() == COUNTS
    assert [note.kind for note in reading.notes] == ["decimal"]


QUIET = {
    "a gravity with three decimals": (";", [f"{1.005 + n / 1000:.3f}" for n in range(8)]),
    "three decimals, one below 1": (";", [f"{0.805 + n / 7:.3f}" for n in range(8)]),
    "points and more decimals": (";", [f"{n}.25" for n in range(8)]),
    "American thousands in quotes": (",", [f'"{count:,}"' for count in COUNTS]),
    "versions": (";", [f"1.{n}.0" for n in range(8)]),
    "German dates": (";", [f"0{n + 1}.05.2024" for n in range(8)]),
}


@pytest.mark.parametrize("case", QUIET)
def test_a_clean_column_is_no_doubt(case: str) -> None:
    separator, cells = QUIET[case]
    table, reading = read_file("x.csv", lines(separator, cells))
    assert table["count"].tolist() == [cell.strip('"') for cell in cells]
    assert reading.notes == ()


def test_several_answers_are_no_decimals() -> None:
    table, reading = read_file("x.csv", lines(";", ["1,3", "2", "1,2,3", "3", "1,2", "2,3", "1", "2"]))
    assert table["count"].tolist()[:3] == ["1,3", "2", "1,2,3"]
    assert reading.notes == ()


@pytest.mark.parametrize("mark", ["’", "'", "´", "`"])
def test_swiss_thousands_are_numbers(mark: str) -> None:
    table, reading = read_file("x.csv", lines(";", [f"{count:,}".replace(",", mark) for count in COUNTS]))
    assert table["count"].tolist() == [str(count) for count in COUNTS]
    assert reading.notes == ()


def test_numbers_of_a_workbook_are_no_doubt() -> None:
    rows = [["code", "x", "dx"], *[[f"K{n}", x, "ab"[n % 2]] for n, x in enumerate((1.125, 2, 3.375, 4, 17.625, 6))]]
    assert read_file("x.xlsx", workbook({"S": rows}))[1].notes == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_characters_of_a_web_page_are_read_and_told(separator: str) -> None:
    cells = ["&lt;5", "6", "&gt;90", "7", "8&nbsp;", "9", "10", "11"]
    table, reading = read_file("x.csv", lines(separator, cells, ["R&amp;D", "b&c", *"cdefgh"], header="code,age,count,x,dx"))
    assert table["count"].tolist()[:3] == ["<5", "6", ">90"]
    assert table["x"].tolist()[:2] == ["R&D", "b&c"]
    assert [note.kind for note in reading.notes] == ([] if separator == ";" else ["entities"])


WIDE = {
    "decimal commas": (["61,3", "58,2", "66,1", "70,8"], "perhaps because a decimal comma"),
    "a remark without a name, and none that is a code": (
        ["61.5,7,x", "58.5,8,y", "66.5,9,z", "70.5,6,x"],
        "which value has no name is unclear",
    ),
}


@pytest.mark.parametrize("wide", WIDE)
def test_values_are_never_moved_under_other_names(wide: str) -> None:
    cells, told = WIDE[wide]
    with pytest.raises(UserError, match=f"^Line 2 .*{told}"):
        read_table("x.csv", "\n".join(["weight,count,dx", *[f"{cell},{20 + n},{'ab'[n % 2]}" for n, cell in enumerate(cells)]]).encode())


def test_a_last_column_without_a_name_is_told_and_the_others_stay_in_place() -> None:
    rows = [f"K{n},{n}.5,{'ab'[n % 2]},{'seen' if n else ''}" for n in range(6)]
    table, reading = read_file("x.csv", "\n".join(["code,hb,dx", *rows]).encode())
    assert list(table.columns) == ["code", "hb", "dx", "Column 4"]
    assert table["dx"].tolist() == ["a", "b", "a", "b", "a", "b"]
    assert "the last column is not named" in reading.notes[0].message.en


def test_counted_rows_of_r_and_pandas_are_row_names() -> None:
    for start in (0, 1):
        rows = [f"{n + start},{AGES[n]},{COUNTS[n]},{'ab'[n % 2]}" for n in range(8)]
        table, reading = read_file("x.csv", "\n".join(["age,count,dx", *rows]).encode())
        assert list(table.columns) == ["Column 1", "age", "count", "dx"]
        assert table["age"].tolist() == [str(age) for age in AGES]
        assert reading.notes == ()


def test_blanks_separate_cells_where_nothing_else_does() -> None:
    text = '"age" "wbc" "dx"\n' + "\n".join(f'"{n + 1}" {AGES[n]} {n},5 "{"flu a" if n % 2 else "rsv"}"' for n in range(8))
    table, reading = read_file("x.txt", text.encode())
    assert list(table.columns) == ["Column 1", "age", "wbc", "dx"]
    assert table["wbc"].tolist()[:2] == ["0.5", "1.5"]
    assert set(table["dx"]) == {"flu a", "rsv"}
    assert [note.kind for note in reading.notes] == ["separator"]
    assert list(read_table("x.txt", b"note\nvery ill today\nbetter\nill again now\n").columns) == ["note"]


def test_lines_that_were_quoted_as_a_whole_are_unwrapped() -> None:
    table = read_table("x.csv", b'"code,hb,note"\n"K1,12.5,""a, b"""\n"K2,13.5,c"\n"K3,14.5,d"\n')
    assert table.to_dict("list") == {"code": ["K1", "K2", "K3"], "hb": ["12.5", "13.5", "14.5"], "note": ["a, b", "c", "d"]}
