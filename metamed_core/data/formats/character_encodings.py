"""Decode text files: UTF-8, UTF-16, UTF-32, otherwise the code page whose letters and words fit best; doubts are told."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from metamed_core.data.formats.code_pages import CodePage, ranked
from metamed_core.data.formats.reading import Choice, Note, ReadOptions
from metamed_core.data.formats.table import shown
from metamed_core.words import UserError, Words

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BROKEN_LETTERS = re.compile(
    "\ufffd|[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÐÑ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—™š›œ]{1}|â€[™œ“”˜¦]|(?<=[a-z])\\?{2}(?=[a-z])"
)
CLOSE = 0.45
"""Another page is possible if its score is at most this much smaller."""
NO_NOTES: tuple[Note, ...] = ()
QUIETLY = frozenset({"gb18030", "cp1252"})
"""The usual pages; if one of them is far ahead, nothing is told."""


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Return the text of a file, in the encoding given or else judged. Raises UserError if the bytes are not such text."""
    return decoded_with_notes(data, ReadOptions(encoding=encoding))[0]


def decoded_with_notes(data: bytes, options: ReadOptions) -> tuple[str, str, tuple[Note, ...]]:
    """Return the text of a file, its encoding and what is to be told. Raises UserError if the bytes are not text, or not such as told."""
    if options.encoding is not None:
        text, encoding, notes = _as_told(data, options.encoding), options.encoding, NO_NOTES
    else:
        text, encoding, notes = _judged(data, options)
    sample = text[:20_000]
    if not sample or len(_CONTROL.findall(sample)) > len(sample) / 200 or "\x00" in sample:
        raise UserError(_NOT_TEXT)
    broken = _BROKEN_LETTERS.search(text) if not text.isascii() or "??" in text else None
    if broken and not notes:
        line = text.count("\n", 0, broken.start()) + 1
        before, after = text[max(0, broken.start() - 8) : broken.start()], text[broken.end() : broken.end() + 8]
        example = before.rpartition("\n")[2] + broken[0] + after.partition("\n")[0]
        notes = (Note("letters", None, _LETTERS.format(line=line, example=shown(example))),)
    return text, encoding, notes


def _as_told(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError, ValueError) as error:
        raise UserError(_NOT_SUCH.format(encoding=shown(encoding))) from error


def _judged(data: bytes, options: ReadOptions) -> tuple[str, str, tuple[Note, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tried(data, encoding), encoding, ()
    if guess := _unmarked_utf16(data[:20_000]):
        return _tried(data, guess), guess, ()
    if is_utf8(data):
        return data.decode("utf-8"), "utf-8", ()
    n_whole = len(_MULTIBYTE.findall(data))
    n_odd = sum(byte > 0x7F for byte in _MULTIBYTE.sub(b"", data))
    if n_whole > 1 and n_whole >= 2 * n_odd:  # damaged, cut off, or joined with another file
        return data.decode("utf-8", "replace"), "utf-8", ()
    return _of_code_page(data, options)


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are whole UTF-8 text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _of_code_page(data: bytes, options: ReadOptions) -> tuple[str, str, tuple[Note, ...]]:
    pages = ranked(data)
    if not pages:
        return data.decode("latin-1"), "latin-1", ()
    best, score, worded = pages[0]
    text = data.decode(best.codec)
    others = [(page, one) for page, one, _ in pages[1:] if data.decode(page.codec) != text]
    sure = best.codec in QUIETLY and score > 0.5 and all(one < score - (0.0 if worded else CLOSE) for _, one in others)
    if sure or not re.search(r"[^\W\d_µº]", re.sub(r"[\x00-\x7f]", "", text)):
        return text, best.codec, ()
    return text, best.codec, (_doubt(text, best, [page for page, _ in others[:3]], options, data),)


def _doubt(text: str, best: CodePage, others: list[CodePage], options: ReadOptions, data: bytes) -> Note:
    choices = tuple(
        Choice(
            _READ_AS.format(page=page.title, codec=page.codec, example=_example(data[:20_000].decode(page.codec, "ignore"))),
            replace(options, encoding=page.codec),
        )
        for page in (best, *others)
    )
    values = {"page": best.title, "codec": best.codec, "example": _example(text)}
    return Note("encoding", None, _GUESSED.format(**values), choices)


def _example(text: str) -> str:
    """The first word with a letter beyond ASCII."""
    found = re.search(r"[^\x00-\x7f]", text)
    at = found.start() if found else 0
    before, after = re.search(r"\w*$", text[max(0, at - 12) : at]), re.match(r"\w*", text[at + 1 : at + 12])
    return (before[0] if before else "") + text[at : at + 1] + (after[0] if after else "")


def _tried(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(_NOT_TEXT) from error


def _unmarked_utf16(head: bytes) -> str:
    """Name of the UTF-16 variant of a text without a byte order mark, from the position of the zero bytes; empty if it is not UTF-16."""
    high, low = head[0::2].count(0), head[1::2].count(0)
    if max(high, low) < len(head) / 50 or min(high, low) > max(high, low) / 10:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


_NOT_SUCH = Words(
    "The file is not text in the encoding “{encoding}”: give another one, such as utf-8, gb18030, big5 or cp1252, or none to have it judged.",
    "该文件不是“{encoding}”编码的文本：请给出其他编码（如 utf-8、gb18030、big5、cp1252），或不指定而由程序判断。",
)
_NOT_TEXT = Words(
    "The file cannot be read as text: save the table as CSV with UTF-8 encoding, or as Excel (.xlsx), and upload that.",
    "无法将该文件读取为文本：请将表格另存为 UTF-8 编码的 CSV 或 Excel（.xlsx）后再上传。",
)
_GUESSED = Words(
    "The file does not say how its letters are encoded; they are read as {page} ({codec}), as in “{example}”: if words look garbled, choose another encoding, or save the file as UTF-8.",
    "该文件未说明字符编码，按{page}（{codec}）读取，例如“{example}”：如出现乱码，请选择其他编码，或将文件另存为 UTF-8。",
)
_READ_AS = Words("{page} ({codec}): {example}", "{page}（{codec}）：{example}")
_LETTERS = Words(
    "Some letters of the file look garbled (line {line}, near “{example}”): save it again from the program where they look right, with UTF-8 encoding.",
    "文件中有些字符像是乱码（第 {line} 行，“{example}”附近）：请在显示正常的程序中以 UTF-8 编码重新保存。",
)
