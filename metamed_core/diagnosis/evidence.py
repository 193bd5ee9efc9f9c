"""Why one diagnosis rather than another: each finding with its normal range, what is usual in both diagnoses, and what it adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamed_core.data import Column
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.contributions import contributions
from metamed_core.diagnosis.prototypes import out_of_range, usual_values


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """What one column says about one patient.

    Parameters
    ----------
    column
        The column, with its unit and reference range.
    value
        The patient's value, None if missing.
    usual
        What is usual among the labeled patients of the first and of the second diagnosis: mean, share of yes, or most frequent category;
        None if none of them has a value.
    contribution
        What it adds to log p(first) - log p(second), natural logarithm: positive speaks for the first.
    """

    column: Column
    value: Value
    usual: tuple[Value, Value]
    contribution: float

    @property
    def side(self) -> Literal["low", "high"] | None:
        """Whether the value lies below or above the reference range."""
        return out_of_range(self.column, self.value) if isinstance(self.value, float) else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reasons for one diagnosis against another.

    Parameters
    ----------
    first, second
        The two diagnoses.
    difference
        log p(first) - log p(second); the contributions and `rest` sum to it.
    columns
        The columns, the largest contribution of either sign first.
    rest
        What is added for every patient alike.
    exact
        Whether the contributions follow from the learner's own formula; else they are Shapley values from sampled orders of the columns.
    """

    first: str
    second: str
    difference: float
    columns: tuple[ColumnEvidence, ...]
    rest: float
    exact: bool

    @property
    def supporting(self) -> tuple[ColumnEvidence, ...]:
        """The columns that speak for the first diagnosis, the strongest first."""
        return tuple(one for one in self.columns if one.contribution > 0)

    @property
    def opposing(self) -> tuple[ColumnEvidence, ...]:
        """The columns that speak for the second diagnosis, the strongest first."""
        return tuple(one for one in self.columns if one.contribution < 0)


def evidence(case: Case, first: str | None = None, second: str | None = None) -> Evidence:
    """The findings for and against a diagnosis.

    Parameters
    ----------
    case
        The patient.
    first, second
        The two diagnoses to compare; None: the most probable one, and the most probable one beside it.
    """
    names = [name for name, _ in case.ranked]
    one = names[0] if first is None else first
    other = next(name for name in names if name != one) if second is None else second
    parts = contributions(case, case.classes.index(one), case.classes.index(other))
    usual = [usual_values(case.records, name) for name in (one, other)]
    columns = [
        ColumnEvidence(case.records.column(name), case.value(name), (usual[0][name], usual[1][name]), added)
        for name, added in parts.columns.items()
    ]
    columns.sort(key=lambda each: -abs(each.contribution))
    return Evidence(one, other, sum(parts.columns.values()) + parts.rest, tuple(columns), parts.rest, parts.exact)
