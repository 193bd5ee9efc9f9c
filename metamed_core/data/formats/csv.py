"""Delimited text: cells separated by comma, semicolon, tab or bar, with quotes around cells that contain the separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from metamed_core.data.formats.character_encodings import decoded
from metamed_core.data.formats.reading import JUDGED, ReadOptions
from metamed_core.data.formats.table import MAX_COLUMNS, MAX_ROWS, Content, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("csv", "tsv", "txt")
MAGIC: bytes | None = None

SEPARATORS = ("\t", ";", "|", ",")
"""In order of preference where two split the lines equally well: commas also occur inside numbers."""

MAX_CELL = 100_000
"""Most characters of one cell; a longer one indicates a malformed file."""

ABSURD_WIDTH = 20 * MAX_COLUMNS
"""Most cells of one line; a longer line is rejected before its cells are converted."""

_DECIMAL_COMMA = re.compile(r"[<>≤≥=＜＞ ]*[+-]?\d+,\d+ ?%?")
_SURELY = re.compile(r"[<>≤≥=＜＞ ]*[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,})) ?%?")
_POINT = re.compile(r"[<>≤≥=＜＞ ]*[+-]?\d*\.\d+ ?%?")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+\.\d+")


def sheets(data: bytes) -> list[str]:
    """Return an empty list: a text file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return line number and cells of each row. Raises UserError, which names the line."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the rows, and what was judged. Raises UserError, which names the line, or for an encoding that does not exist or fit."""
    text = decoded(data, options.encoding)
    if text.lstrip()[:6].lower().startswith(("<html", "<!doct", "<table", "<?xml")):
        raise UserError(_MARKUP)
    text, separator = _separated(text) if options.separator is None else (text, options.separator)
    if len(separator) != 1 or separator in '"\r\n':
        raise UserError(_SEPARATOR.format(separator=shown(separator)))
    pairs = ((line, [cell_text(cell) for cell in cells]) for line, cells in _lines(text, separator))
    return Content(pairs if separator == "," else _decimal_points(list(islice(pairs, MAX_ROWS + 10)), separator))


def _separated(text: str) -> tuple[str, str]:
    """Return the text without Excel's `sep=;` line, and the separator."""
    named = re.match(r"\ufeff?\"?sep=(.)\"?\r?\n", text)
    return (text[named.end() :], named[1]) if named else (text, sniffed(text))


def sniffed(text: str) -> str:
    """Return the separator that splits the first lines most evenly into more than one cell; a comma if none does."""
    return max(SEPARATORS, key=lambda separator: _evenness(text, separator))


def _evenness(text: str, separator: str) -> tuple[float, int, int]:
    widths = []
    try:
        for _, cells in islice(_lines(text[:100_000], separator, strict=False), 40):
            if any(cells):
                widths.append(len(cells))
    except UserError:
        return (0.0, 0, 0)
    if not widths or widths[0] == 1:
        return (0.0, 0, 1 if separator == "," else 0)
    return (round(sum(width == widths[0] for width in widths) / len(widths), 1), widths[0], 0)


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


def _decimal_points(pairs: list[Row], separator: str) -> Iterator[Row]:
    """Where the comma is the decimal sign, rewrite `3,5` as `3.5`, so that `1,234` beside it is not read as a thousand.

    One decision holds for the whole file: a comma that cannot be a thousands separator proves it; so does the separator `;`, unless
    another cell has a decimal point.
    """
    cells = {cell for _, row in pairs[1:] for cell in row if cell}
    proved = any(_SURELY.fullmatch(cell) for cell in cells)
    points = any(_POINT.fullmatch(cell) for cell in cells)
    if any(_THOUSANDS.fullmatch(cell) for cell in cells) or not (proved or (separator == ";" and not points)):
        return iter(pairs)
    return ((line, [_with_point(cell) for cell in row]) for line, row in pairs)


def _with_point(cell: str | None) -> str | None:
    return cell.replace(",", ".") if cell and _DECIMAL_COMMA.fullmatch(cell) else cell


_MARKUP = Words(
    "The file is a web page, not a table: open it in a spreadsheet and save it as CSV or Excel (.xlsx).",
    "该文件是网页，不是表格：请用电子表格软件打开并另存为 CSV 或 Excel（.xlsx）。",
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
