"""Files that are hostile by design: bombs, enormous dimensions, cells at the far end, nesting without end."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.helpers.odd_files import TABLE, parquet, workbook
from tests.helpers.spreadsheet_files import archive, ods, ods_cells, ods_file, xls

ROWS: list[list[Any]] = [[float(cell) if cell.isdecimal() else cell or None for cell in line.split(",")] for line in TABLE.splitlines()]


def _sheet_xml(cells: str, head: str = "") -> bytes:
    """An .xlsx workbook whose sheet has this XML."""
    with zipfile.ZipFile(io.BytesIO(workbook({"S": [["a"]]}))) as file:
        members = {name: file.read(name) for name in file.namelist()}
    xml = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{head}<sheetData>{cells}</sheetData></worksheet>'
    return archive(members | {"xl/worksheets/sheet1.xml": xml.encode()})


def _cell(place: str) -> str:
    return f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}"><v>1</v></c></row>'


def _ods_repeated(rows: int, columns: int) -> bytes:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/>'
    return ods_file(
        f'<table:table table:name="S"><table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row></table:table>'
    )


def _nested_parquet() -> bytes:
    return parquet(pd.DataFrame({"x": [[{"y": [1, 2]}], []], "z": [{"a": 1}, {"a": 2}], "diagnosis": ["a", "b"]}))


def _twice() -> bytes:
    data = archive({"x.csv": TABLE.encode(), "y.csv": TABLE.encode()})
    return data.replace(b"y.csv", b"x.csv")


def _far(book: bytes) -> bytes:
    """The workbook of Excel 97 with its first number moved to the last cell that there can be."""
    at = book.index(b"\x03\x02\x0e\x00") + 4
    return book[:at] + b"\xff\xff\xff\x00" + book[at + 4 :]


HOSTILE: dict[str, Callable[[], tuple[str, bytes]]] = {
    "cell XFD1048576": lambda: ("x.xlsx", _sheet_xml(_cell("A1") + _cell("XFD1048576"))),
    "cell XFD2": lambda: ("x.xlsx", _sheet_xml(_cell("A1") + _cell("XFD2"))),
    "rows far apart": lambda: ("x.xlsx", _sheet_xml("".join(_cell(f"XFD{900 * at + 1}") for at in range(1000)))),
    "beyond the last cell": lambda: ("x.xlsx", _sheet_xml(_cell("ZZZZZZ99999999999"))),
    "huge dimension": lambda: ("x.xlsx", _sheet_xml(_cell("A1"), '<dimension ref="A1:XFD1048576"/>')),
    "500 sheets": lambda: ("x.xlsx", workbook({f"s{at}": [["a"], [at]] for at in range(500)})),
    "500 sheets, open document": lambda: ("x.ods", ods({f"s{at}": [["a"], [at]] for at in range(500)})),
    "zip bomb as a workbook": lambda: ("x.xlsx", archive({"xl/workbook.xml": bytes(450 * 2**20)})),
    "shared strings of 300 MB": lambda: ("x.xlsx", _strings()),
    "zip bomb": lambda: ("x.zip", archive({"x.csv": b"1,2\n" * (60 * 2**18)})),
    "gzip bomb": lambda: ("x.csv.gz", gzip.compress(bytes(300 * 2**20), 9)),
    "a member twice": lambda: ("x.zip", _twice()),
    "a member that climbs": lambda: ("x.zip", archive({"../../x.csv": TABLE.encode()})),
    "300 members": lambda: ("x.zip", archive({f"{at}.csv": b"a,b\n1,2\n" for at in range(300)})),
    "zip in zip in zip": lambda: ("x.zip", archive({"a.zip": archive({"b.zip": archive({"x.csv": b"a"})})})),
    "ods repeated": lambda: ("x.ods", _ods_repeated(1_048_576, 16_384)),
    "ods repeated beyond numbers": lambda: ("x.ods", _ods_repeated(10**30, 10**30)),
    "ods of rows repeated": lambda: ("x.ods", _ods_repeated(1_048_576, 2)),
    "ods nested": lambda: ("x.ods", ods_file('<table:table table:name="S">' * 5000 + ods_cells(["a"]) + "</table:table>" * 5000)),
    "xls with a far cell": lambda: ("x.xls", _far(xls({"S": ROWS}))),
    "xls with three far cells": lambda: ("x.xls", _far(_far(_far(xls({"R": ROWS, "S": ROWS, "T": ROWS}))))),
    "entities": lambda: ("x.ods", _entities()),
    "nested Parquet": lambda: ("x.parquet", _nested_parquet()),
    "deep JSON": lambda: ("x.json", b"[" * 200_000),
    "deep JSON objects": lambda: ("x.json", b'{"a":' * 200_000),
    "JSON of many names": lambda: ("x.json", json.dumps([{f"n{at}": 1} for at in range(5000)]).encode()),
    "JSON of a huge number": lambda: ("x.json", b'[{"a": ' + b"9" * 1_000_000 + b"}]"),
    "wide text": lambda: ("x.csv", b"a," * 200_000 + b"\n" + b"1," * 200_000),
    "2 million cells in quotes": lambda: ("x.csv", b'"a","b"\n' + b'"1","2"\n' * 1_000_000),
}
"""By what it is: how to make a hostile file."""
HEAVY = {"500 sheets", "500 sheets, open document", "zip bomb as a workbook", "shared strings of 300 MB", "zip bomb", "gzip bomb"}
"""Hostile files that take a second or more."""


def _strings() -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook({"S": [["a"]]}))) as file:
        members = {name: file.read(name) for name in file.namelist()}
    return archive(members | {"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * (300 * 2**20) + b"</t></si></sst>"})


def _entities() -> bytes:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    with zipfile.ZipFile(io.BytesIO(ods({"S": [["a"]]}))) as file:
        members = {name: file.read(name) for name in file.namelist()}
    xml = members["content.xml"].replace(b"?>", f"?><!DOCTYPE x [{entities}]>".encode(), 1).replace(b">a<", b">&j;<")
    return archive(members | {"content.xml": xml})
