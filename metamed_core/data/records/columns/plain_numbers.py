"""One text as a number: decimal signs, thousands, powers, limits such as `<0.1`, and marks beside the number that are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from metamed_core.data.records.columns.units import with_unit

LIMIT = 2**0.5
"""`<0.1` is read as 0.1 / LIMIT and `>1000` as 1000 * LIMIT (Hornung and Reed 1990, for values under a detection limit)."""
LARGEST = 1e30

_OF_NUMBERS = re.compile(r"[0-9.eE+\n-]+")
_DIGITS = re.compile(r"(?:[+-]?[0-9]+\.?[0-9]*\n)++")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}([,'’ ]\d{3})+(\.\d*)?")
_LAKHS = re.compile(r"[+-]?\d{1,2}(,\d{2})+,\d{3}(\.\d*)?")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}([. ]\d{3})+(,\d*)?")
_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)
_COMMA_SURELY = re.compile(r"[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,})|\d{1,3}([. ]\d{3})+,\d+)")
_LIMITED = re.compile(r"(<=?|>=?|=[<>]|≤|≥|《|》)\s*(.+)")
_LIMITED_IN_WORDS = re.compile(
    r"(?P<below>less than|lower than|below|under|fewer than|up to|at most|kleiner als|unter|inférieur à|menor (?:de|que)|小于|低于)?"
    r"(?P<above>more than|greater than|higher than|above|over|at least|größer als|über|supérieur à|mayor (?:de|que)|大于|高于)?\s*(?=\d)(?P<rest>.+)",
    re.IGNORECASE,
)
_POWER = re.compile(r"\s*[×x*·]\s*10\^?([+-]?\d+)$", re.IGNORECASE)
_TEN_TO = re.compile(r"^10\s?(?:\^|\*\*)\s?([+-]?\d{1,2})$")
_RAISED = re.compile(r"(?<=10)[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")

_WORD_MARK = (
    r"hh|ll|h|l|high|low|crit(?:ical)?|panic|abn(?:ormal)?|norm(?:al)?|pos(?:itive)?|flag|aa|a|n|!h|!l|repeat(?:ed)?|rpt|est(?:imated)?"
)
_ZH_MARK = "偏高|偏低|升高|降低|增高|减低|高|低|正常|异常"
_BESIDE = r"[(\[]\s*(?:ref\.?|normal|nv|n)?:?\s*[<>≤≥]?\s*\d[\d.,\s%]*(?:(?:[-–]|to)\s*\d[\d.,\s]*)?%?\s*[)\]]|\s(?:±|\+/-)\s?\d[\d.,]*|±\s?\d[\d.,]*"
"""A reference range, a share or a spread behind the number."""
_MARK = rf"(?:[*†‡§¶#!^↑↓▲▼⇑⇓⬆⬇]+|[(\[](?:{_WORD_MARK}|{_ZH_MARK}|[*!↑↓+-]+|[a-e])[)\]]|{_ZH_MARK})"
_AFTER = re.compile(
    rf"(?<=[\w%.)\]°])\s*(?:{_MARK}|{_BESIDE}|(?<=[\d%°])(?:hh|ll|h|l)|(?<=\s)(?:{_WORD_MARK}|[+-]{{1,3}}))$", re.IGNORECASE
)
_FIRST = r"hh|ll|h|l|high|low|crit(?:ical)?|panic|abn(?:ormal)?|normal|pos(?:itive)?|ca\.?|circa|about|approx(?:imately|\.)?|around"
_BEFORE = re.compile(rf"^(?:{_MARK}|(?:{_FIRST})(?:\s*:\s*|\s+)|c\.\s+|[~≈]|约|大约)\s*(?=[<>≤≥=+-]?\s*[\d.])", re.IGNORECASE)


def plain_values(texts: Sequence[str]) -> npt.NDArray[np.float64] | None:
    """Return texts as numbers, `(n_texts,)`, if all are written with digits, point, sign and exponent only; else None."""
    if not texts or _OF_NUMBERS.fullmatch("\n".join(texts)) is None:
        return None
    try:
        values = np.array(texts, dtype=np.float64)
    except ValueError:
        return None
    return np.where(np.abs(values) < LARGEST, values, np.nan)


def are_digits(texts: Sequence[str]) -> bool:
    """Whether every text is a number of ASCII digits with at most a sign and a point: most columns of a laboratory, seen at once."""
    lines = "\n".join([*texts, ""])
    return _DIGITS.fullmatch(lines) is not None and lines.count("\n") == len(texts)


def uses_comma(texts: Iterable[str]) -> bool:
    """Whether one of the texts shows that the comma is the decimal sign: `0,125` and `12,5` do, `1,250` does not."""
    return any(_COMMA_SURELY.fullmatch(text.lstrip("<>=≤≥ ").rstrip("% ")) for text in texts if "," in text)


def number(text: str, *, comma: bool = False, limit: float = LIMIT) -> tuple[float, bool]:
    """Return a text as a number, NaN if it is none, and whether it is only a limit such as `<0.1`.

    Parameters
    ----------
    text
        A normalized text.
    comma
        Whether the comma is the decimal sign.
    limit
        `>x` is read as x times `limit`, `<x` as x / `limit`.
    """
    if PLAIN.fullmatch(text):
        return _bounded(float(text)), False
    if not any(map(str.isdigit, text)):
        return np.nan, False
    text = without_marks(text)
    if limited := _LIMITED.fullmatch(text):
        value, below = _magnitude(limited[2], comma=comma), set(limited[1]) & set("<≤《")
        return (value / limit if below else value * limit), True
    if text.endswith("+") and text[:-1].isdecimal():  # 90+
        return _bounded(float(text[:-1])) * limit, True
    if (words := _LIMITED_IN_WORDS.fullmatch(text)) and (words["below"] or words["above"]):
        value = _magnitude(words["rest"], comma=comma)
        return (value / limit if words["below"] else value * limit), True
    return _magnitude(text, comma=comma), False


def plain_value(text: str) -> float | None:
    """Return a text without any decoration as a number; None for other texts."""
    return float(text) if PLAIN.fullmatch(text) else None


def without_marks(text: str) -> str:
    """Return a number without what a laboratory or a hand put beside it: `41*`, `H 20`, `3.8 CRIT`, `↑5`, `ca. 5`; else the text."""
    if PLAIN.fullmatch(text):
        return text
    for _ in range(3):
        shorter = _BEFORE.sub("", _AFTER.sub("", text)).strip()
        if shorter == text:
            break
        text = shorter
    return text


def _magnitude(text: str, *, comma: bool) -> float:
    text = without_marks(with_unit(_RAISED.sub(lambda raised: "^" + raised[0].translate(_SUPERSCRIPTS), text))[0])
    text = _TEN_TO.sub(r"1e\1", _POWER.sub(r"e\1", text.removesuffix("%").strip()))
    if comma and (_COMMA.fullmatch(text) or _GROUPED_COMMA.fullmatch(text)):
        text = text.replace(".", "").replace(" ", "").replace(",", ".")
    elif _GROUPED.fullmatch(text) or _LAKHS.fullmatch(text):
        text = re.sub("[,'’ ]", "", text)
    return _bounded(float(text)) if PLAIN.fullmatch(text) else np.nan


def _bounded(value: float) -> float:
    return value if abs(value) < LARGEST else np.nan
