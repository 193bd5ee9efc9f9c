"""Which missing value would tell most: the expected gain in information, with values as the labeled patients of each diagnosis have them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metamed_core.data import Column
from metamed_core.diagnosis.case import Case, Value
from metamed_core.diagnosis.telling_columns import telling_columns
from metamed_core.words import Words

Array = npt.NDArray[np.float64]
Classes = npt.NDArray[np.int64]
LEAST = 1e-6
"""Lower bound of a probability in the expected gain: a single value that rules a diagnosis out wrongly weighs 20 bits at most."""
MOST_VALUES, FEWEST_VALUES, ALTOGETHER = 24, 6, 240
"""Values tried for a column, those of the most probable diagnoses first: at most and at least, and about so many for all columns together."""
WORTH = 0.05
"""A test that changes the first diagnosis less often than this is not worth being named."""


@dataclass(frozen=True, slots=True)
class NextTest:
    """What a missing value is expected to tell.

    Parameters
    ----------
    column
        The column.
    gain
        Expected decrease of the entropy of the diagnoses, in bits; it may be slightly negative, since values come from few patients.
    change
        The probability, 0..1, that another diagnosis comes first once the value is known.
    """

    column: Column
    gain: float
    change: float

    @property
    def gain_per_cost(self) -> float | None:
        """The gain for each unit of cost; infinite for what costs nothing and tells something, None where the cost is not known."""
        cost = self.column.cost
        if cost is None:
            return None
        return self.gain / cost if cost > 0 else math.copysign(math.inf, self.gain)


def entropy(proba: Array) -> Array:
    """The entropy in bits of probabilities `(..., n_way)`, `(...)`."""
    return np.asarray(-(proba * np.log2(np.maximum(proba, np.finfo(float).tiny))).sum(-1), dtype=np.float64)


def next_tests(case: Case) -> tuple[NextTest, ...]:
    """The missing columns by what they are expected to tell, the largest gain first; columns that no labeled patient has are left out.

    Where columns have a cost, the largest gain for each unit of cost comes first, and columns without a cost last.

    Of very many columns, those in which the diagnoses differ most are tried.

    The value is drawn from the labeled patients of each diagnosis, each diagnosis as often as it is probable now.
    """
    variants: list[dict[str, Value]] = []
    drawn: list[tuple[Column, int, Array, Classes]] = []
    missing = telling_columns(case, case.missing)
    for name in missing:
        values, weights, classes = _values(case, name, max(FEWEST_VALUES, min(MOST_VALUES, ALTOGETHER // len(missing))))
        if values:
            drawn.append((case.records.column(name), len(variants), weights, classes))
            variants += [{name: value} for value in values]
    if not drawn:
        return ()
    proba = case.proba_with(variants)
    uncertain, top = float(entropy(case.proba)), int(case.proba.argmax())
    found = []
    for column, begin, weights, classes in drawn:
        then = proba[begin : begin + len(weights)]
        # By the probability of the diagnosis that each value comes from, not by the entropy: a value that makes sure of a wrong diagnosis
        # tells less than nothing.
        told = np.log2(np.maximum(then[np.arange(len(then)), classes], LEAST))
        found.append(NextTest(column, uncertain + float(weights @ told), float(weights @ (then.argmax(1) != top))))
    return by_worth(found)


def by_worth(tests: Iterable[NextTest]) -> tuple[NextTest, ...]:
    """The tests in the order in which to consider them, see `next_tests`."""

    def key(test: NextTest) -> tuple[bool, float, float]:
        per_cost = test.gain_per_cost
        return per_cost is None, 0.0 if per_cost is None else -per_cost, -test.gain

    return tuple(sorted(tests, key=key))


def have_costs(tests: Iterable[NextTest]) -> bool:
    """Whether the order of these tests counts their costs."""
    return any(test.column.cost is not None for test in tests)


def worth_measuring(tests: tuple[NextTest, ...]) -> NextTest | None:
    """The stop rule: the first test of those of `next_tests` that change the first diagnosis often enough, `WORTH`; None: stop."""
    return next((test for test in tests if test.gain > 0 and test.change >= WORTH), None)


def what_to_do(case: Case, tests: tuple[NextTest, ...], *, held_back: bool = False) -> Words:
    """One sentence: which value to measure next, or why to stop.

    tests: those of `next_tests`. held_back: whether the answer is held back, so that "stop" would leave the patient with a doubtful one.
    """
    best = worth_measuring(tests)
    if held_back and best is None:
        return UNSETTLED
    if not tests:
        return NOTHING_MISSING
    one = best or max(tests, key=lambda test: test.change)
    name = Words(one.column.label("en"), one.column.label("zh"))
    if best is None:
        return STOP.format(column=name, change=f"{one.change:.0%}")
    share = best.gain / max(float(entropy(case.proba)), 1e-12)
    said = MEASURE.format(column=name, share=f"{share:.0%}", change=f"{best.change:.0%}")
    if not have_costs(tests):
        return said
    unpriced = sum(test.column.cost is None for test in tests)
    return said + (BY_COST if not unpriced else BY_COST_BUT.format(n=unpriced))


def _values(case: Case, name: str, most: int) -> tuple[list[Value], Array, Classes]:
    """Values of the labeled patients in a column, how probable each is for this patient (the weights sum to 1), and their class numbers."""
    cells = case.records.features.loc[case.records.diagnosed, name]
    known = np.flatnonzero(cells.notna().to_numpy())
    y = case.trace.task.support.y.numpy()[known]
    counts = np.bincount(y, minlength=len(case.classes))
    weights = case.proba[y] / np.maximum(counts[y], 1)
    kept = np.sort(np.argsort(-weights, kind="stable")[:most])
    values = [_plain(cells.iloc[known[k]]) for k in kept]
    total = weights[kept].sum()
    return values, weights[kept] / total if total > 0 else np.full(len(kept), 1 / max(len(kept), 1)), y[kept]


def _plain(cell: object) -> Value:
    return float(cell) if isinstance(cell, int | float | np.number) else str(cell)


MEASURE = Words(
    "Measure {column} next: it is expected to remove {share} of the uncertainty, and it changes the first diagnosis with a probability of {change}.",
    "下一步建议测定{column}：预计可消除 {share} 的不确定性，并有 {change} 的概率改变第一种诊断。",
)
BY_COST = Words("It was chosen by the expected gain for its cost.", "系按预期增益与费用之比选出。")
BY_COST_BUT = Words(
    "It was chosen by the expected gain for its cost; {n} missing {n:value|values} without a cost {n:comes|come} last.",
    "系按预期增益与费用之比选出；另有 {n} 项缺失值未注明费用，排在最后。",
)
STOP = Words(
    "Stop measuring: no missing value is likely to change the first diagnosis (the likeliest, {column}, with a probability of {change}).",
    "无需再测：没有哪个缺失值可能改变第一种诊断（可能性最大的{column}，概率为 {change}）。",
)
UNSETTLED = Words(
    "No missing value of this table is likely to settle it: think of diagnoses that the table does not have, or label more patients.",
    "本表中没有哪个缺失值可能给出定论：请考虑表中没有的诊断，或补充已确诊患者。",
)
NOTHING_MISSING = Words(
    "No value is missing that the labeled patients have: only more labeled patients, or a new column, can tell more.",
    "已确诊患者具有的各项数值均无缺失：只有补充已确诊患者或新增列才能提供更多信息。",
)
