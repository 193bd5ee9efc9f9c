"""Reads one sheet of an OpenDocument spreadsheet (.ods): values as last computed, percentages and times as the sheet shows them.

Written here because calamine does not tell merged cells and hidden rows of this format, and because a cell may say that it is repeated
a million times.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from xml.parsers import expat

from metamed_core.data.formats.apart.cells import Cell, RefusedError
from metamed_core.data.formats.apart.xlsx_facts import Facts

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_CELLS = {"table:table-cell", "table:covered-table-cell"}


def is_open_document(data: bytes) -> bool:
    """Whether a zip file is an OpenDocument file rather than one of Excel."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        return "content.xml" in names and not any(name.startswith("xl/") for name in names)


def opened(data: bytes, limits: Sequence[int]) -> tuple[list[list[Any]], Callable[[str], dict[str, Any]]]:
    """Return the sheets, [name, whether it is visible] of each, and a function that reads one of them as `workbooks.read` describes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise RefusedError("password")
        xml = archive.read("content.xml")

    def one(name: str) -> dict[str, Any]:
        sheet = Sheet(name, limits)
        sheet.parse(xml)
        return {"rows": sheet.rows, "first_column": 1, "merged": sheet.merged, "facts": sheet.facts.told()}

    return Names(xml).sheets, one


class Names:
    """The sheets of a document.

    Attributes: `sheets`, [name, whether it is visible] of each.
    """

    def __init__(self, xml: bytes) -> None:
        self.sheets: list[list[Any]] = []
        self._style = ""
        self._hidden: set[str] = set()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _short(tag)
        if name == "style:style":
            self._style = _named(attributes).get("style:name", "")
        elif name == "style:table-properties" and _named(attributes).get("table:display") == "false":
            self._hidden.add(self._style)
        elif name == "table:table":
            told = _named(attributes)
            if told.get("table:name") not in {None, *(name for name, _ in self.sheets)}:  # a table inside a cell has none
                self.sheets.append([told["table:name"], told.get("table:style-name") not in self._hidden])


class Sheet:
    """One sheet, read while its XML is parsed.

    Attributes: `rows`, [row number, cells] of each row that holds something; `merged`, the merged ranges; `facts`.
    """

    def __init__(self, name: str, limits: Sequence[int]) -> None:
        self.rows: list[list[Any]] = []
        self.merged: list[list[int]] = []
        self.facts = Facts()
        self._name = name
        self._limits = limits
        self._n_cells = 0
        self._line = self._column = 1
        self._row: list[Cell] = []
        self._row_told: dict[str, str] = {}
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._inside = self._skipped = 0  # levels of the sheet wanted, and of notes and drawings in it

    def parse(self, xml: bytes) -> None:
        """Read the sheet."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self._start, self._end, self._characters
        parser.Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _short(tag)
        if self._skipped or name == "office:annotation" or name.startswith("draw:"):
            self._skipped += 1
        elif name == "table:table":
            told = _named(attributes)
            self._inside += bool(self._inside) or told.get("table:name") == self._name
        elif self._inside != 1:
            return
        elif name in _CELLS:
            self._cell, self._text = _named(attributes), []
        elif name == "table:table-row":
            self._row_told, self._row, self._column = _named(attributes), [], 1
        elif name == "table:table-column":
            self._columns(_named(attributes))
        elif name == "text:p" and self._text:
            self._text.append("\n")
        elif name in {"text:s", "text:tab"}:
            self._text.append(" " * min(int(_named(attributes).get("text:c", 1)), 100))

    def _end(self, tag: str) -> None:
        name = _short(tag)
        if self._skipped:
            self._skipped -= 1
        elif name == "table:table" and self._inside:
            self._inside -= 1
        elif self._inside != 1:
            return
        elif name in _CELLS:
            self._add_cell(None if name == "table:covered-table-cell" else self._value())
        elif name == "table:table-row":
            self._add_row()

    def _characters(self, text: str) -> None:
        if self._inside == 1 and not self._skipped:
            self._text.append(text)

    def _columns(self, told: dict[str, str]) -> None:
        often = int(told.get("table:number-columns-repeated", 1))
        if told.get("table:visibility") in {"collapse", "filter"}:
            self.facts.hidden_columns += range(self._column, self._column + min(often, 100))
        self._column += often

    def _value(self) -> Cell:
        told, text = self._cell, "".join(self._text)
        kind = told.get("office:value-type")
        if told.get("calcext:value-type") == "error" or (kind is None and text.startswith("#")):
            self.facts.errors[text] = self.facts.errors.get(text, 0) + 1
            return None
        if kind is None and "table:formula" in told and not text:
            self.facts.uncomputed += 1
        if kind == "percentage":
            return f"{100 * float(told['office:value']):.12g}%"
        if kind in {"float", "currency"}:
            return float(told["office:value"])
        if kind == "date":
            return told["office:date-value"].replace("T", " ").removesuffix(" 00:00:00")
        if kind == "time" and (parts := _DURATION.fullmatch(told.get("office:time-value", ""))):
            hours, minutes, seconds = (int(part or 0) for part in parts.groups())
            return f"{hours:02d}:{minutes:02d}:{seconds:02d}"
        return told.get("office:boolean-value") or told.get("office:string-value") or text or None

    def _add_cell(self, value: Cell) -> None:
        often = int(self._cell.get("table:number-columns-repeated", 1))
        down = int(self._cell.get("table:number-rows-spanned", 1))
        across = int(self._cell.get("table:number-columns-spanned", 1))
        if down > 1 or across > 1:
            self.merged.append([self._line, self._column, self._line + down - 1, self._column + across - 1])
        if value is not None:
            if self._column + often - 1 > self._limits[1]:
                raise RefusedError("columns", n=self._column + often - 1)
            self._row += [None] * (self._column - 1 - len(self._row)) + [value] * often
        self._column += often

    def _add_row(self) -> None:
        often = int(self._row_told.get("table:number-rows-repeated", 1))
        if self._row:
            self._n_cells += often * len(self._row)
            if often + len(self.rows) > self._limits[0]:
                raise RefusedError("rows")
            if self._n_cells > self._limits[2]:
                raise RefusedError("cells")
            if self._row_told.get("table:visibility") in {"collapse", "filter"}:
                self.facts.hidden_rows += range(self._line, self._line + often)
            self.rows += [[self._line + at, self._row] for at in range(often)]
        self._line += often


@cache
def _short(name: str) -> str:
    """The name with the prefix that is usual, whatever the file calls it: `table:table-row`."""
    space, _, local = name.rpartition(" ")
    return f"{space.split(':')[-2]}:{local}" if space.count(":") > 1 else local


def _named(attributes: dict[str, str]) -> dict[str, str]:
    return {_short(name): value for name, value in attributes.items()}
