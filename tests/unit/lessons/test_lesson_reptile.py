"""The numbers of the lesson on Reptile against descent written out, and its claims for several seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from metamed_core.learners.reptile import initial_minus_adapted
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import computation as maml
from pages.lessons.l03_maml.computation import MamlState
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile.computation import ReptileState
from pages.lessons.l04_reptile.story import LESSON, OTHERS
from tests.helpers.naive_descent import naive_loss, naive_path, slope

STATE = ReptileState()
START = (STATE.x, STATE.y)
TASKS = plane.tasks(STATE.seed)
SEEDS = (7, 1, 3)


def naive_ends(at: tuple[float, float], seed: int, n: int) -> np.ndarray:
    return np.array([naive_path(at, task, 1.5, n)[-1] for task in plane.tasks(seed)])


def column(values: np.ndarray, digits: int = 2) -> str:
    return r"\begin{pmatrix}" + r" \\ ".join(f"{value + 0.0:.{digits}f}" for value in values) + r"\end{pmatrix}"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_start_goes_a_share_of_the_way_to_the_mean_of_the_ends(seed: int) -> None:
    state = ReptileState(seed=seed, outer=1, epsilon=0.4)
    mean = naive_ends(START, seed, 3).mean(0)
    np.testing.assert_allclose(world.trail(state)[1], np.array(START) + 0.4 * (mean - START), atol=1e-6)
    np.testing.assert_allclose(
        world.trail(ReptileState(seed=seed, outer=1))[1], maml.trail(MamlState(seed, *START, outer=1), "reptile")[1], atol=1e-12
    )


def test_the_librarys_step_is_initial_minus_adapted() -> None:
    ends = torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    assert initial_minus_adapted({"w": torch.tensor([1.0, 1.0])}, {"w": ends})["w"].tolist() == [-1.0, 2.0]


def test_the_first_screens_numbers() -> None:
    ends = naive_ends(START, 7, 3)
    there = np.array(START) + 0.25 * (ends.mean(0) - START)
    told = LESSON.screens[0].formula(STATE).numbers
    assert told.startswith(rf"{column(there)} = {column(np.array(START))} + 0.25 \cdot")
    assert column(ends.mean(0)) in told
    table = LESSON.screens[0].figure(STATE, True)[1]
    assert [cell.en.replace("−", "-") for cell in table.rows[4][1:]] == [f"{value:.2f}" for value in ends.mean(0)]
    assert len(LESSON.screens[0].figure(STATE, False)[1].rows) == 4, "not even the names of mean and new start"


@pytest.mark.parametrize("seed", SEEDS)
def test_angles_are_between_the_mean_arrows(seed: int) -> None:
    state = ReptileState(seed=seed)
    asked = {rule: -np.mean(plane.outer_gradients(START, seed, 1.5, 3, rule), 0) for rule in plane.RULES}
    told = LESSON.screens[1].formula(state).numbers
    away = {}
    for rule in ("first_order", "reptile"):
        one, other = asked[rule], asked["maml"]
        away[rule] = math.degrees(math.acos(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))
        assert rf"\underbrace{{{column(one, 3)}}}_{{<{rule}>}}\ {away[rule]:.0f}^\circ" in told
    gap = away["first_order"] - away["reptile"]
    assert LESSON.screens[1].question.correct_option(state) == (2 if abs(gap) < 5 else int(gap > 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_one_inner_step_is_ordinary_training(seed: int) -> None:
    state = ReptileState(seed=seed)
    joint = slope(lambda w: np.mean([naive_loss(w, task.support) for task in plane.tasks(seed)]), START)
    np.testing.assert_allclose(world.towards(START, seed, 1.5, 1), 1.5 * joint, atol=1e-7)
    told = LESSON.screens[2].formula(state).numbers
    assert told in [rf"{column(1.5 * joint)} \;=\; 1.5 \cdot {column(joint, digits)}" for digits in range(2, 6)]
    # From the second step on it is not.
    two = np.array(world.towards(START, seed, 1.5, 2))
    assert np.abs(two / np.linalg.norm(two) - joint / np.linalg.norm(joint)).max() > 0.001


@pytest.mark.parametrize("seed", SEEDS)
def test_one_step_ends_on_the_floor_of_the_joint_loss_and_several_elsewhere(seed: int) -> None:
    state = ReptileState(seed=seed, outer=60, steps=6, epsilon=1.0)
    one, several = (world.joint_losses(world.trail(state, n), seed)[-1] for n in (1, 6))
    _, values = plane.loss_surface(seed, 0)
    lowest = np.mean([plane.loss_surface(seed, i)[1] for i in range(3)], 0).min()
    assert values.shape == (41, 41)
    assert one < lowest + 0.01, "as low as any point of the grid"
    assert one <= several + 1e-6


def test_with_few_patients_and_none_kept_back_reptile_wins_most_often() -> None:
    losses = []
    for seed in range(1, 13):
        state = ReptileState(seed=seed)
        losses.append([world.losses_of(state, rule)[-1] for rule in plane.RULES])
        assert LESSON.screens[3].question.correct_option(state) == int(np.argmin(losses[-1]))
    won = np.bincount(np.argmin(losses, 1), minlength=3)
    assert won[2] > max(won[:2])
    assert np.mean(losses, 0).argmin() == 2


def parts(few: int) -> list[tuple[plane.LabeledSet, plane.LabeledSet, plane.LabeledSet]]:
    """Of each task: all few patients, those walked on, those judged on; taken from the support by hand."""
    half = few // 2 * 2
    return [
        tuple(plane.LabeledSet(s.x[low:high], s.y[low:high]) for low, high in ((0, 2 * few), (0, half), (half, 2 * few)))
        for s in (task.support for task in TASKS)
    ]


@pytest.mark.parametrize("few", [2, 5])
def test_the_race_is_descent_written_out_on_the_patients_it_says(few: int) -> None:
    state = ReptileState(few=few)
    told = LESSON.screens[3].formula(state).latex
    assert rf"\underbrace{{{few // 2 * 2}}}_{{<walk>}} + \underbrace{{{2 * few - few // 2 * 2}}}_{{<judge>}}" in told
    every = parts(few)
    assert all(set(walked.y.tolist()) == set(judged.y.tolist()) == {0, 1} for _, walked, judged in every)
    ends = np.array([naive_path(START, plane.Episode(whole, whole, 2), 1.5, 3)[-1] for whole, _, _ in every])
    np.testing.assert_allclose(world.way_of(state, "reptile")[1], np.array(START) + 0.25 * (ends.mean(0) - START), atol=1e-5)

    def behind(w: tuple[float, float]) -> float:
        return float(np.mean([naive_loss(naive_path(w, plane.Episode(a, b, 2), 1.5, 3)[-1], b) for _, a, b in every]))

    np.testing.assert_allclose(world.way_of(state, "maml")[1], np.array(START) - 4 * slope(behind, START, 1e-4), atol=1e-3)
    last = world.way_of(state, "reptile")[-1]
    judged = [
        naive_loss(naive_path(last, plane.Episode(whole, whole, 2), 1.5, 3)[-1], task.query)
        for (whole, _, _), task in zip(every, TASKS, strict=True)
    ]
    assert world.losses_of(state, "reptile")[-1] == pytest.approx(np.mean(judged), abs=1e-5)


def test_without_inner_steps_nothing_moves_and_a_long_outer_step_jumps() -> None:
    still = LESSON.screens[4].reveal(STATE)
    assert world.trail(still) == [START] * 11
    assert r"0.00 \to 0.00" in LESSON.screens[4].formula(still).numbers
    wild = world.trail(ReptileState(steps=6, epsilon=3.0, outer=30))
    jumps = [math.dist(a, b) for a, b in zip(wild[-5:], wild[-4:], strict=False)]
    assert min(jumps) > 1, "to and fro, without end"
    assert math.dist(*world.trail(ReptileState(steps=6, outer=60))[-2:]) < 0.01
    far = [
        plane.mean_query_loss(world.trail(state)[-1], state.seed, state.alpha, state.steps)
        for state in (ReptileState(outer=30), ReptileState(outer=30, alpha=12.0))
    ]
    assert far[1] > far[0] + 0.05


def test_other_patients_are_drawn_for_the_comparison_on_few_only() -> None:
    other = OTHERS.apply(STATE)
    assert world.few_tasks(other.drawn, 4)[0].x.tolist() != world.few_tasks(STATE.drawn, 4)[0].x.tolist()
    assert world.trail(other.updated(outer=2)) == world.trail(STATE.updated(outer=2))
