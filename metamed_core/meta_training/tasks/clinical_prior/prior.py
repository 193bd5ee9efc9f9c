"""The clinical prior: synthetic tasks that look like small clinical tables, drawn from a seed, nothing stored.

A task is made in four acts: who has which diagnosis; what the body does (`bodies`: a latent value for every patient and
column); what the laboratory reports of it and what is missing (`reports`); on which scale it is read. All tasks of a
group share their shape (ways, shots, columns) and kind of body and are drawn together. docs/explanation/prior.md shows a few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.data import ColumnScale, Episode, LabeledSet
from metamed_core.meta_training.tasks.clinical_prior import class_models as bodies
from metamed_core.meta_training.tasks.clinical_prior import observation as reports
from metamed_core.meta_training.tasks.clinical_prior.random_draws import integers, normal, uniform
from metamed_core.meta_training.tasks.clinical_prior.statements import statement_rows

VERSION = 4
"""Written into the card of every weight file: a change of the distribution is a new version."""

ClassModel = Callable[[Tensor, int, int, torch.Generator], Tensor]
CLASS_MODELS: dict[ClassModel, float] = {bodies.pathways: 0.3, bodies.mechanisms: 0.25, bodies.rules: 0.25, bodies.spectra: 0.2}
"""How often each kind of body is drawn."""

WAYS = (0.3, 0.2, 0.13, 0.17, 0.06, 0.05, 0.04, 0.03, 0.02)
"""How often tasks have 2, 3, ... 10 diagnoses: most clinical questions are between few."""

MANY_WAYS = 0.09
"""How often tasks have more than ten diagnoses, where that is allowed: 11 about three times as often as 30."""

POPULATION = 48
"""Further patients, unseen, about: from them a textbook knows the diagnoses."""
NO_PATIENTS, FEW_PATIENTS = 0.1, 0.3
"""Where there are statements: share of groups without any labeled patient, and of groups that have none of some diagnoses."""


@dataclass(frozen=True)
class ClinicalPrior:
    """Draws groups of synthetic clinical tasks; see the module's docstring.

    max_way, max_shot, max_columns, max_support: largest diagnoses, labeled patients a diagnosis, columns and labeled patients of a task.
    n_query: patients to be judged on in a task, over all diagnoses, about.
    cells_a_task: patients times columns of a task on average, about: larger tasks come in smaller groups, so that none costs much more.
    statements: share of groups in which a textbook speaks of some columns; its rows come last in the support set.
    """

    max_way: int = 10
    max_shot: int = 20
    max_columns: int = 100
    max_support: int = 100
    n_query: int = 48
    cells_a_task: int = 1_000
    statements: float = 0.0

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """At most `n_tasks` tasks of one shape: support x `(n_tasks, n_way * k_shot, n_columns, n_channels)`, query likewise."""
        n_way, k_shot, n_columns = self._shape(rng)
        told = self.statements > 0 and float(uniform(rng)) < self.statements
        if told and float(uniform(rng)) < NO_PATIENTS:
            k_shot = 0
        n_support, n_query = n_way * k_shot, max(2, self.n_query // n_way)
        n_tasks = max(1, min(n_tasks, self.cells_a_task * n_tasks // ((n_support + n_way * n_query) * (n_columns + 4))))
        y = _labels(n_tasks, n_way, n_support, n_query, rng)
        if told and k_shot and float(uniform(rng)) < FEW_PATIENTS:
            y = _without_some(y, n_way, n_support, rng)
        n_seen, n_more = y.shape[1], max(6, POPULATION // n_way) if told else 0
        y = torch.cat([y, torch.arange(n_way).repeat(n_more).expand(n_tasks, -1)], 1)
        values = table(_kind(rng), y, n_way, n_columns, rng)
        scale = _scale(values[:, :n_seen], y[:, :n_seen], rng)
        cells = scale.cells(values[:, :n_seen])
        support, query = (LabeledSet(cells[:, part], y[:, part]) for part in (slice(0, n_support), slice(n_support, n_seen)))
        if told:
            rows = statement_rows(values[:, n_seen:], y[:, n_seen:], n_way, scale, rng)
            support = LabeledSet(torch.cat([support.x, rows], 1), torch.cat([support.y, y[:, n_seen : n_seen + n_way]], 1))
        return Episode(support, query, n_way)

    def _shape(self, rng: torch.Generator) -> tuple[int, int, int]:
        """Ways, shots and columns; shots and columns are about as often between 1 and 3 as between 3 and 9."""
        n_way = 2 + int(torch.multinomial(torch.tensor(WAYS[: self.max_way - 1]), 1, generator=rng))
        if self.max_way > len(WAYS) + 1 and float(uniform(rng)) < MANY_WAYS:
            n_way = int(11 * (self.max_way / 11) ** float(uniform(rng)))
        k_shot = round(self.max_shot ** float(uniform(rng) ** 0.9))
        n_columns = int(2 * (self.max_columns / 2) ** float(uniform(rng) ** 1.2))
        return n_way, max(1, min(k_shot, self.max_support // n_way)), n_columns


def table(body: ClassModel, y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """What would be uploaded of such patients, `(n_tasks, n, n_columns)`, NaN where missing; y `(n_tasks, n)`."""
    values = reports.with_repeats(body(y, n_way, n_columns, rng), rng)
    return reports.with_gaps(reports.reported(values, rng), y, n_way, rng)


def _kind(rng: torch.Generator) -> ClassModel:
    drawn = float(uniform(rng))
    for body, share in CLASS_MODELS.items():
        if (drawn := drawn - share) < 0:
            return body
    return body


def _labels(n_tasks: int, n_way: int, n_support: int, n_query: int, rng: torch.Generator) -> Tensor:
    """Class numbers, `(n_tasks, n_support + n_way * n_query)`: at least one labeled patient of each, the query balanced."""
    classes = torch.arange(n_way)
    support = classes.repeat(n_support // n_way).expand(n_tasks, -1).clone()
    if uniform(rng) < 0.3:
        prevalence = uniform(rng, n_tasks, n_way).square() + 0.05
        drawn = torch.multinomial(prevalence, n_support - n_way, replacement=True, generator=rng) if n_support > n_way else support[:, :0]
        support[:, n_way:] = drawn
    return torch.cat([support, classes.repeat(n_query).expand(n_tasks, -1)], 1)


def _without_some(y: Tensor, n_way: int, n_support: int, rng: torch.Generator) -> Tensor:
    """The same class numbers with those of some classes, another choice in each task, replaced among the first `n_support`."""
    seen = uniform(rng, len(y), n_way) < 0.6
    seen |= torch.nn.functional.one_hot(integers(rng, n_way, len(y)), n_way).bool()
    instead = (uniform(rng, len(y), n_support, n_way) * seen.unsqueeze(1)).argmax(-1)
    given = torch.where(seen.gather(1, y[:, :n_support]), y[:, :n_support], instead)
    return torch.cat([given, y[:, n_support:]], 1)


def _scale(values: Tensor, y: Tensor, rng: torch.Generator) -> ColumnScale:
    """The scale of the patients at hand; in a third of the tasks most columns have a reference range instead.

    Healthy people are played by class 0, whose spread must not be tiny; in half of these tasks they lie elsewhere,
    because a clinic's table often holds nobody who is healthy.
    """
    scale = ColumnScale.fit(values)
    healthy = ColumnScale.fit(torch.where((y == 0).unsqueeze(-1), values, torch.full_like(values, torch.nan)))
    known = uniform(rng, len(y), 1, values.shape[-1]) < 0.8
    referenced = known & (uniform(rng, len(y), 1, 1) < 0.33)
    elsewhere = normal(rng, *scale.center.shape) * scale.spread * (uniform(rng, len(y), 1, 1) < 0.5)
    return scale.with_reference(healthy.center + elsewhere, healthy.spread.maximum(0.1 * scale.spread), referenced)
