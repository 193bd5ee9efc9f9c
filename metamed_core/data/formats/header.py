"""Finds the row of the column names: below titles and comments, above units and second headers, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from metamed_core.data.formats.cell_kinds import (
    Cells,
    cell_at,
    columns_of,
    is_nothing,
    is_number,
    is_range,
    is_unit,
    n_filled,
    numeric_places,
    shape,
)
from metamed_core.data.formats.reading import RowKind

SAMPLE = 200
"""Rows by which the columns are judged."""
DEEPEST = 60
"""A header is looked for in this many rows."""

_KINDS = re.compile(
    r"continuous|discrete|string|time|class|meta|ignore|[cdsti]|numeric(?:al)?|categorical|nominal|ordinal|integer|int|float|real|double|text|"
    r"boolean|bool|factor|character|chr|num|date|varchar.*|label|feature|id|attribute|input|target|object|int64|float64",
    re.IGNORECASE,
)
_COMMENTED = re.compile(r"^[#%]+\s*(?=[^\W\d_]{2})")
_YEAR_OR_DATE = re.compile(r"(?:19|20)\d\d(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?)?")


@dataclass(frozen=True)
class Header:
    """Where the column names stand.

    Parameters
    ----------
    at
        Position of the header among the rows; None: the first row that is no title is a patient already.
    begins
        Position of the first row below.
    names
        The column names; empty for a table without header.
    kinds
        What the other rows above `begins` are, by position.
    doubtful
        Whether it is uncertain that there is (no) header.
    """

    at: int | None
    begins: int
    names: list[str | None]
    kinds: dict[int, RowKind]
    doubtful: bool = False


def find_header(rows: Sequence[Cells]) -> Header:
    """Return where the column names stand among the filled rows of a file."""
    sample = rows[:SAMPLE]
    typical = _typical(sample)
    numeric = numeric_places([cells for cells in sample if n_filled(cells) > typical / 2])
    top = _first_wide(rows, typical)
    data = _first_with_numbers(rows, top, numeric)
    starts = n_filled(rows[top]) <= typical / 2 and None not in rows[top][: n_filled(rows[top])]  # a line such as: printed on, 3 May
    if (data == top or starts) and (lower := _lower_header(rows, top, numeric, typical)) is not None:
        top = lower  # lines of remarks that are as wide as the table
        data = _first_with_numbers(rows, top, numeric)
    kinds = dict.fromkeys(range(top), RowKind.TITLE)
    if (data == top or not numeric) and (sure := _headless(rows[top:SAMPLE], numeric)) > 0:
        return Header(None, top, [], kinds, doubtful=sure < 2)
    return _with_second_rows(rows, top, numeric, kinds)


def _typical(sample: Sequence[Cells]) -> float:
    """How many cells of a row are filled, in the fuller rows: titles and footnotes have few."""
    filled = [n_filled(cells) for cells in sample]
    return quantiles(filled, n=4)[2] if len(filled) > 1 else float(max(filled, default=0))


def _first_wide(rows: Sequence[Cells], typical: float) -> int:
    """Position of the first row that is no title: titles fill a third of the table's columns at most, and the first of them."""
    most = max(1.0, typical // 3)
    for at, cells in enumerate(rows[:DEEPEST]):
        starts = next((place for place, cell in enumerate(cells) if cell is not None), 0)
        if n_filled(cells) > most or typical <= most or (starts > 0 and starts >= _left(rows)):
            return at
    return 0


def _left(rows: Sequence[Cells]) -> int:
    """The position after the leftmost column that is used: a table may stand in the middle of a sheet."""
    starts = [next((place for place, cell in enumerate(cells) if cell is not None), 0) for cells in rows[:SAMPLE]]
    return min(starts, default=0) + 1


def _first_with_numbers(rows: Sequence[Cells], top: int, numeric: frozenset[int]) -> int:
    """Position of the first row, from `top`, that has a number in most of its filled numeric columns; `top + 1` without such columns."""
    for at in range(top, min(len(rows), top + DEEPEST)):
        known = [cell for place in numeric if not is_nothing(cell := cell_at(rows[at], place)) and cell]
        if known and sum(map(is_number, known)) > len(known) / 2 and not all(map(_YEAR_OR_DATE.fullmatch, known)):
            return at
    return top + 1


def _lower_header(rows: Sequence[Cells], top: int, numeric: frozenset[int], typical: float) -> int | None:
    """Position of a row that names every column, below rows that fit the columns no better than it: None if there is none."""
    if not numeric:
        return None
    for at in range(top + 1, min(len(rows) - 1, top + 12)):
        words = [cell_at(rows[at], place) for place in numeric]
        if all(cell and not is_nothing(cell) and not is_number(cell) for cell in words) and n_filled(rows[at]) >= typical:
            above = [n_filled(rows[before]) for before in range(top, at)]
            repeated = any(_same(rows[at], rows[before]) for before in range(top))
            return at if max(above) < n_filled(rows[at]) and not repeated else None
    return None


def _headless(rows: Sequence[Cells], numeric: frozenset[int]) -> int:
    """How surely the first row is a patient: 2 surely, 1 probably, 0 not."""
    first, below = rows[0], columns_of(rows[1:])
    if _counted_up(first) or (not numeric and any(_same(first, other) for other in rows[1:])):
        return 0  # positions for names, or a header that comes again
    for_patient = for_header = of_text = 0
    for place, known in enumerate(below):
        cell = cell_at(first, place)
        if cell is None or is_nothing(cell) or not known:
            continue
        if place in numeric:
            like_patient = is_number(cell)
            if like_patient and _YEAR_OR_DATE.fullmatch(cell):
                continue
        else:
            levels = Counter(known)
            like_patient = cell in levels or (cell != shape(cell) and shape(cell) == shape(known[0]) == shape(known[-1]))
            if not like_patient and len(levels) > 0.9 * len(known):
                continue  # every patient has another text: free text, which tells nothing
            of_text += like_patient
        for_patient, for_header = for_patient + like_patient, for_header + (not like_patient)
    if for_patient < (2 if numeric else 3) or for_header > (for_patient // 3 if of_text else 0):
        return 0
    return 2 if for_header == 0 and (for_patient > 2 or not numeric) else 1


def _counted_up(cells: Cells) -> bool:
    """Whether a row is 0, 1, 2, ... or 1, 2, 3, ...: positions, which some programs write as column names."""
    texts = [cell for cell in cells if cell is not None]
    return any(texts == [str(n) for n in range(start, start + len(texts))] for start in (0, 1))


def _with_second_rows(rows: Sequence[Cells], top: int, numeric: frozenset[int], kinds: dict[int, RowKind]) -> Header:
    """The header at `top` together with rows of units, kinds or further names below it."""
    names, at = _without_mark(rows[top]), top + 1
    texts = columns_of(rows[at + 3 : SAMPLE]) or columns_of(rows[at + 1 : SAMPLE])
    while at < min(len(rows) - 1, top + 4):
        kind = _second(rows[at], names, numeric, texts)
        if kind is None:
            break
        kinds[at] = kind
        if kind is RowKind.UNITS:
            names = _with_units(names, rows[at], numeric)
        elif kind is RowKind.SECOND_HEADER and not _all_kinds(rows[at]):
            names = _joined(names, rows[at])
        at += 1
    return Header(top, at, names, kinds)


def _without_mark(names: Cells) -> list[str | None]:
    """The names without the sign of a comment before the first one: `#patient`."""
    return [_COMMENTED.sub("", name) if name and at == 0 else name for at, name in enumerate(names)]


def _second(cells: Cells, names: Sequence[str | None], numeric: frozenset[int], texts: Sequence[list[str]]) -> RowKind | None:
    """What the row below a header is, if it surely is no patient."""
    known = [(place, cell) for place, cell in enumerate(cells) if cell is not None and not is_nothing(cell)]
    words = [cell for place, cell in known if place in numeric and not is_number(cell)]
    n_numbers = sum(is_number(cell) for place, cell in known if place in numeric)
    if (n_ranges := sum(is_range(cell) for place, cell in known if place in numeric)) > 1 and n_ranges >= len(words) > n_numbers:
        return RowKind.RANGES
    seen = any(cell in texts[place] for place, cell in known if place not in numeric and place < len(texts))
    enough = len(words) >= min(2, len(numeric)) or (len(words) == len(known) and "/" in "".join(words))
    if words and 2 * sum(map(is_unit, words)) >= len(words) > 3 * n_numbers and enough and not seen:
        return RowKind.UNITS
    if not known or n_numbers:
        return None
    if _all_kinds(cells) and not seen:
        return RowKind.SECOND_HEADER
    gaps = len({name for name in names if name}) < len(names) or any(name is None for name in names)
    named_twice = bool(words) and 2 * len(words) >= len(numeric) and len(words) > 1 and not seen
    return RowKind.SECOND_HEADER if named_twice and (gaps or len(known) >= 0.8 * len(names)) else None


def _all_kinds(cells: Cells) -> bool:
    return all(_KINDS.fullmatch(cell) for cell in cells if cell is not None)


def _with_units(names: Sequence[str | None], units: Cells, numeric: frozenset[int]) -> list[str | None]:
    """The names with the units of the row below in brackets: `hb (g/dL)`."""
    named = []
    for place, name in enumerate(names):
        unit = cell_at(units, place)
        given = name and unit and place in numeric and is_unit(unit) and not name.endswith((")", "]", "%"))
        named.append(f"{name} ({unit.strip('()[]')})" if given and unit else name)
    return named


def _joined(upper: Sequence[str | None], lower: Cells) -> list[str | None]:
    """One name for each column from two rows of names: the lower one, with the group above it where it would not be unique."""
    width = max(len(upper), len(lower))
    groups: list[str | None] = []
    for place in range(width):
        groups.append(cell_at(upper, place) or (groups[-1] if groups else None))
    low = [cell_at(lower, place) or cell_at(upper, place) for place in range(width)]
    if _is_sentence_row(lower) and len({name for name in upper if name}) == len(upper):
        return list(upper)
    often = Counter(low)
    return [
        f"{group} {name}" if name and often[name] > 1 and (group := groups[place]) and group != name else name
        for place, name in enumerate(low)
    ]


def _is_sentence_row(cells: Cells) -> bool:
    """Whether a second row explains the names above it, as questionnaires export, rather than names columns."""
    words = [cell for cell in cells if cell]
    return sum(len(cell.split()) > 2 or len(cell) > 30 for cell in words) > len(words) / 2 or any(cell.startswith("{") for cell in words)


def _same(one: Cells, other: Cells) -> bool:
    return [cell for cell in one if cell] == [cell for cell in other if cell]
