"""The metric scaled by the labeled patients, against a naive loop and its own promises."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet
from metamed_core.learners import LEARNERS, load_weights
from metamed_core.learners.support_metric import INITIAL, METRIC_STRENGTHS, TINY, MetricLearner, column_scale
from metamed_core.networks import COLUMN_SCALE, Perceptron

METRIC = [name for name, kind in LEARNERS.items() if issubclass(kind, MetricLearner)]
Y = torch.tensor([0, 2, 2, 0, 1, 0, 2, 2])
START = torch.tensor(INITIAL, dtype=torch.float64)


def tokens(n: int = len(Y), n_columns: int = 3, features: int = 2) -> Tensor:
    return torch.randn(n, n_columns, features, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def naive(x: Tensor, y: Tensor, strengths: Tensor) -> list[list[float]]:
    """The definition in loops over columns, features, classes and patients."""
    prior_variance, prior_ratio, power, ratio_power = (
        math.exp(strengths[0]),
        math.exp(strengths[1]),
        float(strengths[2]),
        float(strengths[3]),
    )
    n_columns, features = x.shape[1:]
    groups = [[i for i in range(len(y)) if y[i] == k] for k in sorted(set(y.tolist()))]
    freedom = len(y) - len(groups)
    within, between = np.zeros((n_columns, features)), np.zeros((n_columns, features))
    for c in range(n_columns):
        for f in range(features):
            means = [np.mean([float(x[i, c, f]) for i in group]) for group in groups]
            within[c, f] = sum((float(x[i, c, f]) - mean) ** 2 for group, mean in zip(groups, means, strict=True) for i in group) / freedom
            between[c, f] = np.var(means, ddof=1)
    size = len(groups) / sum(1 / len(group) for group in groups)
    variance = (freedom * within + prior_variance * within.mean()) / (freedom + prior_variance)
    ratio = size * between / variance
    ratio = (freedom * ratio + prior_ratio * ratio.mean()) / (freedom + prior_ratio)
    scale = (variance + TINY) ** (-power / 2) * (ratio + TINY) ** (ratio_power / 2)
    scale = scale / np.exp(np.log(scale).mean())
    return (scale * math.sqrt((variance.sum() + TINY) / ((variance * scale**2).sum() + TINY))).tolist()


@pytest.mark.parametrize("strengths", [START, torch.tensor([1.0, 4.0, 0.3, 2.0], dtype=torch.float64)])
def test_the_scale_is_the_definition_in_loops(strengths: Tensor) -> None:
    np.testing.assert_allclose(column_scale(tokens(), Y, 4, strengths).tolist(), naive(tokens(), Y, strengths), rtol=1e-10)


def test_one_patient_of_each_class_changes_nothing() -> None:
    assert torch.equal(column_scale(tokens(3), torch.tensor([1, 0, 2]), 3, START), torch.ones(3, 2, dtype=torch.float64))


def test_no_exponents_change_nothing() -> None:
    off = torch.tensor([*INITIAL[:2], 0.0, 0.0], dtype=torch.float64)
    torch.testing.assert_close(column_scale(tokens(), Y, 3, off), torch.ones(3, 2, dtype=torch.float64), rtol=0, atol=1e-12)


def test_the_order_of_patients_and_columns_does_not_matter() -> None:
    rows, columns = torch.tensor([7, 2, 5, 0, 1, 3, 6, 4]), torch.tensor([2, 0, 1])
    straight = column_scale(tokens(), Y, 3, START)
    shuffled = column_scale(tokens()[rows][:, columns], Y[rows], 3, START)
    torch.testing.assert_close(shuffled, straight[columns], rtol=1e-12, atol=1e-12)


def test_a_column_that_tells_the_classes_apart_counts_more_than_one_that_scatters() -> None:
    x = tokens(24, 2, 1)
    y = torch.arange(24) % 2
    x[:, 0, 0] = x[:, 0, 0] * 0.3 + 3 * y
    scale = column_scale(x, y, 2, START)
    assert scale[0, 0] > 2 * scale[1, 0]


@pytest.mark.parametrize("constant", [0, 1])
def test_constant_columns_are_finite_and_so_is_the_gradient(constant: int) -> None:
    x = tokens()
    x[:, constant:] = 1.0
    x.requires_grad_()
    strengths = START.clone().requires_grad_()
    column_scale(x, Y, 3, strengths).square().sum().backward()
    assert x.grad is not None
    assert strengths.grad is not None
    assert x.grad.isfinite().all()
    assert strengths.grad.isfinite().all()


def task() -> tuple[LabeledSet, Tensor]:
    rng = torch.Generator().manual_seed(2)
    draw = lambda n: torch.randn(n, 5, len(CHANNELS), dtype=torch.float64, generator=rng)  # noqa: E731
    return LabeledSet(draw(len(Y)), Y), draw(4)


@pytest.mark.parametrize("name", METRIC)
def test_switched_off_it_is_the_learner_of_the_paper(name: str) -> None:
    """The same weights without strengths give the same answers to the bit; switched on, others."""
    learner = LEARNERS[name]()
    start = load_weights("none", learner)
    plain = {key: weight for key, weight in start.weights.items() if key != METRIC_STRENGTHS}
    support, asked = task()

    def answer(weights: dict[str, Tensor], switch: int) -> Tensor:
        *_, last = dataclasses.replace(learner, scaled_metric=switch).adapt(start.backbone, weights, support, 3)  # type: ignore[call-arg]
        return last.predict_proba(asked)

    assert torch.equal(answer(start.weights, 0), answer(plain, 1))
    assert not torch.allclose(answer(start.weights, 1), answer(plain, 1), atol=1e-3)


def test_distances_are_sums_over_columns() -> None:
    """What each column adds to a distance is exact: the scale is a part of the embedding."""
    learner = LEARNERS["prototypical"]()
    start = load_weights("none", learner)
    support, asked = task()
    *_, last = learner.adapt(start.backbone, start.weights, support, 3)
    parts = (last.embed(asked).unflatten(-1, (5, -1)).unsqueeze(1) - last.prototypes().unflatten(-1, (5, -1))).square().sum(-1)
    torch.testing.assert_close((-parts.sum(-1)).softmax(-1), last.predict_proba(asked), rtol=1e-10, atol=1e-12)
    assert COLUMN_SCALE in last.weights


@pytest.mark.parametrize("name", METRIC)
def test_a_panel_keeps_its_own_distances(name: str) -> None:
    assert METRIC_STRENGTHS not in LEARNERS[name]().init(Perceptron(4), torch.Generator().manual_seed(0))
