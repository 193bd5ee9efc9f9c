"""Malformed and odd uploads that other tests can go through: name, bytes, and whether each works or yields a sentence.

`ODD_FILES` holds small builders rather than bytes, so that importing this costs nothing.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

Outcome = Literal["works", "sentence"]


@dataclass(frozen=True)
class OddFile:
    """One upload: `build()` gives its bytes.

    expected: "works" if the table can be adapted on at once, "sentence" if reading it raises a UserError,
    or if its records have a `problem`.
    """

    key: str
    name: str
    build: Callable[[], bytes]
    expected: Outcome

    def __str__(self) -> str:
        return self.key


TABLE = "patient,ferritin,fever,sex,diagnosis\n" + "\n".join(
    f"P-{n:03d},{20 + 17 * n},{'yes' if n % 3 else 'no'},{'F' if n % 2 else 'M'},{('iron', 'thalassaemia', '')[n % 3]}" for n in range(12)
)
"""A small table of patients that has no fault."""


def text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    """A builder of a text file."""
    return lambda: content.encode(encoding)


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """An Excel workbook of these sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    """A Parquet file of this table."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def _cells() -> list[list[str]]:
    return [line.split(",") for line in TABLE.splitlines()]


def _junk(n: int = 5000) -> bytes:
    return random.Random(0).randbytes(n)  # noqa: S311 - no secret, only noise


def _zip(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _wide(n_columns: int) -> str:
    header = ",".join(f"x{n}" for n in range(n_columns))
    rows = (",".join(str((n * row) % 97) for n in range(n_columns)) for row in range(1, 7))
    return "\n".join([f"{header},diagnosis", *(f"{row},{'ab'[place % 2]}" for place, row in enumerate(rows))])


def _long(n_rows: int) -> str:
    return "x,diagnosis\n" + "\n".join(f"{n},{'ab'[n % 2]}" for n in range(n_rows))


def _with(column: str, values: Sequence[str]) -> str:
    """The faultless table with one more column."""
    lines = TABLE.splitlines()
    return "\n".join([f"{column},{lines[0]}", *(f"{values[n % len(values)]},{line}" for n, line in enumerate(lines[1:]))])


def _bomb() -> bytes:
    return _zip({"xl/workbook.xml": b"0" * (450 * 2**20)})


def _entity_bomb() -> bytes:
    xml = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
    )
    return _zip({"[Content_Types].xml": xml + b"]><Types>&j;</Types>", "xl/workbook.xml": xml + b"]><workbook>&j;</workbook>"})


def _far_cell() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    for row in _cells():
        sheet.append(row)
    sheet.cell(row=1_048_576, column=16_384, value=" ")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _formula() -> bytes:
    """Formulas that no program has computed yet: their cells are missing, and nothing is run."""
    formulas = ["sum", *["=1+1", '=HYPERLINK("http://example.org")', "=WEBSERVICE(A1)"] * 4]
    return workbook({"Sheet": [[*row[:4], formula, row[4]] for row, formula in zip(_cells(), formulas, strict=True)]})


_SEMICOLON = "Ferritin;CRP;Diagnose;diagnosis\n" + "\n".join(f"{n},5;<0,1;x y;{'ab'[n % 2]}" for n in range(8))
_CHINESE = "姓名,血红蛋白(g/L),发热,诊断\n" + "\n".join(
    f"{name},{90 + n},{'有' if n % 2 else '无'},{('缺铁性贫血', '地中海贫血', '')[n % 3]}"
    for n, name in enumerate(("张伟", "王芳", "李娜", "刘洋", "陈静", "杨磊"))
)
_WESTERN = "Größe cm,Müdigkeit,diagnosis\n" + "\n".join(
    f"{150 + n},{'müßig' if n % 2 else 'nö'},{'Öl' if n % 2 else 'Fieber'}" for n in range(8)
)

ODD_FILES: tuple[OddFile, ...] = (
    # nothing, or nearly nothing
    OddFile("no bytes", "empty.csv", lambda: b"", "sentence"),
    OddFile("blank lines only", "blank.csv", text("\n\n  \n,,,\n"), "sentence"),
    OddFile("a digit before 50,000 blanks", "far.csv", text(f"{TABLE}\nP-99,1{' ' * 50_000}x,no,F,iron\n"), "works"),
    OddFile("a million blank lines", "blanks.csv", text("\n" * 1_000_000), "sentence"),
    OddFile("a million blank lines above a table", "below.csv", lambda: b"\r\n" * 1_000_000 + TABLE.encode(), "sentence"),
    OddFile("a million empty rows below a table", "above.csv", lambda: TABLE.encode() + b"\n,,,," * 1_000_000, "works"),
    OddFile("a byte-order mark only", "mark.csv", lambda: b"\xef\xbb\xbf", "sentence"),
    OddFile("header only", "header.csv", text("age,ferritin,diagnosis\n"), "sentence"),
    OddFile("one word", "word.txt", text("hello"), "sentence"),
    OddFile("one patient", "one.csv", text("age,diagnosis\n40,iron\n"), "sentence"),
    OddFile("one diagnosis", "class.csv", text("age,diagnosis\n40,iron\n50,iron\n60,\n"), "sentence"),
    OddFile("no diagnosis filled in", "open.csv", text("age,diagnosis\n40,\n50,\n"), "sentence"),
    OddFile("no label column", "label.csv", text("age,crp\n40,3\n50,4\n60,5\n"), "sentence"),
    OddFile("a label and nothing else", "only.csv", text("diagnosis\na\nb\na\n"), "sentence"),
    OddFile("every value missing", "missing.csv", text("age,crp,diagnosis\nNA,-,a\n?,nan,b\n缺失,,a\n"), "sentence"),
    OddFile("sixty diagnoses", "many.csv", text("age,diagnosis\n" + "\n".join(f"{n},d{n % 60}" for n in range(240))), "sentence"),
    # not a table
    OddFile("noise", "noise.csv", _junk, "sentence"),
    OddFile("noise as a workbook", "noise.xlsx", _junk, "sentence"),
    OddFile("noise as Parquet", "noise.parquet", _junk, "sentence"),
    OddFile("zero bytes", "zeros.csv", lambda: bytes(5000), "sentence"),
    OddFile("a program renamed", "patients.csv", lambda: b"MZ\x90\x00" + _junk(), "sentence"),
    OddFile("a program", "setup.exe", lambda: b"MZ\x90\x00" + _junk(), "sentence"),
    OddFile("a PDF", "report.csv", lambda: b"%PDF-1.7\n" + _junk(), "sentence"),
    OddFile("a picture", "scan.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + _junk(), "sentence"),
    OddFile("a web page", "export.xls", text("<html><table><tr><td>age</td></tr></table></html>"), "sentence"),
    OddFile("JSON", "patients.json", text('{"patients": [{"age": 40}]}'), "sentence"),
    OddFile("one line of 10 MB", "line.csv", lambda: b"a" * 10_000_000, "sentence"),
    OddFile("10 MB of commas", "commas.csv", lambda: b"," * 10_000_000, "sentence"),
    OddFile("10 MB of quotes", "quotes.csv", lambda: b'"' * 10_000_000, "sentence"),
    OddFile("more than 50 MB", "large.csv", lambda: b"a,b\n" * 14_000_000, "sentence"),
    # broken tables
    OddFile("a row too long", "ragged.csv", text("age,crp,diagnosis\n40,3,a\n50,4,b,9,9\n60,5,a\n70,6,b\n"), "sentence"),
    OddFile("a quote never closed", "quote.csv", text('age,diagnosis\n40,"a\n50,b\n'), "sentence"),
    OddFile("2,000 columns", "wide.csv", text(_wide(2000)), "sentence"),
    OddFile("20,001 patients", "long.csv", text(_long(20_001)), "sentence"),
    OddFile("short rows", "short.csv", text("age,diagnosis,note\n40,a\n50,b\n60,a\n70,b\n"), "works"),
    OddFile("1,000 columns", "thousand.csv", text(_wide(1000)), "works"),
    OddFile("20,000 patients", "full.csv", text(_long(20_000)), "works"),
    OddFile("the same header twice", "twice.csv", text("age,age,age (2),diagnosis\n1,2,3,a\n4,5,6,b\n"), "works"),
    OddFile("blank headers", "unnamed.csv", text(",age,,diagnosis\n0,40,x,a\n1,50,y,b\n"), "works"),
    OddFile("R's row names", "r.csv", text('"age","diagnosis"\n"1",40,"a"\n"2",50,"b"\n'), "works"),
    OddFile("empty columns at the right", "right.csv", text("age,diagnosis,,,\n40,a,,,\n50,b,,,\n"), "works"),
    OddFile("line breaks in cells", "breaks.csv", text('age,note,diagnosis\r\n40,"two\nlines",a\r\n50,"x ""y""",b\r\n'), "works"),
    OddFile("old Macintosh line ends", "mac.csv", text("age,diagnosis\r40,a\r50,b\r"), "works"),
    # encodings and separators
    OddFile("UTF-8 with a mark", "bom.csv", text(TABLE, "utf-8-sig"), "works"),
    OddFile("UTF-16", "utf16.txt", text(TABLE.replace(",", "\t"), "utf-16"), "works"),
    OddFile("UTF-16 without a mark", "utf16le.csv", text(TABLE, "utf-16-le"), "works"),
    OddFile("Chinese in GB18030", "gb.csv", text(_CHINESE, "gb18030"), "works"),
    OddFile("Chinese in UTF-8", "zh.csv", text(_CHINESE), "works"),
    OddFile("Western European", "latin.csv", text(_WESTERN, "latin-1"), "works"),
    OddFile("semicolons and decimal commas", "semicolon.csv", text(_SEMICOLON), "works"),
    OddFile("tabs", "tabs.tsv", text(TABLE.replace(",", "\t")), "works"),
    OddFile("bars", "bars.txt", text(TABLE.replace(",", "|")), "works"),
    OddFile("Excel's sep line", "sep.csv", text("sep=;\n" + TABLE.replace(",", ";")), "works"),
    OddFile("text called .xlsx", "text.xlsx", text(TABLE), "works"),
    OddFile("text called .xls", "export.xls", text(TABLE.replace(",", "\t")), "works"),
    OddFile("no ending", "patients", text(TABLE), "works"),
    # odd cells
    OddFile("HTML in a diagnosis", "html.csv", text(TABLE.replace("iron", "<script>alert(1)</script><b>iron</b>")), "works"),
    OddFile("HTML in a header", "htmlhead.csv", text(_with("<img src=x onerror=alert(1)>", ["1", "2", "5"])), "works"),
    OddFile("Markdown in a header", "markdown.csv", text(_with("![x](http://example.org/x.png) $x$ :red[y]", ["1", "2", "5"])), "works"),
    OddFile("formulas as text", "formula.csv", text(_with("=cmd|' /C calc'!A0", ["=1+1", "@SUM(1)", "+A1"])), "works"),
    OddFile("numbers as diagnoses", "numeric.csv", text("age,diagnosis\n40,0\n50,1\n60,0\n70,1\n80,\n"), "works"),
    OddFile("codes read as floats", "floats.csv", text("id,age,class\n1.0,40,0.0\n2.0,50,1.0\n3.0,60,0.0\n4.0,70,\n"), "works"),
    OddFile(
        "limits and full-width digits",
        "limits.csv",
        text(_with("CRP", ["<0.1", "＞１０００", "１２．５", "1,5".replace(",", "."), "无数据"])),
        "works",
    ),
    OddFile("infinite and enormous numbers", "enormous.csv", text(_with("x", ["inf", "1e999", "-1e308", "1e29", "nan", "3"])), "works"),
    OddFile("a very long cell", "cell.csv", text(_with("note", ["x" * 90_000])), "works"),
    OddFile("right-to-left and emoji", "emoji.csv", text(_with("😀\u202e", ["🤒", "مرحبا", "ok"])), "works"),
    # workbooks
    OddFile("two sheets", "two.xlsx", lambda: workbook({"Notes": [], "Patients": _cells(), "More": [["a"], ["b"]]}), "works"),
    OddFile("formula cells", "formula.xlsx", _formula, "works"),
    OddFile("a cell at the far end", "far.xlsx", _far_cell, "works"),
    OddFile("an empty workbook", "empty.xlsx", lambda: workbook({"Sheet": []}), "sentence"),
    OddFile("half a workbook", "half.xlsx", lambda: workbook({"Sheet": _cells()})[:2000], "sentence"),
    OddFile("a zip that is no workbook", "zip.xlsx", lambda: _zip({"readme.txt": b"hello"}), "sentence"),
    OddFile("a zip bomb", "bomb.xlsx", _bomb, "sentence"),
    OddFile("an entity bomb", "entities.xlsx", _entity_bomb, "sentence"),
    OddFile("an old or locked workbook", "old.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _junk(), "sentence"),
    OddFile("a workbook called .csv", "book.csv", lambda: workbook({"Sheet": _cells()}), "works"),
    # Parquet
    OddFile("Parquet", "table.parquet", lambda: parquet(pd.read_csv(io.StringIO(TABLE))), "works"),
    OddFile("half a Parquet file", "half.parquet", lambda: parquet(pd.read_csv(io.StringIO(TABLE)))[:-200], "sentence"),
    OddFile("Parquet with lists", "nested.parquet", lambda: parquet(pd.DataFrame({"x": [[1], [2]], "diagnosis": ["a", "b"]})), "sentence"),
)
