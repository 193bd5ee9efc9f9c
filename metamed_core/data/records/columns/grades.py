"""Grades and stages as numbers with equal steps: `-`, `±`, `1+`, `+++`; `II`, `IIIA`; `Grade 2`, `NYHA III`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_WORDS = {"neg": 0.0, "negative": 0.0, "阴性": 0.0, "阴": 0.0, "陰性": 0.0, "absent": 0.0, "nil": 0.0, "none": 0.0}
_WORDS |= dict.fromkeys(("±", "+-", "+/-", "-/+", "trace", "tr", "traces", "微量", "弱阳性", "可疑"), 0.5)
_PLUSES = re.compile(r"\(?\+(?:\s?\+){0,4}\)?|[±]|\+/?-|-/\+|[1-5]\s?\+")
_PLUS_DIGIT = re.compile(r"([1-5])\s?\+|\+\s?([1-5])")
_TOLD_PLUS = re.compile(
    r"(?:[a-z][a-z0-9 -]*[a-z0-9-] |score |ihc )?\(?([0-5]\s?\+?|\++)\)?(?:\s?\([a-z ]+\))?|[a-z ]+\(([0-5]\s?\+)\)", re.IGNORECASE
)

_ROMAN = {
    "0": 0,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "Ⅰ".lower(): 1,
    "Ⅱ".lower(): 2,
    "Ⅲ".lower(): 3,
    "Ⅳ".lower(): 4,
    "Ⅴ".lower(): 5,
}
_PART = {"": 0.0, "a": 0.0, "b": 1 / 3, "c": 2 / 3}
_STAGE = re.compile(
    r"(?P<word>grade|stage|class|level|score|nyha(?: class)?|asa|ecog|who(?: grade)?|ckd(?: stage)?|killip(?: class)?|ps|ctcae|bi-?rads|fontaine|child-pugh|"
    r"[ptnmgf]|[yp]{1,2}[tnm]|grad|stadium|第|级|期)?[\s.:_-]{0,2}"
    r"(?P<roman>iii|ii|iv|vi|i|v|[ⅰⅱⅲⅳⅴ]|\d)\s?(?P<part>[abc]?)\d?(?:\s?(?P<after>期|级|級|度))?",
    re.IGNORECASE,
)
_OF_STAGES = re.compile(
    r"stage|grade|class|nyha|asa\b|ecog|killip|fibrosis|score|level|tnm|(?:^|[^a-z])[ptnmgf]{1,2}$|分期|分级|级别|级$|期$", re.IGNORECASE
)


MOST_GRADES = 24
"""A column with more distinct texts holds no grades."""


def grade(text: str) -> float:
    """Return a semiquantitative grade as a number: `-` 0, `±` 0.5, `+` or `1+` 1, `+++` 3; NaN if the text is no grade."""
    bare = text.strip("()").lower().replace(" ", "")
    if bare == "-":
        return 0.0
    if bare in _WORDS:
        return _WORDS[bare]
    if bare and not bare.strip("+"):
        return float(len(bare))
    if digit := _PLUS_DIGIT.fullmatch(bare):
        return float(digit[1] or digit[2])
    return np.nan


def is_plus(text: str) -> bool:
    """Whether a text is one of the signs `+`, `++`, `2+`, `±`."""
    return _PLUSES.fullmatch(text) is not None


def grades(texts: Sequence[str]) -> list[float] | None:
    """Return the grades of the distinct texts of a column; None unless every text is a grade, with two different ones above 0.

    Digits without a plus may stand beside `1+` and `3+`: only 0, or at most 5 if two have a plus. `0`, `1`, `2`, `3+` is a count that
    ends in "3 or more".
    """
    if len(texts) > MOST_GRADES:
        return None
    read = [grade(_core(text)) for text in texts]
    above = {value for value in read if value > 0}
    bare = {text for text, value in zip(texts, read, strict=True) if np.isnan(value)}
    if bare:
        with_plus = len({value for value in above if value >= 1})
        if not all(re.fullmatch("[0-5]", text) for text in bare) or not with_plus or (bare != {"0"} and with_plus < 2):
            return None
        read = [float(text) if text in bare else value for text, value in zip(texts, read, strict=True)]
        above = {value for value in read if value > 0}
    return read if len(above) > 1 else None


def _core(text: str) -> str:
    """The grade in `score 2+`, `3+ (positive)` or `equivocal (2+)`."""
    if "+" not in text or not (told := _TOLD_PLUS.fullmatch(text)):
        return text
    return (told[1] or told[2]).strip()


def stages(header: str, texts: Sequence[str]) -> list[float] | None:
    """Return stages or grades of one kind as numbers: `I`, `IIA`, `IV`; `Grade 2`; None for other texts, or if only one stage occurs.

    Parameters
    ----------
    header
        The column's name: single letters before a number (`G2`, `T1`) count only where it speaks of a stage or grade.
    texts
        The distinct texts of a column.
    """
    if len(texts) > MOST_GRADES:
        return None
    found = [_STAGE.fullmatch(text) for text in texts]
    matched = [one for one in found if one is not None]
    if len(matched) < len(found) or len({(one["word"] or "").lower() for one in matched}) > 1:
        return None
    word, of_stages = (matched[0]["word"] or "" if matched else ""), _OF_STAGES.search(header) is not None
    digits = all(one["roman"].isdecimal() for one in matched)
    if not of_stages and (0 < len(word) <= 2 or (digits and not word and not any(one["after"] for one in matched))):
        return None
    if digits and not word and not any(one["part"] or one["after"] for one in matched):
        return None  # plain numbers
    values = [_ROMAN.get(one["roman"].lower(), -1.0) if not one["roman"].isdecimal() else float(one["roman"]) for one in matched]
    read = [value + _PART[one["part"].lower()] for value, one in zip(values, matched, strict=True)]
    return read if len(set(read)) > 1 and max(read) >= 2 else None
