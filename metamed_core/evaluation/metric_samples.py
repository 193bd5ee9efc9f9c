"""The metric values of a comparison as arrays, the input of means, confidence intervals and p-values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from metamed_core.data import RowLabel
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import label_metrics, metrics
from metamed_core.words import Words

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Metric = Literal["balanced_accuracy", "log_loss", "brier", "auroc", "macro_f1", "mcc", "top3"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric to rank methods by: its title, whether higher is better, and whether it is a share (0..1, shown in percent)."""

    title: Words
    higher_is_better: bool
    share: bool

    def text(self, value: float, *, signed: bool = False) -> str:
        """The value as shown: `92.3` for a share (percent), else `0.412`; with `signed`, positive values get a plus sign."""
        sign = "+" if signed else ""
        # Adding 0.0 turns -0.0 into 0.0.
        return f"{round(100 * value, 1) + 0.0:{sign}.1f}" if self.share else f"{round(value, 3) + 0.0:{sign}.3f}"


MEASURES: dict[Metric, Measure] = {
    "balanced_accuracy": Measure(Words("balanced accuracy", "平衡准确率"), higher_is_better=True, share=True),
    "log_loss": Measure(Words("log-loss", "对数损失"), higher_is_better=False, share=False),
    "brier": Measure(Words("Brier score", "Brier 评分"), higher_is_better=False, share=False),
    "auroc": Measure(Words("AUROC", "AUROC"), higher_is_better=True, share=True),
    "macro_f1": Measure(Words("macro F1", "宏平均 F1"), higher_is_better=True, share=False),
    "mcc": Measure(Words("MCC", "MCC"), higher_is_better=True, share=False),
    "top3": Measure(Words("top-3 accuracy", "前三位准确率"), higher_is_better=True, share=True),
}


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """Values of one metric with the patient and episode of each row: the input of `two_way_clustered_mean`.

    Parameters
    ----------
    values
        Values of the metric, `(n, n_methods)`.
    weight
        Weight of each row in the mean, `(n,)`.
    patient, stratum, episode, block
        Integer codes of the patient, the true diagnosis, the episode (None for leave-one-out), and the number of shots, `(n,)`.
    whole
        Whether a row is a whole episode instead of one prediction.
    """

    values: Array
    weight: Array
    patient: Numbers
    stratum: Numbers
    episode: Numbers | None
    block: Numbers
    whole: bool = False

    @property
    def mean(self) -> Array:
        """The weighted mean of each method, `(n_methods,)`; NaN without a prediction."""
        return self.weight @ self.values if len(self.weight) else np.full(self.values.shape[1], np.nan)

    @property
    def n_patients(self) -> int:
        """Number of distinct patients."""
        return len(np.unique(self.patient))


_PER_PATIENT: dict[str, Callable[[EpisodeResult], Array]] = {
    "balanced_accuracy": lambda one: metrics.right(one.y, one.proba),
    "log_loss": lambda one: metrics.log_losses(one.y, one.proba),
    "brier": lambda one: metrics.brier_scores(one.y, one.proba),
    "top3": lambda one: label_metrics.within_top(one.y, one.proba),
    "coverage": lambda one: metrics.covered(one.y, one.proba),
    "set_size": lambda one: metrics.prediction_sets(one.proba).sum(1).astype(np.float64),
}


_PER_EPISODE: dict[str, Callable[[Numbers, Array], float]] = {
    "auroc": metrics.macro_auroc,
    "macro_f1": label_metrics.macro_f1,
    "mcc": label_metrics.matthews_correlation,
}


def rows_of(episodes: Sequence[Sequence[EpisodeResult]], value: str) -> Array:
    """The metric `value` for each prediction and method, `(n, n_methods)`; `episodes` holds, per episode, the results of all methods."""
    per_patient = _PER_PATIENT[value]
    return np.concatenate([np.stack([per_patient(one) for one in episode], 1) for episode in episodes])


def sample(episodes: Sequence[Sequence[EpisodeResult]], value: str, patients: Mapping[RowLabel, int], classes: Mapping[str, int]) -> Sample:
    """The values of one metric in complete episodes at one number of shots.

    Parameters
    ----------
    episodes
        For each episode, the results of all methods.
    value
        Name of the metric: a key of `MEASURES`, "coverage" or "set_size".
    patients, classes
        Integer codes of row labels and diagnoses.

    Returns
    -------
    Sample
        Rows are predictions, or whole episodes for "auroc", "macro_f1" and "mcc".
    """
    if value in _PER_EPISODE:
        return _whole(episodes, _PER_EPISODE[value])
    first = [episode[0] for episode in episodes]
    stratum = np.concatenate([np.array([classes[name] for name in one.classes])[one.y] for one in first])
    patient = np.array([patients[row] for one in first for row in one.rows])
    alone = first[0].k_shot == LEAVE_ONE_OUT
    values = rows_of(episodes, value)
    weights = [np.ones(len(stratum)) / len(stratum)] if alone else [np.full(len(one.y), 1 / len(one.y) / len(first)) for one in first]
    if value == "balanced_accuracy":
        weights = [metrics.class_weights(stratum)] if alone else [metrics.class_weights(one.y) / len(first) for one in first]
    episode = None if alone else np.repeat(np.arange(len(first)), [len(one.y) for one in first])
    return Sample(values, np.concatenate(weights), patient, stratum, episode, np.zeros(len(stratum), dtype=np.int64))


def _whole(episodes: Sequence[Sequence[EpisodeResult]], metric: Callable[[Numbers, Array], float]) -> Sample:
    """A metric that is a property of an episode, not of a patient: one row per episode; NaN for leave-one-out."""
    values = np.array([[metric(one.y, one.proba) for one in episode] for episode in episodes])
    n = np.arange(len(values))
    return Sample(values, np.full(len(n), 1 / len(n)), n, 0 * n, n, 0 * n, whole=True)


def joined(samples: Sequence[Sample]) -> Sample:
    """Samples of several numbers of shots as one, with equal weights and separate episodes; leave-one-out is dropped if there are others."""
    drawn = [each for each in samples if each.episode is not None] or list(samples[:1])
    parts, n_before = [], 0
    for block, each in enumerate(drawn):
        episode = None if each.episode is None else each.episode + n_before
        n_before += 0 if each.episode is None else int(each.episode.max()) + 1
        patient = episode if each.whole and episode is not None else each.patient
        parts.append(replace(each, weight=each.weight / len(drawn), patient=patient, episode=episode, block=each.block + block))
    return Sample(
        values=np.concatenate([part.values for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        patient=np.concatenate([part.patient for part in parts]),
        stratum=np.concatenate([part.stratum for part in parts]),
        episode=np.concatenate(episodes) if (episodes := [part.episode for part in parts if part.episode is not None]) else None,
        block=np.concatenate([part.block for part in parts]),
        whole=parts[0].whole,
    )
