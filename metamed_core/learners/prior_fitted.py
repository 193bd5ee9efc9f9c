"""Prior-fitted networks (Müller, Hollmann, Pineda Arango, Grabocka and Hutter 2022), https://arxiv.org/abs/2112.10510.

A transformer was shown some hundred thousand synthetic clinics and learned to answer as the posterior of that prior would:
labeled patients and a question go in, probabilities come out. No weight is moved for a new disease; what adapts is what
the network has read. After TabPFN (Hollmann et al. 2023, 2025), made for a handful of patients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet, one_hot
from metamed_core.learners.learner import Classifier, Learner, cross_entropy, setting
from metamed_core.learners.recipe import Recipe
from metamed_core.learners.support_schedule import doubling_schedule, n_doubling_steps
from metamed_core.networks import Backbone, CellTransformer, Memory, Weights, class_ranks, column_ranks, joined, patient_order
from metamed_core.words import Words

SEED = 0
"""Of slots, codes and subsets: the same table has the same answer."""

MAX_PATIENTS, MAX_COLUMNS, MAX_CELLS = 256, 256, 20_000
"""Of one reading, somewhat more than meta-training had (100, 100 and 10,000); of a larger table each reading draws its own part."""

DOUBLE_CELLS = 400
"""Labeled patients times columns up to which answers agree to ten digits; larger tables are read in single precision, twice as fast."""

CELLS_AT_ONCE = 6_000
"""Cells in the network at a time, over all readings: so many stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Several ways to show one table to the network; their average depends little on any.

    patients `(m, n_patients read)`, columns `(m, n_columns read)`: positions that are read.
    codes: `(m, n_columns read, code)`. slot: of each diagnosis, `(m, n_way)`; where there are more diagnoses than slots,
    several share one, in each reading others.
    """

    patients: Tensor
    columns: Tensor
    codes: Tensor
    slot: Tensor


def draw_readings(network: CellTransformer, support: LabeledSet, n_way: int, n: int) -> Readings:
    """`n` seeded ways to show this support, the same for any order of its patients, columns and diagnoses."""
    columns = column_ranks(support, n_way)
    classes = class_ranks(support, n_way, columns)
    order = columns.argsort(stable=True)
    most = max(n_way, min(MAX_PATIENTS, MAX_CELLS // min(len(order), MAX_COLUMNS)))
    patients = patient_order(support, columns, classes) if len(support) > most else torch.arange(len(support))
    rng = torch.Generator().manual_seed(SEED)
    drawn: list[tuple[Tensor, ...]] = []
    crowd = torch.zeros(n_way)
    if len(order) > MAX_COLUMNS:
        order = order[torch.randperm(len(order), generator=rng)]
    for i in range(n):
        # One part after the other, so that together they read as many columns as they can.
        read = order.roll(-i * MAX_COLUMNS)[:MAX_COLUMNS]
        codes = torch.randn(len(order), network.code, generator=rng)[columns[read]]
        slot = _slots(crowd, network.slots, rng)
        crowd += torch.bincount(slot, minlength=network.slots)[slot] - 1
        drawn.append((_some_of_each(patients, support.y, most, rng), read, codes, slot[classes]))
    return Readings(*(torch.stack(part) for part in zip(*drawn, strict=True)))


def _some_of_each(positions: Tensor, y: Tensor, most: int, rng: torch.Generator) -> Tensor:
    """At most `most` of these patients, drawn; one of each diagnosis first, so that none is lost."""
    if len(positions) <= most:
        return positions
    drawn = positions[torch.randperm(len(positions), generator=rng)]
    first = (torch.cumsum(one_hot(y[drawn], int(y.max()) + 1, torch.int64), 0).gather(1, y[drawn].unsqueeze(1)) == 1).squeeze(1)
    return torch.cat([drawn[first], drawn[~first]])[:most]


def _slots(crowd: Tensor, slots: int, rng: torch.Generator) -> Tensor:
    """A slot for each diagnosis, `(n_way,)`: different ones, or, where they do not suffice, evenly shared ones.

    crowd `(n_way,)`: with how many each has shared in the readings so far; who shared least now shares with most.
    """
    n_way = len(crowd)
    least, n_full = -(-n_way // slots), n_way % slots or slots
    order = (crowd + torch.rand(n_way, generator=rng)).argsort()
    place = torch.arange(n_way)
    full = place < n_full * least
    group = torch.where(full, place // least, n_full + (place - n_full * least) // max(least - 1, 1))
    slot = torch.empty(n_way, dtype=torch.int64)
    slot[order] = torch.randperm(slots, generator=rng)[group]
    return slot


class PriorFittedClassifier(Classifier):
    """Answers from the labeled patients read so far, averaged over the readings."""

    def __init__(self, network: CellTransformer, weights: Weights, support: LabeledSet, n_way: int, n_readings: int) -> None:
        kind = support.x.dtype if support.x[..., 0].numel() <= DOUBLE_CELLS else torch.float32
        super().__init__(network, {name: weight.to(kind) for name, weight in weights.items()}, support, n_way)
        self.network, self.n_readings, self._kind = network, n_readings, kind

    @cached_property
    def _read(self) -> tuple[Readings, Memory]:
        """The readings and what the network took from them; at the first question, for many a step of an adaptation is never asked."""
        readings = draw_readings(self.network, self.support, self.n_way, self.n_readings)
        slots = readings.slot.gather(1, self.support.y[readings.patients])
        at_once = max(1, CELLS_AT_ONCE // (readings.patients.shape[1] * readings.columns.shape[1]))
        parts = (torch.split(part, at_once) for part in (readings.patients, readings.columns, slots, readings.codes))
        return readings, joined(
            self.network.read(
                self.weights, self.support.x[patients.unsqueeze(2), columns.unsqueeze(1)].to(self._kind), slot, codes.to(self._kind)
            )
            for patients, columns, slot, codes in zip(*parts, strict=True)
        )

    def log_proba(self, x: Tensor) -> Tensor:
        """Log of the readings' mean probability; with more diagnoses than slots, of their product. See `Classifier.log_proba`."""
        return torch.cat([self._told(part) for part in self._parts(x)])

    @torch.no_grad()
    def embed(self, x: Tensor) -> Tensor:
        """What the first reading makes of each patient beside the labeled ones, `(n, row_width)`."""
        readings, memory = self._read
        first, columns = memory.first(), readings.columns[0]
        rows = [self.network.ask(self.weights, first, part[:, columns].to(self._kind).unsqueeze(0)) for part in self._parts(x)]
        return torch.cat([each[0] for each in rows]).to(x.dtype)

    def _told(self, x: Tensor) -> Tensor:
        """Log-probability of each diagnosis, `(n, n_way)`."""
        readings, memory = self._read
        rows = self.network.ask(self.weights, memory, x[:, readings.columns].transpose(0, 1).to(self._kind))
        scores = self.network.logits(self.weights, memory, rows).to(x.dtype)
        told = scores.gather(2, readings.slot.unsqueeze(1).expand(-1, len(x), -1)).log_softmax(-1)
        if self.n_way <= self.network.slots:
            return told.logsumexp(0).log_softmax(-1)
        # Each reading tells groups of diagnoses apart, and other groups than the next: an error-correcting code
        # (Dietterich and Bakiri 1995), its parts read as independent evidence.
        return told.sum(0).log_softmax(-1)

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """A bounded number of cells at a time, over all readings."""
        return torch.split(x, max(1, CELLS_AT_ONCE // (self.n_readings * min(x.shape[-2], MAX_COLUMNS))))


@dataclass(frozen=True)
class PriorFitted(Learner):
    """A prior-fitted network; a step of adaptation reads more patients of every diagnosis: 1, 2, 4, ... all."""

    name: ClassVar[str] = "prior_fitted"
    title: ClassVar[Words] = Words("Prior-fitted", "先验拟合网络")
    summary: ClassVar[Words] = Words(
        "Reads all labeled patients at once; it was trained on many simulated clinical tables. On average the most accurate for up to ten diagnoses, and the slowest.",
        "一次读取全部已确诊患者；它在大量模拟的临床表格上训练而成。诊断不超过十种时平均准确率最高，但速度最慢。",
    )
    paper: ClassVar[str] = "Müller, Hollmann, Pineda Arango, Grabocka, Hutter: Transformers Can Do Bayesian Inference, ICLR 2022"
    link: ClassVar[str] = "https://arxiv.org/abs/2112.10510"
    order: ClassVar[int] = 4
    recipe: ClassVar[Recipe] = Recipe(12_000, meta_batch=32, meta_lr=3e-3, precision="bfloat16", hidden_lr=4e-3, steps_on_a_table=40)
    has_own_network: ClassVar[bool] = True
    readings: int = setting(
        3,
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
        """See `Learner.lighter`: one reading, of which the average of several differs little."""
        return dataclasses.replace(self, readings=1)

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`: the first patient of each diagnosis is there from the start."""
        return n_doubling_steps(support) - 1

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[PriorFittedClassifier]:
        """See `Learner.adapt`."""
        network = _network(backbone)
        # Where diagnoses share slots, each reading tells less.
        n_readings = self.readings * -(-n_way // network.slots)
        for seen in doubling_schedule(support):
            yield PriorFittedClassifier(network, weights, seen, n_way, n_readings)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Eq. 2 of the paper for one task, read once: negative log-probability of the query's diagnoses."""
        tasks = Episode(
            LabeledSet(episode.support.x.unsqueeze(0), episode.support.y.unsqueeze(0)),
            LabeledSet(episode.query.x.unsqueeze(0), episode.query.y.unsqueeze(0)),
            episode.n_way,
        )
        return _loss(_network(backbone), weights, tasks, torch.Generator().manual_seed(SEED))

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Learner.meta_gradient`; tasks go through the network together, each with slots and codes drawn from `rng`."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        loss = _loss(_network(backbone), leaves, tasks, rng)
        return loss.detach(), dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


def _network(backbone: Backbone) -> CellTransformer:
    if not isinstance(backbone, CellTransformer):
        raise TypeError(f"A prior-fitted network is a CellTransformer, not a {type(backbone).__name__}.")
    return backbone


def _loss(network: CellTransformer, weights: Weights, tasks: Episode, rng: torch.Generator) -> Tensor:
    """Mean over tasks `(b, ...)` of the query's negative log-probability."""
    b, _, n_columns, _ = tasks.support.x.shape
    codes = torch.randn(b, n_columns, network.code, generator=rng)
    slots = torch.rand(b, network.slots, generator=rng).argsort(1)[:, : tasks.n_way]
    device = tasks.support.x.device
    codes, slots = codes.to(device), slots.to(device)
    # In half precision the weights are cast by hand: autocast would cast and back around every small operation.
    kind = torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else weights["cell.in"].dtype
    with torch.autocast(device.type, enabled=False):
        cast = {name: weight.to(kind) for name, weight in weights.items()}
        memory = network.read(cast, tasks.support.x.to(kind), slots.gather(1, tasks.support.y), codes.to(kind))
        scores = network.logits(cast, memory, network.ask(cast, memory, tasks.query.x.to(kind)))
    n_query = tasks.query.y.shape[1]
    chosen = scores.to(weights["cell.in"].dtype).gather(2, slots.unsqueeze(1).expand(-1, n_query, -1)).log_softmax(-1)
    return torch.stack([cross_entropy(each, y) for each, y in zip(chosen, tasks.query.y, strict=True)]).mean()
