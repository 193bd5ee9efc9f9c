"""Numbers in disguise: forms that a whole column shares, such as titres `1:80`, ranges `0-5`, `120/80`, `08:15`, `045Y` or `5'8"`.

One file holds the forms, `written_forms.py` chooses among them for a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from metamed_core.data.records.columns.plain_numbers import LIMIT
from metamed_core.words import Words

Matches = Sequence[re.Match[str]]


@dataclass(frozen=True)
class Form:
    """A way of writing numbers.

    Parameters
    ----------
    key
        Its name in the code.
    pattern
        What a text in this form looks like.
    value
        The number of a text.
    told
        What such texts are and how they are read, to follow "holds".
    fits
        Whether the matching texts of a column, taken together, are in this form.
    words
        Further texts that occur beside this form, with their values.
    most
        Whether at least half of the texts must be in this form, since a single such text among numbers is rather a slip.
    unit
        Unit of the values; empty if the form has none.
    """

    key: str
    pattern: re.Pattern[str]
    value: Callable[[re.Match[str]], float]
    told: Words
    fits: Callable[[Matches], bool] = bool
    words: Mapping[str, float] = field(default_factory=dict)
    most: bool = True
    unit: str = ""


_NUMBER = r"\d+(?:[.,]\d+)?"
_NONE = dict.fromkeys(("neg", "neg.", "negative", "nonreactive", "non-reactive", "nr", "阴性", "阴", "陰性", "not detected", "0"), 0.0)
_NO_CELLS = _NONE | dict.fromkeys(("nil", "none", "none seen", "absent", "not seen", "无", "未见"), 0.0)
MANY = np.inf
"""Stands for a count that nobody counted: it is read as the largest value of the column, times `LIMIT`."""
_COUNTS = _NO_CELLS | dict.fromkeys(
    (
        "tntc",
        "too numerous to count",
        "too many to count",
        "numerous",
        "innumerable",
        "full field",
        "packed",
        "loaded",
        "满视野",
        "满",
        "大量",
    ),
    MANY,
)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _limited(sign: str | None, value: float) -> float:
    return value if not sign else value / LIMIT if sign[0] in "<≤" else value * LIMIT


def _titre(match: re.Match[str]) -> float:
    return _limited(match["sign"], float(match["n"].replace(",", "")))


def _middle(match: re.Match[str]) -> float:
    if match["more"] or match["sign"]:
        return _limited(match["sign"] or ">", _float(match["more"] or match["one"]))
    return (_float(match["low"]) + _float(match["high"])) / 2


def _ascending(matches: Matches) -> bool:
    ranges = [one for one in matches if one["low"]]
    return bool(ranges) and all(_float(one["low"]) < _float(one["high"]) for one in ranges)


def _seconds_alike(matches: Matches) -> bool:
    return len({one["b"] for one in matches}) == 1 and all(_float(one["a"]) <= _float(one["b"]) for one in matches) and len(matches) > 1


def _eye_chart(matches: Matches) -> bool:
    return (
        len({one["a"] for one in matches}) == 1 and matches[0]["a"] in {"20", "6", "5", "4", "3"} and len({one["b"] for one in matches}) > 1
    )


def _two_numbers(matches: Matches) -> bool:
    """Whether these are no dates and, with a dash between them, no ranges."""
    years = any(1900 <= _float(one[part]) <= 2100 for one in matches for part in ("ab" if one["dash"] else "b"))
    return not years and all(not one["dash"] or _float(one["a"]) > _float(one["b"]) for one in matches)


def _raised_and_lowered(matches: Matches) -> bool:
    return any("+" in one["flag"] for one in matches)


def _minutes(match: re.Match[str]) -> float:
    hours, half = int(match["h"]), (match["half"] or "").lower()[:1]
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return 60 * hours + int(match["m"]) + int(match["s"] or 0) / 60


def _ratio(match: re.Match[str]) -> float:
    return _float(match["a"]) / _float(match["b"]) if _float(match["b"]) else np.nan


def _coma(match: re.Match[str]) -> float:
    return sum(float(match[part]) if match[part].isdecimal() else 1.0 for part in "evm")


BETWEEN = r"/|\\|over|(?P<dash>[-–])"
"""What stands between two numbers in one cell."""
_PAIR = rf"(?:[a-z]{{{{1,4}}}}\s*:?\s+)?(?P<a>{_NUMBER})\s*(?:{{between}})\s*(?P<b>{_NUMBER})(?:\s*(?:mm\s?hg|/hpf))?(?:\s*\([a-z ]+\))?"

FORMS = (
    Form(
        "coma scale",
        re.compile(
            r"(?:gcs\s*:?\s*)?(?:\d{1,2}\s*[(,:=]?\s*)?e\s?(?P<e>[1-4])c?[\s,+]*v\s?(?P<v>[1-5t])[\s,+]*m\s?(?P<m>[1-6])\)?(?:\s*[=:(]\s*\d{1,2}\)?)?",
            re.IGNORECASE,
        ),
        _coma,
        Words("coma scales such as {example}, read as the number of their sum", "昏迷评分（如 {example}），按各项之和读取"),
    ),
    Form(
        "titre",
        re.compile(
            r"(?:[a-z][a-z .]*[:(]?\s*)?(?P<sign>[<>≤≥]=?)?\s*1\s?[:/]\s?(?P<n>[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)\)?(?:[\s,(]+[a-z][a-z ,/-]*\)?)?",
            re.IGNORECASE,
        ),
        _titre,
        Words("titres such as {example}, read as the number behind the sign", "滴度（如 {example}），按分母的数值读取"),
        words=_NONE,
    ),
    Form(
        "out of",
        re.compile(rf"(?P<a>{_NUMBER})\s*(?:/|out of|of)\s*(?P<b>{_NUMBER})", re.IGNORECASE),
        lambda match: _float(match["a"]),
        Words("scores such as {example}, read as their first number", "评分（如 {example}），按第一个数值读取"),
        fits=_seconds_alike,
    ),
    Form(
        "eye chart",
        re.compile(_PAIR.format(between="/"), re.IGNORECASE),
        _ratio,
        Words("ratios such as {example}, read as first number divided by second number", "比值（如 {example}），按前数除以后数读取"),
        fits=_eye_chart,
    ),
    Form(
        "pair",
        re.compile(_PAIR.format(between=BETWEEN), re.IGNORECASE),
        lambda match: _float(match["a"]),
        Words(
            "two numbers in one cell, such as {example}, of which only the first number is read",
            "一格两个数值（如 {example}），仅读取第一个数值",
        ),
        fits=_two_numbers,
    ),
    Form(
        "clock",
        re.compile(r"(?P<h>\d{1,3})[:h](?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?\s*(?P<half>[ap]\.?m\.?)?(?:\s*(?:h|hrs?|uhr))?", re.IGNORECASE),
        _minutes,
        Words("times such as {example}, read as the number of minutes since 0:00", "时刻或时长（如 {example}），按分钟数读取"),
        unit="min",
    ),
    Form(
        "ratio",
        re.compile(rf"(?P<a>{_NUMBER})\s*:\s*(?P<b>{_NUMBER})"),
        _ratio,
        Words("ratios such as {example}, read as first number divided by second number", "比值（如 {example}），按前数除以后数读取"),
    ),
    Form(
        "range",
        re.compile(
            rf"(?:(?P<low>{_NUMBER})\s*(?:-|–|~|～|to|bis|至)\s*(?P<high>{_NUMBER})|(?P<sign>[<>≤≥]=?)\s*(?P<one>{_NUMBER})|(?P<more>{_NUMBER})\s*\+)"
            r"(?:\s*(?:/\s?[a-z]+|[a-z%]+|岁|个|cells?/?\w*)(?:\s?/\s?\w+)?)?",
            re.IGNORECASE,
        ),
        _middle,
        Words("ranges such as {example}, read as the number in their middle", "区间（如 {example}），按中间值读取"),
        fits=_ascending,
        words=_COUNTS,
        most=False,
    ),
    Form(
        "brackets",
        re.compile(rf"\(\s*(?P<n>{_NUMBER})\s*\)"),
        lambda match: -_float(match["n"]),
        Words("numbers in brackets such as {example}, read as negative numbers", "带括号的数值（如 {example}），按负数读取"),
        most=False,
    ),
    Form(
        "flags",
        re.compile(rf"(?P<n>{_NUMBER})\s?(?P<flag>\+{{1,2}}|-{{1,2}})"),
        lambda match: _float(match["n"]),
        Words(
            "numbers with the flags + and - behind them such as {example}, of which only the number is read",
            "后带 + 或 - 标记的数值（如 {example}），仅读取数值",
        ),
        fits=_raised_and_lowered,
        most=False,
    ),
    Form(
        "minus behind",
        re.compile(rf"(?P<n>{_NUMBER})\s?-"),
        lambda match: -_float(match["n"]),
        Words(
            "numbers with a minus sign behind them such as {example}, read as negative numbers",
            "负号在后的数值（如 {example}），按负数读取",
        ),
        most=False,
    ),
)
"""In order of preference."""
