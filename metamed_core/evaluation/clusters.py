"""Which predictions share a patient, an episode or a number of shots: what an interval over pooled predictions must know."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import ClusteredMean, two_way_clustered_mean

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def patients_of(answers: Sequence[EpisodeResult]) -> Numbers:
    """A number for the patient of each prediction, `(n,)`, in the order of the answers."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(row, len(numbers)) for one in answers for row in one.rows], dtype=np.int64)


def pooled_mean(answers: Sequence[EpisodeResult], values: Array, weight: Array, stratum: Numbers) -> ClusteredMean:
    """Weighted means over all predictions of one method, with errors that count patients and episodes.

    Parameters
    ----------
    answers
        The results of the method, at least one.
    values, weight, stratum
        A row for each prediction: what is averaged `(n, m)`, weights that sum to 1 `(n,)`, and the class of the patient `(n,)`.
    """
    sizes = [len(one.rows) for one in answers]
    alone = all(one.k_shot == LEAVE_ONE_OUT for one in answers)
    episode = None if alone else np.repeat(np.arange(len(answers)), sizes)
    block = np.unique(np.repeat([one.k_shot for one in answers], sizes), return_inverse=True)[1].astype(np.int64)
    return two_way_clustered_mean(values, weight, patients_of(answers), stratum, episode, block)
