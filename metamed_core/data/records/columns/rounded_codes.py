"""Long codes that a spreadsheet turned into rounded numbers: `4.50012E+11`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ROUNDED = re.compile(r"[1-9](?:[.,]\d{1,9})?E\+?(?:9|\d\d)", re.IGNORECASE)
_MEASURED = re.compile(r"load|copies|copy|dna|rna|pcr|count|cfu|tit(?:er|re)|10\s?[\^*]|cells|vir(?:al|us)|载量|拷贝|计数|/", re.IGNORECASE)
MOST = 0.8


def are_rounded_codes(header: str, texts: Sequence[str]) -> bool:
    """Whether at least `MOST` of a column's distinct texts are long codes in scientific notation, and its header names no large quantity."""
    if not any("E+" in text.upper() for text in texts[:20]):
        return False
    n = sum(_ROUNDED.fullmatch(text) is not None for text in texts)
    return n > 0 and n >= MOST * len(texts) and not _MEASURED.search(header)
