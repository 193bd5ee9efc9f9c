"""The answers to take away: for each patient the ranked diagnoses, those that cannot be ruled out, and whether to hold back; what made them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metamed_core import __version__
from metamed_core.diagnosis.diagnosis import Diagnosis, diagnose
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import settings
from metamed_core.statistics import COVERAGE, prediction_sets
from metamed_core.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """One patient's answer. likely: the fewest diagnoses, most probable first, that together reach COVERAGE; held_back: why none should be taken."""

    diagnosis: Diagnosis
    prediction_set: tuple[str, ...]
    abstention_reason: Words | None


def answers(trace: AdaptationTrace, step_index: int, positions: Sequence[int] | None = None) -> tuple[Answer, ...]:
    """The answers at one step; parameters as in `diagnose`."""
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


def provenance(trace: AdaptationTrace, step_index: int, file: str) -> dict[str, object]:
    """What made the answers, in the order of the columns of a table.

    Parameters
    ----------
    trace
        The adaptation; it carries the algorithm, its settings and its initialization.
    step_index
        The step that answered.
    file
        What to call the table.

    Returns
    -------
    dict
        algorithm, settings, weights (their name, not where they lie), weights_sha256, seed, step, file, version.
    """
    learner, initialization = trace.learner, trace.initialization
    values = {one.name: getattr(learner, one.name) for one in settings(type(learner))}
    return {
        "algorithm": learner.name,
        "settings": "; ".join(f"{name}={value:g}" for name, value in values.items()),
        "weights": initialization.name,
        "weights_sha256": initialization.sha256,
        "seed": initialization.seed,
        "step": step_index,
        "file": file,
        "version": __version__,
    }


def as_values(found: Sequence[Answer], classes: Sequence[str], run: Mapping[str, object]) -> dict[str, Any]:
    """Everything as plain values for JSON: classes, coverage, patients, run. Probabilities 0 .. 1; held_back null or a sentence in two languages."""
    return {"classes": list(classes), "coverage": COVERAGE, "patients": [_values(one) for one in found], "run": dict(run)}


def _values(one: Answer) -> dict[str, Any]:
    return {
        "patient": one.diagnosis.name,
        "row": int(one.diagnosis.row) + 1 if isinstance(one.diagnosis.row, int | np.integer) else str(one.diagnosis.row),
        "ranked": [{"diagnosis": name, "probability": p} for name, p in one.diagnosis.ranked],
        "prediction_set": list(one.prediction_set),
        "abstention_reason": None if one.abstention_reason is None else dataclasses.asdict(one.abstention_reason),
        "nearest": [{"patient": each.name, "diagnosis": each.diagnosis, "distance": each.distance} for each in one.diagnosis.nearest],
    }


_NO_VALUE = Words(
    "No column holds a value for this patient: the answer is the same for anybody.", "该患者没有任何数据：对任何人都会得出同样的答案。"
)
_NOTHING_RULED_OUT = Words(
    "Not enough evidence: it takes all {n} diagnoses to reach {share:.0%}, so none is ruled out.",
    "证据不足：全部 {n} 种诊断相加才达到 {share:.0%}，无法排除任何一种。",
)
