"""Two undiagnosed patients side by side: in which findings they differ, and what each finding says about either of them."""

from __future__ import annotations

from dataclasses import dataclass

from metamed_core.data import Column
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.evidence import evidence
from metamed_core.diagnosis.prototypes import MEASURED, out_of_range


@dataclass(frozen=True, slots=True)
class TwoFindings:
    """What one column says about each of two patients.

    Parameters
    ----------
    column
        The column, with its unit and reference range.
    values
        The value of each patient, None if missing.
    contributions
        What it adds to log p(first) - log p(second) of each patient, natural logarithm.
    differs
        Whether the values stand out from each other, see `side_by_side`.
    """

    column: Column
    values: tuple[Value, Value]
    contributions: tuple[float, float]
    differs: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two patients compared.

    Parameters
    ----------
    first, second
        The two diagnoses that the findings speak for: the first one of each patient; where both have the same, the second one of the first patient.
    findings
        The columns: those that differ first, and of these those that move the two answers apart most.
    exact
        Whether the contributions follow from the learner's own formula, see `Evidence`.
    """

    first: str
    second: str
    findings: tuple[TwoFindings, ...]
    exact: bool

    @property
    def n_different(self) -> int:
        """In how many columns the patients differ."""
        return sum(one.differs for one in self.findings)


def side_by_side(one: Case, other: Case) -> SideBySide:
    """Compare two patients of the same adaptation at the same step.

    Values differ where one lies within its reference range and the other does not, or on the other side of it; numbers also where they are a
    standard deviation of the table or more apart; anything else where it is not the same. A missing value differs from a known one.
    """
    first = one.ranked[0][0]
    second = next(name for name, _ in (other.ranked[0], one.ranked[1]) if name != first)
    told = [evidence(case, first, second) for case in (one, other)]
    of_other = {each.column.name: each for each in told[1].columns}
    found = [
        TwoFindings(
            each.column,
            (each.value, of_other[each.column.name].value),
            (each.contribution, of_other[each.column.name].contribution),
            _differs(one, each.column, each.value, of_other[each.column.name].value),
        )
        for each in told[0].columns
    ]
    found.sort(key=lambda each: (not each.differs, -abs(each.contributions[0] - each.contributions[1])))
    return SideBySide(first, second, tuple(found), told[0].exact)


def _differs(case: Case, column: Column, one: Value, other: Value) -> bool:
    if column.role not in MEASURED or not isinstance(one, float) or not isinstance(other, float):
        return one != other
    if out_of_range(column, one) != out_of_range(column, other):
        return True
    spread = float(case.records.features[column.name].std(ddof=0))
    return abs(one - other) >= spread > 0
