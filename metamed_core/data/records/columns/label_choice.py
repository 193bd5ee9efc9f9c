"""Which column holds the diagnoses: by its header, else by its values; and which others may be meant as well."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from metamed_core.data.records.columns.known_words import NO, TICKS, YES, is_open
from metamed_core.data.records.columns.label_names import all_words, base_and_number, is_chief, is_no_label, is_secondary, tier
from metamed_core.data.records.columns.values import Cells, is_yes_no

MAX_CLASSES = 50
"""Largest number of diagnoses of a task."""
MOST_CODES = 10
"""A column of numbers may hold the codes of at most so many diagnoses."""
LONELY = 0.25
"""The gaps of a column are those of open patients if at most this share of the other columns, or one, has about as many."""
MOST_OTHERS = 3

_DISEASE = re.compile(
    r"(?:itis|osis|aemia|emia|oma|pathy|penia|plegia|syndrome|disease|disorder|cancer|tumou?r|carcinoma|failure|deficiency|infection|insufficiency|"
    r"infarct(?:ion)?|stroke|sepsis|diabetes|gout|lupus|asthma|covid\W?19|covid|copd|flu|influenza|pneumonia|tuberculosis|malaria|hepatitis|anemia|"
    r"hypertension|epilepsy|healthy|control|normal|benign|malignant|no disease|case|died|dead|death|deceased|relapse|recurrence)\b|病|症$|炎|癌|瘤|贫血|综合征|正常|健康",
    re.IGNORECASE,
)
_ICD = re.compile(r"[A-TV-Z]\d\d(?:\.\d{1,2})?")
_OPTION = re.compile(r"(.+?)(?:___|__|\s*\(choice\s*=\s*|\s*[:=]\s*|[ _.]|(?<=\d)(?=\D))(.+?)\)?")
_LAST_OPTION = re.compile(r"(.+?)[ _](dx|diagnosis)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LabelGuess:
    """The guess which column holds the diagnoses.

    Parameters
    ----------
    name
        The column; None if none is plausible enough.
    others
        Columns that may be meant as well, the most plausible first.
    named
        Whether the header says so.
    ticks
        Columns of yes and no, one for each diagnosis, if the diagnosis is spread over them.
    """

    name: str | None
    others: tuple[str, ...] = ()
    named: bool = False
    ticks: tuple[str, ...] = ()


def guess_label(cells: Mapping[str, Cells], words: Collection[str], codes: Collection[str]) -> LabelGuess:
    """Guess the column of diagnoses.

    Parameters
    ----------
    cells
        The cells of each column, by its header.
    words, codes
        Which columns are categories, and which hold numbers or yes and no.
    """
    ticks = tick_columns(cells)
    tiers = {name: place for name in cells if name not in ticks and (place := tier(name)) is not None}
    tiers = {name: place for name, place in tiers.items() if place == 0 or _few_values(cells[name], least=1)}
    if tiers and not (ticks and min(tiers.values()) > 1):
        return _by_name(tiers, cells)
    found = _by_values([name for name in cells if not is_no_label(name)], cells, words, codes)
    ranked = sorted(found, key=found.__getitem__)[::-1]  # of equals the last
    if ticks or not ranked or found[ranked[0]] < 1:
        return LabelGuess(None, tuple([*tiers, *ranked][:MOST_OTHERS]), ticks=ticks)
    return LabelGuess(ranked[0], tuple(ranked[1 : 1 + MOST_OTHERS]))


def tick_columns(cells: Mapping[str, Cells]) -> tuple[str, ...]:
    """Return the columns of yes and no that together hold one diagnosis: `diagnosis___1`, `diagnosis___2`; empty if there are not two."""
    found = [name for name, one in cells.items() if option_of(name) is not None and (is_yes_no(one) or _are_ticks(one))]
    return tuple(found) if len(found) > 1 else ()


def is_ticked(text: str | None) -> bool:
    """Whether a cell of a tick column says yes."""
    return text is not None and text.lower() in YES | TICKS


def option_of(header: str) -> tuple[str, str] | None:
    """Return the question and the answer of a tick column: `dx (choice=Gout)` -> `dx`, `Gout`; None for any other column."""
    match = _OPTION.fullmatch(header.strip())
    if match and tier(match[1]) == 0:
        return match[1], match[2]
    last = _LAST_OPTION.fullmatch(header.strip())
    return (last[2], last[1]) if last and not is_chief(header) and not is_no_label(header) else None


def openness(cells: Cells) -> float:
    """Return the share of patients without a diagnosis if this column were the label, 0 to 1."""
    known = sum(int(n) for text, n in zip(cells.levels, cells.counts, strict=True) if not is_open(text))
    return 1.0 - known / max(len(cells.codes), 1)


def _by_name(tiers: Mapping[str, int], cells: Mapping[str, Cells]) -> LabelGuess:
    """Choose among columns whose headers name a diagnosis; those of the best tier are asked about."""
    worded = any(not is_yes_no(cells[name]) and 0 < openness(cells[name]) < 1 for name in tiers)
    # "diagnosis confirmed: yes", said of everybody, is not what is asked for.
    tiers = {name: place for name, place in tiers.items() if not (worded and is_yes_no(cells[name]) and openness(cells[name]) == 0)}
    best = min(tiers.values())
    equal = [name for name, place in tiers.items() if place == best]
    filled = [name for name in equal if cells[name].levels] or equal
    chief = [name for name in filled if not is_secondary(name)] or filled
    first = {name: place for place, name in enumerate(chief)}

    def rank(name: str) -> tuple[bool, bool, int, int]:
        series = base_and_number(name)[1]
        return not is_chief(name), not 0 < openness(cells[name]) < 1, 0 if series is None else series, -first[name]

    ranked = sorted(chief, key=rank)
    # Nobody is left to diagnose, but another column that may name a diagnosis has gaps.
    weaker = [] if openness(cells[ranked[0]]) else [name for name in tiers if name not in equal and 0 < openness(cells[name]) < 1]
    return LabelGuess(ranked[0], tuple(ranked[1:] + weaker), named=True)


def _by_values(names: Sequence[str], cells: Mapping[str, Cells], words: Collection[str], codes: Collection[str]) -> dict[str, int]:
    """How plausible the values of a column are as diagnoses: names of diseases, gaps where the others have none; 0: not without being asked."""
    points: dict[str, int] = {}
    for name in names:
        one = cells[name]
        lonely = _lonely_gaps(name, cells)
        named = _DISEASE.search(all_words(name)) is not None
        if name in words and _few_values(one, least=2) and 2 * len(one.levels) <= one.n_known:
            points[name] = 1 + 3 * _are_diseases(one.levels) + 3 * lonely + named
        elif name in codes and 0 < openness(one) < 1 and _are_codes(one) and any(map(str.isalpha, name)):
            points[name] = 3 + 2 * named if lonely else 0
    return points


def _are_diseases(levels: Sequence[str]) -> bool:
    """Whether at least half of the texts name a disease or its absence, by their ending or as a code of ICD-10."""
    return 2 * sum(_DISEASE.search(text) is not None or _ICD.fullmatch(text) is not None for text in levels) >= len(levels)


def _are_ticks(cells: Cells) -> bool:
    """Whether a column holds marks such as Checked and Unchecked, or x and nothing."""
    return bool(cells.levels) and all(text.lower() in TICKS | NO for text in cells.levels)


def _are_codes(cells: Cells) -> bool:
    """Whether a column of numbers or of yes and no may hold the codes of diagnoses: few different ones, most of several patients."""
    whole = is_yes_no(cells) or all(text.removesuffix(".0").isdecimal() for text in cells.levels)
    return whole and 2 <= len(cells.levels) <= MOST_CODES and 2 * int((cells.counts > 1).sum()) >= len(cells.levels)


def _lonely_gaps(name: str, cells: Mapping[str, Cells]) -> bool:
    """Whether a column has gaps where hardly any other has as many: those of patients whose diagnosis is open."""
    share = openness(cells[name])
    others = [1.0 - one.n_known / max(len(one.codes), 1) for other, one in cells.items() if other != name and one.levels]
    return 0.04 < share < 1 and sum(other > share / 2 for other in others) <= max(1, LONELY * len(others))


def _few_values(cells: Cells, least: int) -> bool:
    return least <= len(cells.levels) <= min(MAX_CLASSES, max(2, cells.n_known - 1))
