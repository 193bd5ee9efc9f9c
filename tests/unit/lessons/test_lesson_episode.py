"""The numbers of the lesson on episodes against counting by hand, and its draws against the rules of an episode."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from metamed_core.evaluation.episode_draws import task_of
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.prototypical import Prototypical
from pages.lessons.l02_episode import computation as world
from pages.lessons.l02_episode.computation import EpisodeState
from pages.lessons.l02_episode.story import LESSON

STATES = [EpisodeState(), EpisodeState(seed=3, ways=5, shots=1, number=4), EpisodeState(ways=2, shots=5, leaked=3)]


@pytest.mark.parametrize("state", STATES)
def test_an_episode_keeps_its_rules(state: EpisodeState) -> None:
    one, everyone = world.episode(state), world.cohort(state.seed)
    labels = np.array(everyone.labels)
    assert len(set(one.classes)) == state.ways
    asked = labels[one.query]
    assert all((asked == name).sum() == world.N_ASKED for name in one.classes)
    assert all((labels[one.support] == name).sum() == state.shots + state.leaked for name in one.classes)
    assert len(set(one.support) & set(one.query)) == state.ways * state.leaked == world.n_in_both(state)


@pytest.mark.parametrize("state", STATES)
def test_what_the_learner_says_is_the_nearest_prototype(state: EpisodeState) -> None:
    """Naive: embed with the shipped network, average by class, take the nearest."""
    one = task_of(world.cohort(state.seed), world.episode(state))
    start = load_weights("universal", Prototypical())
    known, asked = (start.backbone.embed(start.weights, part.x) for part in (one.support, one.query))
    centers = [known[one.support.y == k].mean(0) for k in range(state.ways)]
    nearest = [int(torch.stack([(row - center).square().sum() for center in centers]).argmin()) for row in asked]
    said, truth = world.said(state)
    assert list(said) == nearest
    right = sum(a == b for a, b in zip(nearest, truth, strict=True))
    assert world.accuracy(state) == right / len(truth)
    assert LESSON.screens[1].formula(state).numbers == rf"\frac{{{right}}}{{{len(truth)}}} = {100 * right / len(truth):.0f}\,\%"


def test_the_mean_is_of_thirty_episodes_and_a_leak_raises_it() -> None:
    state = EpisodeState(leaked=2)
    each = [world.accuracy(state.updated(number=i)) for i in range(30)]
    honest = [world.accuracy(state.updated(number=i, leaked=0)) for i in range(30)]
    assert world.of_state(state) == tuple(each)
    assert sum(each) > sum(honest)
    told = LESSON.screens[4].formula(state).numbers
    assert told == rf"|S \cap Q| = 6 \qquad {100 * np.mean(honest):.0f}\,\% \to {100 * np.mean(each):.0f}\,\%"
    low, high = (f"{100 * v:.0f}" for v in (min(each), max(each)))
    assert (
        LESSON.screens[3].formula(state).numbers == rf"\bar{{a}} = {100 * np.mean(each):.0f}\,\% \qquad {low}\,\% \leq a_e \leq {high}\,\%"
    )


def test_the_number_of_labeled_patients() -> None:
    assert LESSON.screens[0].formula(EpisodeState()).numbers == r"3 \cdot 2 = 6"
