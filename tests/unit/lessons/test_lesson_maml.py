"""The numbers of the lesson on MAML against sums written out, finite differences and the formula with the second derivatives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from torch.func import grad

from metamed_core.learners import descended
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import computation as maml
from pages.lessons.l03_maml.computation import MamlState
from pages.lessons.l03_maml.story import LESSON
from pages.lessons.l04_reptile.story import LESSON as REPTILE
from pages.lessons.lesson import Lesson
from tests.helpers.naive_descent import naive_loss, naive_path, slope

STATE = MamlState()
START = (STATE.x, STATE.y)
TASKS = plane.tasks(STATE.seed)


@pytest.mark.parametrize("i", range(3))
def test_the_inner_loop_is_gradient_descent_on_the_support(i: int) -> None:
    task = TASKS[i]
    path = plane.inner_paths(START, STATE.seed, 1.5, 3)[i]
    np.testing.assert_allclose(path, naive_path(START, task, 1.5, 3), atol=1e-6)
    np.testing.assert_allclose(plane.ends([START], STATE.seed, 1.5, 3)[0, i], path[-1], atol=1e-12)
    np.testing.assert_allclose(plane.inner_gradient(START, task), slope(lambda w: naive_loss(w, task.support), START), atol=1e-7)
    assert plane.support_loss_at(START, task) == pytest.approx(naive_loss(START, task.support), abs=1e-12)
    assert float(plane.losses(torch.tensor(START, dtype=torch.float64), task.query)) == pytest.approx(
        naive_loss(START, task.query), abs=1e-12
    )


@pytest.mark.parametrize("i", range(3))
def test_the_outer_gradient_goes_through_the_inner_steps(i: int) -> None:
    task = TASKS[i]

    def behind(w: tuple[float, float]) -> float:
        return naive_loss(naive_path(w, task, 1.5, 2)[-1], task.query)

    exact = plane.outer_gradients(START, STATE.seed, 1.5, 2, "maml")[i]
    np.testing.assert_allclose(exact, slope(behind, START, 1e-4), atol=1e-5)


@pytest.mark.parametrize(("alpha", "n"), [(1.5, 0), (1.5, 3), (0.3, 6), (6.0, 3)])
def test_the_closed_form_is_the_derivative_of_the_code_that_is_shown(alpha: float, n: int) -> None:
    """Automatic differentiation of `meta_loss`, through the library's inner loop and loss, from starts all over the plane."""
    for seed, start in ((7, START), (1, (3.7, -0.4)), (2, (-0.6, 2.9)), (3, (0.0, 0.0))):
        tasks, weights = plane.stacked_tasks(seed), torch.tensor([start] * 3, dtype=torch.float64)
        for rule in ("maml", "first_order"):
            asked = grad(lambda own, of=tasks, rule=rule: plane.meta_loss(own, of, alpha, n, first_order=rule == "first_order"))
            np.testing.assert_allclose(plane.outer_gradients(start, seed, alpha, n, rule), asked({"w": weights})["w"], atol=1e-9)
        adapted = descended(plane.loss_on(tasks.support), {"w": weights}, alpha, n)["w"]
        np.testing.assert_allclose(plane.outer_gradients(start, seed, alpha, n, "reptile"), weights - adapted, atol=1e-9)


@pytest.mark.parametrize("i", range(3))
def test_one_step_is_identity_minus_alpha_hessian_times_the_gradient_behind_it(i: int) -> None:
    """The formula under the fourth screen, with the Hessian of the logistic loss written out: mean p (1 - p) x x'."""
    task, alpha = TASKS[i], 1.5
    x = task.support.x.numpy()
    p = 1 / (1 + np.exp(-x @ np.array(START)))
    hessian = (x * (p * (1 - p))[:, None]).T @ x / len(x)
    end = plane.inner_paths(START, STATE.seed, alpha, 1)[i][-1]
    behind = slope(lambda w: naive_loss(w, task.query), end)
    np.testing.assert_allclose(plane.outer_gradients(START, STATE.seed, alpha, 1, "first_order")[i], behind, atol=1e-7)
    np.testing.assert_allclose(
        plane.outer_gradients(START, STATE.seed, alpha, 1, "maml")[i], (np.eye(2) - alpha * hessian) @ behind, atol=1e-7
    )
    np.testing.assert_allclose(plane.outer_gradients(START, STATE.seed, alpha, 1, "reptile")[i], np.array(START) - end, atol=1e-12)


def test_the_start_moves_against_the_mean_of_what_the_tasks_ask() -> None:
    for rule in plane.RULES:
        asked = np.array(plane.outer_gradients(START, STATE.seed, 1.5, 3, rule))
        rate = plane.EPSILON if rule == "reptile" else plane.BETA
        way = maml.trail(STATE.updated(outer=1), rule)
        np.testing.assert_allclose(way, [START, np.array(START) - rate * asked.mean(0)], atol=1e-12)


def test_maml_goes_lowest_and_first_order_nearly_as_low() -> None:
    for seed in (7, 1, 2):
        state = MamlState(seed=seed, outer=30)
        ends = {rule: maml.query_loss(maml.trail(state, rule)[-1], state) for rule in plane.RULES}
        first = maml.query_loss((state.x, state.y), state)
        assert ends["maml"] < first
        assert ends["maml"] <= min(ends.values()) + 1e-3, "MAML descends this very surface"
        assert ends["first_order"] < ends["maml"] + 0.04


def test_the_numbers_under_the_formulas_are_these() -> None:
    first = LESSON.screens[0].formula(STATE)
    there, g = naive_path(START, TASKS[0], 1.5, 1)[1], slope(lambda w: naive_loss(w, TASKS[0].support), START)
    assert first.numbers == (
        rf"\begin{{pmatrix}}{there[0]:.2f} \\ {there[1]:.2f}\end{{pmatrix}} = \begin{{pmatrix}}-3.000 \\ -3.000\end{{pmatrix}} - 1.5 \cdot "
        rf"\begin{{pmatrix}}{g[0]:.3f} \\ {g[1]:.3f}\end{{pmatrix}}"
    )
    losses = [(naive_loss(START, task.support), naive_loss(naive_path(START, task, 1.5, 3)[-1], task.support)) for task in TASKS]
    assert LESSON.screens[1].formula(STATE).numbers == r",\quad ".join(
        rf"L_{name}: {a:.2f} \to {b:.2f}" for name, (a, b) in zip("ABC", losses, strict=True)
    )
    behind = [
        np.mean([naive_loss(naive_path(at, task, 1.5, 3)[-1], task.query) for task in TASKS]) for at in maml.trail(STATE.updated(outer=5))
    ]
    assert LESSON.screens[4].formula(STATE.updated(outer=5)).numbers == rf"{behind[0]:.3f} \to {behind[-1]:.3f}"


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("lesson", "at"), [(LESSON, 0), (LESSON, 2), (REPTILE, 0), (REPTILE, 2)])
def test_a_step_adds_up_by_hand_as_it_is_shown(lesson: Lesson[Any], at: int, seed: int) -> None:
    """Worked out from the printed figures alone, before and after a step of the outer loop, the printed result comes out."""
    for state in (lesson.state(seed), lesson.state(seed).updated(outer=1)):
        shown, _, right = lesson.screens[at].formula(state).numbers.replace(r"\;", "").partition("=")
        right = right.replace(r"\frac{1}{3}", "1 / 3 * ").replace(r"\cdot", "*").replace(r"\Big", "")
        worked_out = eval(re.sub(r"\\begin\{pmatrix\}(.*?) \\\\ (.*?)\\end\{pmatrix\}", r"np.array([\1, \2])", right))  # noqa: S307 - our own formula
        told = [float(each) for each in re.findall(r"-?\d+\.\d+", shown)]
        assert [round(value, 2) + 0.0 for value in worked_out] == pytest.approx(told, abs=1e-9)


def test_contour_lines_lie_on_their_level() -> None:
    axis, values = plane.loss_surface(STATE.seed, 0)
    low = values.min()
    for step, line in zip(plane.CONTOUR_LEVELS, plane.contours(STATE.seed, 0), strict=True):
        for point in [end for piece in line for end in piece][::7]:
            # Linear within a cell of the grid: as exact as the picture's own resolution.
            assert naive_loss(point, TASKS[0].support) == pytest.approx(low + step, abs=0.02)
    assert len(axis) == len(values)
