"""The options of a hand-written gradient: second and first order, the head alone, precision."""

from __future__ import annotations

import dataclasses
from itertools import product

import pytest
import torch

from metamed_core.data.episode import Episode, LabeledSet
from metamed_core.learners.learner import cross_entropy
from metamed_core.learners.maml import Maml
from metamed_core.networks import perceptron_gradients as hand
from metamed_core.networks.backbones import ColumnEncoder, Perceptron
from tests.helpers.perceptrons import LEARNERS, agree, answer, network, on_each_learner, tasks


@on_each_learner
def test_it_works_without_gradients_with_leaves_and_in_single_precision(which: str) -> None:
    (backbone, weights), batch, learner = network("5 ways, 5 shots"), tasks("5 ways, 5 shots"), LEARNERS[which]
    plain = answer(learner, "5 ways, 5 shots")
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    with torch.no_grad():
        again = learner.meta_gradient(backbone, leaves, batch, torch.Generator().manual_seed(7))
    agree(again, weights, (plain[0], list(plain[1].values())))
    single = Episode(LabeledSet(batch.support.x.float(), batch.support.y), LabeledSet(batch.query.x.float(), batch.query.y), batch.n_way)
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
    support = LabeledSet(cells, torch.arange(6) % 3)
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


def test_the_gradient_is_the_paper_s_unless_asked_otherwise() -> None:
    assert dataclasses.asdict(Maml()) == {"inner_lr": 0.03, "inner_steps": 8, "first_order": False, "head_only": False, "scaled_metric": 1}
