"""Prior-fitted networks (Müller, Hollmann, Pineda Arango, Grabocka and Hutter 2022), https://arxiv.org/abs/2112.10510.

A transformer trained on several hundred thousand synthetic tables approximates the posterior predictive distribution of the
prior they are drawn from: its input is the support set and a query patient, its output the class probabilities (in-context
learning). No weights change for a new task. Follows TabPFN (Hollmann et al. 2023, https://arxiv.org/abs/2207.01848; 2025,
https://doi.org/10.1038/s41586-024-08328-6), for very small tables.

A *reading* is one forward pass with one random coding: random codes identify the columns, random output slots the classes,
and a table over the size limits is subsampled. Predictions are averaged over several readings.
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
"""Seed of slots, codes and subsets, so that the same table gets the same predictions."""

MAX_PATIENTS, MAX_COLUMNS, MAX_CELLS = 256, 256, 20_000
"""Limits of one reading, above those of meta-training (100, 100 and 10,000); each reading draws its own subset of a larger table."""

DOUBLE_CELLS = 400
"""Labeled patients times columns up to which float64 is used; larger tables use float32, which is twice as fast."""

CELLS_AT_ONCE = 6_000
"""Cells per forward pass, over all readings; this many fit in the processor cache."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The random codings of all readings of one table.

    Parameters
    ----------
    patients, columns
        Positions of the patients and columns used, `(n_readings, n_patients)` and `(n_readings, n_columns)`.
    codes
        Random codes of the columns, `(n_readings, n_columns, n_code)`.
    slot
        Output slot of each class, `(n_readings, n_way)`. With more classes than slots, classes share slots, differently in each.
    """

    patients: Tensor
    columns: Tensor
    codes: Tensor
    slot: Tensor


def draw_readings(network: CellTransformer, support: LabeledSet, n_way: int, n: int) -> Readings:
    """`n` seeded random codings of a support set, invariant to the order of its patients, columns and classes."""
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
        # Consecutive blocks of columns, so that the readings together cover as many columns as possible.
        read = order.roll(-i * MAX_COLUMNS)[:MAX_COLUMNS]
        codes = torch.randn(len(order), network.code, generator=rng)[columns[read]]
        slot = _slots(crowd, network.slots, rng)
        crowd += torch.bincount(slot, minlength=network.slots)[slot] - 1
        drawn.append((_some_of_each(patients, support.y, most, rng), read, codes, slot[classes]))
    return Readings(*(torch.stack(part) for part in zip(*drawn, strict=True)))


def _some_of_each(positions: Tensor, y: Tensor, most: int, rng: torch.Generator) -> Tensor:
    """A random subset of at most `most` patients that contains every class."""
    if len(positions) <= most:
        return positions
    drawn = positions[torch.randperm(len(positions), generator=rng)]
    first = (torch.cumsum(one_hot(y[drawn], int(y.max()) + 1, torch.int64), 0).gather(1, y[drawn].unsqueeze(1)) == 1).squeeze(1)
    return torch.cat([drawn[first], drawn[~first]])[:most]


def _slots(crowd: Tensor, slots: int, rng: torch.Generator) -> Tensor:
    """A random slot for each class, `(n_way,)`: distinct ones, or evenly shared ones if there are more classes than slots.

    crowd `(n_way,)`: with how many classes each shared its slot in earlier readings; those with few now share with many.
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
    """Predicts from the part of the support set used so far, averaged over `n_readings` readings."""

    def __init__(self, network: CellTransformer, weights: Weights, support: LabeledSet, n_way: int, n_readings: int) -> None:
        kind = support.x.dtype if support.x[..., 0].numel() <= DOUBLE_CELLS else torch.float32
        super().__init__(network, {name: weight.to(kind) for name, weight in weights.items()}, support, n_way)
        self.network, self.n_readings, self._kind = network, n_readings, kind
        self.passes = n_readings

    @cached_property
    def _read(self) -> tuple[Readings, Memory]:
        """The codings and the encoded support set; computed at the first prediction, because many steps never predict."""
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
        """See `Classifier.log_proba`: log of the mean probability over readings, or see `_told` if there are more classes than slots."""
        return torch.cat([self._told(part) for part in self._parts(x)])

    @torch.no_grad()
    def embed(self, x: Tensor) -> Tensor:
        """See `Classifier.embed`: the output row of the transformer for each patient in the first reading, `(n, row_width)`."""
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
        # Each reading distinguishes groups of classes, others in the next: an error-correcting output code (Dietterich and Bakiri 1995).
        # All are of the same patients, so that only as many count as evidence as there are classes to a slot (docs/explanation/evaluation.md).
        return (told.mean(0) * (self.n_way / self.network.slots)).log_softmax(-1)

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """Blocks of patients with a bounded number of cells over all readings."""
        return torch.split(x, max(1, CELLS_AT_ONCE // (self.n_readings * min(x.shape[-2], MAX_COLUMNS))))


@dataclass(frozen=True)
class PriorFitted(Learner):
    """A prior-fitted network; the adaptation steps use 1, 2, 4, ... patients of each class, the last all of them.

    `readings` is the number of forward passes to average; it is multiplied if there are more classes than output slots.
    """

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
        """See `Learner.lighter`: one reading instead of several."""
        return dataclasses.replace(self, readings=1)

    def steps(self, support: LabeledSet, n_way: int) -> int:
        """See `Learner.steps`; step 0 already uses one patient per class."""
        return n_doubling_steps(support, MAX_PATIENTS) - 1

    def adapt(self, backbone: Backbone, weights: Weights, support: LabeledSet, n_way: int) -> Iterator[PriorFittedClassifier]:
        """See `Learner.adapt`."""
        network = _network(backbone)
        # If classes share slots, a single reading is less informative.
        n_readings = self.readings * -(-n_way // network.slots)
        for seen in doubling_schedule(support, MAX_PATIENTS):
            yield PriorFittedClassifier(network, weights, seen, n_way, n_readings)

    def meta_loss(self, backbone: Backbone, weights: Weights, episode: Episode) -> Tensor:
        """Eq. 2 for one task with one reading: negative log-probability of the query labels."""
        tasks = Episode(
            LabeledSet(episode.support.x.unsqueeze(0), episode.support.y.unsqueeze(0)),
            LabeledSet(episode.query.x.unsqueeze(0), episode.query.y.unsqueeze(0)),
            episode.n_way,
        )
        return _loss(_network(backbone), weights, tasks, torch.Generator().manual_seed(SEED))

    def meta_gradient(self, backbone: Backbone, weights: Weights, tasks: Episode, rng: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Learner.meta_gradient`; all tasks in one forward pass, each with slots and codes drawn from `rng`."""
        leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
        loss = _loss(_network(backbone), leaves, tasks, rng)
        return loss.detach(), dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


def _network(backbone: Backbone) -> CellTransformer:
    if not isinstance(backbone, CellTransformer):
        raise TypeError(f"A prior-fitted network is a CellTransformer, not a {type(backbone).__name__}.")
    return backbone


def _loss(network: CellTransformer, weights: Weights, tasks: Episode, rng: torch.Generator) -> Tensor:
    """Negative log-probability of the query labels, mean over tasks `(n_tasks, ...)`."""
    b, _, n_columns, _ = tasks.support.x.shape
    codes = torch.randn(b, n_columns, network.code, generator=rng)
    slots = torch.rand(b, network.slots, generator=rng).argsort(1)[:, : tasks.n_way]
    device = tasks.support.x.device
    codes, slots = codes.to(device), slots.to(device)
    # In half precision the weights are cast explicitly: autocast would cast back and forth around every small operation.
    kind = torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else weights["cell.in"].dtype
    with torch.autocast(device.type, enabled=False):
        cast = {name: weight.to(kind) for name, weight in weights.items()}
        memory = network.read(cast, tasks.support.x.to(kind), slots.gather(1, tasks.support.y), codes.to(kind))
        scores = network.logits(cast, memory, network.ask(cast, memory, tasks.query.x.to(kind)))
    n_query = tasks.query.y.shape[1]
    chosen = scores.to(weights["cell.in"].dtype).gather(2, slots.unsqueeze(1).expand(-1, n_query, -1)).log_softmax(-1)
    return torch.stack([cross_entropy(each, y) for each, y in zip(chosen, tasks.query.y, strict=True)]).mean()
