"""Tasks from a table of many diagnoses: some diagnoses to meta-train on, others to validate on, others never seen before adaptation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from metamed_core.data import Cohort, Episode, LabeledSet, Panel, PatientEncoder, Positions
from metamed_core.words import UserError, Words

LEAST_PATIENTS = 4
"""A diagnosis with fewer patients takes no part: one to label, three to ask about."""
LEAST_DISEASES = 2
"""In each part, or no task could be drawn from it."""
FOLDS = 3
CHOICES = 20
"""How many choices of diagnoses are tried before a task is held for impossible."""


@dataclass(frozen=True, slots=True)
class DiseaseSplit:
    """Diagnoses to meta-train on (base), to watch it by (validation), and to judge it by in the end (novel); no diagnosis in two of them.

    Raises UserError if a part has fewer than two, or a diagnosis stands in two parts.
    """

    base: tuple[str, ...]
    validation: tuple[str, ...]
    novel: tuple[str, ...]

    def __post_init__(self) -> None:
        everyone = [*self.base, *self.validation, *self.novel]
        if twice := sorted({name for name in everyone if everyone.count(name) > 1}):
            raise UserError(
                Words(
                    "“{name}” stands in two parts of the split: a diagnosis that was meta-trained on cannot judge it. Leave it in one.",
                    "“{name}”同时出现在划分的两个部分：元训练用过的诊断不能再用来评判。请只保留在一个部分。",
                ).format(name=twice[0])
            )
        if min(map(len, (self.base, self.validation, self.novel))) < LEAST_DISEASES:
            raise _too_few(len(everyone))


def split_by_disease(counts: Mapping[str, int], fold: int = 0, seed: int = 0, n_folds: int = FOLDS) -> DiseaseSplit:
    """One of `n_folds` splits, so that over all of them each diagnosis is novel once.

    counts: patients of each diagnosis; those with fewer than LEAST_PATIENTS take no part. Of the diagnoses that are not novel a third,
    at least two, are for validation. Raises UserError if there are too few diagnoses.
    """
    able = sorted(name for name, n in counts.items() if n >= LEAST_PATIENTS)
    if len(able) < 3 * LEAST_DISEASES:
        raise _too_few(len(able))
    shuffled = np.random.default_rng([seed, len(able)]).permutation(len(able))
    novel = {able[i] for i in shuffled[fold % n_folds :: n_folds]}
    rest = [able[i] for i in shuffled if able[i] not in novel]
    n_validation = max(LEAST_DISEASES, round(len(rest) / 3))
    return DiseaseSplit(*(tuple(sorted(part)) for part in (rest[n_validation:], rest[:n_validation], novel)))


def _too_few(n: int) -> UserError:
    return UserError(
        Words(
            "{n} {n:diagnosis|diagnoses} with {least} or more patients are too few to split: two are needed to meta-train on, two to validate on and two to judge "
            "on. Add diagnoses, or meta-train on simulated clinical tasks.",
            "有 {least} 位及以上患者的诊断只有 {n} 种，不足以划分：元训练、验证和评判各需两种。请增加诊断，或改为在模拟临床任务上元训练。",
        ).format(n=n, least=LEAST_PATIENTS)
    )


@dataclass(frozen=True, eq=False)
class CohortTasks:
    """Draws tasks from all diagnoses of a cohort: give it `cohort.only(split.base)`.

    n_way: diagnoses of a task, at most as many as there are. shots: labeled patients of each, one of these numbers in each group of tasks.
    n_query: patients of each to be asked about; where fewer are left some are asked twice, which the class-balanced loss does not mind.
    read_by: the columns and levels of another part of the same table, so that both have the same cells.
    """

    cohort: Cohort
    n_way: int = 5
    shots: tuple[int, ...] = (1, 5)
    n_query: int = 10
    read_by: Panel | None = None

    @cached_property
    def panel(self) -> Panel:
        """What the places of the cells mean."""
        return self.read_by or Panel.of(self.cohort.features)

    @cached_property
    def _values(self) -> Tensor:
        return self.panel.values(self.cohort.features).float()

    @cached_property
    def allowed(self) -> dict[int, list[str]]:
        """For each number of shots that two diagnoses allow, the diagnoses that allow it."""
        group_of = self.cohort.group_numbers
        several = {name for name, rows in self.cohort.members.items() if len(np.unique(group_of[rows])) > 1}
        found = {k: [name for name, n in self.cohort.counts.items() if n > k and name in several] for k in self.shots}
        return {k: names for k, names in found.items() if len(names) >= LEAST_DISEASES}

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """See `TaskDistribution`; each task on the scale of its own patients, as a clinic with so many would have it."""
        drawing = np.random.default_rng(int(torch.randint(2**62, (1,), generator=rng)))
        if not self.allowed:
            raise _too_few(len(self.cohort.members))
        k_shot, names = list(self.allowed.items())[drawing.integers(len(self.allowed))]
        n_way = min(self.n_way, len(names))
        rows = torch.from_numpy(np.stack([self._task(names, n_way, k_shot, drawing) for _ in range(n_tasks)]))
        values = self._values[rows]
        cells = PatientEncoder.of_values(values, self.panel, self.cohort.ranges).encode_values(values)
        classes, n_support = torch.arange(n_way), n_way * k_shot
        y_support = classes.repeat_interleave(k_shot).expand(n_tasks, -1)
        y_query = classes.repeat_interleave(self.n_query).expand(n_tasks, -1)
        return Episode(LabeledSet(cells[:, :n_support], y_support), LabeledSet(cells[:, n_support:], y_query), n_way)

    def _task(self, names: list[str], n_way: int, k_shot: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Positions of the labeled patients, class by class, then of the asked."""
        support, others = self._apart(names, n_way, k_shot, rng)
        asked = [rng.choice(rows, self.n_query, replace=len(rows) < self.n_query) for rows in others]
        return np.concatenate([*support, *asked])

    def _apart(self, names: list[str], n_way: int, k_shot: int, rng: np.random.Generator) -> tuple[list[Positions], list[Positions]]:
        """Patients of diagnoses drawn anew where their groups do not go together: one disease may be of one hospital, another of another."""
        problem = None
        for _ in range(CHOICES):
            chosen = [names[i] for i in rng.choice(len(names), n_way, replace=False)]
            try:
                return self.cohort.apart(chosen, k_shot, rng)
            except UserError as error:
                problem = error
        raise problem or _too_few(len(names))
