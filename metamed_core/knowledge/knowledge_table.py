"""The knowledge table: statements on diagnoses, kept as one small CSV file."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from metamed_core.data import harmless, shown
from metamed_core.knowledge.statement import HALLMARK, MOST_WEIGHT, Statement, Usual, canonical, read_statement
from metamed_core.words import UserError, Words, without_controls

FIELDS = ("diagnosis", "column", "statement", "weight", "source")
"""The columns of the file, exactly."""
MAX_BYTES = 2 * 2**20
MAX_STATEMENTS, MAX_DIAGNOSES, MAX_CELL = 10_000, 500, 1_000
"""Of a file, so that reading it and drawing its grid ends within a second or two; a cell is counted in characters."""
HALLMARK_MARK = "hallmark"
"""May stand for the weight of a hallmark."""


@dataclass(frozen=True)
class Knowledge:
    """What is known of diagnoses; immutable, a change makes a new one.

    Parameters
    ----------
    statements
        At most one for each diagnosis and column; their order means nothing.
    """

    statements: tuple[Statement, ...] = ()

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The diagnoses of which something is said, sorted."""
        return tuple(sorted({one.diagnosis for one in self.statements}))

    def cell(self, diagnosis: str, column: str) -> Statement | None:
        """Return what is said of a diagnosis and a column; None if nothing."""
        return self._by_cell.get((diagnosis, column))

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str], Statement]:
        """A grid asks for thousands of cells."""
        return {(one.diagnosis, one.column): one for one in self.statements}

    def with_statement(self, statement: Statement) -> Knowledge:
        """Return the table with this statement in its cell; with nothing in it if the text is empty. Raises UserError for a bad one."""
        others = tuple(one for one in self.statements if (one.diagnosis, one.column) != (statement.diagnosis, statement.column))
        if not statement.text.strip():
            return Knowledge(others)
        _check(statement)
        return Knowledge((*others, replace(statement, text=canonical(statement.text))))

    def only(self, diagnoses: set[str]) -> Knowledge:
        """Return what is said of these diagnoses."""
        return Knowledge(tuple(one for one in self.statements if one.diagnosis in diagnoses))

    def renamed(self, diagnoses: Mapping[str, str]) -> Knowledge:
        """Return the statements on other diagnoses: `{"gout": "sepsis"}` says of sepsis what was said of gout."""
        return Knowledge(tuple(replace(one, diagnosis=diagnoses.get(one.diagnosis, one.diagnosis)) for one in self.statements))

    @property
    def sha256(self) -> str:
        """SHA-256 of what is said, whatever the order of the statements."""
        return hashlib.sha256(self.to_csv()).hexdigest()

    def to_csv(self) -> bytes:
        """The table as a CSV file, UTF-8, sorted by diagnosis and column; `read_knowledge` restores it."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FIELDS)
        for one in sorted(self.statements, key=lambda each: (each.diagnosis, each.column)):
            writer.writerow([harmless(one.diagnosis), harmless(one.column), _written(one.text), f"{one.weight:g}", harmless(one.source)])
        return out.getvalue().encode("utf-8-sig")


def knowledge_of(given: Knowledge | str | Path | None) -> Knowledge:
    """Return knowledge, given as such, as the path of a file, or not at all. Raises UserError for a file that cannot be read."""
    if isinstance(given, Knowledge):
        return given
    if given is None:
        return Knowledge()
    try:
        data = Path(given).read_bytes()
    except OSError as error:
        raise UserError(_NO_FILE.format(file=given)) from error
    return read_knowledge(Path(given).name, data)


def read_knowledge(name: str, data: bytes) -> Knowledge:
    """Read a knowledge table.

    Parameters
    ----------
    name
        The file name, for error messages.
    data
        UTF-8 CSV with the columns `FIELDS`. A line without a statement says nothing. The weight is 1 if empty; `hallmark` means 2.

    Returns
    -------
    Knowledge
        The statements, each with its line.

    Raises
    ------
    UserError
        For another header, a line with too few or too many cells, a bad weight or statement, a cell of which two lines speak, or a file that
        says more than the limits above.
    """
    name, found, diagnoses = shown(name), dict[tuple[str, str], Statement](), set[str]()
    for line, cells in _lines(name, data):
        diagnosis, column, text, weight, source = cells
        if not text:
            continue
        if not diagnosis or not column:
            raise UserError(_NOWHERE.format(file=name, line=line))
        one = Statement(diagnosis, column, canonical(text), _weight(name, line, weight), source, line)
        _check(one)
        if (before := found.get((diagnosis, column))) is not None:
            raise UserError(_TWICE.format(file=name, line=line, before=before.line, diagnosis=shown(diagnosis), column=shown(column)))
        found[diagnosis, column] = one
        diagnoses.add(diagnosis)
        if len(found) > MAX_STATEMENTS or len(diagnoses) > MAX_DIAGNOSES:
            raise UserError(_TOO_MUCH.format(file=name, most=MAX_STATEMENTS, most_diagnoses=MAX_DIAGNOSES))
    return Knowledge(tuple(found.values()))


def _lines(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line below the header that is not empty. Raises UserError for another header or number of cells."""
    if len(data) > MAX_BYTES:
        raise UserError(_TOO_LARGE.format(file=name, most=MAX_BYTES // 2**20))
    rows = _rows(name, data)
    if tuple(cell.casefold() for cell in next(rows, (0, []))[1]) != FIELDS:
        raise UserError(_HEADER.format(file=name, fields=",".join(FIELDS)))
    for line, cells in rows:
        if len(cells) != len(FIELDS):
            raise UserError(_N_CELLS.format(file=name, line=line, n=len(cells), fields=",".join(FIELDS)))
        if max(map(len, cells)) > MAX_CELL:
            raise UserError(_LONG.format(file=name, line=line, most=MAX_CELL))
        yield line, cells


def _rows(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not empty."""
    line = 0
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        for row in reader:
            line = reader.line_num
            if any(cell.strip() for cell in row):
                yield line, [_clean(cell) for cell in row]
    except UnicodeDecodeError as error:
        raise UserError(_HEADER.format(file=name, fields=",".join(FIELDS))) from error
    except csv.Error as error:  # it refuses a cell of more than 131,072 characters
        raise UserError(_LONG.format(file=name, line=line + 1, most=MAX_CELL)) from error


def _clean(cell: str) -> str:
    text = without_controls(cell).strip()
    # What `harmless` put before a text that a spreadsheet would compute.
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def _written(text: str) -> str:
    """A statement in the file: -2 is a number, while =2+3 would be computed by a spreadsheet."""
    return text if isinstance(read_statement(text), Usual) else harmless(text)


def _weight(name: str, line: int, text: str) -> float:
    if not text:
        return 1.0
    if text.casefold() == HALLMARK_MARK:
        return HALLMARK
    try:
        weight = float(text)
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= MOST_WEIGHT:
        raise UserError(_WEIGHT.format(file=name, line=line, weight=shown(text), most=f"{MOST_WEIGHT:g}"))
    return weight


def _check(one: Statement) -> None:
    """Refuse a range whose ends are exchanged and a share above 100%; what fits a column is known only with a table."""
    if read_statement(one.text) is None:
        raise UserError(_BACKWARD.format(place=place(one), text=shown(one.text)))


def place(one: Statement) -> Words:
    """Where a statement stands: its line, or its cell."""
    if one.line is not None:
        return Words("Line {line} of the knowledge table", "知识表第 {line} 行").format(line=one.line)
    return Words("What is known of “{diagnosis}” in “{column}”", "“{diagnosis}”在“{column}”的知识").format(
        diagnosis=shown(one.diagnosis), column=shown(one.column)
    )


_NO_FILE = Words(
    "The knowledge file {file} cannot be read: check the path and that you may read it.",
    "无法读取知识文件 {file}：请检查路径以及读取权限。",
)
_HEADER = Words(
    "{file} is no knowledge table: its first line must be {fields}, in UTF-8, with commas between cells.",
    "{file} 不是知识表：首行应为 {fields}，以 UTF-8 编码，单元格之间用逗号分隔。",
)
_TOO_LARGE = Words(
    "{file} is larger than {most} MB: split the knowledge table by diagnosis.", "{file} 超过 {most} MB：请按诊断拆分知识表。"
)
_TOO_MUCH = Words(
    "{file} makes more than {most:,} {most:statement|statements}, or speaks of more than {most_diagnoses:,} {most_diagnoses:diagnosis|diagnoses}: keep the diagnoses that are in question.",
    "{file} 的陈述超过 {most:,} 条，或涉及的诊断超过 {most_diagnoses:,} 种：请只保留需要考虑的诊断。",
)
_LONG = Words(
    "Line {line} of {file} has a cell of more than {most:,} {most:character|characters}: shorten it, or close a quotation mark that was left open.",
    "{file} 第 {line} 行有单元格超过 {most:,} 个字符：请缩短，或补上遗漏的引号。",
)
_N_CELLS = Words(
    "Line {line} of {file} has {n} {n:cell|cells}; it must have five, as in {fields}: put a text with commas between quotes.",
    "{file} 第 {line} 行有 {n} 个单元格，应为五个（{fields}）：含逗号的文字请加引号。",
)
_NOWHERE = Words(
    "Line {line} of {file} makes a statement without a diagnosis or a column: fill in both.",
    "{file} 第 {line} 行有陈述，却缺少诊断或列名：请补全。",
)
_WEIGHT = Words(
    "Line {line} of {file} has the weight “{weight}”: give a number from 0 to {most}, hallmark, or nothing.",
    "{file} 第 {line} 行的权重为“{weight}”：请填 0 到 {most} 之间的数、hallmark，或留空。",
)
_TWICE = Words(
    "Line {line} of {file} says something of “{diagnosis}” and “{column}”, as line {before} does: keep one of them.",
    "{file} 第 {line} 行与第 {before} 行都陈述了“{diagnosis}”的“{column}”：请只保留一行。",
)
_BACKWARD = Words(
    "{place} says “{text}”: give a range with the smaller value first, as in 4-11, or a share of at most 100%.",
    "{place}为“{text}”：范围请先写较小的值（如 4-11），比例不得超过 100%。",
)
