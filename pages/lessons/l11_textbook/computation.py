"""What a page of a textbook is worth: accuracy without and with its rows, by the number of labeled patients; wrong rows, and trust.

Small clinics are simulated: four diagnoses that move some of eight tests, in standard deviations from healthy people. The textbook names the
direction of most of these tests, not how far. Prototypes, posterior, mixture and trust are the library's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from metamed_core.data import class_means
from metamed_core.knowledge import GRADES, Trust, mixed, probably_right
from metamed_core.learners import prototypical_log_posterior
from metamed_core.statistics import metrics
from pages.lessons.lesson_state import State, integer_field

Array = npt.NDArray[np.float64]
N_WAY, N_COLUMNS, N_MOVED, N_SAID = 4, 8, 4, 3  # of the tests that a diagnosis moves, the textbook names some
N_CLINICS, N_DRAWS, N_POOL, N_ASKED = 6, 6, 12, 30
SHOTS = (0, 1, 3, 10)
MOST_COUNTS = 3
SMALLEST, LARGEST = 0.6, 1.8  # how far a diagnosis moves a test, in standard deviations
SCALE = math.sqrt(0.5)  # the posterior of prototypes is then that of normal distributions with a standard deviation of 1


@dataclass(frozen=True)
class TextbookState(State):
    """k: labeled patients of each diagnosis; counts: how many patients a row that is believed counts as; exchanged: rows that stand beside another diagnosis."""

    k: int = integer_field(1, 1, 10)
    counts: int = integer_field(1, 1, MOST_COUNTS)
    exchanged: int = integer_field(N_WAY, 2, N_WAY)


@dataclass(frozen=True, eq=False)
class Clinic:
    """One simulated clinic and its textbook.

    values `(n, n_columns)` and y `(n,)`: the patients; middle `(n_way, n_columns)`: the true mean of each diagnosis; said `(n_way, n_columns)`: what the textbook
    says, 0 where nothing.
    """

    values: Tensor
    y: Tensor
    middle: Tensor
    said: Tensor

    def rows(self, exchanged: int = 0) -> Tensor:
        """The rows of the textbook; those of the first `exchanged` diagnoses stand beside the next one of these."""
        order = [(k + 1) % exchanged if k < exchanged else k for k in range(N_WAY)]
        return self.said[order]


@lru_cache(maxsize=128)
def clinics(seed: int) -> tuple[Clinic, ...]:
    """The clinics of a seed."""
    rng = torch.Generator().manual_seed(seed)
    return tuple(_clinic(rng) for _ in range(N_CLINICS))


def _clinic(rng: torch.Generator) -> Clinic:
    middle, said = torch.zeros(2, N_WAY, N_COLUMNS, dtype=torch.float64)
    for k in range(N_WAY):
        moved = torch.randperm(N_COLUMNS, generator=rng)[:N_MOVED]
        sign = torch.randint(0, 2, (N_MOVED,), generator=rng) * 2.0 - 1
        middle[k, moved] = (sign * (SMALLEST + (LARGEST - SMALLEST) * torch.rand(N_MOVED, generator=rng))).double()
        said[k, moved[:N_SAID]] = sign[:N_SAID].double() * GRADES["high"]
    y = torch.arange(N_WAY).repeat(N_POOL + N_ASKED)
    values = middle[y] + torch.randn(len(y), N_COLUMNS, generator=rng, dtype=torch.float64)
    return Clinic(values, y, middle, said)


def drawn(clinic: Clinic, k: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Positions of `k` labeled patients of each diagnosis, and of those asked about; the first of more are the same as of fewer."""
    n = N_WAY * N_POOL
    order = [np.flatnonzero(clinic.y[:n].numpy() == d)[rng.permutation(N_POOL)][:k] for d in range(N_WAY)]
    return torch.from_numpy(np.concatenate(order)), torch.arange(n, len(clinic.y))


def prototypes(clinic: Clinic, support: Tensor, rows: Tensor, copies: int) -> Tensor:
    """The mean of the labeled patients and of `copies` pseudo-patients for each row, cell by cell where something is said, `(n_way, n_columns)`."""
    values = torch.cat([rows.repeat(copies, 1), clinic.values[support]])
    y = torch.cat([torch.arange(N_WAY).repeat(copies), clinic.y[support]])
    counted = torch.cat([(rows != 0).repeat(copies, 1), torch.ones(len(support), N_COLUMNS, dtype=torch.bool)])
    return class_means(values, y, N_WAY, counted)


def answers(clinic: Clinic, support: Tensor, query: Tensor, rows: Tensor, copies: int) -> Tensor:
    """Log-probabilities `(n, n_way)` of the asked; without patients and rows all diagnoses are as probable."""
    if not len(support) and not copies:
        return torch.full((len(query), N_WAY), -math.log(N_WAY), dtype=torch.float64)
    centers = prototypes(clinic, support, rows, copies)
    return prototypical_log_posterior(SCALE * clinic.values[query], SCALE * centers)


def trust(clinic: Clinic, support: Tensor, rows: Tensor) -> Trust:
    """How far the labeled patients bear the rows out: the rows alone are asked for their diagnoses. Rows without any patient are believed."""
    if not len(support):
        return Trust(torch.ones(N_WAY, dtype=torch.float64))
    told = answers(clinic, support[:0], support, rows, 1)
    return Trust(probably_right(told, clinic.y[support], range(N_WAY)))


@dataclass(frozen=True)
class Measured:
    """Of one table of rows, at each of `SHOTS`, means over draws.

    without, believed, read: accuracy without the rows, with each believed, and with each trusted as far as the labeled patients bear it out; counted: what a row then
    counts as.
    """

    without: tuple[float, ...]
    believed: tuple[float, ...]
    read: tuple[float, ...]
    counted: tuple[float, ...]


@lru_cache(maxsize=64)
def measured(seed: int, exchanged: int = 0, counts: int = 1) -> Measured:
    """Accuracy with the right rows, or with so many of them exchanged; every table meets the same labeled patients."""
    found = np.zeros((N_CLINICS * N_DRAWS, 4, len(SHOTS)))
    for i, clinic in enumerate(clinics(seed)):
        rows = clinic.rows(exchanged)
        for j in range(N_DRAWS):
            for at, k in enumerate(SHOTS):
                support, query = drawn(clinic, k, np.random.default_rng([seed, i, j]))
                told = trust(clinic, support, rows)
                parts = {copies: answers(clinic, support, query, rows, copies) for copies in {0, 1, counts}}
                read = mixed([parts[copies] for copies in told.shares()], torch.stack(list(told.shares().values())))
                right = [share_right(clinic, part, query) for part in (parts[0], parts[counts], read)]
                found[i * N_DRAWS + j, :, at] = [*right, float(told.counts_as.mean())]
    return Measured(*(tuple(each) for each in found.mean(0).tolist()))


def share_right(clinic: Clinic, log_proba: Tensor, query: Tensor) -> float:
    """The share of the asked who are predicted correctly; where all diagnoses are as probable, the share by guessing."""
    if float(log_proba.max() - log_proba.min()) == 0:
        return 1 / N_WAY
    return metrics.accuracy(clinic.y[query].numpy(), log_proba.exp().numpy())


@lru_cache(maxsize=128)
def alone(seed: int) -> tuple[float, ...]:
    """Accuracy of the rows alone in each clinic."""
    found = []
    for clinic in clinics(seed):
        support, query = drawn(clinic, 0, np.random.default_rng([seed]))
        found.append(share_right(clinic, answers(clinic, support, query, clinic.rows(), 1), query))
    return tuple(found)


def one_diagnosis(state: TextbookState) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of the first diagnosis of the first clinic, each `(n_columns,)`: true mean, what is said, mean of the labeled patients, and prototype."""
    clinic = clinics(state.seed)[0]
    support, _ = drawn(clinic, state.k, np.random.default_rng([state.seed, 0, 0]))
    patients, both = (prototypes(clinic, support, clinic.rows(), copies)[0] for copies in (0, state.counts))
    return clinic.middle[0], clinic.said[0], patients, both


def told_test(state: TextbookState) -> int:
    """The test of which one speaks: the one where the first labeled patient lies farthest from what is said."""
    clinic = clinics(state.seed)[0]
    support, _ = drawn(clinic, 1, np.random.default_rng([state.seed, 0, 0]))
    gap = (clinic.values[support[0]] - clinic.said[0]).abs()
    return int(torch.where(clinic.said[0] != 0, gap, -1.0).argmax())
