"""Rewrites the numbers of a table with a decimal point, and tells where commas or points can be read in two ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metamed_core.data.formats.decimal_signs import MARKS, Evidence, Sign, as_written, evidence, without_entities, without_marks
from metamed_core.data.formats.reading import Choice, Note, ReadOptions
from metamed_core.data.formats.table import shown
from metamed_core.words import Words

Column = list[str | None]
Found = dict[Sign, dict[int, Evidence]]
"""Evidence on each sign, by position of the column."""
SIGNS: tuple[Sign, ...] = (".", ",")
EUROPEAN = (";", "\t")
"""Separators of files in which the comma often is the decimal sign."""


def with_points(
    names: Sequence[str], columns: list[Column], separator: str | None, options: ReadOptions
) -> tuple[list[Column], dict[str, str], tuple[Note, ...]]:
    """Return the columns with numbers as a computer writes them, what was guessed, and what is to be told.

    Parameters
    ----------
    names, columns
        Names and cells of the columns.
    separator
        The sign between two cells of a text file; None for other formats.
    options
        How the file is to be read; `decimal` decides where it is given.
    """
    columns, notes = _plain(columns)
    told = next((sign for sign in SIGNS if sign == options.decimal), None)
    if told is not None:
        return _rewritten(columns, dict.fromkeys(range(len(columns)), told)), {"decimal": told}, notes
    texts = ["\n".join(filter(None, column)) for column in columns]
    found: Found = {}
    for sign in SIGNS:
        judged = {place: evidence(text, sign) for place, text in enumerate(texts) if sign in text}
        found[sign] = {place: one for place, one in judged.items() if one != Evidence()}
    ways, doubts = _decided(found, separator)
    guesses = {"decimal": ","} if "," in ways.values() else {}
    return _rewritten(columns, ways), guesses, (*notes, *_notes(names, found, ways, doubts, options))


def _plain(columns: list[Column]) -> tuple[list[Column], tuple[Note, ...]]:
    """The columns without thousands marks such as ’ and without the entities of web pages, and what is to be told."""
    plain, n_entities, example = [], 0, ""
    for column in columns:
        text = "".join(filter(None, column))
        if "&" in text or any(mark in text for mark in MARKS):
            new = {cell: without_marks(without_entities(cell)) for cell in set(column) if cell is not None}
            entities = {cell for cell, read in new.items() if "&" in cell and read != cell}
            n_entities += sum(cell in entities for cell in column)
            example = example or min(entities, default="")
            plain.append([None if cell is None else new[cell] for cell in column])
        else:
            plain.append(column)
    if not n_entities:
        return plain, ()
    values = {"n": n_entities, "example": shown(example), "read": shown(without_entities(example))}
    return plain, (Note("entities", None, _ENTITIES.format(**values)),)


def _decided(found: Found, separator: str | None) -> tuple[dict[int, Sign], list[int]]:
    """The decimal sign by position of the columns to rewrite, and the positions of the columns in doubt."""
    comma, point = found[","], found["."]
    comma_decimal, point_decimal = (any(one.decimal for one in found[sign].values()) for sign in (",", "."))
    doubtful = {sign: [place for place, one in found[sign].items() if one.doubtful] for sign in (",", ".")}
    ways: dict[int, Sign] = {}
    doubts: list[int] = []
    if comma_decimal and not point_decimal:
        ways = {place: "," for place in (*comma, *point) if not (place in comma and comma[place].thousands)}
        doubts = [place for place in doubtful[","] if comma[place].beside_whole and comma[place].padded]
        doubts += [place for place in doubtful["."] if not point[place].beside_whole]
    elif point_decimal:
        doubts = [place for place in doubtful["."] if point[place].beside_whole and point[place].padded]
        doubts += [place for place in doubtful[","] if comma_decimal]
    else:
        grouped = [place for place in doubtful["."] if point[place].beside_whole]
        if grouped and (separator in EUROPEAN or any(point[place].padded for place in grouped)):
            ways = dict.fromkeys(doubtful["."], ",")
        padded = any(point[place].padded for place in doubtful["."])
        asked = separator in EUROPEAN or padded or (separator is not None and bool(grouped))
        doubts = doubtful["."] if asked else []
        if separator in EUROPEAN:
            doubts = [*doubts, *doubtful[","]]
            if separator == ";" and not any(comma[place].beside_whole for place in doubtful[","]) and not point:
                ways |= dict.fromkeys(doubtful[","], ",")
    ways |= {place: "," for place, one in point.items() if one.thousands}
    return ways, doubts


def _notes(names: Sequence[str], found: Found, ways: dict[int, Sign], doubts: Sequence[int], options: ReadOptions) -> tuple[Note, ...]:
    """One note on all columns in doubt."""
    if not doubts:
        return ()
    doubted = [names[place] for place in doubts]
    sign: Sign = "," if doubts[0] in found[","] and found[","][doubts[0]].doubtful else "."
    example = found[sign][doubts[0]].example
    read = as_written(example, ways.get(doubts[0], "."))
    values = {
        "names": Words(", ".join(f"“{shown(name)}”" for name in doubted), "、".join(f"“{shown(name)}”" for name in doubted)),
        "example": shown(example),
        "sign": Words("comma", "逗号") if sign == "," else Words("point", "点"),
        "read": read,
    }
    choices = (
        Choice(Words("The point is the decimal sign", "点是小数点"), replace(options, decimal=".")),
        Choice(Words("The comma is the decimal sign", "逗号是小数点"), replace(options, decimal=",")),
    )
    return (Note("decimal", doubted[0] if len(doubted) == 1 else None, _DOUBT.format(**values), choices),)


def _rewritten(columns: list[Column], ways: dict[int, Sign]) -> list[Column]:
    written = list(columns)
    for place, decimal in ways.items():
        new = {text: as_written(text, decimal) for text in set(columns[place]) if text is not None}
        written[place] = [None if text is None else new[text] for text in columns[place]]
    return written


_ENTITIES = Words(
    "{n} {n:cell was|cells were} written as on a web page, such as “{example}”, and {n:is|are} read as “{read}”: correct the table if that is wrong.",
    "有 {n} 个单元格按网页方式书写，例如“{example}”，读作“{read}”：如有误请更正表格。",
)
_DOUBT = Words(
    "In {names} the {sign} may group thousands or be the decimal sign: “{example}” is read as {read}; choose the other decimal sign if that is wrong.",
    "{names}中的{sign}可能是千位分隔符，也可能是小数点：“{example}”读作 {read}；如有误，请选择另一种小数点。",
)
