"""Small tasks and perceptrons, and whether two gradients agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.learners.learner import Learner
from metamed_core.learners.maml import Maml
from metamed_core.learners.prototypical import Prototypical
from metamed_core.learners.reptile import Reptile
from metamed_core.networks.backbones import Perceptron

Net = dict[str, Tensor]
SHAPES = {
    "2 ways, 1 shot": ([1, 1], [4, 3], 3),
    "5 ways, 5 shots": ([5] * 5, [3] * 5, 7),
    "unbalanced": ([1, 4, 2], [5, 1, 2], 6),
    "a class that nobody asked about has": ([2, 2, 2], [3, 0, 4], 4),
    "a class without labeled patients": ([3, 0, 2], [2, 2, 2], 4),
}


def tasks(shape: str, n_tasks: int = 3) -> Episode:
    """Random tasks with so many support and query patients of each class; the labels of each task in an order of its own."""
    support, query, n_columns = SHAPES[shape]
    rng = torch.Generator().manual_seed(1)

    def some(counts: list[int]) -> LabeledSet:
        of_each = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
        y = torch.stack([of_each[torch.randperm(len(of_each), generator=rng)] for _ in range(n_tasks)])
        x = torch.randn(n_tasks, len(of_each), n_columns, 2, generator=rng, dtype=torch.float64)
        x[..., 0] += 0.5 * y.unsqueeze(-1)
        return LabeledSet(x, y)

    return Episode(some(support), some(query), len(support))


def network(shape: str) -> tuple[Perceptron, Net]:
    """A small network whose biases are not zero."""
    backbone = Perceptron(SHAPES[shape][2], hidden=8, features=4)
    rng = torch.Generator().manual_seed(2)
    weights = {name: weight.double() for name, weight in backbone.init(rng).items()}
    return backbone, {
        name: weight + 0.1 * torch.randn(weight.shape, generator=rng, dtype=torch.float64) for name, weight in weights.items()
    }


def each(batch: Episode) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    for xs, ys, xq, yq in zip(batch.support.x, batch.support.y, batch.query.x, batch.query.y, strict=True):
        yield xs[..., 0], ys, xq[..., 0], yq


# -- the fast paths against them -------------------------------------------------------------------------------------


def agree(found: tuple[Tensor, dict[str, Tensor]], weights: Net, expected: tuple[Tensor, list[Tensor]]) -> None:
    """Within 1e-10 of the largest entry (or of 1, where that is larger); the same names, shapes and type."""
    torch.testing.assert_close(found[0], expected[0], rtol=1e-12, atol=1e-12)
    assert list(found[1]) == list(weights)
    for name, value in zip(weights, expected[1], strict=True):
        assert found[1][name].dtype == weights[name].dtype
        assert found[1][name].shape == weights[name].shape
        assert not found[1][name].requires_grad
        assert float((found[1][name] - value).abs().max()) <= 1e-10 * max(1.0, float(value.abs().max()))


def answer(learner: Learner, shape: str, batch: Episode | None = None, seed: int = 7) -> tuple[Tensor, dict[str, Tensor]]:
    return learner.meta_gradient(*network(shape), batch or tasks(shape), torch.Generator().manual_seed(seed))


LEARNERS: dict[str, Learner] = {
    "second order": Maml(0.2, 3),
    "first order": Maml(0.2, 3, first_order=True),
    "head only": Maml(0.2, 3, head_only=True),
    "reptile": Reptile(0.1, 3, minibatch=4),
    "prototypical": Prototypical(),
}
on_each_learner = pytest.mark.parametrize("which", list(LEARNERS))
