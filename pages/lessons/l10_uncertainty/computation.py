"""What a probability says: a frequency, what a temperature mends and what it cannot, sets of diagnoses, and how rare a disease is.

Patients of many small tasks are drawn from the clinical prior, by other seeds than any meta-training; the prior, the shipped prototypical
network and its card's temperatures, the metrics and Bayes' rule are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from metamed_core.data import ColumnScale, class_means
from metamed_core.learners import METRIC_STRENGTHS, Initialization, Prototypical, column_scale, load_weights, prototypical_log_posterior
from metamed_core.meta_training.tasks import CLASS_MODELS, table
from metamed_core.statistics import Answers, Calibration, Reliability, metrics
from pages.lessons.lesson_state import State, integer_field, real_field

Array = npt.NDArray[np.float64]
N_WAY, N_COLUMNS, N_QUERY, N_TASKS = 3, 8, 12, 120
SHOTS, TELLING = (1, 3, 10), (1.0, 0.5, 0.25)
APART = 1_000_003  # between the seeds of a lesson and those of meta-training
HIGH = 4.0  # the most a temperature may be here
AMONG = 1 / N_WAY  # what the learner takes a diagnosis's prevalence for: all weigh the same
ALARM = 0.5  # the probability from which the rare disease counts as suspected
PEOPLE = 10_000


@dataclass(frozen=True)
class UncertaintyState(State):
    """k: labeled patients of each of three diagnoses; temperature: what probabilities are softened by; telling: the share of columns that tell anything.

    aim: the probability a set must reach; of_1000: people of 1000 who have the disease; answer: the probability that was given.
    """

    k: int = integer_field(1, 1, 10)
    temperature: float = real_field(1.0, 0.25, HIGH)
    telling: float = real_field(1.0, 0.25, 1.0)
    aim: float = real_field(0.9, 0.5, 0.98)
    of_1000: int = integer_field(10, 1, 500)
    answer: float = real_field(0.9, 0.5, 0.99)


@lru_cache(maxsize=1)
def start() -> Initialization:
    """The shipped weights with the calibration in their card."""
    return load_weights("universal", Prototypical())


def patients(seed: int, k: int, telling: float) -> tuple[Tensor, Tensor]:
    """Cells and diagnoses of N_TASKS small tables `(n_tasks, n, ...)`: first `k` labeled of each diagnosis, then those asked about.

    telling: the share of the columns that tell anything; the values of the others are dealt out anew among the patients of their table.
    """
    y = torch.cat([torch.arange(N_WAY).repeat(n) for n in (k, N_QUERY)]).expand(N_TASKS // len(CLASS_MODELS), -1)
    cells = []
    for i, body in enumerate(CLASS_MODELS):
        rng = torch.Generator().manual_seed(seed + (i + 1) * APART)
        values = table(body, y, N_WAY, N_COLUMNS, rng)
        for column in range(round(telling * N_COLUMNS), N_COLUMNS):
            values[..., column] = values[..., column].gather(1, torch.rand(y.shape, generator=rng).argsort(-1))
        cells.append(ColumnScale.fit(values).cells(values))
    return torch.cat(cells).float(), y[:1].expand(N_TASKS, -1)


@lru_cache(maxsize=64)
@torch.no_grad()
def answers(seed: int, k: int, telling: float = 1.0) -> Answers:
    """What the network answers to all asked patients of all tables, before any temperature."""
    cells, y = patients(seed, k, telling)
    network = start()
    weights = {name: weight.float() for name, weight in network.weights.items()}
    embedding = network.backbone.embed(weights, cells.flatten(0, 1)).reshape(*y.shape, -1)
    n, tasks = N_WAY * k, []
    for own, truth in zip(embedding, y, strict=True):
        tokens = torch.unflatten(own, -1, (N_COLUMNS, -1))
        own = (tokens * column_scale(tokens[:n], truth[:n], N_WAY, weights[METRIC_STRENGTHS])).flatten(-2)  # noqa: PLW2901
        log_proba = prototypical_log_posterior(own[n:], class_means(own[:n], truth[:n], N_WAY))
        tasks.append(Answers.of_task(log_proba, truth[n:], n, N_COLUMNS))
    return Answers.joined(tasks)


def card_temperature(k: int) -> float:
    """The temperature that the shipped card holds for a task of this size."""
    return start().calibration.temperature_of(N_WAY * k, N_WAY, N_COLUMNS)


def proba(found: Answers, temperature: float) -> Array:
    """Probabilities `(n, n_way)` softened by a temperature; the library's `Calibration`."""
    return np.asarray(found.calibrated(Calibration((1.0,), (temperature,))).log_proba.exp().numpy(), dtype=np.float64)


def calibrated(seed: int, k: int, telling: float = 1.0) -> tuple[metrics.Labels, Array]:
    """Truth and probabilities as the app shows them: by the card's temperature."""
    found = answers(seed, k, telling)
    return found.y.numpy(), proba(found, card_temperature(k))


def reliability(seed: int, k: int, temperature: float, telling: float = 1.0) -> Reliability:
    """Confidence against truth, in ten bins."""
    found = answers(seed, k, telling)
    return metrics.reliability(found.y.numpy(), proba(found, temperature))


@lru_cache(maxsize=64)
def error_by_temperature(seed: int, k: int, telling: float) -> tuple[tuple[float, float], ...]:
    """Expected calibration error for temperatures from 1/4 to 4."""
    grid = np.geomspace(0.25, HIGH, 33)
    return tuple((float(t), reliability(seed, k, float(t), telling).error) for t in grid)


def said_about(state: UncertaintyState, percent: int = 75) -> tuple[int, float, float]:
    """Of the answers in the bin that holds this probability, without temperature: how many, their mean probability, the share that is correct."""
    found, at = reliability(state.seed, state.k, 1.0), percent // 10
    return int(found.n[at]), float(found.confidence[at]), float(found.accuracy[at])


def sure_and_right(seed: int, k: int, temperature: float, telling: float = 1.0) -> tuple[float, float]:
    """Mean probability of the named diagnosis, and the share that is predicted correctly."""
    found = answers(seed, k, telling)
    p = proba(found, temperature)
    return float(p.max(1).mean()), metrics.accuracy(found.y.numpy(), p)


# -- sets ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetSizeRow:
    """Patients whose set has `size` diagnoses: their share of all, and the share of them that are predicted correctly (NaN without any)."""

    size: int
    share: float
    right: float


def set_sizes(state: UncertaintyState) -> tuple[SetSizeRow, ...]:
    """Patients by the size of their set."""
    y, p = calibrated(state.seed, SHOTS[-1])
    size, hits = metrics.prediction_sets(p, state.aim).sum(1), metrics.right(y, p)
    return tuple(
        SetSizeRow(n, float((size == n).mean()), float(hits[size == n].mean()) if (size == n).any() else np.nan) for n in (1, 2, 3)
    )


def coverage(state: UncertaintyState) -> tuple[float, float]:
    """How often the set holds the right diagnosis, and how many diagnoses it has on average."""
    y, p = calibrated(state.seed, SHOTS[-1])
    return float(metrics.covered(y, p, state.aim).mean()), metrics.set_size(p, state.aim)


def undecided(p: Array) -> Array:
    """Entropy of the answers as a share of the most there can be, `(n,)`: 0 names one for certain, 1 says nothing."""
    return np.asarray(-(p * np.log(np.maximum(p, metrics.FLOOR))).sum(1) / np.log(N_WAY), dtype=np.float64)


def examples(state: UncertaintyState, n: int = 7) -> list[int]:
    """Patients from the most certain to the least, evenly spaced."""
    order = np.argsort(undecided(calibrated(state.seed, SHOTS[-1])[1]), kind="stable")
    return [int(order[i]) for i in np.linspace(len(order) // 50, len(order) - 1, n).astype(int)]


# -- how rare a disease is -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """Of PEOPLE: who has the disease and is suspected, has it and is not, does not have it and is suspected, and neither."""

    found: int
    missed: int
    false_alarm: int
    passed: int

    @property
    def suspected(self) -> int:
        """All who are suspected."""
        return self.found + self.false_alarm

    @property
    def predictive_value(self) -> float:
        """Share of the suspected who have it."""
        return self.found / self.suspected


def rates(seed: int) -> tuple[float, float]:
    """Share of patients with the first diagnosis who are suspected of it, and share of the others who are."""
    y, p = calibrated(seed, SHOTS[-1])
    suspected = p[:, 0] >= ALARM
    return float(suspected[y == 0].mean()), float(suspected[y != 0].mean())


def counts(state: UncertaintyState) -> Counts:
    """Expected numbers among PEOPLE of whom `of_1000` in a thousand have the disease, in whole people."""
    sensitivity, false = rates(state.seed)
    ill = PEOPLE * state.of_1000 // 1000
    found, false_alarm = round(ill * sensitivity), round((PEOPLE - ill) * false)
    return Counts(found, ill - found, false_alarm, PEOPLE - ill - false_alarm)


def after(answer: float, prevalence: float) -> float:
    """The probability once the disease is so frequent; the library's `metrics.shifted`."""
    return float(metrics.adjust_prevalence(np.array([answer]), AMONG, prevalence)[0])
