"""The hand-written gradients of a `Perceptron` against naive loops: one task after another, torch's autograd, in float64."""

from __future__ import annotations

import copy
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from metamed_core.data.episode import Episode
from metamed_core.learners.maml import Maml
from metamed_core.learners.prototypical import Prototypical
from metamed_core.learners.reptile import Reptile
from metamed_core.networks import perceptron_gradients as hand
from tests.helpers.perceptrons import LEARNERS, SHAPES, Net, agree, answer, each, network, on_each_learner, tasks

on_each_shape = pytest.mark.parametrize("shape", list(SHAPES))


# -- the naive loops -------------------------------------------------------------------------------------------------


def embed(net: Net, x: Tensor) -> Tensor:
    return torch.relu(x @ net["in.weight"].T + net["in.bias"]) @ net["out.weight"].T + net["out.bias"]


def centers_of(net: Net, x: Tensor, y: Tensor, n_way: int) -> Tensor:
    """Class means; the origin for a class without patients."""
    embeddings = embed(net, x)
    return torch.stack([embeddings[y == k].mean(0) if (y == k).any() else torch.zeros_like(embeddings[0]) for k in range(n_way)])


def balanced_loss(logits: Tensor, y: Tensor) -> Tensor:
    """Mean over the classes present of their patients' mean loss."""
    by_class = [-logits.log_softmax(-1)[y == k, k].mean() for k in y.unique().tolist()]
    return torch.stack(by_class).mean()


def naive_maml(weights: Net, batch: Episode, learner: Maml) -> tuple[Tensor, list[Tensor]]:
    initial = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    losses = []
    for xs, ys, xq, yq in each(batch):
        centers = centers_of(initial, xs, ys, batch.n_way)
        fast = {**initial, "V": 2 * centers, "c": -centers.square().sum(-1)}
        moved = ["V", "c"] if learner.head_only else list(fast)
        for _ in range(learner.inner_steps):
            fast = {name: weight.view_as(weight) for name, weight in fast.items()}
            inner = balanced_loss(embed(fast, xs) @ fast["V"].T + fast["c"], ys)
            gradients = torch.autograd.grad(inner, [fast[name] for name in moved], create_graph=True)
            for name, gradient in zip(moved, gradients, strict=True):
                fast[name] = fast[name] - learner.inner_lr * (gradient.detach() if learner.first_order else gradient)
        losses.append(balanced_loss(embed(fast, xq) @ fast["V"].T + fast["c"], yq))
    mean = torch.stack(losses).mean()
    return mean.detach(), list(torch.autograd.grad(mean, list(initial.values())))


def naive_prototypical(weights: Net, batch: Episode) -> tuple[Tensor, list[Tensor]]:
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    losses = []
    for xs, ys, xq, yq in each(batch):
        apart = embed(leaves, xq).unsqueeze(1) - centers_of(leaves, xs, ys, batch.n_way)
        losses.append(balanced_loss(-apart.square().sum(-1), yq))
    mean = torch.stack(losses).mean()
    return mean.detach(), list(torch.autograd.grad(mean, list(leaves.values())))


class Module(nn.Module):
    """The network as torch has it, to be copied and moved by SGD."""

    def __init__(self, weights: Net) -> None:
        super().__init__()
        self.weights = nn.ParameterDict({name.replace(".", "_"): nn.Parameter(weight.clone()) for name, weight in weights.items()})

    def named(self) -> Net:
        return {name.replace("_", "."): weight for name, weight in self.weights.items()}


def naive_reptile(weights: Net, batch: Episode, learner: Reptile, rng: torch.Generator) -> tuple[Tensor, list[Tensor]]:
    model, n_query = Module(weights), batch.query.y.shape[1]
    draws = torch.rand(len(batch.query.y), learner.inner_steps, n_query, generator=rng).argsort(-1)[..., : learner.minibatch]
    losses, ends = [], []

    def loss(net: Net, xs: Tensor, ys: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return balanced_loss(-(embed(net, x).unsqueeze(1) - centers_of(net, xs, ys, batch.n_way)).square().sum(-1), y)

    for (xs, ys, xq, yq), minibatches in zip(each(batch), draws, strict=True):
        losses.append(loss(model.named(), xs, ys, xq, yq).detach())
        own = copy.deepcopy(model)
        descent = torch.optim.SGD(own.parameters(), learner.inner_lr)
        for rows in minibatches:
            descent.zero_grad()
            loss(own.named(), xs, ys, xq[rows], yq[rows]).backward()
            descent.step()
        ends.append({name: weight.detach() for name, weight in own.named().items()})
    return torch.stack(losses).mean(), [torch.stack([weight - end[name] for end in ends]).mean(0) for name, weight in weights.items()]


@on_each_shape
@pytest.mark.parametrize("steps", [0, 1, 5])
@pytest.mark.parametrize(("first_order", "head_only"), list(product([False, True], repeat=2)))
def test_maml_equals_a_loop_with_create_graph(shape: str, steps: int, first_order: bool, head_only: bool) -> None:
    learner = Maml(0.2, steps, first_order=first_order, head_only=head_only)
    agree(answer(learner, shape), network(shape)[1], naive_maml(network(shape)[1], tasks(shape), learner))


@on_each_shape
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_reptile_equals_a_loop_of_copies_moved_by_sgd(shape: str, steps: int) -> None:
    learner = Reptile(0.1, steps, minibatch=4)
    expected = naive_reptile(network(shape)[1], tasks(shape), learner, torch.Generator().manual_seed(7))
    agree(answer(learner, shape), network(shape)[1], expected)


@on_each_shape
def test_prototypical_equals_a_loop_over_episodes(shape: str) -> None:
    agree(answer(Prototypical(), shape), network(shape)[1], naive_prototypical(network(shape)[1], tasks(shape)))


@on_each_learner
def test_it_is_the_gradient_that_any_other_network_gets(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The general path (vmap over tasks) for the same network, and that it is not the path taken."""
    by_hand = answer(LEARNERS[which], "unbalanced")
    monkeypatch.setattr(hand, "prototypical", None)
    monkeypatch.setattr(hand, "forward", None)
    with pytest.raises(TypeError, match="not callable"):
        answer(LEARNERS[which], "unbalanced")
    monkeypatch.setattr(hand, "by_hand", lambda *_: False)
    general = answer(LEARNERS[which], "unbalanced")
    agree(by_hand, network("unbalanced")[1], (general[0].detach(), list(general[1].values())))


@on_each_learner
def test_a_meta_batch_of_several_blocks_is_the_mean_over_its_tasks(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = tasks("unbalanced", 7)
    whole = answer(LEARNERS[which], "unbalanced", batch)
    monkeypatch.setattr(hand, "BLOCK", 3)
    loss, gradient = answer(LEARNERS[which], "unbalanced", batch)
    agree((loss, gradient), network("unbalanced")[1], (whole[0], list(whole[1].values())))
