"""Answers with uncertainty: a prediction set for each patient, and a reason to abstain if there is one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from metamed_core.diagnosis.none_of_these import none_of_these
from metamed_core.diagnosis.ranked_answers import Diagnosis, diagnose
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.diagnosis.watched_step import Step
from metamed_core.statistics import COVERAGE, coverage_sets
from metamed_core.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one patient.

    Parameters
    ----------
    diagnosis
        The ranked diagnoses and the nearest labeled patients.
    prediction_set
        The diagnoses that are still possible, most probable first: such sets hold the right one for the share `coverage` of patients.
    abstention_reason
        Why the prediction should not be used; None if there is no such reason.
    coverage
        The share of patients that the prediction set was made for.
    given_before
        The diagnosis that a clinician gave before this answer was shown; None if none was given.
    """

    diagnosis: Diagnosis
    prediction_set: tuple[str, ...]
    abstention_reason: Words | None
    coverage: float = COVERAGE
    given_before: str | None = None


def answers(
    trace: AdaptationTrace,
    step_index: int,
    positions: Sequence[int] | None = None,
    coverage: float = COVERAGE,
    named: Mapping[Hashable, str] | None = None,
) -> tuple[Answer, ...]:
    """The answers at one step, in the order of `positions`; parameters as in `diagnose`.

    `coverage`: the share of patients whose diagnosis their prediction set should hold. `named`: by row label, the diagnoses that a clinician
    gave before the answer was shown.
    """
    step, task = trace.steps[step_index], trace.task
    where = list(range(len(task.query)) if positions is None else positions)
    inside = coverage_sets(step.proba[where], coverage).sum(1).tolist()
    found, named = diagnose(trace, step_index, where), named or {}
    return tuple(
        Answer(one, tuple(name for name, _ in one.ranked[:n]), _reason(trace, step, at, n), coverage, named.get(one.row))
        for at, one, n in zip(where, found, inside, strict=True)
    )


def _reason(trace: AdaptationTrace, step: Step, at: int, n_likely: int) -> Words | None:
    """Why the prediction for the patient at this position should not be used, the gravest reason first."""
    if trace.task.query_is_empty[at]:
        return _NO_VALUE
    if (none := none_of_these(trace.task, step, at)) is not None:
        return none
    return _NOTHING_RULED_OUT.format(n=n_likely) if n_likely == trace.task.n_way else None


def still_possible(found: Answer, names: Sequence[str]) -> Words:
    """The prediction set in words; `names` of its diagnoses as the reader knows them."""
    return (_ONE if len(names) == 1 else _SEVERAL).format(names=", ".join(names), share=f"{found.coverage:.0%}")


_ONE = Words(
    "Still possible: {names} alone (such sets hold the right diagnosis for {share} of patients).",
    "仍有可能：仅 {names}（此类集合对 {share} 的患者包含正确诊断）。",
)
_SEVERAL = Words(
    "Still possible: {names} (such sets hold the right diagnosis for {share} of patients).",
    "仍有可能：{names}（此类集合对 {share} 的患者包含正确诊断）。",
)
_NO_VALUE = Words(
    "No column holds a value for this patient: the answer is the same for anybody.", "该患者没有任何数据：对任何人都会得出同样的答案。"
)
_NOTHING_RULED_OUT = Words(
    "Not enough evidence: none of the {n} {n:diagnosis|diagnoses} can be ruled out.",
    "证据不足：{n} 种诊断中无法排除任何一种。",
)
