"""Numbers beside a word or letter that counts them: `150K`, `15万`, `Day 12`, `week 3`, and weeks with days: `38+4`."""

from __future__ import annotations

import re

from metamed_core.data.records.columns.forms import FORMS, Form, Matches
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

LEAST_WEEKS, MOST_WEEKS = 10, 45
"""`38+4` is read as weeks and days of a pregnancy between these; `3+4` is a Gleason score."""


def _weeks(match: re.Match[str]) -> float:
    return int(match["w"] or match["weeks"]) + int(match["d"] or match["days"]) / 7


def _of_a_pregnancy(matches: Matches) -> bool:
    return all(LEAST_WEEKS <= int(_weeks(one)) <= MOST_WEEKS for one in matches)


COUNTED = (
    Form(
        "weeks and days",
        re.compile(
            r"(?P<w>\d\d)\s?(?:w(?:ee)?ks?|w)?\s?\+\s?(?P<d>[0-6])(?:\s?/\s?7)?|(?P<weeks>\d\d)\s(?P<days>[0-6])\s?/\s?7", re.IGNORECASE
        ),
        _weeks,
        Words(
            "weeks and days such as {example}, read as numbers in weeks",
            "周数加天数（如 {example}），按周数读取",
        ),
        fits=_of_a_pregnancy,
        most=False,
        unit="weeks",
    ),
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
