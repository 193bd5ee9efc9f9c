"""The changes that `tests/benchmarks/speedrun.py` tries, with the networks and tasks among them that the program does not have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear, pad

from metamed_core.data import CHANNELS, Episode, LabeledSet, TaskDistribution, one_hot
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.networks import CellTransformer, Memory, Weights


@dataclass(frozen=True)
class OneScale(CellTransformer):
    """Sees a value on one scale: the reference range's where there is one, else that of the patients at hand."""

    name: ClassVar[str] = "speedrun_one_scale"

    def _rows(self, weights: Weights, x: Tensor, *more: Any) -> Tensor:
        seen = torch.ones(len(CHANNELS), dtype=x.dtype)
        seen[CHANNELS.index("own")] = 0
        return super()._rows(weights, x * seen, *more)


@dataclass(frozen=True)
class ThinkingRows(CellTransformer):
    """Rows of learned cells stand beside the labeled patients: all attend to them, and they have no diagnosis and no vote."""

    thinking: int = 16
    name: ClassVar[str] = "speedrun_thinking_rows"

    def init(self, rng: torch.Generator) -> dict[str, Tensor]:
        """See `Backbone.init`."""
        return super().init(rng) | {"thinking": torch.randn(self.thinking, len(CHANNELS), generator=rng)}

    def read_and_ask(
        self, weights: Weights, x: Tensor, y: Tensor, marks: Tensor, codes: Tensor, asked: Tensor | None
    ) -> tuple[Memory, Tensor]:
        """See `CellTransformer.read_and_ask`."""
        attended: list[tuple[Tensor, Tensor]] = []
        members = one_hot(y, marks.shape[1], x.dtype)
        rows = weights["thinking"].unsqueeze(1).expand(len(x), -1, x.shape[2], -1)
        both = torch.cat([rows, x] if asked is None else [rows, x, asked], 1)
        told = self._rows(weights, both, codes, pad(members @ marks, (0, 0, self.thinking, 0)), attended, None)[:, self.thinking :]
        keys = linear(told[:, : x.shape[1]], weights["out.hidden_key"])
        return Memory(tuple(attended), codes, keys, members), told[:, x.shape[1] :]


@dataclass(frozen=True)
class Learnable:
    """Tasks of the prior that can be learned, and a tenth of the others: without any of these a network would be too sure.

    A task is judged on twice as many patients as are asked about, who are then left out: those at hand would choose tasks by their luck.
    Tasks with statements are not judged.
    """

    prior: ClinicalPrior
    kept: float = 0.1

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """See `TaskDistribution`."""
        n_way, support, query = self._drawn(n_tasks, rng)
        first = query.y.shape[1] // 3 // n_way * n_way
        size = (support.y.shape[1] + first) * (support.x.shape[2] + 4)
        kept = self._kept(support, LabeledSet(query.x[:, first:], query.y[:, first:]), n_way, rng)
        kept = kept[: max(1, min(n_tasks, self.prior.cells_a_task * n_tasks // size))]
        return Episode(LabeledSet(support.x[kept], support.y[kept]), LabeledSet(query.x[kept, :first], query.y[kept, :first]), n_way)

    def _drawn(self, n_tasks: int, rng: torch.Generator) -> tuple[int, LabeledSet, LabeledSet]:
        wide = replace(self.prior, n_query=3 * self.prior.n_query, cells_a_task=3 * self.prior.cells_a_task)
        drawn = wide.sample_batch(2 * n_tasks, rng)
        return drawn.n_way, drawn.support, drawn.query

    def _kept(self, support: LabeledSet, judged: LabeledSet, n_way: int, rng: torch.Generator) -> Tensor:
        """Positions of the tasks to train on, at least one."""
        if bool((support.x[..., CHANNELS.index("stated")] > 0).any()):
            return torch.arange(len(support.y))
        value, members = support.x[..., 0], one_hot(support.y, n_way, support.x.dtype)
        means = members.transpose(1, 2) @ value / members.sum(1).unsqueeze(2).clamp_min(1)
        nearest = torch.cdist(judged.x[..., 0], means).argmin(2)
        neighbor = support.y.gather(1, torch.cdist(judged.x[..., 0], value).argmin(2))
        right = torch.stack([(each == judged.y).double().mean(1) for each in (nearest, neighbor)]).amax(0)
        # Two standard errors above guessing.
        learnable = right > 1 / n_way + 2 * math.sqrt((n_way - 1) / judged.y.shape[1]) / n_way
        keep = learnable | (torch.rand(len(right), generator=rng) < self.kept)
        return keep.nonzero().flatten() if bool(keep.any()) else torch.arange(1)


@dataclass(frozen=True)
class Change:
    """What differs from the recipe: fields of the budget, of the prior and of the network; another network; other tasks."""

    budget: Mapping[str, Any] = field(default_factory=dict)
    prior: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    network: type[CellTransformer] = CellTransformer
    tasks: Callable[[ClinicalPrior], TaskDistribution] | None = None

    def and_also(self, other: Change) -> Change:
        """Both changes; where they contradict each other the other one's."""
        network = self.network if other.network is CellTransformer else other.network
        parts = ({**self.budget, **other.budget}, {**self.prior, **other.prior}, {**self.sizes, **other.sizes})
        return Change(*parts, network, other.tasks or self.tasks)


CHANGES: dict[str, Change] = {
    "recipe": Change(),
    "Muon x 2": Change({"hidden_lr": 8e-3}),
    "Muon / 2": Change({"hidden_lr": 2e-3}),
    "AdamW x 2": Change({"meta_lr": 6e-3}),
    "AdamW only": Change({"hidden_lr": None}),
    "8 tasks a step": Change({"meta_batch": 8}),
    "16 tasks a step": Change({"meta_batch": 16}),
    "64 tasks a step": Change({"meta_batch": 64}),
    "one shape a step": Change({"groups": 1}),
    "four shapes a step": Change({"groups": 4}),
    "float32": Change({"precision": "float32"}),
    "no statements": Change(prior={"statements": 0.0}),
    "half the cells a task": Change(prior={"cells_a_task": 500}),
    "twice the patients asked": Change(prior={"n_query": 96}),
    "up to 30 columns": Change(prior={"max_columns": 30}),
    "width 64": Change(sizes={"width": 64, "heads": 2, "row_width": 128, "row_heads": 4}),
    "half the layers": Change(sizes={"cell_layers": 2, "row_layers": 2}),
    "six cell layers": Change(sizes={"cell_layers": 6}),
    "one scale": Change(network=OneScale),
    "16 thinking rows": Change(network=ThinkingRows),
    "learnable tasks": Change(tasks=Learnable),
}


def change_of(name: str) -> Change:
    """A change by its name, or several whose names are joined by " + "."""
    whole = Change()
    for part in name.split(" + "):
        whole = whole.and_also(CHANGES[part])
    return whole
