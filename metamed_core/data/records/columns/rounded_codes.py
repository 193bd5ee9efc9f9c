"""Long codes such as `MRN0012345`, also those that a spreadsheet turned into rounded numbers: `4.50012E+11`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metamed_core.data.records.columns.dates import days
from metamed_core.data.records.columns.values import Cells

_ROUNDED = re.compile(r"[1-9](?:[.,]\d{1,9})?E\+?(?:9|\d\d)", re.IGNORECASE)
_MEASURED = re.compile(r"load|copies|copy|dna|rna|pcr|count|cfu|tit(?:er|re)|10\s?[\^*]|cells|vir(?:al|us)|载量|拷贝|计数|/", re.IGNORECASE)
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[A-Za-z]")
MOST = 0.8


def are_rounded_codes(header: str, texts: Sequence[str]) -> bool:
    """Whether at least `MOST` of a column's distinct texts are long codes in scientific notation, and its header names no large quantity."""
    if not any("E+" in text.upper() for text in texts[:20]):
        return False
    n = sum(_ROUNDED.fullmatch(text) is not None for text in texts)
    return n > 0 and n >= MOST * len(texts) and not _MEASURED.search(header)


def are_long_codes(cells: Cells) -> bool:
    """Whether all values have one pattern: eight or more digits, or up to four letters with four or more digits."""
    shape = _shape(cells.levels[0])
    return (
        re.fullmatch(r"0{8,}|a{1,4}[-_]?0{4,}|0{4,}a{1,4}", shape) is not None
        and all(_shape(text) == shape for text in cells.levels)
        and ("a" in shape or _no_dates(cells))
    )


def _shape(text: str) -> str:
    return _LETTER.sub("a", _DIGIT.sub("0", text.removesuffix(".0")))


def _no_dates(cells: Cells) -> bool:
    """Whether some values of eight digits are not dates (20240131)."""
    return bool(days(cells)[1].any())
