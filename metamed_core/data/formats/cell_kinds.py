"""What a cell looks like before anything is known about its column: a number, nothing, a code, a unit; and which columns hold numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

Cells = Sequence[str | None]
"""The cells of one row, or of one column."""

_NUMBER = re.compile(
    r"[<>≤≥=~±+＜＞ -]*(?:\d[\d.,'’ \u00a0\u202f]*|\.\d+)(?:e[+-]?\d+)?\s*(?:%|[*†‡^]|[HL]|\[[HL]\]|\([HL]\)|[↑↓])?", re.IGNORECASE
)
_NOTHING = re.compile(
    r"[-–—._/\\?*…]*|n/?\.?a\.?|#n/a|<na>|nan|nat|null|none|nil|missing|unknown|unk|n\.?d\.?|n\.?s\.?|not (?:done|known|available|tested)|"
    r"pending|(?:缺失|未查|未测|未检|不详|未知|无|空)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_UNIT = re.compile(
    r"[\[(]?(?:[0-9.,^×x*µμa-zA-Z%²³]{0,12}/[0-9.,^×x*µμa-zA-Z²³ ]{1,12}(?:/[0-9a-zA-Z.²³]{1,8})?|%|percent|years?|yrs?|y|months?|weeks?|"
    r"days?|hours?|hrs?|h|min|s|sec|ms|kg|g|mg|µg|ug|ng|pg|cm|mm|m|l|dl|ml|fl|iu|u|mmhg|kpa|bpm|°\s?[cf]|deg(?:ree)?s? ?[cf]?|ratio|"
    r"m²|m2|kg/m\^?2|cells?|copies|units?|einheit|unité|jahre?|tage|ans|岁|天|周|月|年|小时|分钟|单位|次/分)[\])]?",
    re.IGNORECASE,
)

_RANGE = re.compile(r"[(\[]?\s*(?:[<>≤≥]=?\s*[\d.,]+|[\d.,]+\s*(?:-|–|—|to|bis|à|~|～|至)\s*[\d.,]+)[^\d]{0,12}[)\]]?", re.IGNORECASE)

LONGEST = 200
"""Characters that no number, unit or range has. A digit before 50,000 blanks would keep a regular expression busy for minutes."""
NUMERIC = 0.75
"""A column holds numbers if at least this share of its known cells look like numbers."""


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number, possibly with a sign for a limit, a percent sign or a laboratory flag."""
    return len(cell) < LONGEST and _NUMBER.fullmatch(cell) is not None


def is_nothing(cell: str | None) -> bool:
    """Whether a cell is empty or holds one of the usual words for a missing value."""
    return cell is None or _NOTHING.fullmatch(cell) is not None


def is_unit(cell: str) -> bool:
    """Whether a cell looks like a unit, or like the legend of a yes/no column."""
    return len(cell) < LONGEST and _UNIT.fullmatch(cell) is not None


def is_range(cell: str) -> bool:
    """Whether a cell looks like a reference range: 12-16, (<5)."""
    return len(cell) < LONGEST and _RANGE.fullmatch(cell) is not None


def shape(cell: str) -> str:
    """Return a cell with every run of digits written as `0`: codes that were counted up have one shape."""
    return _DIGITS.sub("0", cell)


def n_filled(cells: Cells) -> int:
    """Return how many cells of a row are filled."""
    return len(cells) - cells.count(None)


def columns_of(rows: Sequence[Cells]) -> list[list[str]]:
    """Return the known cells of each column of some rows; short rows end early."""
    width = max(map(len, rows), default=0)
    return [[cell for row in rows if place < len(row) and not is_nothing(cell := row[place]) and cell] for place in range(width)]


def numeric_places(rows: Sequence[Cells]) -> frozenset[int]:
    """Return the positions of the columns that mostly hold numbers."""
    columns = enumerate(columns_of(rows))
    return frozenset(place for place, known in columns if known and sum(map(is_number, known)) >= NUMERIC * len(known))


def cell_at(cells: Cells, place: int) -> str | None:
    """Return the cell at a position; None beyond the end of a short row."""
    return cells[place] if place < len(cells) else None
