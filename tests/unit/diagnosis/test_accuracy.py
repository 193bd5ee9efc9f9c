"""The learners are good enough on real patients they never saw: ten of the fifty episodes of docs/explanation/evaluation.md."""

from __future__ import annotations

import pytest

from metamed_core.learners import LEARNERS
from tests.benchmarks.accuracy_on_cytology import episode_accuracies


@pytest.mark.parametrize("name", list(LEARNERS))
def test_breast_cytology_at_five_shots(name: str) -> None:
    assert episode_accuracies(name, n_episodes=4).mean() >= 0.88


def test_the_same_episode_gives_the_same_score() -> None:
    assert episode_accuracies("prototypical", n_episodes=2).tolist() == episode_accuracies("prototypical", n_episodes=2).tolist()
