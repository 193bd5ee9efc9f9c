"""How sure a mean over episodes is, and whether two methods really differ.

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
N_FLIPS = 9_999
"""Random flips of signs where all flips would be more than these."""


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


def sign_flip_p(differences: Array, seed: int = 0, n_flips: int = N_FLIPS) -> Array:
    """Two-sided p-values of the hypothesis that paired differences are symmetric about 0.

    If two methods are alike, each unit's difference might as well have had the other sign; p is the share of sign flips whose sum
    is at least as far from 0.

    Parameters
    ----------
    differences
        One row a unit (a patient or an episode), one column a pair of methods, `(n, m)`.
    seed
        Of the random flips.
    n_flips
        All flips are taken where they are at most so many, as in `scipy.stats.permutation_test`; else so many random ones,
        the observed one counted among them, so that p is never 0.

    Returns
    -------
    Array
        One p-value a column, `(m,)`.

    References
    ----------
    Fisher 1935, The design of experiments, sec. 21
    """
    # A unit in which nothing differs has nothing to flip.
    units = differences[(differences != 0).any(1)]
    observed = np.abs(units.sum(0))
    if exact := 2 ** len(units) <= n_flips:
        bits = np.arange(2 ** len(units))[:, None] >> np.arange(len(units)) & 1
    else:
        n_bytes = -(-len(units) // 8)
        drawn = np.frombuffer(np.random.default_rng(seed).bytes(n_flips * n_bytes), np.uint8).reshape(n_flips, n_bytes)
        bits = np.unpackbits(drawn, axis=1)[:, : len(units)].astype(np.int64)
    flipped = np.abs((2.0 * bits - 1.0) @ units)
    # Sums that are equal but for rounding count as equal.
    extreme = (flipped >= observed - 1e-12 * np.abs(units).sum(0)).sum(0)
    return np.asarray(extreme / len(bits) if exact else (extreme + 1) / (n_flips + 1), dtype=np.float64)


def holm_adjusted_p(p: Array) -> Array:
    """Holm's adjusted p-values, `(m,)`: with a threshold of 0.05 the risk of *any* false alarm among all m is at most 5%.

    References
    ----------
    Holm 1979, A simple sequentially rejective multiple test procedure, https://www.jstor.org/stable/4615733
    """
    order = np.argsort(p, kind="stable")
    steps = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    adjusted = np.empty_like(steps)
    adjusted[order] = steps
    return adjusted
