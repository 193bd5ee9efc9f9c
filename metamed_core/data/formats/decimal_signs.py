"""Commas and points in numbers: decimal sign or thousands, judged over each column and over the whole table."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Literal

Sign = Literal[".", ","]

_LEAD = r"(?P<lead>[<>≤≥=~±＜＞ ]*[+-]?)"
_REST = r"(?P<rest>\s?(?:%|[*†^]|[HL])?)"
_GROUPS = {sign: re.compile(rf"{_LEAD}(?P<body>\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+){_REST}") for sign in (".", ",")}
"""Three digits after every sign: 1.240, 1.240.000."""
_ONE_SIGN = {sign: re.compile(rf"{_LEAD}(?P<body>\d*{re.escape(sign)}\d+){_REST}") for sign in (".", ",")}
_LIST = {sign: re.compile(rf"(?m)^\d+(?:{re.escape(sign)} ?\d+){{2,}}$") for sign in (".", ",")}
"""Several answers, a date or a version number, unless three digits follow each sign."""
_BOTH = {
    ".": re.compile(rf"{_LEAD}(?P<body>\d{{1,3}}(?:,\d{{3}})+\.\d*){_REST}"),
    ",": re.compile(rf"{_LEAD}(?P<body>\d{{1,3}}(?:\.\d{{3}})+,\d*){_REST}"),
}
"""Both signs in one number: the later one is the decimal sign."""
_WHOLE = re.compile(r"[<>≤≥=~±＜＞ ]*[+-]?\d{1,3}\s?[%*]?")
_LONG_WHOLE = re.compile(r"[<>≤≥=~±＜＞ ]*[+-]?[1-9]\d{3,}\s?[%*]?")
MARKS = "’‘´`ʼ'"
"""Signs that group thousands in Switzerland."""
_APOSTROPHE = re.compile(rf"[<>≤≥=~ ]*[+-]?\d{{1,3}}(?:[{MARKS}]\d{{3}})+(?:[.,]\d+)?")
_MARK = re.compile(f"[{MARKS}]")
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|le|ge|quot|apos|nbsp|micro|mu|deg|plusmn|frac12|[aeiouAEIOUycn](?:acute|grave|circ|uml|tilde|cedil)|szlig|#\d{1,6}|#x[0-9a-fA-F]{1,5});"
)


@dataclass(frozen=True)
class Evidence:
    """What the texts of one column say about one sign between digits.

    Parameters
    ----------
    decimal, thousands
        Whether a text proves that the sign is the decimal sign, or that it groups thousands.
    doubtful
        Whether every text with the sign has three digits after it, so that both are possible.
    beside_whole
        Whether whole numbers below 1000 and none above stand beside doubtful texts: then the sign probably groups thousands.
    padded
        Whether a doubtful text ends in 0: decimals that were cut after the last digit never do.
    example
        A text with the sign.
    """

    decimal: bool = False
    thousands: bool = False
    doubtful: bool = False
    beside_whole: bool = False
    padded: bool = False
    example: str = ""


def evidence(text: str, sign: Sign) -> Evidence:
    """Return what the cells of a column, one a line, say about a sign."""
    other: Sign = "," if sign == "." else "."
    grouped: list[str] = []
    for cell in dict.fromkeys(text.splitlines()):
        if sign not in cell:
            continue
        verdict = _proof(cell, sign, other)
        if verdict is None:
            grouped.append(cell)
        elif verdict != Evidence():
            return Evidence() if verdict.decimal and _holds_lists(text, sign) else verdict
    if not grouped or _holds_lists(text, sign):
        return Evidence()
    held = set(text.splitlines())
    whole = any(map(_WHOLE.fullmatch, held)) and not any(map(_LONG_WHOLE.fullmatch, held))
    if not whole and sign == "." and len({cell.lstrip("<>≤≥=~±＜＞ +-").partition(".")[0] for cell in grouped}) == 1 < len(grouped):
        return Evidence()  # 1.005, 1.010, 1.030: as thousands they would all be nearly alike
    padded = any(cell.rstrip("%* HL").endswith("0") for cell in grouped)
    return Evidence(doubtful=True, beside_whole=whole, padded=padded, example=grouped[0])


def _holds_lists(text: str, sign: Sign) -> bool:
    """Whether some cells are lists of answers, dates or versions: several signs, not three digits apart."""
    return any(_GROUPS[sign].fullmatch(found[0]) is None for found in _LIST[sign].finditer(text, 0, 50_000))


def _proof(text: str, sign: Sign, other: Sign) -> Evidence | None:
    """What one text proves about a sign; None if it can be read in two ways."""
    if match := _GROUPS[sign].fullmatch(text):
        if match["body"].count(sign) > 1:
            return Evidence(thousands=True, example=text)
        return Evidence(decimal=True, example=text) if match["body"].startswith("0") else None
    if _ONE_SIGN[sign].fullmatch(text) or _BOTH[sign].fullmatch(text):
        return Evidence(decimal=True, example=text)
    return Evidence(thousands=True, example=text) if _BOTH[other].fullmatch(text) else Evidence()


def as_written(text: str, decimal: Sign) -> str:
    """Return a number with a decimal point and without thousands signs; any other text unchanged."""
    grouping: Sign = "," if decimal == "." else "."
    for pattern in (_BOTH[decimal], _GROUPS[grouping], _ONE_SIGN[decimal]):
        if match := pattern.fullmatch(text):
            return f"{match['lead']}{match['body'].replace(grouping, '').replace(decimal, '.')}{match['rest']}"
    return text


def without_marks(text: str) -> str:
    """Return a number such as 150’000 without its thousands marks; any other text unchanged."""
    return _MARK.sub("", text) if _APOSTROPHE.fullmatch(text) else text


def without_entities(text: str) -> str:
    """Return a text with the characters that `&lt;` and its like stand for on a web page."""
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text
