"""How many labeled patients are enough: accuracy against shots, its spread between draws, and how sure one can be of it.

Clinics are simulated by the clinical prior's own bodies and laboratory (`tasks.clinical_prior.table`), as the shipped weights know
them; other seeds than any meta-training. Network, prototypes, baseline classifier, metric and intervals are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from metamed_core.data import ColumnScale, LabeledSet, class_means
from metamed_core.learners import Initialization, Prototypical, load_weights, prototypical_log_posterior
from metamed_core.learners.baselines import BASELINES, NoNetwork
from metamed_core.meta_training.tasks import ClassModel, table
from metamed_core.meta_training.tasks import class_models as bodies
from metamed_core.statistics import metrics
from pages.lessons.lesson_state import State, integer_field, real_field

Array = npt.NDArray[np.float64]
N_WAY, N_COLUMNS, N_POOL, N_ASKED = 4, 12, 50, 30
N_DRAWS, N_LUCK = 2, 60
SHOTS = (1, 2, 3, 5, 10, 20, 50)
FEW = tuple(range(1, 11))
KINDS: tuple[ClassModel, ...] = (bodies.pathways, bodies.mechanisms, bodies.rules, bodies.spectra)
METHODS = ("network", "prototype", "regression")
LEVEL_WITH = 0.01  # within a point two methods count as level
N_SMALL, EPISODES, K_SMALL, MOST_PATIENTS = 20, (10, 30, 100), 3, 20  # small clinics; labeled patients in each of their episodes
MIDDLING = 0.6  # accuracy with one labeled patient of a population on which there is something to learn
APART = 1_000_003  # between the seeds of a lesson and those of meta-training


@dataclass(frozen=True)
class ShotsState(State):
    """k: labeled patients of each diagnosis; episodes, patients: draws, and patients of each diagnosis, of a small clinic.

    kind: of disease, 0: all four of KINDS. unusual: the first labeled patient's place among those of the diagnosis, 0: the most typical .. 100: the least.
    overlap: share of the second diagnosis's patients that look like the first's.
    """

    k: int = integer_field(1, 1, 20)
    episodes: int = integer_field(100, 10, 100)
    patients: int = integer_field(12, 6, MOST_PATIENTS)
    kind: int = integer_field(0, 0, len(KINDS))
    unusual: int = integer_field(95, 0, 100)
    overlap: float = real_field(0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Clinic:
    """One simulated table: cells `(n, n_columns, n_channels)`, their embeddings by the shipped weights, diagnoses `(n,)`."""

    cells: Tensor
    embedding: Tensor
    y: Tensor

    def rows(self, diagnosis: int) -> npt.NDArray[np.intp]:
        """Positions of the patients of a diagnosis."""
        return np.flatnonzero(self.y.numpy() == diagnosis)


@lru_cache(maxsize=1)
def start() -> Initialization:
    """The shipped weights of prototypical networks."""
    return load_weights("universal", Prototypical())


@lru_cache(maxsize=32)
def clinics(seed: int, overlap: float = 0.0) -> tuple[Clinic, ...]:
    """Two tables of each kind of body; in overlap, that share of the second diagnosis's patients look as those of the first do.

    Of these only the first of each kind, else the same patients: the reader turns it and an answer must come at once.
    """
    made = [(body, seed + i * APART) for i, body in enumerate(KINDS)]
    return tuple(one for body, own in made for one in simulated(body, own, 2, N_POOL + N_ASKED, overlap, keep=1 if overlap else 2))


def simulated(body: ClassModel, seed: int, n: int, each: int, overlap: float = 0.0, *, keep: int | None = None) -> tuple[Clinic, ...]:
    """`n` tables of four diagnoses with `each` patients, as they would be uploaded; of these the first `keep`."""
    rng = torch.Generator().manual_seed(seed + APART)
    y = torch.arange(N_WAY).repeat(each).expand(n, -1)
    disguised = (y == 1) & (torch.rand(y.shape, generator=torch.Generator().manual_seed(seed)) < overlap)
    values = table(body, torch.where(disguised, 0, y), N_WAY, N_COLUMNS, rng)
    cells = ColumnScale.fit(values).cells(values).double()
    return tuple(Clinic(one, embedded(one), y[0]) for one in cells[:keep])


@torch.no_grad()
def embedded(cells: Tensor) -> Tensor:
    """Embeddings by the shipped weights of prototypical networks."""
    network = start()
    embedding: Tensor = network.backbone.embed(network.weights, cells)
    return embedding


@lru_cache(maxsize=32)
def one_clinic(seed: int) -> Clinic:
    """The clinic in which one labeled patient of each brings neither much nor little: the middle one of all."""
    shares = {i: with_one(one, seed) for i, one in enumerate(clinics(seed))}
    return clinics(seed)[sorted(shares, key=shares.__getitem__)[len(shares) // 2 + 1]]


def with_one(clinic: Clinic, seed: int) -> float:
    """About how well the network does in a clinic with one labeled patient of each diagnosis."""
    draws = [drawn(clinic, 1, np.random.default_rng([seed, i, 3])) for i in range(5)]
    return float(np.mean([share_right(clinic, answers(clinic, "network", s, q), q) for s, q in draws]))


def drawn(clinic: Clinic, k: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Positions of `k` labeled patients of each diagnosis, by chance from the first five eighths, and of those asked about: always the others."""
    n_pool = len(clinic.y) * N_POOL // (N_POOL + N_ASKED) // N_WAY
    known = [rng.permutation(clinic.rows(d)[:n_pool])[:k] for d in range(N_WAY)]
    asked = [clinic.rows(d)[n_pool:] for d in range(N_WAY)]
    return torch.from_numpy(np.concatenate(known)), torch.from_numpy(np.concatenate(asked))


def named(values: Tensor, y: Tensor, support: Tensor, query: Tensor) -> Tensor:
    """Log-probabilities `(n, n_way)` of the asked: class means of `values`, then the prototypical posterior, as `Prototypical` does it."""
    return prototypical_log_posterior(values[query], class_means(values[support], y[support], N_WAY))


def answers(clinic: Clinic, method: str, support: Tensor, query: Tensor) -> Tensor:
    """What a method says of the asked patients, `(n, n_way)`: log-probabilities."""
    if method == "regression":
        known = LabeledSet(clinic.cells[support], clinic.y[support])
        *_, last = BASELINES["logistic_regression"]().adapt(NoNetwork(), {}, known, N_WAY)
        return last.log_proba(clinic.cells[query])
    return named(clinic.embedding if method == "network" else clinic.cells[..., 0], clinic.y, support, query)


def share_right(clinic: Clinic, log_proba: Tensor, query: Tensor) -> float:
    """The library's `metrics.accuracy`."""
    return metrics.accuracy(clinic.y[query].numpy(), log_proba.exp().numpy())


@lru_cache(maxsize=16)
def measured(seed: int, overlap: float) -> dict[str, Array]:
    """Method -> accuracy `(clinics, shots)`, mean over draws; all methods are judged on the same draws."""
    found = {method: np.zeros((len(clinics(seed, overlap)), len(SHOTS))) for method in METHODS}
    for i, one in enumerate(clinics(seed, overlap)):
        for at, k in enumerate(SHOTS):
            # In overlap the first of the draws that the same clinic had without it.
            own, n = (2 * i, 1) if overlap else (i, N_DRAWS)
            draws = [drawn(one, k, np.random.default_rng([seed, k, own, j])) for j in range(n)]
            for method in METHODS:
                found[method][i, at] = np.mean([share_right(one, answers(one, method, s, q), q) for s, q in draws])
    return found


def curves(seed: int, overlap: float = 0.0, kind: int = 0, *, one_each: bool = False) -> dict[str, tuple[float, ...]]:
    """Method -> accuracy at each of SHOTS, mean over the two clinics of a kind of disease, or over all eight if `kind` is 0.

    In overlap, over one clinic of each kind; one_each: over these clinics without it.
    """
    chosen = slice(2 * kind - 2, 2 * kind) if kind else slice(None, None, 2 if one_each and not overlap else 1)
    return {method: tuple(each[chosen].mean(0).tolist()) for method, each in measured(seed, overlap).items()}


def needs(seed: int, method: str, k: int = 3) -> int | None:
    """How many shots a method needs to do as well as the network with `k`, within a point; None if the most there are do not suffice."""
    both = curves(seed)
    aim = both["network"][SHOTS.index(k)] - LEVEL_WITH
    return next((at for at, value in zip(SHOTS, both[method], strict=True) if value >= aim), None)


def ahead(seed: int) -> tuple[float, float]:
    """How far the network is ahead of logistic regression: mean over 1 to 3 labeled patients of each diagnosis, and with 50."""
    both = curves(seed)
    gaps = [ours - plain for ours, plain in zip(both["network"], both["regression"], strict=True)]
    return sum(gaps[:3]) / 3, gaps[-1]


@lru_cache(maxsize=256)
def luck(seed: int, k: int) -> Array:
    """Accuracy of the network in one clinic in each of N_LUCK draws of the labeled patients, `(N_LUCK,)`."""
    clinic = one_clinic(seed)
    draws = [drawn(clinic, k, np.random.default_rng([seed, k, i, 99])) for i in range(N_LUCK)]
    return np.array([share_right(clinic, answers(clinic, "network", s, q), q) for s, q in draws])


def spread(values: Array) -> float:
    """Standard deviation between draws, as `intervals.mean_interval` takes it."""
    return float(values.std(ddof=1))


def ceiling(overlap: float) -> float:
    """The best any method can do: of four diagnoses one is predicted wrongly wherever its patients cannot be told from another's."""
    return 1 - overlap / N_WAY
