"""Prior-fitted networks (Müller, Hollmann, Pineda Arango, Grabocka and Hutter 2022), https://arxiv.org/abs/2112.10510.

A transformer trained on almost two million synthetic tables approximates the posterior predictive distribution of the
prior they are drawn from: its input is the support set and a query patient, its output the class probabilities (in-context
learning). No weights change for a new task. Follows TabPFN (Hollmann et al. 2023, https://arxiv.org/abs/2207.01848; 2025,
https://doi.org/10.1038/s41586-024-08328-6), for very small tables.

A *reading* is one forward pass with one random coding: random codes identify the columns, random marks the classes,
and a table over the size limits is subsampled. Predictions are averaged over several readings, half of them without the
reference ranges: alone, a range that suits the patients badly would cost more than one that suits them gains.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet, one_hot
from metamed_core.learners.learner import Classifier, Learner, cross_entropy, setting
from metamed_core.learners.measured import Measured
from metamed_core.learners.readings import MAX_COLUMNS, MAX_PATIENTS, SEED, Readings, draw_readings
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.score_parts import Voting
from metamed_core.learners.support_schedule import doubling_schedule, n_doubling_steps
from metamed_core.networks import Backbone, CellTransformer, Memory, Weights, class_marks, joined
from metamed_core.words import Words

DOUBLE_CELLS = 400
"""Labeled patients times columns up to which the last step uses float64; else it is float32, which is twice as fast."""

LEAST = 1e-12
"""The smallest probability; its logarithm is finite."""

CELLS_AT_ONCE = 6_000
"""Cells per forward pass, over all readings; this many fit in the processor cache."""


class PriorFittedClassifier(Classifier, Voting):
    """Predicts from the part of the support set used so far, averaged over `n_readings` readings, in numbers of the kind of its weights."""

    def __init__(self, network: CellTransformer, weights: Weights, support: LabeledSet, n_way: int, n_readings: int) -> None:
        super().__init__(network, weights, support, n_way)
        self.network, self.n_readings, self._kind = network, n_readings, weights["cell.in"].dtype
        self.passes = n_readings

    @cached_property
    def _read(self) -> tuple[Readings, Memory]:
        """The codings and the encoded support set; computed at the first prediction, because many steps never predict."""
        readings = draw_readings(self.network, self.support, self.n_way, self.n_readings)
        at_once = max(1, CELLS_AT_ONCE // (readings.patients.shape[1] * readings.columns.shape[1]))
        return readings, joined(
            self.network.read(
                self.weights,
                part.labeled_cells(self.support.x).to(self._kind),
                self.support.y[part.patients],
                part.marks.to(self._kind),
                part.codes.to(self._kind),
            )
            for part in readings.split(at_once)
        )

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`: log of the sum of the labeled patients' votes."""
        return torch.cat([self._told(part) for part in self._parts(x)])

    @torch.no_grad()
    def votes(self, x: Tensor) -> Tensor:
        """See `Voting.votes`: how much each labeled patient counts, mean over readings."""
        return torch.cat([self._voted(part) for part in self._parts(x)])

    @torch.no_grad()
    def embed(self, x: Tensor) -> Tensor:
        """See `Classifier.embed`: the output row of the transformer for each patient in the first reading, `(n, row_width)`."""
        readings, memory = self._read
        first, seen = memory.first(), next(readings.split(1))
        rows = [self.network.ask(self.weights, first, seen.cells(part).to(self._kind)) for part in self._parts(x)]
        return torch.cat([each[0] for each in rows]).to(x.dtype)

    @torch.no_grad()
    def embed_and_log_proba(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """See `Classifier.embed_and_log_proba`: the output rows are what the votes are made of."""
        both = [(rows[0].to(x.dtype), self._told(part, rows)) for part in self._parts(x) for rows in [self._asked(part)]]
        embedded, told = (torch.cat(each) for each in zip(*both, strict=True))
        return embedded, told

    def _asked(self, x: Tensor) -> Tensor:
        """Output rows of the transformer for each patient in each reading, `(n_readings, n, row_width)`."""
        readings, memory = self._read
        return self.network.ask(self.weights, memory, readings.cells(x).to(self._kind))

    def _voted(self, x: Tensor, rows: Tensor | None = None) -> Tensor:
        """Votes of the labeled patients, mean over readings, `(n, n_support)`; none for a patient whom a reading left out."""
        readings, memory = self._read
        votes = self.network.log_votes(self.weights, memory, self._asked(x) if rows is None else rows).to(x.dtype).softmax(-1)
        everyone = votes.new_zeros(len(votes), len(x), len(self.support))
        return everyone.scatter(2, readings.patients.unsqueeze(1).expand_as(votes), votes).mean(0)

    def _told(self, x: Tensor, rows: Tensor | None = None) -> Tensor:
        """Log-probability of each diagnosis, `(n, n_way)`; `rows`, the output rows, are computed where they are not given."""
        told: Tensor = self._voted(x, rows) @ one_hot(self.support.y, self.n_way, x.dtype)
        return told.clamp_min(LEAST).log().log_softmax(-1)

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """Blocks of patients with a bounded number of cells over all readings."""
        return torch.split(x, max(1, CELLS_AT_ONCE // (self.n_readings * min(x.shape[-2], MAX_COLUMNS))))


@dataclass(frozen=True)
class PriorFitted(Learner):
    """A prior-fitted network; the adaptation steps use 1, 2, 4, ... patients of each class, the last all of them.

    `readings` is the number of forward passes to average at the last step; a step before it makes one.
    """

    name: ClassVar[str] = "prior_fitted"
    title: ClassVar[Words] = Words("Prior-fitted", "先验拟合网络")
    summary: ClassVar[Words] = Words(
        "Reads all labeled patients at once and lets them vote. Choose it first.",
        "一次读取全部已确诊患者，由他们投票。建议首选。",
    )
    paper: ClassVar[str] = "Müller, Hollmann, Pineda Arango, Grabocka, Hutter: Transformers Can Do Bayesian Inference, ICLR 2022"
    link: ClassVar[str] = "https://arxiv.org/abs/2112.10510"
    order: ClassVar[int] = 0
    measured: ClassVar[Measured | None] = Measured((66.2, 73.3, 75.1, 76.8), (7.3, 2.8, 1.7, 1.4), 0.177)
    recipe: ClassVar[Recipe] = Recipe(
        12_000,
        meta_batch=32,
        meta_lr=3e-3,
        precision="bfloat16",
        hidden_lr=4e-3,
        prior={"max_way": 30, "max_support": 150, "statements": 0.35},
        steps_on_a_table=40,
    )
    has_own_network: ClassVar[bool] = True
    readings: int = setting(
        2,
        Words("Passes averaged", "取平均的次数"),
        Words(
            "How many predictions are averaged, each with columns and diagnoses in another order; more is slower and steadier.",
            "对多少次预测取平均，每次打乱各列与各诊断的次序；次数越多越慢，结果越稳定。",
        ),
        1,
        32,
        1,
    )

    @classmethod
    def default_backbone(cls) -> Backbone:
        """See `Learner.default_backbone`."""
        return CellTransformer()

    def lighter(self) -> Learner:
        """See `Learner.lighter`: one reading instead of several."""
        return dataclasses.replace(self, readings=1)

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`; step 0 already uses one patient per class."""
        return n_doubling_steps(support, MAX_PATIENTS) - 1

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[PriorFittedClassifier]:
        """See `Learner.adapt`."""
        network, in_kind = _network(backbone), cache(lambda kind: {name: weight.to(kind) for name, weight in weights.items()})
        for seen in doubling_schedule(support, MAX_PATIENTS):
            last = seen is support
            kind = support.x.dtype if last and support.x[..., 0].numel() <= DOUBLE_CELLS else torch.float32
            yield PriorFittedClassifier(network, in_kind(kind), seen, n_way, self.readings if last else 1)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Eq. 2 for one task with one reading: negative log-probability of the query labels."""
        tasks = Episode(
            LabeledSet(episode.support.x.unsqueeze(0), episode.support.y.unsqueeze(0)),
            LabeledSet(episode.query.x.unsqueeze(0), episode.query.y.unsqueeze(0)),
            episode.n_way,
        )
        return _loss(_network(backbone), weights, tasks, torch.Generator().manual_seed(SEED))

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Learner.meta_gradient`; all tasks in one forward pass, each with marks and codes drawn from `rng`."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        loss = _loss(_network(backbone), leaves, tasks, rng)
        return loss.detach(), dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


def _network(backbone: Backbone) -> CellTransformer:
    if not isinstance(backbone, CellTransformer):
        raise TypeError(f"A prior-fitted network is a CellTransformer, not a {type(backbone).__name__}.")
    return backbone


def _cast(weights: Weights, kind: torch.dtype) -> dict[str, Tensor]:
    """All weights as another kind of number, at once: one operation on a GPU instead of one for each, and as many backwards."""
    # Those of an odd number of numbers last, so that all others begin where a processor reads fastest.
    names = sorted(weights, key=lambda name: weights[name].numel() % 8 > 0)
    whole = torch.cat([weights[name].flatten() for name in names]).to(kind)
    parts = torch.split(whole, [weights[name].numel() for name in names])
    return {name: part.view_as(weights[name]) for name, part in zip(names, parts, strict=True)}


def _loss(network: CellTransformer, weights: Weights, tasks: Episode, rng: torch.Generator) -> Tensor:
    """Negative log-probability of the query labels, mean over tasks `(n_tasks, ...)`."""
    b, _, n_columns, _ = tasks.support.x.shape
    device = tasks.support.x.device
    codes = torch.randn(b, n_columns, network.code, generator=rng, device=rng.device).to(device)
    marks = class_marks(b, tasks.n_way, network.mark, rng).to(device)
    # In half precision the weights are cast explicitly: autocast would cast back and forth around every small operation.
    kind = torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else weights["cell.in"].dtype
    with torch.autocast(device.type, enabled=False):
        cast = _cast(weights, kind)
        shown = (tasks.support.x.to(kind), tasks.support.y, marks.to(kind), codes.to(kind), tasks.query.x.to(kind))
        memory, rows = network.read_and_ask(cast, *shown)
        # The shares in full precision: in half of it, small ones would be rounded by a percent.
        full = weights["cell.in"].dtype
        heard = dataclasses.replace(memory, keys=memory.keys.to(full), members=memory.members.to(full))
        told = network.log_votes(weights, heard, rows.to(full)).exp() @ heard.members
        return cross_entropy(told.clamp_min(LEAST).log(), tasks.query.y).mean()
