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
from metamed_core.meta_training.tasks.clinical_prior.random_draws import normal, uniform

VERSION = 4
"""Written into the card of every weight file: a change of the distribution is a new version."""

ClassModel = Callable[[Tensor, int, int, torch.Generator], Tensor]
CLASS_MODELS: dict[ClassModel, float] = {bodies.pathways: 0.3, bodies.mechanisms: 0.25, bodies.rules: 0.25, bodies.spectra: 0.2}
"""How often each kind of body is drawn."""

WAYS = (0.3, 0.2, 0.13, 0.17, 0.06, 0.05, 0.04, 0.03, 0.02)
"""How often tasks have 2, 3, ... 10 diagnoses: most clinical questions are between few."""

MAX_SUPPORT = 100
"""Labeled patients of a task; many diagnoses have fewer shots."""


@dataclass(frozen=True)
class ClinicalPrior:
    """Draws groups of synthetic clinical tasks; see the module's docstring.

    max_way (at most 10), max_shot, max_columns: largest diagnoses, labeled patients a diagnosis and columns of a task.
    n_query: patients to be judged on in a task, over all diagnoses, about.
    cell_budget: patients times columns in a group, about: large tasks come in smaller groups, so that none costs much more.
    """

    max_way: int = 10
    max_shot: int = 20
    max_columns: int = 100
    n_query: int = 48
    cell_budget: int = 16_000

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """At most `n_tasks` tasks of one shape: support x `(n_tasks, n_way * k_shot, n_columns, n_channels)`, query likewise."""
        n_way, k_shot, n_columns = self._shape(rng)
        n_support, n_query = n_way * k_shot, max(2, self.n_query // n_way)
        n_tasks = max(1, min(n_tasks, self.cell_budget // ((n_support + n_way * n_query) * (n_columns + 4))))
        y = _labels(n_tasks, n_way, n_support, n_query, rng)
        values = table(_kind(rng), y, n_way, n_columns, rng)
        cells = _scale(values, y, rng).cells(values)
        support = LabeledSet(cells[:, :n_support], y[:, :n_support])
        return Episode(support, LabeledSet(cells[:, n_support:], y[:, n_support:]), n_way)

    def _shape(self, rng: torch.Generator) -> tuple[int, int, int]:
        """Ways, shots and columns; shots and columns are about as often between 1 and 3 as between 3 and 9."""
        n_way = 2 + int(torch.multinomial(torch.tensor(WAYS[: self.max_way - 1]), 1, generator=rng))
        k_shot = round(self.max_shot ** float(uniform(rng) ** 0.9))
        n_columns = int(2 * (self.max_columns / 2) ** float(uniform(rng) ** 1.2))
        return n_way, min(k_shot, MAX_SUPPORT // n_way), n_columns


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
