"""The algorithms against their formulas: naive loops, finite differences and sums written out, in float64."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from metamed_core.data.episode import Episode, LabeledSet, class_means
from metamed_core.learners.inner_loop import log_proba, prototype_head
from metamed_core.learners.learner import cross_entropy
from metamed_core.learners.maml import Maml
from metamed_core.learners.matching import Matching, full_context, matching_posterior
from metamed_core.learners.prototypical import Prototypical, prototypical_log_posterior
from metamed_core.learners.reptile import Reptile
from metamed_core.networks.backbones import Backbone, ColumnEncoder, Perceptron
from tests.helpers.tasks import small_episode, stacked

BACKBONES: list[Backbone] = [Perceptron(5, hidden=7, features=4), ColumnEncoder(width=8, latents=3, features=2)]
on_both = pytest.mark.parametrize("backbone", BACKBONES, ids=lambda b: b.name)
TASKS = [small_episode(seed=seed) for seed in range(3)]


def initial(backbone: Backbone, seed: int = 0) -> dict[str, Tensor]:
    return {name: weight.double() for name, weight in backbone.init(torch.Generator().manual_seed(seed)).items()}


def naive_maml_loss(
    backbone: Backbone, weights: dict[str, Tensor], task: Episode, lr: float, steps: int, *, create_graph: bool = True
) -> Tensor:
    """The textbook loop: torch.autograd.grad with create_graph, one task at a time."""
    head = prototype_head(backbone.embed(weights, task.support.x), task.support.y, task.n_way)
    fast = {**weights, **head}
    for _ in range(steps):
        # The inner gradient is taken at the parameters as they stand: the head counts as one, not as a function of the net.
        fast = {name: weight.view_as(weight) for name, weight in fast.items()}
        loss = cross_entropy(log_proba(backbone, fast, task.support.x), task.support.y)
        gradients = torch.autograd.grad(loss, list(fast.values()), create_graph=create_graph)
        fast = {name: weight - lr * gradient for (name, weight), gradient in zip(fast.items(), gradients, strict=True)}
    return cross_entropy(log_proba(backbone, fast, task.query.x), task.query.y)


@on_both
def test_maml_meta_gradient_equals_a_naive_create_graph_loop(backbone: Backbone) -> None:
    weights = {name: weight.requires_grad_() for name, weight in initial(backbone).items()}
    losses = torch.stack([naive_maml_loss(backbone, weights, task, 0.3, 4) for task in TASKS])
    expected = torch.autograd.grad(losses.mean(), list(weights.values()))
    loss, gradient = Maml(inner_lr=0.3, inner_steps=4).meta_gradient(backbone, initial(backbone), stacked(TASKS), torch.Generator())
    torch.testing.assert_close(loss, losses.mean().detach(), rtol=1e-12, atol=0)
    for name, value in zip(weights, expected, strict=True):
        torch.testing.assert_close(gradient[name], value, rtol=1e-9, atol=1e-11)


@on_both
def test_maml_meta_gradient_equals_finite_differences(backbone: Backbone) -> None:
    learner, weights, tasks = Maml(inner_lr=0.3, inner_steps=3), initial(backbone), stacked(TASKS)
    _, gradient = learner.meta_gradient(backbone, weights, tasks, torch.Generator())
    rng, size = torch.Generator().manual_seed(5), 1e-7
    for _ in range(4):
        way = {name: torch.randn(weight.shape, generator=rng, dtype=torch.float64) for name, weight in weights.items()}
        ahead, behind = ({n: w + sign * size * way[n] for n, w in weights.items()} for sign in (1, -1))
        slope = (learner.meta_gradient(backbone, ahead, tasks, rng)[0] - learner.meta_gradient(backbone, behind, tasks, rng)[0]) / (
            2 * size
        )
        torch.testing.assert_close(sum((gradient[n] * way[n]).sum() for n in weights), slope, rtol=1e-5, atol=1e-7)


@on_both
def test_first_order_is_another_gradient_and_only_on_request(backbone: Backbone) -> None:
    tasks, weights = stacked(TASKS), initial(backbone)
    _, second = Maml(inner_lr=0.3, inner_steps=3).meta_gradient(backbone, weights, tasks, torch.Generator())
    _, first = Maml(inner_lr=0.3, inner_steps=3, first_order=True).meta_gradient(backbone, weights, tasks, torch.Generator())
    assert not Maml().first_order
    apart = max(float((first[name] - second[name]).abs().max()) for name in weights)
    assert apart > 1e-4


@on_both
def test_first_order_equals_a_naive_loop_without_create_graph(backbone: Backbone) -> None:
    weights = {name: weight.requires_grad_() for name, weight in initial(backbone).items()}
    losses = torch.stack([naive_maml_loss(backbone, weights, task, 0.3, 3, create_graph=False) for task in TASKS])
    expected = torch.autograd.grad(losses.mean(), list(weights.values()))
    learner = Maml(inner_lr=0.3, inner_steps=3, first_order=True)
    _, gradient = learner.meta_gradient(backbone, initial(backbone), stacked(TASKS), torch.Generator())
    for name, value in zip(weights, expected, strict=True):
        torch.testing.assert_close(gradient[name], value, rtol=1e-9, atol=1e-11)


def test_maml_meta_loss_is_taken_on_the_query_and_the_inner_loss_on_the_support() -> None:
    backbone, task = BACKBONES[1], TASKS[0]
    other_query = Episode(task.support, LabeledSet(task.query.x, task.query.y.flip(0)), task.n_way)
    learner, weights = Maml(), initial(backbone)
    assert float(learner.meta_loss(backbone, weights, task)) != float(learner.meta_loss(backbone, weights, other_query))
    no_steps = dataclasses.replace(learner, inner_steps=0)
    *_, adapted = learner.adapt(backbone, weights, task.support, 3)
    *_, start = no_steps.adapt(backbone, weights, task.support, 3)
    loss = [float(cross_entropy(c.log_proba(task.support.x), task.support.y)) for c in (start, adapted)]
    assert loss[1] < loss[0]


@on_both
def test_adapting_equals_the_naive_loop(backbone: Backbone) -> None:
    weights = {name: weight.requires_grad_() for name, weight in initial(backbone).items()}
    # A step so small that none overshoots and has to be halved.
    task, learner = TASKS[0], Maml(inner_lr=0.01, inner_steps=4)
    expected = naive_maml_loss(backbone, weights, task, 0.01, 4)
    *_, last = learner.adapt(backbone, initial(backbone), task.support, 3)
    torch.testing.assert_close(cross_entropy(last.log_proba(task.query.x), task.query.y), expected.detach(), rtol=1e-10, atol=1e-12)


@on_both
def test_reptile_update_is_the_mean_of_adapted_minus_initial_weights(backbone: Backbone) -> None:
    learner, weights, tasks = Reptile(inner_lr=0.2, inner_steps=3, minibatch=5), initial(backbone), stacked(TASKS)
    _, direction = learner.meta_gradient(backbone, weights, tasks, torch.Generator().manual_seed(7))
    draws = torch.rand(3, 3, len(TASKS[0].query), generator=torch.Generator().manual_seed(7)).argsort(-1)[..., :5]
    ends = []
    for task, rows in zip(TASKS, draws, strict=True):
        now = {name: weight.clone() for name, weight in weights.items()}
        for minibatch in rows:
            now = {name: weight.detach().requires_grad_() for name, weight in now.items()}
            # The head is made anew from the support at every step: it is a function of the weights.
            centers = torch.stack([backbone.embed(now, task.support.x[task.support.y == k]).mean(0) for k in range(3)])
            distances = (backbone.embed(now, task.query.x[minibatch]).unsqueeze(1) - centers).square().sum(-1)
            loss = cross_entropy((-distances).log_softmax(-1), task.query.y[minibatch])
            gradients = torch.autograd.grad(loss, list(now.values()))
            now = {name: weight.detach() - 0.2 * g for (name, weight), g in zip(now.items(), gradients, strict=True)}
        ends.append(now)
    for name, weight in weights.items():
        expected = torch.stack([end[name] - weight for end in ends]).mean(0)
        torch.testing.assert_close(-direction[name], expected, rtol=1e-9, atol=1e-12)


def test_prototypical_posterior_is_the_softmax_of_minus_squared_distances() -> None:
    rng = np.random.default_rng(0)
    queries, support, y = rng.normal(size=(6, 4)), rng.normal(size=(9, 4)), np.arange(9) % 3
    centers = np.stack([support[y == k].mean(0) for k in range(3)])
    expected = np.empty((6, 3))
    for i in range(6):
        score = [np.exp(-sum((queries[i, e] - centers[k, e]) ** 2 for e in range(4))) for k in range(3)]
        expected[i] = np.array(score) / sum(score)
    means = class_means(torch.from_numpy(support), torch.from_numpy(y), 3)
    np.testing.assert_allclose(prototypical_log_posterior(torch.from_numpy(queries), means).exp().numpy(), expected, rtol=1e-12)


def test_prototype_head_is_the_prototypical_posterior() -> None:
    backbone, task = BACKBONES[1], TASKS[0]
    weights = initial(backbone)
    *_, prototypical = Prototypical().adapt(backbone, weights, task.support, 3)
    first = next(Maml().adapt(backbone, weights, task.support, 3))
    torch.testing.assert_close(first.predict_proba(task.query.x), prototypical.predict_proba(task.query.x), rtol=1e-9, atol=1e-12)


def test_matching_posterior_is_the_attention_summed_over_the_support() -> None:
    rng = np.random.default_rng(0)
    queries, support, y, sharpness = rng.normal(size=(6, 4)), rng.normal(size=(9, 4)), np.arange(9) % 3, 3.0
    expected = np.zeros((6, 3))
    for i in range(6):
        cosine = [queries[i] @ s / np.linalg.norm(queries[i]) / np.linalg.norm(s) for s in support]
        attention = np.exp(np.array(cosine) * sharpness) / np.exp(np.array(cosine) * sharpness).sum()
        for j in range(9):
            expected[i, y[j]] += attention[j]
    got = matching_posterior(torch.from_numpy(queries), torch.from_numpy(support), torch.from_numpy(y), 3, sharpness)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


def test_matching_does_not_favor_a_diagnosis_for_having_more_patients() -> None:
    support = torch.eye(2, dtype=torch.float64)[[0, 0, 0, 1]]
    between = torch.ones(1, 2, dtype=torch.float64)
    got = matching_posterior(between, support, torch.tensor([0, 0, 0, 1]), 2, 4.0)
    torch.testing.assert_close(got, torch.full((1, 2), 0.5, dtype=torch.float64))


def test_reading_the_context_changes_the_answer_and_keeps_it_a_probability() -> None:
    backbone, task = BACKBONES[1], TASKS[0]
    weights = {name: weight.double() for name, weight in Matching().init(backbone, torch.Generator().manual_seed(0)).items()}
    answers = [
        list(Matching(context_reads=reads).adapt(backbone, weights, task.support, 3))[-1].predict_proba(task.query.x) for reads in (0, 1, 3)
    ]
    assert not torch.allclose(answers[0], answers[1])
    assert not torch.allclose(answers[1], answers[2])
    torch.testing.assert_close(answers[2].sum(1), torch.ones(len(task.query), dtype=torch.float64))


def test_full_context_embedding_equals_its_equations_written_out() -> None:
    """Vinyals et al. 2016, appendix A.1, eq. 3-6, token by token and number by number."""
    rng, width, reads = np.random.default_rng(3), 2, 2
    queries, support = rng.normal(size=(3, 6)), rng.normal(size=(4, 6))
    weights = {"match.lstm_in": rng.normal(size=(8, 2)), "match.lstm_state": rng.normal(size=(8, 4)), "match.lstm_bias": rng.normal(size=8)}

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    expected = queries.copy()
    for i, query in enumerate(queries):
        hidden, memory = query.copy(), np.zeros(6)
        for _ in range(reads):
            attention = np.exp([hidden @ known for known in support])
            read = sum(a * known for a, known in zip(attention / attention.sum(), support, strict=True))
            before = hidden.copy()
            for t in range(0, 6, width):
                token = slice(t, t + width)
                state = np.concatenate([before[token], read[token]])
                gates = weights["match.lstm_in"] @ query[token] + weights["match.lstm_state"] @ state + weights["match.lstm_bias"]
                keep, write, show, new = np.split(gates, 4)
                memory[token] = sigmoid(keep) * memory[token] + sigmoid(write) * np.tanh(new)
                hidden[token] = sigmoid(show) * np.tanh(memory[token]) + query[token]
        expected[i] = hidden
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    got = full_context(tensors, torch.from_numpy(queries), torch.from_numpy(support), width, reads)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)


def test_cross_entropy_weighs_every_class_the_same() -> None:
    log_p = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.5, 0.5]], dtype=torch.float64).log()
    expected = (-(np.log(0.9) + np.log(0.8)) / 2 - np.log(0.5)) / 2
    assert float(cross_entropy(log_p, torch.tensor([0, 0, 1]))) == pytest.approx(expected, rel=1e-12)
