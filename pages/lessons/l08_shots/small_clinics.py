"""Twenty small clinics of one population, each judged in many episodes: what an interval holds that counts episodes only, and one that counts patients.

Drawing is by chance; prototypes, posterior and intervals are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from metamed_core.learners import prototypical_log_posterior
from metamed_core.meta_training.tasks import class_models as bodies
from metamed_core.statistics import ClusteredMean, Interval, intervals
from pages.lessons.l08_shots.computation import (
    APART,
    EPISODES,
    K_SMALL,
    MIDDLING,
    MOST_PATIENTS,
    N_SMALL,
    N_WAY,
    Array,
    Clinic,
    ShotsState,
    named,
    share_right,
    simulated,
    with_one,
)


@dataclass(frozen=True, eq=False)
class SmallClinic:
    """What many episodes of one small clinic found: values, weights, patients, classes, episodes, one row a judgment."""

    right: Array
    patient: npt.NDArray[np.int64]
    stratum: npt.NDArray[np.int64]
    episode: npt.NDArray[np.int64]

    def first(self, n: int) -> SmallClinic:
        """The same after `n` episodes only."""
        held = self.episode < n
        return SmallClinic(self.right[held], self.patient[held], self.stratum[held], self.episode[held])

    @property
    def by_episode(self) -> Array:
        """Accuracy in each episode."""
        return np.asarray(self.right.reshape(int(self.episode.max()) + 1, -1).mean(1), dtype=np.float64)


@lru_cache(maxsize=16)
def population(seed: int) -> Clinic:
    """All patients that twenty small clinics see some of; one of four such populations, neither all too easy nor hopeless."""
    found = [simulated(bodies.pathways, seed + i * APART, 1, 20)[0] for i in range(4)]
    shares = [with_one(one, seed) for one in found]
    chosen = min(range(len(found)), key=lambda i: abs(shares[i] - MIDDLING))
    return simulated(bodies.pathways, seed + chosen * APART, 1, N_SMALL * MOST_PATIENTS)[0]


@lru_cache(maxsize=32)
def small_clinics(seed: int, patients: int) -> tuple[SmallClinic, ...]:
    """Twenty clinics with other patients of the same population each, every one judged in as many episodes as there may be."""
    everyone = population(seed)
    found = []
    for clinic in range(N_SMALL):
        rng = np.random.default_rng([seed, patients, clinic])
        own = np.stack([everyone.rows(d)[MOST_PATIENTS * clinic : MOST_PATIENTS * clinic + patients] for d in range(N_WAY)])
        order = rng.random((max(EPISODES), N_WAY, patients)).argsort(-1)
        support, query = order[..., :K_SMALL], order[..., K_SMALL:]
        diagnosis = np.arange(N_WAY)[:, None]
        centers = everyone.embedding[own[diagnosis, support]].mean(2)
        asked = everyone.embedding[own[diagnosis, query]].flatten(1, 2)
        # Some episodes at a time: what does not fit the processor's cache took four times as long.
        parts = zip(torch.split(asked, 10), torch.split(centers.unsqueeze(1), 10), strict=True)
        said = torch.cat([prototypical_log_posterior(*part).argmax(-1) for part in parts]).numpy()
        truth = np.repeat(np.arange(N_WAY), patients - K_SMALL)
        who = (diagnosis * patients + query).reshape(max(EPISODES), -1)
        episode = np.repeat(np.arange(max(EPISODES)), len(truth))
        found.append(SmallClinic((said == truth).astype(float).ravel(), who.ravel(), np.tile(truth, max(EPISODES)), episode))
    return tuple(found)


def counted(one: SmallClinic) -> ClusteredMean:
    """Mean and standard error with both kinds of luck; the library's `intervals.crossed`."""
    weight = np.full(len(one.right), 1 / len(one.right))
    return intervals.two_way_clustered_mean(one.right[:, None], weight, one.patient, one.stratum, one.episode, 0 * one.episode)


def two_way(one: SmallClinic) -> Interval:
    """The 95% interval that counts episodes and patients."""
    found = counted(one)
    return intervals.student_interval(float(found.mean[0]), float(found.error[0]), found.freedom)


def episodes_only(one: SmallClinic) -> Interval:
    """The 95% interval as if every episode brought patients of its own."""
    return intervals.mean_interval(one.by_episode)


@lru_cache(maxsize=128)
def both_intervals(seed: int, patients: int, episodes: int) -> tuple[tuple[Interval, Interval], ...]:
    """Of each small clinic, the interval from episodes alone and the one that counts patients too."""
    return tuple((episodes_only(part), two_way(part)) for part in (one.first(episodes) for one in small_clinics(seed, patients)))


@lru_cache(maxsize=16)
def truth(seed: int) -> float:
    """Accuracy over the whole population: other labeled patients in each of many draws, everybody asked about."""
    everyone = population(seed)
    rng, query = np.random.default_rng([seed, 5]), torch.arange(len(everyone.y))[:: N_SMALL // 4]
    shares = []
    for _ in range(60):
        support = torch.from_numpy(np.concatenate([rng.permutation(everyone.rows(d))[:K_SMALL] for d in range(N_WAY)]))
        shares.append(share_right(everyone, named(everyone.embedding, everyone.y, support, query), query))
    return float(np.mean(shares))


def n_holding(state: ShotsState) -> tuple[int, int]:
    """Of the twenty intervals of each kind, how many contain the truth."""
    aim = truth(state.seed)
    pairs = both_intervals(state.seed, state.patients, state.episodes)
    return sum(a.low <= aim <= a.high for a, _ in pairs), sum(b.low <= aim <= b.high for _, b in pairs)
