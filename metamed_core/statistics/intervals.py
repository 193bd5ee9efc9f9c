"""How sure a mean over episodes is.

**What an interval here claims.** Episodes of one table are drawn anew from the same patients. More episodes make the mean over
draws as exact as one likes, but they bring no new patient: a table of twelve judged in a thousand episodes is still twelve people.
`two_way_clustered_mean` therefore counts both sources of chance, which patients were drawn together and who the patients are, and its intervals hold
for *other patients like these, from the same clinic, at the same number of labeled patients*. They do not hold for another
hospital, and they leave out that all supports come from the one table too, which no formula can tell from a single table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends of its interval; NaN ends where the data cannot tell."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance between the ends."""
        return (self.high - self.low) / 2


def mean_interval(values: Array, level: float = LEVEL) -> Interval:
    """Mean of `values` `(n,)` with Student's interval. It holds if they are independent: episodes from plenty of patients."""
    n, mean = len(values), float(values.mean()) if len(values) else np.nan
    error = float(values.std(ddof=1)) / n**0.5 if n > 1 else np.nan
    return student_interval(mean, error, n - 1, level)


def student_interval(mean: float, error: float, freedom: int, level: float = LEVEL) -> Interval:
    """Student's interval around a mean.

    Parameters
    ----------
    mean, error
        The estimate and its standard error, in the same unit.
    freedom
        Degrees of freedom; without any the ends are NaN.
    level
        The share of samples whose interval holds the truth, 0 .. 1.
    """
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * error if freedom > 0 else np.nan
    return Interval(mean, mean - half, mean + half)


def wilson_interval(share: float, n: int, level: float = LEVEL) -> Interval:
    """Wilson's interval for a share of `n` independent patients; unlike Student's it holds its level when all were right.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference, https://doi.org/10.2307/2276774
    """
    ends = stats.binomtest(round(share * n), n).proportion_ci(level, method="wilson")
    return Interval(share, float(ends.low), float(ends.high))


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """Weighted means `(m,)`, their standard errors `(m,)` (NaN where nothing can be told) and degrees of freedom."""

    mean: Array
    error: Array
    freedom: int


def two_way_clustered_mean(
    values: Array, weight: Array, patient: Numbers, stratum: Numbers, episode: Numbers | None, block: Numbers
) -> ClusteredMean:
    """Weighted means and standard errors that count episodes and patients as two crossed samples.

    Var = V_episode + V_patient - V_both, sums of squares of residuals summed over each cluster: pairs of judgments that share
    an episode, plus pairs that share a patient, counted once where they share both.

    Parameters
    ----------
    values
        One row a judgment, a patient in an episode, `(n, m)`.
    weight
        Weights of the judgments, which sum to 1, `(n,)`.
    patient, stratum
        Who the patient is, and their class, within which patients are a sample; numbers from 0, `(n,)`.
    episode
        The episode, `(n,)`; None where each patient is judged once.
    block
        The number of shots, whose episodes are one sample; numbers from 0, `(n,)`.

    References
    ----------
    Cameron, Gelbach and Miller 2011, Robust inference with multiway clustering, https://doi.org/10.1198/jbes.2010.07136, eq. 2.9
    """
    mean = weight @ values
    u = weight[:, None] * (values - _group_means(values, weight, stratum))
    n_patients, n_strata = len(np.unique(patient)), len(np.unique(stratum))
    among = np.asarray(_correction(patient, stratum), dtype=np.float64)[:, None]
    by_patient = np.square(sums_by_group(u * among, patient)).sum(0)
    if episode is None:
        return ClusteredMean(mean, np.sqrt(by_patient), n_patients - n_strata)
    s = sums_by_group(weight[:, None] * (values - _group_means(values, weight, block)), episode)
    n_episodes, n_blocks = len(np.unique(episode)), len(np.unique(block))
    by_episode = np.square(s).sum(0) * (n_episodes / (n_episodes - n_blocks) if n_episodes > n_blocks else np.nan)
    variance = by_episode + np.maximum(by_patient - np.square(u * among).sum(0), 0.0)
    freedom = min(n_episodes - n_blocks, n_patients - n_strata)
    return ClusteredMean(mean, np.sqrt(variance), freedom)


def sums_by_group(values: Array, group: Numbers) -> Array:
    """Sums of the rows of `values` `(n, m)` by group -> `(n_groups, m)`."""
    total = np.zeros((int(group.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(total, group, values)
    return total


def _group_means(values: Array, weight: Array, group: Numbers) -> Array:
    """For each row the weighted mean of its group, `(n, m)`."""
    total, weights = sums_by_group(weight[:, None] * values, group), sums_by_group(weight[:, None], group)
    return np.asarray((total / np.where(weights == 0, 1.0, weights))[group], dtype=np.float64)


def _correction(patient: Numbers, stratum: Numbers) -> Array:
    """sqrt(n / (n - 1)) for each row, n the patients of its class: Bessel's, within a stratum; NaN where one stands for all."""
    _, first = np.unique(patient, return_index=True)
    n = np.bincount(stratum[first], minlength=int(stratum.max(initial=-1)) + 1).astype(np.float64)
    return np.asarray(np.sqrt(n / np.where(n > 1, n - 1, np.nan))[stratum], dtype=np.float64)
