"""Decode text files: UTF-8, UTF-16, UTF-32, GB18030 (Chinese spreadsheets), otherwise Western European."""

from __future__ import annotations

import codecs
import re

from metamed_core.words import UserError, Words

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Return the text of a file, in the encoding given or else judged. Raises UserError if the bytes are not such text."""
    text = _decoded(data) if encoding is None else _as_told(data, encoding)
    sample = text[:20_000]
    if not sample or len(_CONTROL.findall(sample)) > len(sample) / 200 or "\x00" in sample:
        raise UserError(_NOT_TEXT)
    return text


def _as_told(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise UserError(_NOT_SUCH.format(encoding=encoding)) from error


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tried(data, (encoding,))
    if guess := _unmarked_utf16(data[:20_000]):
        return _tried(data, (guess,))
    return _tried(data, ("utf-8", *(("gb18030",) if _looks_chinese(data) else ()), "cp1252", "latin-1"))


def _tried(data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(_NOT_TEXT)


def _unmarked_utf16(head: bytes) -> str:
    """Name of the UTF-16 variant of a text without a byte order mark, from the position of the zero bytes; empty if it is not UTF-16."""
    high, low = head[0::2].count(0), head[1::2].count(0)
    if max(high, low) < len(head) / 50 or min(high, low) > max(high, low) / 10:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


def _looks_chinese(data: bytes) -> bool:
    """Whether the bytes above 0x7f mostly come in pairs, as in Chinese; in Western text they are single (Müller, µmol)."""
    head = data[:200_000]
    return 2 * len(_PAIR.findall(head)) > 0.8 * len(_HIGH.findall(head))


_NOT_SUCH = Words(
    "The file is not text in the encoding “{encoding}”: give another one, such as utf-8, gb18030, big5 or cp1252, or none to have it judged.",
    "该文件不是“{encoding}”编码的文本：请给出其他编码（如 utf-8、gb18030、big5、cp1252），或不指定而由程序判断。",
)
_NOT_TEXT = Words(
    "The file cannot be read as text: save the table as CSV with UTF-8 encoding, or as Excel (.xlsx), and upload that.",
    "无法将该文件读取为文本：请将表格另存为 UTF-8 编码的 CSV 或 Excel（.xlsx）后再上传。",
)
