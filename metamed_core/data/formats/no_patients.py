"""Finds rows below the header that are no patients: repeated headers, sums and means, footnotes, a second table.

A row is left out only where the evidence is strong; a row that may be a patient stays one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from metamed_core.data.formats.cell_kinds import Cells, cell_at, columns_of, is_nothing, is_number, n_filled, numeric_places, shape
from metamed_core.data.formats.reading import RowKind

Numbered = tuple[int, Cells]
"""Line and cells of a row."""

_SUMMARY = re.compile(
    r"(?:the |overall |column )?(?:reference(?: values?)?|(?:grand |sub[- ]?)?totals?|subtotals?|sums?(?: total)?|means?|averages?|avg|sds?|s\.d\.|st\.? ?dev(?:iation)?|stddev|std(?:ev|\.? dev(?:iation)?)?|"
    r"standard deviation|standard error|sem|s\.e\.m\.|variance|var|median|medians|iqr|q1|q3|quartile \d|min(?:imum)?|max(?:imum)?|range|count|cv ?%?|all patients|"
    r"reference (?:range|interval)s?|ref\.? (?:range|interval)s?|normal (?:range|value)s?|normal(?:wert|bereich)e?|referenz(?:bereich|wert)e?|"
    r"(?:gesamt)?summe|gesamt|insgesamt|mittelwert|mittel|durchschnitt|standardabweichung|anzahl|"
    r"total g[ée]n[ée]ral|somme|moyenne|écart[- ]type|médiane|effectif|media|promedio|desviación estándar|suma|mediana|somma|"
    r"合计|总计|小计|总和|平均|平均值|均值|均数|标准差|中位数|最小值|最大值|例数|参考值|参考范围|正常值|合計|總計|標準差|中位數)"
    r"\s*(?:[±(+/:：].*|of .*|all|overall|row)?|n(?: ?[=:] ?\d*)?",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:grand |sub[- ]?)?totals?|subtotals?|means?|averages?|standard deviation|mittelwert|summe|moyenne|合计|总计|平均值|标准差",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"(?:(?:sub[- ]?)?totals?|sums?|means?|averages?|medians?|合计|小计|平均)\b.{0,30}", re.IGNORECASE)
"""A sum of some patients, such as “Subtotal gout”; it counts only among codes with digits."""
_MARK = re.compile(
    r"[*†‡§¹²³#^]+\s?\S|[a-z0-9]\)\s|\((?:\d+ rows?|n ?= ?\d+)\)?|(?:notes?|source|legend|footnotes?|abbreviations?|remarks?|printed|generated|"
    r"exported|created|report|page \d|end of|values are|data are|n ?= ?\d+|"
    r"anmerkung(?:en)?|quelle|hinweis|legende|注|备注|说明|来源|打印|导出|資料|備註)\b.*",
    re.IGNORECASE,
)


def no_patients(names: Sequence[str | None], body: Sequence[Numbered], gaps: frozenset[int]) -> dict[int, RowKind]:
    """Return what the rows are that are no patients, by line.

    Parameters
    ----------
    names
        The column names.
    body
        The filled rows below the header.
    gaps
        Lines of rows that follow a blank one.
    """
    rows = [cells for _, cells in body]
    few = rows[:150] + rows[150 :: max(1, len(rows) // 150)]
    width = max(2, len([name for name in names if name]))
    full = [cells for cells in few if n_filled(cells) > max(1, width // 3) and not _repeats(names, cells)]
    if len(full) < 2:
        return {line: RowKind.REPEATED_HEADER for line, cells in body if _repeats(names, cells)}
    numeric, known = numeric_places(full), columns_of(full)
    kinds: dict[int, RowKind] = {}
    place = next((at for at, texts in enumerate(known) if texts), 0)  # here stand codes, and the words for sums and means
    levels = Counter(cell_at(cells, place) for cells in rows)
    tail = _tail(body, width)
    gap = next((at for at in range(tail, len(body)) if body[at][0] in gaps), len(body))
    for at, (line, cells) in enumerate(body):
        if _repeats(names, cells):
            kinds[line] = RowKind.REPEATED_HEADER
        elif line in gaps and _begins_table(names, cells, body[at + 1 : at + 8], numeric):
            return kinds | dict.fromkeys((after for after, _ in body[at:]), RowKind.SECOND_TABLE)
        elif (word := _sum_word(cells)) and _is_summary(word, cells, numeric, levels, known[place], near_end=at >= len(body) - 12):
            kinds[line] = RowKind.SUMMARY
        elif n_filled(cells) <= width // 2:
            kind = _remark(cells, numeric, known, place, at_end=at >= tail, after_gap=at >= gap)
            kinds |= {line: kind} if kind else {}
    return kinds | _unnamed_sums(body, kinds, numeric)


def _tail(body: Sequence[Numbered], width: int) -> int:
    """Position from which on only rows with few cells, sums and means follow."""
    at = len(body)
    while at > 0 and len(body) - at < 40 and (n_filled(body[at - 1][1]) <= width // 2 or _sum_word(body[at - 1][1])):
        at -= 1
    return at


def _sum_word(cells: Cells) -> str | None:
    """The cell that says that a row sums up others: one of the first three, or any if the first is empty; None if there is none."""
    for cell in cells[:3] if cells[0] is not None else cells:
        if cell is not None and len(cell) < 40 and (_SUMMARY.fullmatch(cell) or _LOOSE.fullmatch(cell)):
            return cell
    return None


def _repeats(names: Sequence[str | None], cells: Cells) -> bool:
    """Whether a row repeats the column names, all but a tenth of them."""
    if cell_at(cells, 0) != cell_at(names, 0) and cell_at(cells, 1) != cell_at(names, 1):
        return False
    given = [(name, cell_at(cells, place)) for place, name in enumerate(names) if name]
    same = sum((cell is not None and _folded(cell) == _folded(name.split(" (")[0])) or cell == name for name, cell in given)
    return len(given) > 1 and same >= max(2.0, 0.9 * len(given))


def _folded(text: str) -> str:
    return text.split(" (", maxsplit=1)[0].casefold()


def _is_summary(
    word: str, cells: Cells, numeric: frozenset[int], levels: Counter[str | None], codes: Sequence[str], *, near_end: bool
) -> bool:
    """Whether a row that bears a word such as Mean sums up others: it has numbers, and the word is no value that patients have."""
    if levels[word] > 2 or len(levels) < 3:
        return False
    others = [cell for place, cell in enumerate(cells) if place not in numeric and cell is not None and cell != word]
    others = [cell for cell in others if not is_nothing(cell) and not is_number(cell)]
    if len(others) > 1 or (_SUMMARY.fullmatch(word) is None and not _differs(word, codes)):
        return False
    unique = sum(n == 1 for n in levels.values()) > 0.5 * len(levels)
    strong = _STRONG.match(word) is not None
    return (near_end or strong) and (unique or strong)


def _remark(
    cells: Cells, numeric: frozenset[int], known: Sequence[list[str]], leftmost: int, *, at_end: bool, after_gap: bool
) -> RowKind | None:
    """What a row with few cells is, if it surely is no patient: a footnote, or a heading between patients."""
    filled = [(place, cell) for place, cell in enumerate(cells) if cell is not None]
    place, first = filled[0]
    column = known[place] if place < len(known) else []
    if any(is_number(cell) for at, cell in filled if at in numeric) or _like(first, column):
        return None
    if is_nothing(first) and not at_end and not (len(first) > 3 and first.isalpha() and _differs(first, column)):
        return None
    explained = after_gap and any(at in numeric and not is_nothing(cell) for at, cell in filled)
    sentence = len(first.split()) > 1 and not _mostly_sentences(column)
    if _MARK.match(first) or (at_end and (explained or sentence or _differs(first, column))):
        return RowKind.FOOTNOTE
    alone = len(filled) == 1 and place == leftmost
    return RowKind.TITLE if alone and not at_end and (sentence or first.endswith(":") or _differs(first, column)) else None


def _mostly_sentences(known: Sequence[str]) -> bool:
    """Whether the cells of a column often have several words, as names of persons do."""
    return sum(len(one.split()) > 1 for one in known) > 0.2 * len(known)


def _differs(cell: str, known: Sequence[str]) -> bool:
    """Whether nearly all cells of a column hold digits, as codes do, and this one does not."""
    others = [one for one in known if one != cell]
    return len(others) > 2 and not any(map(str.isdigit, cell)) and sum(any(map(str.isdigit, one)) for one in others) >= 0.7 * len(others)


def _like(cell: str, known: Sequence[str]) -> bool:
    """Whether a cell looks like those of its column: a code of the same shape, a number among numbers, or a value that occurs again."""
    return (
        shape(cell) in {shape(one) for one in known[:60] if one != cell and any(map(str.isdigit, one))}
        or sum(one == cell for one in known) > 1
    )


def _begins_table(names: Cells, cells: Cells, rest: Sequence[Numbered], numeric: frozenset[int]) -> bool:
    """Whether a row after a gap begins another table: at once, or below a title, stand words above columns of numbers."""
    ahead = [cells, *(row for _, row in rest[:2])]
    for at, row in enumerate(ahead):
        words = [cell for cell in row if cell is not None]
        if len(words) < 2:
            continue
        if _repeats(names, row):
            return False
        below = [after for _, after in rest[at : at + 5]]
        if any(is_number(word) or is_nothing(word) for word in words) or not below or len(set(words)) < len(words):
            return False
        under = numeric_places(below) & {place for place, cell in enumerate(row) if cell is not None}
        here = {place for place, cell in enumerate(row) if cell is not None}
        return bool(under) and (bool(numeric & here) or not numeric)
    return False


def _unnamed_sums(body: Sequence[Numbered], kinds: dict[int, RowKind], numeric: frozenset[int]) -> dict[int, RowKind]:
    """The last row, if it bears no text and its numbers are the sums or the means of the columns above."""
    patients = [(line, cells) for line, cells in body if line not in kinds]
    if len(patients) < 4 or len(patients) > 5_000:
        return {}
    line, last = patients[-1]
    filled = [(place, cell) for place, cell in enumerate(last) if cell is not None]
    if len(filled) < 2 or any(place not in numeric for place, _ in filled):
        return {}
    for way in (1, len(patients) - 1):
        if all(_sums(cell, [cell_at(cells, place) for _, cells in patients[:-1]], way) for place, cell in filled):
            return {line: RowKind.SUMMARY}
    return {}


def _sums(cell: str, column: Sequence[str | None], way: int) -> bool:
    """Whether a number is the sum of a column divided by `way`, to the digits that it has."""
    try:
        told, values = float(cell), [float(one) for one in column if one is not None]
    except ValueError:
        return False
    step: float = 10.0 ** -len(cell.partition(".")[2])
    return abs(told - sum(values) / way) <= 0.5001 * step
