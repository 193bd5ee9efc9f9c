"""Files of SPSS (.sav, .zsav, .por), Stata (.dta) and SAS (.xpt, .sas7bdat), with their value labels and missing codes."""

from __future__ import annotations

from collections.abc import Iterator

from metamed_core.data.formats.apart import FailedApartError, read_apart
from metamed_core.data.formats.reading import JUDGED, Note, ReadOptions
from metamed_core.data.formats.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Content, Row, cell_text, check_size, shown
from metamed_core.words import UserError, Words

EXTENSIONS = ("sav", "zsav", "por", "dta", "xpt", "sas7bdat")
MAGIC: bytes | None = b"$FL"

_SAS = bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11"
_PROGRAMS = {"sav": "SPSS", "por": "SPSS", "dta": "Stata", "xpt": "SAS", "sas7bdat": "SAS"}


def recognizes(data: bytes) -> bool:
    """Whether the content is a file of one of these programs."""
    return bool(_kind(data))


def sheets(data: bytes) -> list[str]:
    """Return an empty list: such a file holds one table."""
    return []


def rows(data: bytes, sheet: str | None) -> Iterator[Row]:
    """Return number and cells of each row, the column names first. Raises UserError if the file cannot be read."""
    return iter(content(data, sheet, JUDGED).rows)


def content(data: bytes, sheet: str | None, options: ReadOptions) -> Content:
    """Return the rows, the column names first, and what the file marks as missing. Raises UserError if it cannot be read."""
    kind = _kind(data)
    if not kind:
        raise UserError(_UNKNOWN)
    if (kind == "por" and not data.rstrip().endswith(b"Z")) or (kind == "xpt" and len(data) % 80):
        raise UserError(_BROKEN.format(program=_PROGRAMS[kind]))  # cut off, which their reader would not notice
    try:
        read = read_apart("statistics_files", data, kind=kind, encoding=options.encoding, limits=(MAX_ROWS, MAX_COLUMNS, MAX_CELLS))
    except FailedApartError as error:
        n = error.about.get("n", 0)
        check_size(n_rows=n * (error.kind == "rows"), n_columns=n * (error.kind == "columns"), n_cells=n * (error.kind == "cells"))
        sentence = _ENCODING if error.kind == "encoding" else _BROKEN
        raise UserError(sentence.format(program=_PROGRAMS[kind], encoding=options.encoding)) from error
    lines = [[cell_text(name) for name in read["names"]], *([cell_text(cell) for cell in cells] for cells in read["rows"])]
    return Content(list(enumerate(lines, start=1)), notes=tuple(_notes(read["missing"], read["guessed_encoding"])), named=True)


def _kind(data: bytes) -> str:
    if data.startswith((b"$FL2@(#)", b"$FL3@(#)")):
        return "sav"
    if data.startswith(b"<stata_dta>") or (
        data[:1] in b"\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f\x70\x71\x72\x73" and data[1:4] in {b"\x01\x01\x00", b"\x02\x01\x00"}
    ):
        return "dta"
    if data.startswith(b"HEADER RECORD*******LIB"):
        return "xpt"
    if data.startswith(_SAS):
        return "sas7bdat"
    return "por" if b"SPSSPORT" in data[:600].replace(b"\r", b"").replace(b"\n", b"") else ""


def _notes(missing: dict[str, dict[str, int]], guessed: str | None) -> Iterator[Note]:
    for name, codes in missing.items():
        listed = ", ".join(f"{shown(code)}" for code in list(codes)[:4])
        yield Note("missing_codes", name, _MISSING.format(name=shown(name), n=sum(codes.values()), codes=listed))
    if guessed:
        yield Note("encoding", None, _GUESSED.format(encoding=guessed))


_BROKEN = Words(
    "The {program} file cannot be read, it is damaged or of a version that is not known here: in {program}, save the table as CSV and upload that.",
    "无法读取该 {program} 文件（已损坏或版本未知）：请在 {program} 中将表格另存为 CSV 后再上传。",
)
_UNKNOWN = Words(
    "The file is no file of SPSS, Stata or SAS that can be read, whatever its name ends in: save the table as CSV and upload that.",
    "该文件不是可读取的 SPSS、Stata 或 SAS 文件（与文件扩展名无关）：请将表格另存为 CSV 后再上传。",
)
_ENCODING = Words(
    "The {program} file cannot be read with the encoding “{encoding}”: give another one, or none to take the file's own.",
    "无法以“{encoding}”编码读取该 {program} 文件：请给出其他编码，或不指定而使用文件自身的编码。",
)
_MISSING = Words(
    "“{name}”: {n} {n:cell holds a code|cells hold codes} that the file marks as missing ({codes}), read as missing: change {n:it|them} in the file if {n:it is|they are} meant as {n:a value|values}.",
    "“{name}”：有 {n} 个单元格是文件标记为缺失的代码（{codes}），按缺失处理：若是真实值，请在文件中更正。",
)
_GUESSED = Words(
    "The letters of the file were read in the encoding {encoding}, which it does not state: check names and categories, and give the right encoding if they look broken.",
    "文件未声明文字编码，已按 {encoding} 读取：请检查名称和类别，若显示异常，请指定正确的编码。",
)
