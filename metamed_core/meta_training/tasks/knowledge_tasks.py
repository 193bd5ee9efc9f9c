"""Tasks of patients whom a knowledge table describes; in some the textbook is right, in some inexact, in some it is mistaken.

Where the learner reads statements, the rows of the table stand last in the support set: so it learns how far to trust them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet, PatientEncoder, TaskDistribution
from metamed_core.knowledge import DescribedPatients
from metamed_core.meta_training.tasks.clinical_prior.class_models import loadings
from metamed_core.meta_training.tasks.clinical_prior.observation import with_gaps
from metamed_core.meta_training.tasks.clinical_prior.random_draws import normal, of_class, uniform

NO_PATIENTS = 0.1
"""Where rows are shown: share of groups without any labeled patient."""
WRONG_TASKS, TWO_EXCHANGED = 0.15, 0.15
"""Shares of tasks in which all rows are those of other diagnoses, and in which two rows are exchanged."""
MOST_INEXACT = 0.7
"""In a task up to so much of how patients differ from what is said is common to all patients of a diagnosis."""


@dataclass(frozen=True, eq=False)
class KnowledgeTasks:
    """Draws tasks from all diagnoses that are described.

    Parameters
    ----------
    described
        The diagnoses; at least two.
    ranges
        Reference ranges, see `PatientEncoder.fit`.
    n_way, shots, n_query
        As of `CohortTasks`.
    shows_rows
        Whether what is said stands in the support set, too.
    """

    described: DescribedPatients
    ranges: Mapping[str, tuple[float, float]]
    n_way: int = 5
    shots: tuple[int, ...] = (1, 5)
    n_query: int = 10
    shows_rows: bool = False

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """See `TaskDistribution`; each task on the scale of its own patients."""
        n_way = min(self.n_way, len(self.described.diagnoses))
        k_shot = self.shots[int(torch.randint(len(self.shots), (), generator=rng))]
        if self.shows_rows and float(uniform(rng)) < NO_PATIENTS:
            k_shot = 0
        classes = uniform(rng, n_tasks, len(self.described.diagnoses)).argsort(-1)[:, :n_way]
        y = torch.cat([torch.arange(n_way).repeat(k_shot), torch.arange(n_way).repeat(self.n_query)]).expand(n_tasks, -1)
        values = with_gaps(self._patients(classes, y, rng), y, n_way, rng)
        encoder = PatientEncoder.of_values(values, self.described.encoder.panel, self.ranges)
        cells, n_support = encoder.encode_values(values), n_way * k_shot
        support, query = (LabeledSet(cells[:, part], y[:, part]) for part in (slice(0, n_support), slice(n_support, None)))
        if self.shows_rows:
            rows, told = self.described.rows(classes, encoder), told_of(n_tasks, n_way, rng)
            support = LabeledSet(torch.cat([support.x, rows], 1), torch.cat([support.y, told], 1))
        return Episode(support, query, n_way)

    def _patients(self, classes: Tensor, y: Tensor, rng: torch.Generator) -> Tensor:
        """Values `(n_tasks, n, n_cells)` of patients with these diagnoses; classes `(n_tasks, n_way)`, y `(n_tasks, n)`."""
        shape = (*classes.shape, self.described.encoder.n_cells)
        # What all patients of a diagnosis have in common beside the textbook, so that its word is not exact.
        common = uniform(rng, len(y), 1, 1, high=MOST_INEXACT)
        apart = of_class(normal(rng, *shape), y) * common.sqrt()
        numbers = apart + correlated(len(y), y.shape[1], shape[-1], rng) * (1 - common).sqrt()
        # A statement that is not sure is wrong of a diagnosis as often as it is unsure.
        holds = uniform(rng, *shape) < self.described.weight[classes]
        return self.described.patients(classes.gather(1, y), numbers, of_class(holds, y))


def told_of(n_tasks: int, n_way: int, rng: torch.Generator) -> Tensor:
    """Of which class each row is said, `(n_tasks, n_way)`: its own, or in the tasks with mistakes another one."""
    right = torch.arange(n_way).expand(n_tasks, -1)
    mistaken = uniform(rng, n_tasks, 1)
    two = right.clone()
    two[:, 0], two[:, 1] = 1, 0  # which diagnoses these are was drawn
    others = torch.where(mistaken < WRONG_TASKS + TWO_EXCHANGED, two, right)
    return torch.where(mistaken < WRONG_TASKS, right.roll(1, -1), others)


def correlated(n_tasks: int, n: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """Standard normal numbers of people whose columns go together by shared factors, as in the clinical prior."""
    rank = int(1 + 5 * uniform(rng))
    loading = loadings(n_tasks, rank, n_columns, rng) * uniform(rng, n_tasks, 1, 1, high=1.2)
    numbers = normal(rng, n_tasks, n, rank) @ loading + normal(rng, n_tasks, n, n_columns)
    return numbers / (1 + loading.square().sum(1, keepdim=True)).sqrt()


@dataclass(frozen=True, eq=False)
class MixedTasks:
    """Groups of tasks from several sources.

    Parameters
    ----------
    sources
        Each with the share of groups that are drawn from it; the shares sum to 1.
    """

    sources: Sequence[tuple[TaskDistribution, float]]

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """See `TaskDistribution`; the tasks of a group are all from one source."""
        shares = torch.tensor([share for _, share in self.sources])
        chosen = int(torch.multinomial(shares, 1, generator=rng))
        return self.sources[chosen][0].sample_batch(n_tasks, rng)
