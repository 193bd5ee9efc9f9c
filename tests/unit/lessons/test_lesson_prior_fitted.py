"""The exact answers of the lesson on prior-fitted networks against numerical integration, and its claims for several seeds."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.learners.weight_files import SHIPPED
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted import small_network
from pages.lessons.l07_prior_fitted.computation import PriorFittedState
from pages.lessons.l07_prior_fitted.story import LESSON

SEEDS = (7, 1, 2, 3)


def normal(x: np.ndarray | float, mean: np.ndarray | float) -> np.ndarray:
    return np.exp(-0.5 * (np.asarray(x) - mean) ** 2) / math.sqrt(2 * math.pi)


def integrated(support: LabeledSet, x: float) -> np.ndarray:
    """Bayes' rule by adding up over a fine grid of means, without any closed form."""
    means = np.linspace(-12, 12, 4801)
    evidence = []
    for k in range(2):
        weight = np.exp(-0.5 * (means / world.TAU) ** 2)
        for own in support.x[support.y == k, 0].tolist():
            weight = weight * normal(own, means)
        evidence.append((weight * normal(x, means)).sum() / weight.sum())
    return np.array(evidence) / sum(evidence)


@pytest.mark.parametrize("shots", [1, 4, 16])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_closed_form_is_the_integral(seed: int, shots: int) -> None:
    support = world.simple(seed, 0).support(shots)
    for x in (-3.7, 0.0, 1.2):
        told = world.exact(support, torch.tensor([[x]], dtype=torch.float64))[0]
        np.testing.assert_allclose(told, integrated(support, x), atol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_known_means_are_where_it_goes(seed: int) -> None:
    task = world.simple(seed, 0)
    rng = torch.Generator().manual_seed(0)
    y = torch.arange(2).repeat(20_000)
    many = LabeledSet((task.mean[y] + torch.randn(len(y), generator=rng, dtype=torch.float64)).unsqueeze(1), y)
    np.testing.assert_allclose(world.exact(many, world.GRID), world.if_known(task, world.GRID), atol=0.05)


def test_the_numbers_under_the_formulas_are_these() -> None:
    state = PriorFittedState(shots=4)
    support = world.simple(7, 0).support(4)
    told = LESSON.screens[3].formula(state).numbers
    for k in range(2):
        own = support.x[support.y == k, 0].tolist()
        assert f"m_{k + 1} = {sum(own) / (len(own) + 1 / 1.5**2):.2f}" in told
    assert world.posterior_mean(support, 0)[1] == pytest.approx(1 / (4 + 1 / 1.5**2))
    gaps = []
    for i in range(world.N_HELD):
        task = world.simple(7, i)
        exact = [integrated(task.support(4), x)[1] for x in task.asked[:, 0].tolist()]
        gaps.append(np.abs(np.array(exact) - world.by_network(7, i, "assumed", 4, task.asked)[:, 1].numpy()).mean())
    assert f"= {100 * np.mean(gaps):.1f}\\ <points>" in told
    task, proba = world.exercise(7, "pathways", 0), world.said(7, "pathways", 0)
    truth = task.y[task.n :].tolist()
    loss = -np.mean([math.log(float(row[k])) for row, k in zip(proba, truth, strict=True)])
    right = sum(int(row.argmax()) == k for row, k in zip(proba, truth, strict=True))
    assert rf"= {loss:.2f} \qquad" in LESSON.screens[1].formula(PriorFittedState()).numbers
    assert LESSON.screens[1].formula(PriorFittedState()).numbers.endswith(rf"\frac{{{right}}}{{12}}")
    formula, network, n = world.right(state.updated(world="faces"))
    assert rf"\frac{{{formula}}}{{{n}}}" in LESSON.screens[4].formula(state.updated(world="faces")).numbers
    assert rf"\frac{{{network}}}{{{n}}}" in LESSON.screens[4].formula(state.updated(world="faces")).numbers


def test_the_card_says_how_many_tasks_were_trained_on() -> None:
    note = json.loads((SHIPPED / "prior_fitted.json").read_text("utf-8"))["note"]
    assert f"{world.N_META_TRAINING_TASKS:,} tasks" in note


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_training_leads_to_the_exact_answer(seed: int) -> None:
    first, last = small_network.small_gap(seed, 0), small_network.small_gap(seed, 150)
    assert last < 0.05
    assert first > 0.1
    task = world.simple(seed, 0)
    own = small_network.by_small(seed, 150, task.support(4), task.asked)
    assert float((own - world.exact(task.support(4), task.asked)).abs().mean()) < 0.1


def test_training_goes_on_where_it_stood_and_is_the_same_from_the_same_seed() -> None:
    there = small_network.meta_trained(5, 30).weights
    small_network.meta_trained.cache_clear()
    again = small_network.meta_trained(5, 30).weights
    assert all(torch.equal(there[name], again[name]) for name in there)


def test_the_shipped_network_is_near_and_nearer_with_more_patients() -> None:
    gaps = np.array([[world.gap(seed, shots) for shots in (1, 16)] for seed in SEEDS])
    assert (gaps > 0.01).all()
    assert (gaps[:, 1] < 0.12).all()
    assert gaps[:, 1].mean() < 0.75 * gaps[:, 0].mean()


def test_it_is_more_careful_than_the_formula_far_from_the_labeled() -> None:
    sure = []
    for seed in SEEDS:
        for i in range(3):
            ends = [(curve[[0, -1]] - 0.5).abs().mean() for curve in world.curves(seed, i, "assumed", 4)]
            sure.append([float(each) for each in ends])
    assert np.mean(sure, 0)[1] < np.mean(sure, 0)[0] - 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_prior_is_not_mended_by_patients_and_the_wider_one_bends(seed: int) -> None:
    for shots in (8, 16):
        formula, network, n = world.right(PriorFittedState(seed=seed, world="faces", shots=shots))
        assert network >= 0.8 * n
        assert formula <= 0.7 * n
        assert network > formula


def test_with_shuffled_labels_nobody_is_sure() -> None:
    sure = [
        [world.sureness(PriorFittedState(seed=seed, world=kind, shots=16)) for seed in (*SEEDS, 4, 5)] for kind in ("assumed", "shuffled")
    ]
    assumed, shuffled = np.mean(sure, axis=1)
    assert (shuffled < assumed).all()
    assert (shuffled < 0.63).all()


@pytest.mark.parametrize("kind", world.KINDS)
def test_a_task_is_drawn_from_its_seed_alone(kind: str) -> None:
    one, again = world.exercise(3, kind, 1), world.exercise.__wrapped__(3, kind, 1)
    assert torch.equal(one.values.nan_to_num(9.9), again.values.nan_to_num(9.9))
    assert one.n == 18 == len(LESSON.screens[0].figure(PriorFittedState(), True)[0].rows) * 2
    assert set(one.y[: one.n].tolist()) == {0, 1, 2}


def test_who_lacks_a_test_is_not_drawn_as_if_it_were_zero() -> None:
    task = world.exercise(7, "pathways", 0)
    first, second = world.most_telling(task)
    there = ~task.values[: task.n, [first, second]].isnan().any(1)
    shown = sum(len(mark.points) for mark in LESSON.screens[0].figure(PriorFittedState(), True)[1].marks)
    assert shown == int(there.sum()) < task.n
