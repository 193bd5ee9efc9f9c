"""The expected calibration error of a method over all episodes, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.clusters import pooled_mean
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import Interval, metrics, student_interval

Array = npt.NDArray[np.float64]


def reliability(comparison: Comparison, key: str, k_shot: int | None = None) -> metrics.Reliability:
    """Reliability of the method `key` over all query predictions of all episodes; NaN in empty bins. `k_shot` None: all shots."""
    return metrics.binned(*_pooled(comparison.answers(key, k_shot)))


def calibration_error(comparison: Comparison, key: str, k_shot: int | None = None) -> Interval:
    """Expected calibration error with its 95% interval over patients and episodes.

    In a bin that is overconfident the error is the mean of confidence - hit, in an underconfident one that of hit - confidence. With the
    sign of each bin held fixed (the delta method) it is a mean over predictions, and its interval that of any other score. The ends do
    not count that even a perfectly calibrated method has an error above 0 by chance, the more the fewer predictions there are.

    Parameters
    ----------
    comparison, key
        The results, and the key of a method.
    k_shot
        Number of shots; None: all.

    Returns
    -------
    Interval
        The error, 0..1; NaN while no episode is complete, and ends of NaN where the results cannot tell.
    """
    answers = comparison.answers(key, k_shot)
    confidence, hits = _pooled(answers)
    bins = metrics.binned(confidence, hits)
    if not len(hits):
        return Interval(np.nan, np.nan, np.nan)
    gaps = confidence - hits
    signed = np.sign(np.bincount(bins.where, gaps))[bins.where] * gaps
    classes = {name: number for number, name in enumerate(comparison.counts)}
    stratum = np.concatenate([np.array([classes[name] for name in one.classes])[one.y] for one in answers])
    found = pooled_mean(answers, signed[:, None], np.full(len(hits), 1 / len(hits)), stratum)
    plain = student_interval(bins.error, float(found.error[0]), found.freedom)
    return Interval(bins.error, max(plain.low, 0.0), min(plain.high, 1.0)) if np.isfinite(plain.low) else plain


def _pooled(answers: Sequence[EpisodeResult]) -> tuple[Array, Array]:
    """Confidence and whether it was right, of all predictions."""
    if not answers:
        return np.zeros(0), np.zeros(0)
    return np.concatenate([one.proba.max(1) for one in answers]), np.concatenate([metrics.right(one.y, one.proba) for one in answers])
