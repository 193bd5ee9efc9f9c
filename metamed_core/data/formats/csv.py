"""Delimited text: cells separated by comma, semicolon, tab or bar, with quotes around cells that contain the separator."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from metamed_core.data.formats.character_encodings import decoded_with_notes
from metamed_core.data.formats.reading import JUDGED, Choice, Note, ReadOptions
from metamed_core.data.formats.separators import BLANKS, blank_lines, sniffed, unwrapped
from metamed_core.data.formats.table import MAX_COLUMNS, Content, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("csv", "tsv", "txt", "tab", "md")
MAGIC: bytes | None = None

MAX_CELL = 100_000
"""Most characters of one cell; a longer one indicates a malformed file."""

ABSURD_WIDTH = 20 * MAX_COLUMNS
"""Most cells of one line; a longer line is rejected before its cells are converted."""

_NOTHING = "\r\n\t ,;|"
"""What a line without any cell consists of."""
_ENTITY = re.compile(r"&(?:amp|lt|gt|le|ge|nbsp|micro|[a-zA-Z](?:acute|grave|circ|uml|tilde|cedil)|szlig|#\d{1,6});")
"""Characters as on a web page whose semicolon would be taken for a separator."""


def sheets(data: bytes) -> list[str]:
    """Return an empty list: a text file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return line number and cells of each row. Raises UserError, which names the line."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the rows, and what was judged. Raises UserError, which names the line, or for an encoding that does not exist or fit."""
    text, encoding, notes = decoded_with_notes(data, options)
    if text.lstrip()[:6].lower().startswith(("<html", "<!doct", "<table", "<?xml")):
        raise UserError(_MARKUP)
    text, separator, begins = _separated(unwrapped(_without_blank_end(text)), options.separator)
    if len(separator) != 1 or separator in '"\r\n':
        raise UserError(_SEPARATOR.format(separator=shown(separator)))
    if separator == ";" and _ENTITY.search(text):
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if separator == BLANKS and options.separator is None:
        choices = (Choice(Words("The comma separates cells", "逗号分隔单元格"), replace(options, separator=",")),)
        notes = (*notes, Note("separator", None, _BLANKS, choices))
    lines = blank_lines(text) if separator == BLANKS else _lines(text, separator)
    pairs = ((line + begins, _texts(cells)) for line, cells in lines)
    return Content(pairs, {"encoding": encoding, "separator": separator}, notes)


def _without_blank_end(text: str) -> str:
    """The text without the lines at its end that hold nothing: a spreadsheet may write a million of them."""
    end = text.find("\n", len(text.rstrip(_NOTHING)))
    return text if end < 0 else text[: end + 1]


def _texts(cells: list[str]) -> list[str | None]:
    """The text of each cell of a line; at once where no control or invisible character is among them, as in nearly all lines."""
    line = "".join(cells)
    if not line.isprintable():
        return [cell_text(cell) for cell in cells]
    return [cell.strip() or None for cell in cells] if " " in line else [cell or None for cell in cells]


def _separated(text: str, told: str | None) -> tuple[str, str, int]:
    """Return the text without Excel's `sep=;` line, the separator, and how many lines were taken off."""
    named = re.match(r"\ufeff?\"?sep=(.)\"?\r?\n", text)
    rest = text[named.end() :] if named else text
    return rest, told or (named[1] if named else sniffed(text)), int(named is not None)


def _lines(text: str, separator: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError(_LONG_CELL.format(line=line) if "limit" in str(error) else _QUOTES.format(line=line)) from error
        # Not by `csv.field_size_limit`: that is one for the whole process, and other threads read files too.
        if max(map(len, cells), default=0) > MAX_CELL:
            raise UserError(_LONG_CELL.format(line=line))
        if len(cells) > ABSURD_WIDTH:
            check_size(n_columns=len(cells))
        yield line, cells
        line = reader.line_num + 1


_MARKUP = Words(
    "The file is a web page, not a table: open it in a spreadsheet and save it as CSV or Excel (.xlsx).",
    "该文件是网页，不是表格：请用电子表格软件打开并另存为 CSV 或 Excel（.xlsx）。",
)
_BLANKS = Words(
    "Blanks separate the cells of this file, as no other sign does: check that each value stands under its column name.",
    "该文件的单元格以空格分隔（没有其他分隔符）：请核对每个值是否位于正确的列名之下。",
)
_SEPARATOR = Words(
    "“{separator}” cannot separate cells: give one sign, such as a comma, a semicolon, a tab or a blank.",
    "“{separator}”不能作为分隔符：请给出一个字符，例如逗号、分号、制表符或空格。",
)
_QUOTES = Words(
    "The quotes that begin in line {line} are never closed, or text follows them: correct the quotes there, or save the table as Excel (.xlsx).",
    "第 {line} 行开始的引号没有正确闭合：请更正该处引号，或将表格另存为 Excel（.xlsx）。",
)
_LONG_CELL = Words(
    "Line {line} holds a cell of more than 100,000 characters: is this a table? Correct that line, or save the table as Excel (.xlsx).",
    "第 {line} 行有超过 100,000 个字符的单元格：请确认这是表格并更正该行，或另存为 Excel（.xlsx）。",
)
