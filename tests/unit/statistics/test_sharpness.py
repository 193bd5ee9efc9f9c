"""How sharp a table's answers should be: against a search of our own, by hand, and at the edges."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.diagnosis.reliability_notes import how_to_read
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS, agreement_sharpness, load_weights
from metamed_core.statistics import WIDE, WIDTH, fit_sharpness
from tests.helpers.tasks import small_episode, task_of_cells


def timid(n: int, share_right: float, said: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two classes, each with n patients: the right class is given `said` for some of them, and the other for the rest."""
    y = torch.arange(2).repeat_interleave(n)
    right = torch.arange(2 * n) % n < round(share_right * n)
    top = torch.where(right, y, 1 - y)
    p = torch.full((2 * n, 2), 1 - said)
    p[torch.arange(2 * n), top] = said
    return p.log(), y


def test_many_patients_decide_alone() -> None:
    """9 of 10 right at odds 3:2: odds of 9:1 are right, so the log-odds grow by log 9 / log 1.5."""
    assert fit_sharpness(*timid(10_000, 0.9, 0.6)) == pytest.approx(math.log(9) / math.log(1.5), rel=1e-3)
    assert fit_sharpness(*timid(10_000, 0.6, 0.9)) == pytest.approx(math.log(1.5) / math.log(9), rel=1e-2)


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_it_is_the_most_probable_of_a_fine_grid_times_the_probability_of_a_signal(width: float) -> None:
    log_proba = torch.randn(12, 3, generator=torch.Generator().manual_seed(3)).log_softmax(-1)
    y = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    weight = 12 / (3 * np.array([6, 4, 2]))[y.numpy()]

    def likelihood(u: float) -> float:
        told = np.log(np.exp(math.exp(u) * log_proba.double().numpy()).sum(1)) - math.exp(u) * log_proba.double().numpy()[range(12), y]
        return math.exp(-float((weight * told).sum()))

    grid = np.linspace(-math.log(20), math.log(20), 3_001)
    found, prior = np.array([likelihood(u) for u in grid]), np.exp(-((grid / width) ** 2) / 2)
    table = 0.75 * (found * prior).sum() / prior.sum()
    signal = table / (table + 0.25 * 3.0**-12)
    assert 0.5 < signal < 0.99
    expected = math.exp(grid[np.argmax(found * prior)]) * signal
    assert fit_sharpness(log_proba, y, width) == pytest.approx(expected, rel=2e-2), "21 points of the prior stand for all of it"


def test_where_nothing_belongs_together_all_diagnoses_become_alike() -> None:
    """The more such patients, the nearer to equal probabilities; before, the width held them apart."""
    sure = 0.05 + 0.9 * torch.eye(3)
    found = []
    for n in (6, 24, 96):
        y = torch.arange(n) % 3
        named = (torch.arange(n) // 3) % 3  # each diagnosis is named equally often for each
        tops = (fit_sharpness(sure[named].log(), y) * sure[named].log()).softmax(-1).amax(-1)
        found.append(float(tops.mean()))
    assert found == sorted(found, reverse=True)
    assert found[0] < 0.6
    assert found[2] < 0.37


def test_nobody_or_no_number_changes_nothing() -> None:
    assert fit_sharpness(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64)) == 1
    assert fit_sharpness(torch.full((2, 2), math.nan), torch.tensor([0, 1])) == 1
    sure = torch.tensor([[0.0, -math.inf], [-math.inf, 0.0]])
    assert 0.05 <= fit_sharpness(sure, torch.tensor([0, 1])) <= 20, "minus infinity is a probability like any other"


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_order_of_the_diagnoses_stays_and_both_numbers_are_told(name: str) -> None:
    learner, task = LEARNERS[name](), small_episode(seed=2)
    trace = AdaptationTrace(learner, load_weights("universal", learner), task_of_cells(task.support, task.query.x)).run()
    last = trace.steps[-1]
    assert last.held_out is not None
    center = agreement_sharpness(last.classifier, learner, trace.initialization, task.support, task.query.x)
    assert last.classifier.sharpness == center * fit_sharpness(center * last.held_out.log_proba, last.held_out.y, WIDTH) != 1
    assert center != 1
    np.testing.assert_array_equal(last.proba.argsort(1), last.classifier.sharpened(1.0).predict_proba(task.query.x).argsort(1))
    said, now = last.held_out.confidence(), last.held_out.confidence(last.classifier.sharpness)
    assert f"given {said:.2f} on average and was right for {last.held_out_accuracy:.2f}" in how_to_read(trace).en
    assert f"it is given {now:.2f}." in how_to_read(trace).en


def test_without_a_learned_calibration_the_patients_decide_more() -> None:
    learner, task = LEARNERS["prototypical"](), small_episode(seed=2)
    origin = dataclasses.replace(load_weights("none", learner))
    trace = AdaptationTrace(learner, origin, task_of_cells(task.support, task.query.x)).run()
    last = trace.steps[-1]
    assert last.held_out is not None
    center = agreement_sharpness(last.classifier, learner, origin, task.support, task.query.x)
    assert last.classifier.sharpness == center * fit_sharpness(center * last.held_out.log_proba, last.held_out.y, WIDE)
    assert how_to_read(trace).en.startswith("How to read: these figures are calibrated by the held-out patients of this table alone")


def test_the_estimator_can_do_the_same() -> None:
    x = pd.DataFrame({"a": [0.0, 1, 2, 7, 8, 9], "b": [1.0, 0, 1, 0, 1, 0]})
    plain = FewShotClassifier("prototypical").fit(x, list("uuuvvv"))
    own = FewShotClassifier("prototypical", held_out=True).fit(x, list("uuuvvv"))
    sharpness = own.trace_.steps[-1].classifier.sharpness
    power = plain.predict_proba(x) ** sharpness
    np.testing.assert_allclose(own.predict_proba(x), power / power.sum(1, keepdims=True), rtol=1e-9)
    assert sharpness > 1
