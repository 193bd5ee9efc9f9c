"""A prior-fitted network where one can check it: tasks drawn from a prior, a small network that learns on them, and the exact answer.

The clinical prior, the shipped network and the meta-training are the library's. The exact answer is Bayes' rule in closed form, in a
world so simple that it has one: two diseases, one laboratory value, bell curves of known width whose means are drawn from a wider one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from metamed_core.data import ColumnScale, LabeledSet
from metamed_core.learners import Classifier, Initialization, PriorFitted, load_weights
from metamed_core.meta_training.tasks import CLASS_MODELS, table
from pages.lessons.lesson_state import State, integer_field, text_field

MOST_TASKS = 99
KINDS = {body.__name__: body for body in CLASS_MODELS}
N_WAY, N_COLUMNS, N_LABELED, N_ASKED = 3, 5, 6, 4  # of a task of the clinical prior: patients of each diagnosis
TAU = 1.5  # spread of the diseases' means about 0; patients have spread 1 about their disease's mean
MOST_SHOTS, N_JUDGED, N_HELD = 16, 20, 4
SHOTS = (1, 2, 4, 8, 16)
REACH = 5.0
GRID = torch.linspace(-REACH, REACH, 41, dtype=torch.float64).unsqueeze(1)
FACE = 2.6  # how far the two faces of a disease lie from the other one, in the world that breaks the formula
MAX_META_STEPS = 150
N_META_TRAINING_TASKS = 1_860_330  # of the shipped network, as its card says; a test compares
WORLDS = ("assumed", "faces", "shuffled")


@dataclass(frozen=True)
class PriorFittedState(State):
    """number: which task of the seed; kind: what its body does; shots: labeled patients of each disease in the simple world.

    practice: steps of meta-training of the small network; world: the one that the formula assumes, or one that breaks it.
    """

    number: int = integer_field(0, 0, MOST_TASKS)
    kind: str = text_field("pathways", "|".join(KINDS))
    shots: int = integer_field(4, 1, MOST_SHOTS)
    practice: int = integer_field(0, 0, MAX_META_STEPS)
    world: str = text_field("assumed", "|".join(WORLDS))


# -- a task of the clinical prior ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SyntheticTask:
    """values `(n, n_columns)`, NaN where missing, and diagnoses `(n,)`; the first `N_WAY * N_LABELED` patients are labeled."""

    values: Tensor
    y: Tensor

    @property
    def n(self) -> int:
        """How many are labeled."""
        return N_WAY * N_LABELED

    @property
    def cells(self) -> Tensor:
        """What the network sees: scaled by all patients at hand."""
        return ColumnScale.fit(self.values).cells(self.values)


def _rng(seed: int, number: int) -> torch.Generator:
    """Two on, so that the first tasks of the lesson's own seed are neither hopeless nor trivial."""
    return torch.Generator().manual_seed(1000 * seed + number + 2)


@lru_cache(maxsize=128)
def exercise(seed: int, kind: str, number: int) -> SyntheticTask:
    """A task as meta-training draws it, but for its size: the library's `table`."""
    rng = _rng(seed, number)
    y = torch.arange(N_WAY).repeat(N_LABELED + N_ASKED)
    return SyntheticTask(table(KINDS[kind], y.unsqueeze(0), N_WAY, N_COLUMNS, rng)[0].double(), y)


def most_telling(task: SyntheticTask) -> tuple[int, int]:
    """The two columns whose class means differ most, measured in ranks."""
    ranks = task.cells[..., 1]
    means = torch.stack([ranks[task.y == k].mean(0) for k in range(N_WAY)])
    first, second = (means.std(0) / (ranks.std(0) + 1e-6)).argsort(descending=True)[:2].tolist()
    return first, second


@lru_cache(maxsize=1)
def shipped() -> Initialization:
    """The network that is shipped, with its calibration."""
    return load_weights("universal", PriorFitted())


def reads(x: Tensor, y: Tensor, n_way: int) -> Classifier:
    """The shipped network after it has read these labeled patients (cells); its averaged, calibrated answer."""
    *_, last = shipped().adapt(PriorFitted(), LabeledSet(x, y), n_way)
    return last


@lru_cache(maxsize=64)
def said(seed: int, kind: str, number: int) -> Tensor:
    """Probabilities of the asked patients of a task by the shipped network, `(n_way * N_ASKED, n_way)`."""
    task = exercise(seed, kind, number)
    cells = task.cells
    return reads(cells[: task.n], task.y[: task.n], N_WAY).predict_proba(cells[task.n :])


def exercise_loss(state: PriorFittedState) -> tuple[float, int, int]:
    """Mean -log of the probability of the truth, and how many of the asked patients are predicted correctly, of how many."""
    task = exercise(state.seed, state.kind, state.number)
    proba, truth = said(state.seed, state.kind, state.number), task.y[task.n :]
    loss = -proba[torch.arange(len(truth)), truth].log().mean()
    return float(loss), int((proba.argmax(-1) == truth).sum()), len(truth)


# -- a world with an exact answer ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SimpleTask:
    """Two diseases and one value: labeled `x` `(2 * MOST_SHOTS, 1)`, `y`; asked patients alike. mean: of each disease, `(2,)`."""

    x: Tensor
    y: Tensor
    asked: Tensor
    truth: Tensor
    mean: Tensor

    def support(self, shots: int) -> LabeledSet:
        """The first so many labeled patients of each disease."""
        return LabeledSet(self.x[: 2 * shots], self.y[: 2 * shots])


@lru_cache(maxsize=256)
def simple(seed: int, number: int, world: str = "assumed") -> SimpleTask:
    """A task of the simple world. faces: the second disease lies on both sides of the first; shuffled: labels dealt out anew."""
    rng = _rng(seed, number)
    middle = TAU * torch.randn(2, generator=rng, dtype=torch.float64)
    x, y = _patients(middle, MOST_SHOTS, world, rng)
    asked, truth = _patients(middle, N_JUDGED, world, rng)
    if world == "shuffled":
        y = y[torch.randperm(len(y), generator=rng)]
    return SimpleTask(x, y, asked, truth, middle)


def _patients(mean: Tensor, n: int, world: str, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    y = torch.arange(2).repeat(n)
    side = torch.where(torch.arange(2 * n) // 2 % 2 == 0, 1.0, -1.0).double()
    middle = y * side * FACE if world == "faces" else mean[y]
    spread = 0.8 if world == "faces" else 1.0
    return (middle + spread * torch.randn(2 * n, generator=rng, dtype=torch.float64)).unsqueeze(1), y


def posterior_mean(support: LabeledSet, k: int) -> tuple[float, float]:
    """What is known of a disease's mean after its labeled patients: mean and variance of the normal posterior."""
    own = support.x[support.y == k]
    precision = 1 / TAU**2 + len(own)
    return float(own.sum()) / precision, 1 / precision


def exact(support: LabeledSet, x: Tensor) -> Tensor:
    """Bayes' rule in closed form: probability of each disease for patients `(n, 1)` -> `(n, 2)`; both are equally common beforehand."""
    logs = []
    for k in range(2):
        m, v = posterior_mean(support, k)
        logs.append((-0.5 * (x - m).square() / (1 + v) - 0.5 * math.log(1 + v)).squeeze(1))
    return torch.stack(logs, 1).softmax(1)


def if_known(task: SimpleTask, x: Tensor) -> Tensor:
    """The same for whoever knew the means of both diseases: where the exact answer goes as patients are added."""
    return (-0.5 * (x - task.mean).square()).softmax(1)


@lru_cache(maxsize=64)
def _network(seed: int, number: int, world: str, shots: int) -> tuple[ColumnScale, Classifier]:
    """The shipped network after it has read this task; the scale is that of labeled and asked patients, as in the app."""
    task = simple(seed, number, world)
    support = task.support(shots)
    scale = ColumnScale.fit(torch.cat([support.x, task.asked]))
    return scale, reads(scale.cells(support.x), support.y, 2)


def by_network(seed: int, number: int, world: str, shots: int, x: Tensor) -> Tensor:
    """The shipped network's answer for patients `(n, 1)` -> `(n, 2)`."""
    scale, network = _network(seed, number, world, shots)
    return network.predict_proba(scale.cells(x))


@lru_cache(maxsize=64)
def curves(seed: int, number: int, world: str, shots: int) -> tuple[Tensor, Tensor]:
    """Probability of the second disease along `GRID`: exact under the assumed prior, and by the shipped network."""
    return exact(simple(seed, number, world).support(shots), GRID)[:, 1], by_network(seed, number, world, shots, GRID)[:, 1]


@lru_cache(maxsize=256)
def answers(seed: int, number: int, world: str, shots: int) -> tuple[Tensor, Tensor]:
    """Probabilities of the asked patients: exact under the assumed prior, and by the shipped network."""
    task = simple(seed, number, world)
    return exact(task.support(shots), task.asked), by_network(seed, number, world, shots, task.asked)


def right(state: PriorFittedState) -> tuple[int, int, int]:
    """How many asked patients the formula and the network name rightly, of how many."""
    truth = simple(state.seed, state.number, state.world).truth
    by_formula, network = ((each.argmax(1) == truth).sum() for each in answers(state.seed, state.number, state.world, state.shots))
    return int(by_formula), int(network), len(truth)


def sureness(state: PriorFittedState) -> tuple[float, float]:
    """Mean largest probability of both answers."""
    formula, network = (float(each.max(1).values.mean()) for each in answers(state.seed, state.number, state.world, state.shots))
    return formula, network


def gap(seed: int, shots: int) -> float:
    """Mean distance between exact and network's probability, over the asked patients of `N_HELD` tasks."""
    pairs = [answers(seed, number, "assumed", shots) for number in range(N_HELD)]
    return mean(float((one - other)[:, 1].abs().mean()) for one, other in pairs)


def guessing_gap(seed: int, shots: int) -> float:
    """The same distance for whoever always says 50%."""
    return mean(float((answers(seed, number, "assumed", shots)[0][:, 1] - 0.5).abs().mean()) for number in range(N_HELD))


def mean_sureness(seed: int, shots: int) -> tuple[float, float]:
    """Mean largest probability of the exact answer and of the network's, over the asked patients of `N_HELD` tasks."""
    pairs = [answers(seed, number, "assumed", shots) for number in range(N_HELD)]
    exact_one, network = (mean(float(pair[i].max(1).values.mean()) for pair in pairs) for i in (0, 1))
    return exact_one, network


def mean(values: Iterable[float]) -> float:
    """Of any numbers."""
    held = list(values)
    return sum(held) / len(held)
