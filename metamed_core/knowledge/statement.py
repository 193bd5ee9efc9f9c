"""What a clinician says of one diagnosis and one column: a grade, a usual value, a range, how frequent a finding is, or a usual word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from metamed_core.words import Words

HALLMARK = 2.0
"""The weight of a hallmark: it counts as twice as many patients as another statement."""
MOST_WEIGHT = 10.0
MOST_NUMBER = 1e300
"""A usual value beyond it is no number that anybody measures, and no sum of two of them could be computed."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a knowledge table.

    Parameters
    ----------
    diagnosis, column
        Of what it is said.
    text
        What is said, as typed: see `read_statement`.
    weight
        1 as a rule; `HALLMARK` for a hallmark; below 1 where it is not sure, at least 0.
    source
        Where it stands, such as a textbook.
    line
        Its line of the file; None if it was not read from one.
    """

    diagnosis: str
    column: str
    text: str
    weight: float = 1.0
    source: str = ""
    line: int | None = None

    @property
    def is_hallmark(self) -> bool:
        """Whether it counts as a hallmark."""
        return self.weight >= HALLMARK

    @property
    def said(self) -> Words:
        """The statement as a reader sees it: grades as arrows, frequencies in words of both languages."""
        known = GRADE_SIGNS.get(fold(self.text)) or FREQUENCY_WORDS.get(fold(self.text))
        return known or Words(self.text, self.text)


@dataclass(frozen=True, slots=True)
class Grade:
    """A value so many standard deviations of the reference range from its middle: -3, -1.5, 0, 1.5 or 3."""

    spreads: float


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual value or range, in the unit of the column; `low` equals `high` for one value."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """The share of patients with the finding, 0..1."""

    share: float


@dataclass(frozen=True, slots=True)
class Word:
    """A usual word of a column of words."""

    text: str


Meaning = Grade | Usual | Share | Word

GRADES = MappingProxyType({"very low": -3.0, "low": -1.5, "normal": 0.0, "high": 1.5, "very high": 3.0})
"""Standard deviations from the middle of the reference range by grade."""
FREQUENCIES = MappingProxyType(
    {"always": 1.0, "very frequent": 0.9, "frequent": 0.55, "occasional": 0.17, "very rare": 0.025, "excluded": 0.0}
)
"""Share of patients with a finding by frequency word (the middles of the Human Phenotype Ontology's classes of frequency)."""
GRADE_SIGNS = MappingProxyType(
    {
        "very low": Words("↓↓", "↓↓"),
        "low": Words("↓", "↓"),
        "normal": Words("normal", "正常"),
        "high": Words("↑", "↑"),
        "very high": Words("↑↑", "↑↑"),
    }
)
FREQUENCY_WORDS = MappingProxyType(
    {
        "always": Words("always", "必有"),
        "very frequent": Words("very frequent", "很常见"),
        "frequent": Words("frequent", "常见"),
        "occasional": Words("occasional", "偶见"),
        "very rare": Words("very rare", "极少"),
        "excluded": Words("excluded", "不出现"),
    }
)
_ALIASES = {sign: name for names in (GRADE_SIGNS, FREQUENCY_WORDS) for name, words in names.items() for sign in (words.en, words.zh)}
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_VALUES = re.compile(rf"({_NUMBER})(?:\s*(?:-|–|—|~|to|至)\s*({_NUMBER}))?")


def canonical(text: str) -> str:
    """Return a grade or frequency by its name in the file, whether typed so, as an arrow or in Chinese; any other text as it is.

    >>> canonical("↑↑"), canonical(" Very  High"), canonical("4-11")
    ('very high', 'very high', '4-11')
    """
    folded = fold(text)
    found = _ALIASES.get(folded, folded)
    return found if found in GRADES or found in FREQUENCIES else text.strip()


def read_statement(text: str) -> Meaning | None:
    """Return what a statement means, whatever the column; None for a range whose ends are exchanged, or a share above 100%.

    >>> read_statement("very low"), read_statement("4-11"), read_statement("35%"), read_statement("frequent")
    (Grade(spreads=-3.0), Usual(low=4.0, high=11.0), Share(share=0.35), Share(share=0.55))
    """
    name = canonical(text)
    if name in GRADES:
        return Grade(GRADES[name])
    if name in FREQUENCIES:
        return Share(FREQUENCIES[name])
    if found := _SHARE.fullmatch(name):
        return Share(float(found[1]) / 100) if float(found[1]) <= 100 else None
    if found := _VALUES.fullmatch(name):
        low, high = float(found[1]), float(found[2] or found[1])
        if max(abs(low), abs(high)) > MOST_NUMBER:
            return Word(name)  # which fits no column of numbers
        return Usual(low, high) if low <= high else None
    return Word(name)


def fold(text: str) -> str:
    """Return one spelling for texts that differ in case and blanks only."""
    return " ".join(text.split()).casefold()
