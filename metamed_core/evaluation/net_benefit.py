"""Net benefit of acting on a method's probability of one diagnosis, with its interval, and where it beats acting on everybody or nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.clusters import patients_of, pooled_mean
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import DecisionCurve, metrics, student_interval, wilson_interval

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
GRID = np.arange(1, 100) / 100
"""Threshold probabilities: 0.01, 0.02, ..., 0.99."""
FEWEST_PATIENTS = 10
"""With fewer patients who have the diagnosis, or who do not, nothing is claimed about net benefit."""


@dataclass(frozen=True, slots=True)
class NetBenefit:
    """Net benefit of one method for one diagnosis.

    Parameters
    ----------
    curve
        The decision curve.
    low, high
        95% interval of its net benefit at each threshold, `(n_thresholds,)`; NaN where the results cannot tell.
    n_cases, n_others
        Number of different patients with the diagnosis, and with another one.
    """

    curve: DecisionCurve
    low: Array
    high: Array
    n_cases: int
    n_others: int

    @property
    def enough(self) -> bool:
        """Whether there are enough patients to claim anything."""
        return min(self.n_cases, self.n_others) >= FEWEST_PATIENTS

    @property
    def helps(self) -> tuple[tuple[float, float], ...]:
        """Contiguous ranges of thresholds at which acting on the method beats acting on everybody and on nobody."""
        return ranges(self.curve.threshold, self.curve.model > _better_rule(self.curve))

    @property
    def surely_helps(self) -> tuple[tuple[float, float], ...]:
        """Those at which the whole interval does."""
        return ranges(self.curve.threshold, self.low > _better_rule(self.curve))


def ranges(threshold: Array, holds: Mask) -> tuple[tuple[float, float], ...]:
    """First and last threshold of each run of consecutive thresholds at which `holds` is true."""
    found = []
    for true, run in groupby(zip(threshold.tolist(), holds.tolist(), strict=True), key=lambda pair: pair[1]):
        places = [at for at, _ in run]
        if true:
            found.append((places[0], places[-1]))
    return tuple(found)


def decision_curve(
    comparison: Comparison,
    key: str,
    diagnosis: str,
    k_shot: int | None = None,
    prevalence: float | None = None,
    threshold: Array | None = None,
) -> DecisionCurve:
    """Net benefit of treating patients by the predicted probability of a diagnosis, over the episodes that contain it.

    Parameters
    ----------
    comparison, key, diagnosis, k_shot
        The results, the key of a method, the diagnosis, and the number of shots (None: all).
    prevalence
        Assumed prevalence (0..1); None: the share of the diagnosis in the episodes, which are nearly balanced and unlike a clinic.
    threshold
        Threshold probabilities, `(n,)`; None for `GRID`.

    Returns
    -------
    DecisionCurve
        NaN if no episode contains the diagnosis.
    """
    is_case, p = _pooled(_answers(comparison, key, diagnosis, k_shot), diagnosis)
    return metrics.decision_curve(is_case, p, GRID if threshold is None else threshold, prevalence)


def net_benefit(comparison: Comparison, key: str, diagnosis: str, k_shot: int | None = None, prevalence: float | None = None) -> NetBenefit:
    """The decision curve of a method with its interval over episodes and patients; for the parameters see `decision_curve`."""
    answers = _answers(comparison, key, diagnosis, k_shot)
    is_case, p = _pooled(answers, diagnosis)
    curve = metrics.decision_curve(is_case, p, GRID, prevalence)
    patient = patients_of(answers)
    n_cases, n_others = len(np.unique(patient[is_case])), len(np.unique(patient[~is_case]))
    if not n_cases or not n_others:
        return NetBenefit(curve, curve.model, curve.model, n_cases, n_others)
    half = _half_width(curve, is_case, p, patient, answers)
    best = np.full_like(half, curve.prevalence)  # of acting on those with the diagnosis and on nobody else
    return NetBenefit(curve, curve.model - half, np.minimum(curve.model + half, best), n_cases, n_others)


def _half_width(curve: DecisionCurve, is_case: Mask, p: Array, patient: npt.NDArray[np.int64], answers: Sequence[EpisodeResult]) -> Array:
    """Half the width of the interval at each threshold.

    Net benefit is a weighted mean: an action is worth 1 on a case and -t/(1 - t) on another patient. What is averaged here is its
    difference to acting on everybody, or on nobody, whichever is better at that threshold: that is what the headline speaks about.
    """
    odds = curve.threshold / (1 - curve.threshold)
    worth = np.where(is_case[:, None], 1.0, -odds)
    acted = metrics.adjust_prevalence(p, float(is_case.mean()), curve.prevalence)[:, None] >= curve.threshold
    weight = np.where(is_case, curve.prevalence / is_case.sum(), (1 - curve.prevalence) / (~is_case).sum())
    gain = worth * (acted.astype(np.float64) - (curve.treat_all > 0))
    found = pooled_mean(answers, gain, weight, is_case.astype(np.int64))
    half = student_interval(0.0, 1.0, found.freedom).high * found.error
    return np.asarray(np.hypot(half, _unseen(acted, is_case, patient, curve.prevalence, odds)), dtype=np.float64)


def _unseen(acted: Mask, is_case: Mask, patient: npt.NDArray[np.int64], prevalence: float, odds: Array) -> Array:
    """What a standard error of 0 hides where all cases, or all others, fall on one side of a threshold: the width of Wilson's interval."""
    total = np.zeros(acted.shape[1])
    for group, worth in ((is_case, prevalence + 0 * odds), (~is_case, (1 - prevalence) * odds)):
        share = acted[group].mean(0)
        slack = 1 - wilson_interval(1.0, len(np.unique(patient[group]))).low
        total += np.where((share == 0) | (share == 1), slack * worth, 0.0) ** 2
    return np.asarray(np.sqrt(total), dtype=np.float64)


def usual_diagnosis(comparison: Comparison, k_shot: int | None = None) -> str:
    """The diagnosis to show first: the rarest one in the episodes with enough patients for a claim, else the most frequent one."""
    found: dict[str, set[object]] = {name: set() for name in comparison.counts}
    for one in comparison.answers(comparison.keys[0], k_shot):
        for row, place in zip(one.rows, one.y.tolist(), strict=True):
            found[one.classes[place]].add(row)
    n = {name: len(people) for name, people in found.items()}
    enough = [name for name in n if n[name] >= FEWEST_PATIENTS]
    return min(enough, key=n.__getitem__) if enough else max(n, key=n.__getitem__)


def _better_rule(curve: DecisionCurve) -> Array:
    """Net benefit of acting on everybody or on nobody, whichever is better."""
    return np.maximum(curve.treat_all, curve.treat_none)


def _answers(comparison: Comparison, key: str, diagnosis: str, k_shot: int | None) -> list[EpisodeResult]:
    return [one for one in comparison.answers(key, k_shot) if diagnosis in one.classes]


def _pooled(answers: Sequence[EpisodeResult], diagnosis: str) -> tuple[Mask, Array]:
    """Who has the diagnosis, and its predicted probability, over all answers."""
    is_case = [one.y == one.classes.index(diagnosis) for one in answers]
    p = [one.proba[:, one.classes.index(diagnosis)] for one in answers]
    return (np.concatenate(is_case), np.concatenate(p)) if answers else (np.zeros(0, dtype=bool), np.zeros(0))
