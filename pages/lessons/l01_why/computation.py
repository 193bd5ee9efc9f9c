"""Why a few patients are not enough, and how much meta-training on other diseases improves on them: all of it is computed here, live.

Twelve laboratory values; all diseases of this little world move them along the same two directions (two organ systems), each in
its own way, while ten other directions vary for reasons that have nothing to do with disease. Ordinary learning must find that
out from the labeled patients; meta-learning finds it out from other diseases. Learners, meta-training and metrics are the library's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, Episode, LabeledSet, class_means
from metamed_core.learners import Classifier, Prototypical, prototypical_log_posterior
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training import Budget, MetaState, meta_train
from metamed_core.networks import Perceptron
from metamed_core.statistics import metrics
from pages.lessons.lesson_state import State, integer_field, real_field

N_COLUMNS, N_QUERY, N_TASKS, N_CLINICS = 12, 20, 30, 5
MAX_META_STEPS, STEPS_PER_PRESS, TASKS_A_STEP = 100, 10, 16
SHOTS = (1, 2, 3, 5, 10, 20, 50)
MANY = 20  # labeled patients of each disease that meta-training on other diseases is compared with
SIGNAL, NUISANCE, NOISE = 1.0, 1.6, 0.55  # how far a disease moves; how much the ten other directions vary; error of each value
PLAN = Budget(meta_steps=MAX_META_STEPS, meta_batch=TASKS_A_STEP, meta_lr=0.02)


@dataclass(frozen=True)
class WhyState(State):
    """shots: labeled patients of each of two diseases; practice: outer steps of meta-training done.

    unlike: how far the training diseases differ from ours, 0: other diseases of the same organ systems .. 1: other organ systems.
    """

    shots: int = integer_field(3, 1, 20)
    practice: int = integer_field(0, 0, MAX_META_STEPS)
    unlike: float = real_field(0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Diseases:
    """Tasks of two diseases each: which of the two? axes: the two directions `(2, n_columns)` along which diseases of this kind move."""

    axes: Tensor
    shots: int

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """Tasks of one shape: cells `(n_tasks, n_patients, n_columns, n_channels)`, of which only the values are filled."""
        y = torch.cat([torch.arange(2).repeat(n) for n in (self.shots, N_QUERY)]).expand(n_tasks, -1)
        angle = torch.rand(n_tasks, 1, generator=rng) * 2 * math.pi
        towards = SIGNAL * torch.cat([angle.cos(), angle.sin()], -1).unsqueeze(1)
        along = (2 * y - 1).unsqueeze(-1) * towards
        shape = (n_tasks, y.shape[1], N_COLUMNS)
        off = torch.eye(N_COLUMNS) - self.axes.T @ self.axes
        values = along @ self.axes + NUISANCE * torch.randn(shape, generator=rng) @ off + NOISE * torch.randn(shape, generator=rng)
        cells = torch.cat([values.unsqueeze(-1), torch.zeros(*shape, len(CHANNELS) - 1)], -1)
        n = 2 * self.shots
        return Episode(LabeledSet(cells[:, :n], y[:, :n]), LabeledSet(cells[:, n:], y[:, n:]), 2)


@lru_cache(maxsize=32)
def axes(seed: int, unlike: float = 0.0) -> Tensor:
    """Two perpendicular directions; with `unlike` 1 perpendicular to those with 0, between them in between."""
    basis: Tensor = torch.linalg.qr(torch.randn(N_COLUMNS, 4, generator=torch.Generator().manual_seed(seed)))[0].T
    turned: Tensor = math.cos(unlike * math.pi / 2) * basis[:2] + math.sin(unlike * math.pi / 2) * basis[2:]
    return turned


@lru_cache(maxsize=64)
def new_tasks(seed: int, shots: int) -> Episode:
    """The tasks to be judged on: pairs of diseases that were never used for training."""
    return Diseases(axes(seed), shots).sample_batch(N_TASKS, torch.Generator().manual_seed(seed + 1))


def network() -> Perceptron:
    """Twelve values -> two numbers, so that one can look at the embedding."""
    return Perceptron(N_COLUMNS, hidden=32, features=2)


@lru_cache(maxsize=512)
def meta_trained(seed: int, unlike: float, steps: int) -> MetaState:
    """The library's meta-training after so many outer steps on diseases of the kind `axes(seed, unlike)`, 3 shots a task."""
    tasks, before = (
        Diseases(axes(seed, unlike), 3),
        steps - steps % STEPS_PER_PRESS - (STEPS_PER_PRESS if steps and not steps % STEPS_PER_PRESS else 0),
    )
    plan = Budget(PLAN.meta_steps, PLAN.meta_batch, PLAN.meta_lr, seed=seed)
    start = meta_trained(seed, unlike, before) if steps else None
    *_, last = islice(meta_train(Prototypical(), network(), tasks, plan, start=start), steps - before + 1)
    return last


def one_task(task: Episode, i: int) -> Episode:
    """Task `i` of a batch."""
    return Episode(LabeledSet(task.support.x[i], task.support.y[i]), LabeledSet(task.query.x[i], task.query.y[i]), task.n_way)


def ordinary(task: Episode) -> Classifier:
    """Ordinary learning: logistic regression fitted to the labeled patients and nothing else."""
    *_, last = BASELINES["logistic_regression"]().adapt(network(), {}, task.support, task.n_way)
    return last


def from_start(task: Episode, state: MetaState) -> Classifier:
    """The network with these weights, adapted to the labeled patients: a prototype of each disease."""
    *_, last = Prototypical().adapt(network(), state.weights, task.support, task.n_way)
    return last


def share_correct(classifier: Classifier, patients: LabeledSet) -> float:
    """Share of patients whose diagnosis is correct; the library's `metrics.accuracy`."""
    return metrics.accuracy(patients.y.numpy(), classifier.predict_proba(patients.x).double().numpy())


@lru_cache(maxsize=256)
def ordinary_accuracy(seed: int, shots: int) -> tuple[float, float]:
    """Of ordinary learning, mean over the new tasks: on the labeled patients themselves, and on new ones."""
    tasks = new_tasks(seed, shots)
    each = [(one_task(tasks, i), ordinary(one_task(tasks, i))) for i in range(N_TASKS)]
    return _mean(share_correct(one, task.support) for task, one in each), _mean(share_correct(one, task.query) for task, one in each)


def enough(seed: int, aim: float = 0.9) -> int | None:
    """The fewest labeled patients of each disease with which ordinary learning reaches an accuracy, as shown in whole percent; None if none do."""
    return next((k for k in SHOTS if round(ordinary_accuracy(seed, k)[1], 2) >= aim), None)


@lru_cache(maxsize=1024)
def meta_trained_accuracy(seed: int, shots: int, unlike: float, steps: int) -> float:
    """Of the meta-trained network, on new patients of the new tasks: what `from_start` says of each, for all of them at once."""
    tasks, weights = new_tasks(seed, shots), meta_trained(seed, unlike, steps).weights
    known, asked = (network().embed(weights, one.x.flatten(0, 1)).reshape(*one.y.shape, -1) for one in (tasks.support, tasks.query))
    log_proba = prototypical_log_posterior(asked, class_means(known, tasks.support.y, 2).unsqueeze(1))
    return metrics.accuracy(tasks.query.y.flatten().numpy(), log_proba.exp().flatten(0, 1).double().numpy())


def gain(state: WhyState) -> tuple[float, float]:
    """Accuracy with these settings: meta-trained network, ordinary learning."""
    return meta_trained_accuracy(state.seed, state.shots, state.unlike, state.practice), ordinary_accuracy(state.seed, state.shots)[1]


@lru_cache(maxsize=64)
def clinics(seed: int, shots: int) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Ten new patients with their true disease, and what each of five clinics says, all learned alike, each from patients of its own."""
    rng = torch.Generator().manual_seed(seed + 2)
    kind, n = Diseases(axes(seed), N_CLINICS * shots), 10
    one = one_task(kind.sample_batch(1, rng), 0)
    rows = torch.arange(len(one.support))
    said = []
    for clinic in range(N_CLINICS):
        # Patients alternate between the two diseases, so every clinic has as many of each.
        own = one.support.take(rows[2 * shots * clinic : 2 * shots * (clinic + 1)])
        said.append(tuple(ordinary(Episode(own, one.query, 2)).predict_proba(one.query.x[:n]).argmax(-1).tolist()))
    return tuple(one.query.y[:n].tolist()), tuple(said)


def n_unanimous(seed: int, shots: int) -> int:
    """Of the ten patients, about how many all five clinics say the same."""
    return sum(len(set(patient)) == 1 for patient in zip(*clinics(seed, shots)[1], strict=True))


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def meta_loss_now(state: WhyState) -> float:
    """Query loss of the last batch trained on; before the first step NaN."""
    return meta_trained(state.seed, state.unlike, state.practice).loss
