"""Why one diagnosis rather than another: each finding with its normal range, what is usual in both diagnoses, and what it adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamed_core.data import Column
from metamed_core.diagnosis.as_written import written_factor
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.contributions import contributions
from metamed_core.diagnosis.prototypes import out_of_range, usual_values
from metamed_core.words import Words

LEAST = 0.01
"""A smaller contribution, natural logarithm, would be written as ×1.0."""


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
        What is added without any of the columns, see `Contributions`.
    exact
        Whether the contributions follow from the learner's own formula; else they are Shapley values from sampled orders of the columns.
    """

    first: str
    second: str
    difference: float
    columns: tuple[ColumnEvidence, ...]
    rest: float
    exact: bool

    def strongest(self, n: int) -> tuple[ColumnEvidence, ...]:
        """The `n` strongest findings for the first diagnosis, then the `n` strongest for the second, as far as they say anything."""
        return tuple(one for side in (self.supporting, self.opposing) for one in side[:n] if abs(one.contribution) >= LEAST)

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


def how_to_read_evidence(told: Evidence) -> Words:
    """How the factors of the findings are read, and whether they are exact."""
    said = TIMES.format(total=written_factor(told.difference)) + (EXACT if told.exact else SAMPLED)
    if not any(one.contribution <= -LEAST for one in told.columns):
        said = NOTHING_AGAINST + said
    if told.exact and any(one.value is None for one in told.columns):
        said = said + MISSING
    return said + REST.format(rest=written_factor(told.rest)) if abs(told.rest) >= LEAST else said


TIMES = Words(
    "How to read: ×2 means that the finding makes the one diagnosis twice as probable beside the other; all of them multiplied give {total} for the first.",
    "读法：×2 表示该项依据使一种诊断相对于另一种的概率变为两倍；全部相乘，对第一种诊断为 {total}。",
)
EXACT = Words("The factors are exact: they follow from the algorithm's own formula.", "这些倍数是精确的，直接由算法公式得出。")
SAMPLED = Words(
    "The factors are estimates (Shapley values): the answer with a finding is compared with the answer without it.",
    "这些倍数为估计（Shapley 值）：比较有无该项依据时的答案。",
)
REST = Words("{rest} of it is there without any of these findings.", "其中 {rest} 与上述依据无关。")
NOTHING_AGAINST = Words("No finding speaks against it.", "没有任何依据反对它。")
MISSING = Words("A missing value counts as an average one.", "缺失值按平均值计。")
