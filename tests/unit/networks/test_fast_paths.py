"""The hand-written gradients of a `Perceptron` against naive loops: one task after another, torch's autograd, in float64."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from metamed_core.data.episode import Episode, LabelledSet
from metamed_core.learners.learner import Learner, cross_entropy
from metamed_core.learners.maml import Maml
from metamed_core.learners.prototypical import Prototypical
from metamed_core.learners.reptile import Reptile
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.networks.backbones import ColumnEncoder, Perceptron

Net = dict[str, Tensor]
SHAPES = {
    "2 ways, 1 shot": ([1, 1], [4, 3], 3),
    "5 ways, 5 shots": ([5] * 5, [3] * 5, 7),
    "unbalanced": ([1, 4, 2], [5, 1, 2], 6),
    "a class that nobody asked about has": ([2, 2, 2], [3, 0, 4], 4),
    "a class without labelled patients": ([3, 0, 2], [2, 2, 2], 4),
}
on_each_shape = pytest.mark.parametrize("shape", list(SHAPES))


def tasks(shape: str, n_tasks: int = 3) -> Episode:
    """Random tasks with so many support and query patients of each class; the labels of each task in an order of its own."""
    support, query, n_columns = SHAPES[shape]
    rng = torch.Generator().manual_seed(1)

    def some(counts: list[int]) -> LabelledSet:
        of_each = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
        y = torch.stack([of_each[torch.randperm(len(of_each), generator=rng)] for _ in range(n_tasks)])
        x = torch.randn(n_tasks, len(of_each), n_columns, 2, generator=rng, dtype=torch.float64)
        x[..., 0] += 0.5 * y.unsqueeze(-1)
        return LabelledSet(x, y)

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


# -- the naive loops -------------------------------------------------------------------------------------------------


def embed(net: Net, x: Tensor) -> Tensor:
    return torch.relu(x @ net["in.weight"].T + net["in.bias"]) @ net["out.weight"].T + net["out.bias"]


def centres_of(net: Net, x: Tensor, y: Tensor, n_way: int) -> Tensor:
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
        centres = centres_of(initial, xs, ys, batch.n_way)
        fast = {**initial, "V": 2 * centres, "c": -centres.square().sum(-1)}
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
        apart = embed(leaves, xq).unsqueeze(1) - centres_of(leaves, xs, ys, batch.n_way)
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
        return balanced_loss(-(embed(net, x).unsqueeze(1) - centres_of(net, xs, ys, batch.n_way)).square().sum(-1), y)

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


LEARNERS: dict[str, Learner] = {
    "second order": Maml(0.2, 3),
    "first order": Maml(0.2, 3, first_order=True),
    "head only": Maml(0.2, 3, head_only=True),
    "reptile": Reptile(0.1, 3, minibatch=4),
    "prototypical": Prototypical(),
}
on_each_learner = pytest.mark.parametrize("which", list(LEARNERS))


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


@on_each_learner
def test_it_works_without_gradients_with_leaves_and_in_single_precision(which: str) -> None:
    (backbone, weights), batch, learner = network("5 ways, 5 shots"), tasks("5 ways, 5 shots"), LEARNERS[which]
    plain = answer(learner, "5 ways, 5 shots")
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    with torch.no_grad():
        again = learner.meta_gradient(backbone, leaves, batch, torch.Generator().manual_seed(7))
    agree(again, weights, (plain[0], list(plain[1].values())))
    single = Episode(LabelledSet(batch.support.x.float(), batch.support.y), LabelledSet(batch.query.x.float(), batch.query.y), batch.n_way)
    loss, gradient = learner.meta_gradient(backbone, {n: w.float() for n, w in weights.items()}, single, torch.Generator().manual_seed(7))
    assert loss.dtype == torch.float32
    for name, value in gradient.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value.double(), plain[1][name], rtol=1e-3, atol=1e-4)
    assert all(torch.equal(leaves[name], weights[name]) for name in weights), "the weights stay as they are"


def test_the_second_order_gradient_equals_finite_differences() -> None:
    for head_only in (False, True):
        (backbone, weights), batch, learner = network("unbalanced"), tasks("unbalanced"), Maml(0.2, 3, head_only=head_only)
        _, gradient = learner.meta_gradient(backbone, weights, batch, torch.Generator())
        rng, size = torch.Generator().manual_seed(5), 1e-6
        for _ in range(4):
            way = {name: torch.randn(weight.shape, generator=rng, dtype=torch.float64) for name, weight in weights.items()}
            ahead, behind = (
                learner.meta_gradient(backbone, {n: w + sign * size * way[n] for n, w in weights.items()}, batch, rng)[0]
                for sign in (1, -1)
            )
            slope = (ahead - behind) / (2 * size)
            torch.testing.assert_close(sum((gradient[n] * way[n]).sum() for n in weights), slope, rtol=1e-6, atol=1e-7)


def test_the_options_are_four_different_gradients() -> None:
    """So that agreement with the loops above is not agreement of everything with everything."""
    options = [Maml(0.2, 3, first_order=first, head_only=head) for first, head in product([False, True], repeat=2)]
    found = [torch.cat([part.flatten() for part in answer(each, "unbalanced")[1].values()]) for each in options]
    apart = [float((one - other).abs().max()) for i, one in enumerate(found) for other in found[:i]]
    assert min(apart) > 1e-3


@pytest.mark.parametrize("backbone", [Perceptron(4, hidden=8, features=4), ColumnEncoder(width=8, latents=3, features=2)])
def test_head_only_moves_nothing_but_the_head(backbone: Perceptron | ColumnEncoder) -> None:
    """ANIL in use, on either network: the first classifier is MAML's, every later one has the body it started from."""
    cells = torch.randn(6, 4, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    support = LabelledSet(cells, torch.arange(6) % 3)
    weights = {name: weight.double() for name, weight in backbone.init(torch.Generator().manual_seed(0)).items()}
    walks = [list(Maml(0.05, 4, head_only=head_only).adapt(backbone, weights, support, 3)) for head_only in (True, False)]
    losses = [float(cross_entropy(classifier.log_proba(support.x), support.y)) for classifier in walks[0]]
    assert len(losses) == 5
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0]
    for anil, maml in list(zip(*walks, strict=True))[1:]:
        assert all(torch.equal(anil.weights[name], weight) for name, weight in weights.items())
        assert not torch.equal(anil.weights["head.weight"], walks[0][0].weights["head.weight"])
        assert not torch.equal(anil.embed(support.x), maml.embed(support.x))
    assert torch.equal(walks[0][0].weights["head.weight"], walks[1][0].weights["head.weight"])


def test_half_precision_takes_the_general_path() -> None:
    """The formulas compute in the cells' own precision; under autocast the general path does what was asked for."""
    x = torch.zeros(1)
    assert hand.by_hand(Perceptron(3), x)
    assert not hand.by_hand(ColumnEncoder(), x)
    with torch.autocast("cpu", torch.bfloat16):
        assert not hand.by_hand(Perceptron(3), x)


def test_new_options_are_off_unless_asked_for() -> None:
    assert dataclasses.asdict(Maml()) == {"inner_lr": 0.03, "inner_steps": 8, "first_order": False, "head_only": False}
