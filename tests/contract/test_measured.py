"""What Diagnose says of an algorithm was measured: its figures are those of the documentation, and it opens with the most accurate one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metamed_core.learners import LEARNERS, Measured
from metamed_core.words import LANGUAGES, Words
from pages.parts.diagnose.choose_algorithm import measured_note

EVALUATION = (Path(__file__).parents[2] / "docs" / "explanation" / "evaluation.md").read_text("utf-8")
TABLE = EVALUATION.split("**As shipped now**")[1].split("\n\n")[1]


def documented(name: str) -> Measured:
    """The figures of a learner in the table that the page quotes."""
    row = re.search(rf"^\| {LEARNERS[name].title.en} \| (.*) \| ([\d.]+) \|$", TABLE, re.MULTILINE)
    assert row is not None
    accuracy, gain = zip(*((float(one), float(other)) for one, other in (cell.split(", ") for cell in row[1].split(" | "))), strict=True)
    return Measured(accuracy, gain, float(row[2]))


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_figures_are_those_of_the_documentation(name: str) -> None:
    assert LEARNERS[name].measured == documented(name)


def told(name: str) -> tuple[Measured, Words]:
    """The figures of a learner, and what the page says of them."""
    measured, note = LEARNERS[name].measured, measured_note(LEARNERS[name])
    assert measured is not None
    assert note is not None
    return measured, note


def test_diagnose_opens_with_the_most_accurate_one() -> None:
    """The first of the list is the best at every number of labeled patients, as its text says; the others say by how much they are behind."""
    (best, praise), *others = map(told, LEARNERS)
    assert praise.en.startswith("On 19 public clinical tables, with 1, 3, 5 and 10 labeled patients")
    assert all(f"{best.gain[0]:+.1f}" in praise.into(language) for language in LANGUAGES)
    for one, said in others:
        behind = [high - low for high, low in zip(best.accuracy, one.accuracy, strict=True)]
        assert min(behind) > 0
        assert f"it was {behind[0]:.1f}, " in said.en
        assert f"依次低 {behind[0]:.1f}、" in said.zh
        assert f"{best.seconds / one.seconds:.2g} times" in said.en
