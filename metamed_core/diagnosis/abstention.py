"""Answers with uncertainty: a prediction set for each patient, and a reason to abstain if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.diagnosis.ranked_answers import Diagnosis, diagnose
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.statistics import COVERAGE, prediction_sets
from metamed_core.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one patient.

    Parameters
    ----------
    diagnosis
        The ranked diagnoses and the nearest labeled patients.
    prediction_set
        The smallest set of diagnoses, most probable first, whose probabilities sum to at least `COVERAGE`.
    abstention_reason
        Why the prediction should not be used; None if there is no such reason.
    """

    diagnosis: Diagnosis
    prediction_set: tuple[str, ...]
    abstention_reason: Words | None


def answers(trace: AdaptationTrace, step_index: int, positions: Sequence[int] | None = None) -> tuple[Answer, ...]:
    """The answers at one step, in the order of `positions`; parameters as in `diagnose`."""
    empty = trace.task.query_is_empty
    where = range(len(empty)) if positions is None else positions
    found = diagnose(trace, step_index, positions)
    return tuple(_answer(one, no_value=bool(empty[at])) for at, one in zip(where, found, strict=True))


def _answer(one: Diagnosis, *, no_value: bool) -> Answer:
    inside = prediction_sets(np.array([[p for _, p in one.ranked]]))[0]
    prediction_set = tuple(name for (name, _), within in zip(one.ranked, inside, strict=True) if within)
    if no_value:
        return Answer(one, prediction_set, _NO_VALUE)
    return Answer(
        one,
        prediction_set,
        _NOTHING_RULED_OUT.format(n=len(prediction_set), share=COVERAGE) if len(prediction_set) == len(one.ranked) else None,
    )


_NO_VALUE = Words(
    "No column holds a value for this patient: the answer is the same for anybody.", "该患者没有任何数据：对任何人都会得出同样的答案。"
)
_NOTHING_RULED_OUT = Words(
    "Not enough evidence: only all {n} {n:diagnosis|diagnoses} together reach {share:.0%}, so none is ruled out.",
    "证据不足：全部 {n} 种诊断相加才达到 {share:.0%}，无法排除任何一种。",
)
