"""The numbers of the lesson on uncertainty against sums written out, and its claims for several seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.learners.prototypical import Prototypical
from metamed_core.statistics import expected_calibration_error
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty.computation import N_COLUMNS, N_QUERY, N_WAY, SHOTS, UncertaintyState
from pages.lessons.l10_uncertainty.story import LESSON

SEEDS = [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))]


@pytest.mark.parametrize("k", SHOTS)
def test_the_answers_are_the_library_s_with_and_without_the_card_s_temperature(k: int) -> None:
    cells, y = world.patients(7, k, 1.0)
    learner, n, at = Prototypical(), N_WAY * k, 5
    support = LabeledSet(cells[at, :n].double(), y[at, :n])
    *_, last = world.start().adapt(learner, support, N_WAY)
    rows = slice(at * N_WAY * N_QUERY, (at + 1) * N_WAY * N_QUERY)
    found = world.answers(7, k)
    torch.testing.assert_close(found.log_proba[rows], last.raw.log_proba(cells[at, n:].double()).detach(), rtol=1e-4, atol=1e-4)
    shown = last.predict_proba(cells[at, n:].double()).numpy()
    np.testing.assert_allclose(world.calibrated(7, k)[1][rows], shown, atol=1e-4)
    assert world.card_temperature(k) == world.start().calibration.temperature_of(n, N_WAY, N_COLUMNS)


def test_a_temperature_is_a_power_scaled_to_one() -> None:
    found = world.answers(7, 1)
    p = world.proba(found, 1.0)[3]
    powers = [v ** (1 / 1.7) for v in p]
    np.testing.assert_allclose(world.proba(found, 1.7)[3], [v / sum(powers) for v in powers], rtol=1e-9)
    assert (world.proba(found, 1.7).argmax(1) == world.proba(found, 1.0).argmax(1)).all(), "nobody is named otherwise"


def test_the_error_is_the_mean_gap_over_ten_bins() -> None:
    found = world.answers(7, 1)
    y, p = found.y.tolist(), world.proba(found, 1.0).tolist()
    bins: dict[int, list[tuple[float, bool]]] = {}
    for truth, row in zip(y, p, strict=True):
        bins.setdefault(min(int(max(row) * 10), 9), []).append((max(row), row.index(max(row)) == truth))
    error = sum(abs(sum(c - right for c, right in each)) for each in bins.values()) / len(y)
    assert world.reliability(7, 1, 1.0).error == pytest.approx(error)
    assert world.reliability(7, 1, 1.0).error == pytest.approx(expected_calibration_error(*found.y_and_proba()))
    assert rf"ECE = {100 * error:.1f}\,\%" in LESSON.screens[0].formula(UncertaintyState()).numbers


@pytest.mark.parametrize("aim", [0.6, 0.9])
def test_a_set_is_the_fewest_that_reach_the_aim(aim: float) -> None:
    state = UncertaintyState(aim=aim)
    y, p = world.calibrated(7, SHOTS[-1])
    held, sizes = 0, []
    for truth, row in zip(y.tolist(), p.tolist(), strict=True):
        chosen: list[int] = []
        for k in sorted(range(N_WAY), key=lambda k: -row[k]):
            if sum(row[j] for j in chosen) < aim - 1e-12:
                chosen.append(k)
        held += truth in chosen
        sizes.append(len(chosen))
    assert world.coverage(state) == pytest.approx((held / len(y), sum(sizes) / len(sizes)))
    assert [one.share for one in world.set_sizes(state)] == pytest.approx([sizes.count(n) / len(sizes) for n in (1, 2, 3)])
    assert rf"{100 * held / len(y):.0f}\,\%" in LESSON.screens[2].formula(state).numbers


def test_undecided_is_entropy() -> None:
    p = np.array([[1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
    assert world.undecided(p) == pytest.approx([1, 0, math.log(2) / math.log(3)])


@pytest.mark.parametrize(("answer", "of_1000"), [(0.9, 10), (0.6, 300)])
def test_prevalence_is_bayes_rule(answer: float, of_1000: int) -> None:
    state, rare = UncertaintyState(answer=answer, of_1000=of_1000), of_1000 / 1000
    ratio = answer / (1 - answer) / ((1 / 3) / (2 / 3))
    odds = ratio * rare / (1 - rare)
    assert world.after(answer, rare) == pytest.approx(odds / (1 + odds), abs=1e-9)
    assert LESSON.screens[3].formula(state).numbers.endswith(rf"= {100 * odds / (1 + odds):.0f}\,\%")
    y, p = world.calibrated(7, SHOTS[-1])
    alarm = p[:, 0] >= 0.5
    sensitivity, false = alarm[y == 0].mean(), alarm[y != 0].mean()
    found = world.counts(state)
    value = sensitivity * rare / (sensitivity * rare + false * (1 - rare))
    assert found.predictive_value == pytest.approx(value, abs=0.003)
    assert found.found + found.missed + found.false_alarm + found.passed == 10_000
    assert found.found + found.missed == 10 * of_1000


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_lesson_says_holds_for_any_class(seed: int) -> None:
    """What the explanations say, whatever seed a teacher chooses; the answers are in `test_predictions`."""
    state = UncertaintyState(seed=seed)
    card = world.card_temperature(1)
    assert card > 1 > world.card_temperature(10), "too sure with one, too modest with ten"
    assert world.reliability(seed, 1, card).error < 0.5 * world.reliability(seed, 1, 1.0).error
    best = min(error for _, error in world.error_by_temperature(seed, 1, 1.0))
    assert world.reliability(seed, 1, card).error < best + 0.03
    sizes = world.set_sizes(state)
    assert sizes[0].right > sizes[1].right > sizes[2].right
    assert sizes[0].right > world.sure_and_right(seed, 10, 1.0)[1] + 0.1, "right far more often"
    assert world.coverage(state)[0] >= 0.9
    assert world.after(0.9, 0.01) < 0.2
    assert world.counts(state).predictive_value < 0.2
    hard, raw = (world.sure_and_right(seed, 1, t, 0.25) for t in (card, 1.0))
    assert hard[0] - hard[1] > 0.1
    assert raw[0] - raw[1] > hard[0] - hard[1], "worse still without it"
    assert hard[1] < 0.45, "hardly better than chance"
