"""Normalize cells and headers: remove redundant spaces, full-width characters, and the signs that keep a number a text in a spreadsheet."""

from __future__ import annotations

import re

# Full-width forms (１２．５％＜), narrow blanks and other minus signs; not NFKC, which would turn 10² into 102.
_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0xA0: " ",
    0x202F: " ",
    0x2007: " ",
    0x2009: " ",
    0x2212: "-",
    0x3002: ".",
}
_FEW = re.compile(r"[\u066b\u066c\u00b7\u2027\u2219\u22c5\u30fb\u02d9\u2013\u2010\u2011\ufe63]|^[=\"'`´‘’“”]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FORMULA = re.compile(r"=\s*(?:T\()?\"(.*)\"\)?")
_QUOTED = re.compile(r"([\"'“‘`])\s*([^\"'“”‘’`]*)\s*[\"'”’`]")
_TEXT_MARK = re.compile(r"['`´‘’](?=[<>≤≥=]?\s*[+-]?[\d.])")
"""What a spreadsheet writes before a number that it shall keep as text."""
_MIDDLE_DOT = re.compile(r"(?<=\d)[·‧∙⋅・˙٫](?=\d)")
_MINUS = re.compile(r"^[–‐‑﹣](?=\s*[\d.])")


def clean(text: str) -> str:
    """Return a cell without redundant spaces and, unless it contains Chinese text, without full-width characters.

    `="13.9"`, `'13.9` and `"13.9"` become `13.9`; a decimal point at mid height becomes a point.
    """
    if text.isalnum() and text.isascii():  # most cells
        return text
    narrowed = text if text.isascii() or _CHINESE.search(text) else text.translate(_WIDTH)
    text = " ".join(narrowed.split())
    return _bared(text) if _FEW.search(text) else text


def _bared(text: str) -> str:
    if formula := _FORMULA.fullmatch(text):
        return formula[1].strip()
    if quoted := _QUOTED.fullmatch(text):
        return quoted[2].strip()
    text = _MIDDLE_DOT.sub(".", _TEXT_MARK.sub("", text, count=1) if text[0] in "'`´‘’" else text)
    return _MINUS.sub("-", text.replace("٬", ","))


def narrow(text: str) -> str:
    """Return a header without full-width characters and redundant spaces."""
    return " ".join(text.translate(_WIDTH).split())
