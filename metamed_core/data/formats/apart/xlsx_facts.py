"""What calamine does not tell of a sheet of an .xlsx workbook: hidden rows and columns, percent formats, formulas without a value.

The XML of the sheet is searched, not parsed: it is read by calamine already, and a million cells must take less than a second.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

MOST_BLANK_ROWS = 1_000
"""Rows below so many empty ones do not belong to the table, where it would be too large with them."""

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d+)")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)")
_COL = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_SPAN = re.compile(rb"\s(min|max)\s*=\s*[\"'](\d+)")
_FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\sr\s*=\s*[\"']([A-Z]+)[^>]*(?<!/)>")
_ERROR = re.compile(rb"<(?:\w+:)?c\b[^>]*?\st=\"e\"[^>]*>(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]*)<")
_UNCOMPUTED = re.compile(rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")
_END = re.compile(rb"</(?:\w+:)?sheetData>")
_QUOTED = re.compile(r"\"[^\"]*\"|\\.")


@dataclass
class Facts:
    """What the user must be told of a sheet; see `told`."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    uncomputed: int = 0
    cut_from: int = 0

    def told(self) -> dict[str, Any]:
        """Row and column numbers from 1, numbers of cells by error text, of formulas without value, and the first row that was cut off."""
        return dict(vars(self))


class TooFarError(Exception):
    """A cell stands so far from the others that the sheet does not fit into memory."""

    kind = "far"

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.about = {"cell": cell}


@dataclass(frozen=True)
class SheetPart:
    """The XML of one sheet.

    Parameters
    ----------
    data
        The whole workbook.
    name
        The name of the part inside; empty if it was not found.
    xml
        Its content.
    percents
        Numbers of the cell styles that show a percentage.
    """

    data: bytes
    name: str
    xml: bytes
    percents: frozenset[int]

    @cached_property
    def rows(self) -> list[tuple[int, int, bytes]]:
        """Number, offset and tag of each row."""
        found: list[tuple[int, int, bytes]] = []
        for match in _ROW.finditer(self.xml):
            number = _NUMBER.search(match[0])
            found.append((int(number[1]) if number else (found[-1][0] if found else 0) + 1, match.start(), match[0]))
        return found

    def facts(self) -> Facts:
        """What the user must be told."""
        columns: list[int] = []
        for match in _COL.finditer(self.xml):
            span = {name: int(number) for name, number in _SPAN.findall(match[0])}
            if _HIDDEN.search(match[0]) and len(span) == 2:
                columns += range(span[b"min"], min(span[b"max"], span[b"min"] + 100) + 1)
        errors = Counter(text.decode("utf-8", "replace") for text in _ERROR.findall(self.xml))
        hidden = [number for number, _, tag in self.rows if _HIDDEN.search(tag)]
        return Facts(hidden, columns, dict(errors), len(_UNCOMPUTED.findall(self.xml)))

    def percent_cells(self) -> dict[int, set[int]]:
        """Columns of the cells in percent, by row, both from 0."""
        if not self.percents:
            return {}
        styles = b"|".join(str(one).encode() for one in sorted(self.percents))
        cell = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\ss=\"(?:" + styles + rb")\")[^>]*?\sr=\"([A-Z]+)(\d+)\"")
        found: dict[int, set[int]] = {}
        for column, row in cell.findall(self.xml):
            found.setdefault(int(row) - 1, set()).add(column_number(column.decode()) - 1)
        return found

    def without_far_rows(self, most_cells: int) -> tuple[bytes, int] | None:
        """The workbook with the rows cut off that follow a long blank, and the first of these rows; None if the sheet is small enough.

        Raises
        ------
        TooFarError
            If the sheet is too large even so.
        """
        letters = {text.decode() for text in _FILLED.findall(self.xml)}
        width = max(map(column_number, letters), default=1)
        numbers = [0, *(number for number, _, _ in self.rows)]
        if max(numbers) * width <= most_cells:
            return None
        place = next((at for at, (one, other) in enumerate(pairwise(numbers)) if other - one > MOST_BLANK_ROWS), None)
        end = _END.search(self.xml)
        if place is None or end is None or place == 0:
            raise TooFarError(f"{column_letters(width)}{max(numbers)}")
        shorter = SheetPart(self.data, self.name, self.xml[: self.rows[place][1]] + self.xml[end.start() :], self.percents)
        if shorter.without_far_rows(most_cells) is not None:
            raise TooFarError(f"{column_letters(width)}{max(numbers)}")
        return shorter.workbook(), numbers[place + 1]

    def workbook(self) -> bytes:
        """The workbook with this XML in the place of the sheet's."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data)) as old, zipfile.ZipFile(buffer, "w") as new:
            for name in old.namelist():
                new.writestr(name, self.xml if name == self.name else old.read(name))
        return buffer.getvalue()


def sheet_part(data: bytes, sheet: str) -> SheetPart:
    """Find the XML of a sheet; an empty part if the workbook is not one of XML (.xlsb)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = names.get("xl/workbook.xml")
        if book is None:
            return SheetPart(data, "", b"", frozenset())
        wanted = {value for one in _elements(archive.read(book), "sheet") if one.get("name") == sheet for value in one.attrib.values()}
        relations = _elements(archive.read(names["xl/_rels/workbook.xml.rels"]), "Relationship")
        target = next((one.attrib["Target"] for one in relations if one.get("Id") in wanted), "")
        name = names.get(str(PurePosixPath("xl") / target).removeprefix("/").lower(), "")
        styles = archive.read(names["xl/styles.xml"]) if "xl/styles.xml" in names else b"<styles/>"
        return SheetPart(data, name, archive.read(name) if name else b"", _percent_styles(styles))


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _elements(xml: bytes, name: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(xml).iter() if one.tag.rpartition("}")[2] == name]  # noqa: S314 - this process has limits


def _percent_styles(xml: bytes) -> frozenset[int]:
    own = {one.get("numFmtId"): _QUOTED.sub("", one.get("formatCode", "")) for one in _elements(xml, "numFmt")}
    formats = {"9", "10"} - own.keys() | {number for number, code in own.items() if "%" in code}
    styles = next(iter(_elements(xml, "cellXfs")), None)
    return frozenset(at for at, one in enumerate(styles if styles is not None else ()) if one.get("numFmtId") in formats)
