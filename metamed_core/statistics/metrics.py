"""How good answers are: pure functions of the right classes and the probabilities that were given.

y: class numbers 0 .. n_way-1, `(n,)`. proba: `(n, n_way)`, rows sum to 1; a tie goes to the class that is numbered first, as in
scikit-learn. Each function equals scikit-learn's where there is one (tests/unit/statistics/test_metrics.py); a value that these patients cannot
tell is NaN, never an error. Shares and probabilities lie between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

N_BINS = 10
"""Bins of the top probability."""
FLOOR = 1e-6
"""A smaller probability counts as this one in log-loss: one "impossible" that was true would otherwise outweigh everybody else."""
COVERAGE = 0.9
"""The summed probability that a set of diagnoses must reach."""


def named(proba: Array) -> Labels:
    """The most probable class of each patient, `(n,)`."""
    return np.asarray(proba.argmax(1), dtype=np.int64)


def right(y: Labels, proba: Array) -> Array:
    """1 where the most probable class is the right one, else 0, `(n,)`."""
    return np.asarray(named(proba) == y, dtype=np.float64)


def class_weights(y: Labels) -> Array:
    """Weights `(n,)` that sum to 1 and give every class present the same share: their weighted mean is a mean of class means."""
    counts = np.bincount(y)
    return np.asarray(1.0 / (counts[y] * max((counts > 0).sum(), 1)), dtype=np.float64)


def accuracy(y: Labels, proba: Array) -> float:
    """Share of patients whose most probable class is the right one, 0 .. 1."""
    return _mean(right(y, proba))


def balanced_accuracy(y: Labels, proba: Array) -> float:
    """Mean of the classes' accuracies, over the classes present, 0 .. 1: every diagnosis weighs the same."""
    return float((right(y, proba) * class_weights(y)).sum()) if len(y) else np.nan


def log_losses(y: Labels, proba: Array) -> Array:
    """-log p(own class) of each patient, natural logarithm, `(n,)`; see FLOOR."""
    return np.asarray(-np.log(np.maximum(proba[np.arange(len(y)), y], FLOOR)), dtype=np.float64)


def log_loss(y: Labels, proba: Array) -> float:
    """Mean of `log_losses`: 0 is perfect, log(n_way) what equal probabilities give."""
    return _mean(log_losses(y, proba))


def brier_scores(y: Labels, proba: Array) -> Array:
    """Squared distance between the probabilities and the truth, summed over classes, `(n,)`, 0 .. 2 (Brier 1950)."""
    truth = np.eye(proba.shape[1])[y]
    return np.asarray(np.square(proba - truth).sum(1), dtype=np.float64)


def brier_score(y: Labels, proba: Array) -> float:
    """Mean of `brier_scores`; for two classes twice the score of the binary definition."""
    return _mean(brier_scores(y, proba))


def auroc(is_case: npt.NDArray[np.bool_], score: Array) -> float:
    """Area under the ROC curve: the probability that a random case scores higher than a random other patient.

    Parameters
    ----------
    is_case, score
        Who has the diagnosis, and its probability or any other score, `(n,)`.

    Returns
    -------
    float
        0 .. 1, ties count half; NaN without both kinds of patients.

    References
    ----------
    Hanley and McNeil 1982, The meaning and use of the area under a ROC curve, https://doi.org/10.1148/radiology.143.1.7063747
    """
    n_cases, n_others = int(is_case.sum()), int((~is_case).sum())
    if not n_cases or not n_others:
        return np.nan
    return float((rankdata(score)[is_case].sum() - n_cases * (n_cases + 1) / 2) / (n_cases * n_others))


def macro_auroc(y: Labels, proba: Array) -> float:
    """Mean over the classes present of each one's `auroc` against all others; NaN where only one class is asked about."""
    areas = [auroc(y == c, proba[:, c]) for c in np.unique(y)]
    return _mean(np.array(areas))


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against truth in bins of the top probability, `(N_BINS,)` each, NaN in a bin without a patient; `where`: the bin of each answer."""

    confidence: Array
    accuracy: Array
    n: npt.NDArray[np.int64]
    where: Labels

    @property
    def error(self) -> float:
        """The expected calibration error, 0..1: mean over patients of their bin's gap (Guo et al. 2017, eq. 3)."""
        filled = self.n > 0
        gaps = np.abs(self.confidence[filled] - self.accuracy[filled]) * self.n[filled]
        return float(gaps.sum() / self.n.sum()) if filled.any() else np.nan


def reliability(y: Labels, proba: Array) -> Reliability:
    """Patients in N_BINS bins of equal width of their top probability."""
    return binned(proba.max(1), right(y, proba))


def binned(confidence: Array, hits: Array) -> Reliability:
    """The bins of answers whose confidence and truth (1 right, 0 wrong) are known, `(n,)` each."""
    where = np.minimum((confidence * N_BINS).astype(np.int64), N_BINS - 1)
    n = np.bincount(where, minlength=N_BINS)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(where, each, minlength=N_BINS) / n for each in (confidence, hits)]
    return Reliability(means[0], means[1], n.astype(np.int64), where)


def expected_calibration_error(y: Labels, proba: Array) -> float:
    """Mean gap between confidence and share of right answers over bins of the top probability, 0 .. 1.

    A few dozen patients overstate it: pool them first.

    Parameters
    ----------
    y, proba
        Right classes `(n,)` and probabilities `(n, n_way)`.

    References
    ----------
    Guo et al. 2017, https://arxiv.org/abs/1706.04599, eq. 3
    """
    return reliability(y, proba).error


def prediction_sets(proba: Array, coverage: float = COVERAGE) -> npt.NDArray[np.bool_]:
    """The prediction set of each patient: the fewest classes, most probable first, whose probabilities together reach `coverage`.

    Parameters
    ----------
    proba
        Probabilities, `(n, n_way)`.
    coverage
        The summed probability to reach, 0 .. 1.

    Returns
    -------
    Array of bool
        Whether a class is in the set, `(n, n_way)`.
    """
    order = np.argsort(-proba, axis=1, kind="stable")
    ranked = np.take_along_axis(proba, order, 1)
    # The sum before a class decides; rounding must not ask for one class more once the aim is reached.
    needed = ranked.cumsum(1) - ranked < coverage - 1e-12
    chosen = np.zeros_like(needed)
    np.put_along_axis(chosen, order, needed, 1)
    return chosen


def covered(y: Labels, proba: Array, coverage: float = COVERAGE) -> Array:
    """1 where the set of `prediction_sets` holds the right class, else 0, `(n,)`; its mean should be at least `coverage`."""
    return np.asarray(prediction_sets(proba, coverage)[np.arange(len(y)), y], dtype=np.float64)


def set_size(proba: Array, coverage: float = COVERAGE) -> float:
    """Mean number of classes in a patient's set: 1 says most, n_way says nothing."""
    return _mean(prediction_sets(proba, coverage).sum(1).astype(np.float64))


def confusion(y: Labels, proba: Array) -> npt.NDArray[np.int64]:
    """Patients by right class (row) and named class (column), `(n_way, n_way)`."""
    n_way = proba.shape[1]
    return np.bincount(y * n_way + named(proba), minlength=n_way * n_way).reshape(n_way, n_way).astype(np.int64)


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Net benefit in true positives per patient, `(n_thresholds,)` each: of acting on `p >= threshold`, on everybody; nobody's is 0."""

    threshold: Array
    model: Array
    treat_all: Array
    prevalence: float

    @property
    def treat_none(self) -> Array:
        """Net benefit of acting on nobody: 0 at every threshold."""
        return np.zeros_like(self.threshold)


def decision_curve(is_case: npt.NDArray[np.bool_], p: Array, threshold: Array, prevalence: float | None = None) -> DecisionCurve:
    """Net benefit TP/n - FP/n * t/(1 - t) of acting on patients with `p >= t`.

    Parameters
    ----------
    is_case, p
        Who has the diagnosis, and its probability, `(n,)`.
    threshold
        Values in 0 <= t < 1, `(n_thresholds,)`.
    prevalence
        Of a clinic, 0 .. 1: where patients were drawn by diagnosis, their share says nothing about a clinic. Rates among cases
        and others are weighted to it, and p is first adjusted to it by Bayes' rule. None: the share among these patients.

    Returns
    -------
    DecisionCurve
        All NaN unless there are both cases and others.

    References
    ----------
    Vickers and Elkin 2006, Decision curve analysis, https://doi.org/10.1177/0272989X06295361
    Pfeiffer and Gail 2020, Estimating the decision curve and its precision from three study designs, https://doi.org/10.1002/bimj.201800240
    Saerens et al. 2002, Adjusting the outputs of a classifier to new a priori probabilities, https://doi.org/10.1162/089976602753284446
    """
    if is_case.all() or not is_case.any():
        unknown = np.full_like(threshold, np.nan)
        return DecisionCurve(threshold, unknown, unknown, np.nan)
    share = float(is_case.mean())
    aim = share if prevalence is None else prevalence
    acted = adjust_prevalence(p, share, aim)[:, None] >= threshold
    sensitivity, false_alarms = acted[is_case].mean(0), acted[~is_case].mean(0)
    odds = threshold / (1 - threshold)
    return DecisionCurve(threshold, sensitivity * aim - false_alarms * (1 - aim) * odds, aim - (1 - aim) * odds, aim)


def adjust_prevalence(p: Array, before: float, after: float) -> Array:
    """Probability of a diagnosis `(n,)` once its prevalence is `after` and not `before` (Bayes' rule on the odds)."""
    case, other = p * after / before, (1 - p) * (1 - after) / (1 - before)
    return np.asarray(case / np.maximum(case + other, np.finfo(float).tiny), dtype=np.float64)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else np.nan
