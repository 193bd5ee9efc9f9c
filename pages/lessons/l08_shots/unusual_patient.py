"""An unusual first patient: what it costs to label one first, and from how many patients on it hardly matters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from metamed_core.data import class_means
from pages.lessons.l08_shots.computation import FEW, N_POOL, N_WAY, Clinic, ShotsState, drawn, named, one_clinic, share_right

HARDLY = 0.05  # what makes less of a difference hardly matters


@lru_cache(maxsize=32)
def diagnosis_of(seed: int) -> int:
    """The diagnosis whose unusual first patient costs most when no other is labeled: of the four, the one to show."""
    lost = [_recognized(seed, d, 5, 1) - _recognized(seed, d, 95, 1) for d in range(N_WAY)]
    return lost.index(max(lost))


@lru_cache(maxsize=256)
def with_first(seed: int, unusual: int) -> tuple[float, ...]:
    """Share of the diagnosis's patients predicted correctly at each of FEW shots, when its first labeled patient is so unusual."""
    return tuple(_recognized(seed, diagnosis_of(seed), unusual, k) for k in FEW)


def _recognized(seed: int, diagnosis: int, unusual: int, k: int) -> float:
    """The same for any diagnosis at one number of shots, mean over 20 draws of the other labeled patients."""
    clinic, right = one_clinic(seed), []
    first = first_patient(seed, unusual, diagnosis)
    for i in range(20):
        support, query = drawn(clinic, k, np.random.default_rng([seed, k, i, 7]))
        own = clinic.y[support] == diagnosis
        among = [first, *(row for row in support[own].tolist() if row != first)][:k]
        asked = query[clinic.y[query] == diagnosis]
        log_proba = named(clinic.embedding, clinic.y, torch.cat([torch.tensor(among), support[~own]]), asked)
        right.append(share_right(clinic, log_proba, asked))
    return float(np.mean(right))


def outvoted_from(seed: int, unusual: int) -> int | None:
    """From how many shots on it hardly matters that the first patient is so unusual; None if it still does with the most."""
    costs = [usual - odd > HARDLY for usual, odd in zip(with_first(seed, 5), with_first(seed, unusual), strict=True)]
    last = max((i for i, each in enumerate(costs) if each), default=-1)
    return FEW[last + 1] if last + 1 < len(FEW) else None


def off_center(seed: int, diagnosis: int) -> Tensor:
    """How far each labeled patient of a diagnosis lies from their mean, `(N_POOL,)`."""
    clinic = one_clinic(seed)
    own = clinic.embedding[clinic.rows(diagnosis)[:N_POOL]]
    gaps: Tensor = (own - own.mean(0)).square().sum(-1).sqrt()
    return gaps


def first_patient(seed: int, unusual: int, diagnosis: int) -> int:
    """The position of the patient who is so far from the mean of a diagnosis, 0: nearest .. 100: farthest."""
    order = off_center(seed, diagnosis).argsort(stable=True)
    return int(one_clinic(seed).rows(diagnosis)[int(order[round(unusual / 100 * (N_POOL - 1))])])


def displaced(state: ShotsState) -> tuple[float, float]:
    """How far the first patient lies from the mean of the diagnosis, and how far the mean of three with this one among them, on average."""
    clinic, diagnosis = one_clinic(state.seed), diagnosis_of(state.seed)
    first, pool = first_patient(state.seed, state.unusual, diagnosis), torch.from_numpy(clinic.rows(diagnosis)[:N_POOL])
    middle = clinic.embedding[pool].mean(0)
    rng, gaps = np.random.default_rng([state.seed, 8]), []
    for _ in range(50):
        three = torch.tensor([first, *[row for row in rng.permutation(pool.numpy()).tolist() if row != first][:2]])
        center = class_means(clinic.embedding[three], torch.zeros(3, dtype=torch.int64), 1)[0]
        # Along the direction of the first patient: the two others are off too, but to all sides.
        gaps.append(float((center - middle) @ _towards(clinic, first, middle)))
    return float((clinic.embedding[first] - middle).square().sum().sqrt()), float(np.mean(gaps))


def _towards(clinic: Clinic, row: int, middle: Tensor) -> Tensor:
    away = clinic.embedding[row] - middle
    return away / away.square().sum().sqrt()
