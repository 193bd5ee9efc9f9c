"""Numbers beside a word or letter that counts them: `150K`, `15万`, `Day 12`, `week 3`."""

from __future__ import annotations

import re

from metamed_core.data.records.columns.forms import FORMS, Form
from metamed_core.words import Words

_TIMES = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "lakh": 1e5,
    "mio": 1e6,
    "million": 1e6,
    "百万": 1e6,
    "亿": 1e8,
}
_COUNTED = r"day|week|wk|month|year|yr|hour|minute|cycle|round|visit|trimester|quarter|gravida|para|parity|dose|session|postop day|pod|gw"

COUNTED = (
    Form(
        "thousands",
        re.compile(rf"(?P<n>\d+(?:[.,]\d+)?)\s?(?P<word>{'|'.join(_TIMES)})\.?", re.IGNORECASE),
        lambda match: float(match["n"].replace(",", ".")) * _TIMES[match["word"].lower()],
        Words(
            "numbers of thousands or millions such as {example}, read in full as numbers",
            "以千、万等为单位的数值（如 {example}），按完整数值读取",
        ),
        most=False,
    ),
    Form(
        "counted",
        re.compile(rf"(?P<word>{_COUNTED})s?[\s.:_-]*(?P<n>\d+(?:[.,]\d+)?)", re.IGNORECASE),
        lambda match: float(match["n"].replace(",", ".")),
        Words("counts such as {example}, of which only the number is read", "带说明的数值（如 {example}），仅读取数值"),
        fits=lambda matches: len({match["word"].lower() for match in matches}) == 1,
    ),
)
ALL_FORMS = FORMS + COUNTED
"""In order of preference."""
