"""Leave-one-out beside an adaptation, against a loop that adapts anew for every patient left out."""

from __future__ import annotations

import math

import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.learner import Learner
from metamed_core.learners.support_cross_validator import MAX_FOLDS, SupportCrossValidator, folds
from tests.helpers.tasks import small_episode

on_each = pytest.mark.parametrize("name", list(LEARNERS))
UNEVEN = [0, 1, 2, 3, 6, 4]  # of small_episode's support: classes 0, 1, 2, 0, 0, 1


def held_out_by(learner: Learner, support: LabeledSet, weights: str = "universal") -> SupportCrossValidator:
    start = load_weights(weights, learner)
    return SupportCrossValidator(learner, start, support)


def labeled(*counts: int) -> LabeledSet:
    """Patients with nothing but labels: `counts[k]` of class k, the classes interleaved."""
    y = torch.cat([torch.full((n,), k) for k, n in enumerate(counts)])
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    return LabeledSet(torch.zeros(len(y), 1, 1), y[order])


def naive_curve(name: str, support: LabeledSet, n_steps: int, groups: list[list[int]] | None = None) -> list[float]:
    """Accuracy after each step, every left-out patient (or group) with an adaptation of their own, which stays at its end."""
    learner = LEARNERS[name]().lighter()
    start = load_weights("universal", learner)
    right = [[] for _ in range(n_steps + 1)]
    for group in groups or [[i] for i in range(len(support))]:
        rest = [j for j in range(len(support)) if j not in group]
        if not set(support.y[group].tolist()) <= set(support.y[rest].tolist()):
            continue
        names = sorted(set(support.y[rest].tolist()))
        renamed = LabeledSet(support.x[rest], torch.tensor([names.index(y) for y in support.y[rest].tolist()]))
        walk = list(start.adapt(learner, renamed, len(names)))
        for step, hits in enumerate(right):
            for i in group:
                proba = walk[min(step, len(walk) - 1)].predict_proba(support.x[i : i + 1])
                hits.append(names[int(proba.argmax())] == int(support.y[i]))
    return [sum(hits) / len(hits) if hits else math.nan for hits in right]


@on_each
@pytest.mark.parametrize("rows", [list(range(9)), UNEVEN], ids=["even", "uneven"])
def test_it_equals_a_loop_that_adapts_anew_for_each_patient(name: str, rows: list[int]) -> None:
    learner, support = LEARNERS[name](), small_episode(seed=2).support.take(rows)
    held_out, n_steps = held_out_by(learner, support), learner.steps(support, 3)
    assert held_out.leave_one_out
    assert [held_out.advance() for _ in range(n_steps + 1)] == pytest.approx(naive_curve(name, support, n_steps), abs=1e-12)


@on_each
def test_groups_equal_a_loop_that_adapts_anew_for_each_group(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learner, support = LEARNERS[name](), small_episode(seed=2).support
    monkeypatch.setattr("metamed_core.learners.support_cross_validator.CELL_BUDGET", 3 * len(support) * support.x.shape[-2])
    held_out, n_steps = held_out_by(learner, support), learner.steps(support, 3)
    assert [len(group) > 1 for group in held_out.groups] == [True] * 3
    expected = naive_curve(name, support, n_steps, held_out.groups)
    assert [held_out.advance() for _ in range(n_steps + 1)] == pytest.approx(expected, abs=1e-12)


def test_every_learner_and_setting_is_judged_on_the_same_groups() -> None:
    support = small_episode(n_columns=400).support
    learners = [*(kind() for kind in LEARNERS.values()), LEARNERS["maml"](inner_steps=100)]
    groups = [held_out_by(learner, support, "none").groups for learner in learners]
    assert len(groups[0]) < len(support)
    assert all(each == groups[0] for each in groups)


def test_a_patient_alone_in_their_class_is_never_left_out() -> None:
    support = labeled(3, 1, 2)
    alone = support.y.tolist().index(1)
    groups = folds(support, MAX_FOLDS)
    assert sorted(i for group in groups for i in group) == [i for i in range(6) if i != alone]


@on_each
def test_nothing_can_be_said_when_every_diagnosis_has_one_patient(name: str) -> None:
    learner, support = LEARNERS[name](), small_episode().support.take([0, 1, 2])
    held_out = held_out_by(learner, support)
    assert math.isnan(held_out.advance())
    assert held_out.groups == []


@pytest.mark.parametrize("counts", [(40, 40), (2, 2, 2, 90), (30, 1, 2), (2,) * 40])
@pytest.mark.parametrize("max_folds", [2, 5, MAX_FOLDS])
def test_many_patients_are_left_out_in_groups_that_empty_no_class(counts: tuple[int, ...], max_folds: int) -> None:
    support = labeled(*counts)
    groups = folds(support, max_folds)
    assert len(groups) <= max_folds
    left_out = sorted(i for group in groups for i in group)
    assert left_out == [i for i, y in enumerate(support.y.tolist()) if counts[y] > 1]
    for group in groups:
        rest = [y for i, y in enumerate(support.y.tolist()) if i not in group]
        assert set(rest) == set(range(len(counts)))


def test_a_wide_table_gets_fewer_folds_and_says_so() -> None:
    support = small_episode(n_columns=3000).support
    learner = LEARNERS["prototypical"]()
    held_out = held_out_by(learner, support, "none")
    assert 2 <= len(held_out.groups) < len(support)
    assert not held_out.leave_one_out
    assert 0 <= held_out.advance() <= 1


@on_each
def test_the_initial_weights_and_the_support_stay_untouched(name: str) -> None:
    learner, support = LEARNERS[name](), small_episode().support
    start = load_weights("universal", learner)
    weights = start.weights
    before, cells = {key: value.clone() for key, value in weights.items()}, support.x.clone()
    SupportCrossValidator(learner, start, support).advance()
    assert all(torch.equal(before[key], weights[key]) for key in before)
    assert torch.equal(support.x, cells)
