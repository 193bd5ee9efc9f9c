"""What the leaderboard may not say: a mean over unlike tasks, and one winner of a tie."""

from __future__ import annotations

import dataclasses

import numpy as np

from metamed_core.drawing import method_styles
from metamed_core.evaluation import charts, leaderboard, verdict
from tests.helpers.comparing import guessing, made_up

EQUALS = {"one": guessing(0.8), "other": guessing(0.8)}


# -- like with like --------------------------------------------------------------------------------------------------


def test_a_mean_over_unlike_tasks_is_no_view_and_says_what_it_is() -> None:
    alike = made_up(EQUALS, shots=(1, 5), n_episodes=3)
    assert alike.views == (5, 1, None)
    assert not any("unlike tasks" in sentence.en for sentence in verdict(leaderboard(alike)))
    wider = [
        one if one.k_shot == 5 else dataclasses.replace(one, classes=("x", "y", "z"), proba=np.pad(one.proba, ((0, 0), (0, 1))))
        for one in alike.results
    ]
    unlike = dataclasses.replace(alike, counts={**alike.counts, "z": 9}, results=tuple(wider))
    assert unlike.views == (5, 1)
    said = [sentence.en for sentence in verdict(leaderboard(unlike))]
    assert "This is a mean over unlike tasks, of 2 to 3 diagnoses: read the results of one number of labeled patients." in said


def test_one_opens_on_five_or_the_nearest_number_below() -> None:
    assert [made_up(EQUALS, shots=shots, n_episodes=1).usual_shots for shots in ((1, 3, 5, 10), (1, 3, 10), (10, 20))] == [5, 3, 10]


def test_three_of_three_diagnoses_are_right_by_definition_and_that_is_said() -> None:
    said = verdict(leaderboard(made_up(EQUALS, n_episodes=3), 5, "top3"))
    assert "Episodes of 2 diagnoses are right by definition: top-3 accuracy says something with four or more." in [one.en for one in said]


# -- a tie is a tie --------------------------------------------------------------------------------------------------


def test_methods_with_the_same_score_tie() -> None:
    perfect = {str(n): guessing(1.0) for n in range(3)}
    board = leaderboard(made_up(perfect | {"other": guessing(0.6)}), 5)
    first, *rest = (sentence.en for sentence in verdict(board))
    assert (
        first
        == "0, 1, 2 tie for the best balanced accuracy with 5 labeled patients per diagnosis: 100.0% each (95% interval of 0 99.0 to 100.0)."
    )
    assert not any("Not distinguishable" in sentence for sentence in rest)
    assert any(sentence.startswith("Worse than the leader: other") for sentence in rest)
    board = leaderboard(made_up(perfect, n_episodes=1), 5)
    assert (
        verdict(board)[0].en == "All methods tie for the best balanced accuracy with 5 labeled patients per diagnosis so far: 100.0% each."
    )
    assert verdict(board)[0].zh.startswith("每类样本数为 5 时，目前全部方法并列最好的平衡准确率")


def test_the_chart_over_shots_names_no_winner_of_a_tie() -> None:
    comparison = made_up({"one": guessing(1.0), "other": guessing(1.0)}, shots=(1, 5), n_episodes=2)
    title = charts.score_by_shots(comparison, method_styles({"one": "", "other": ""})).title
    assert (
        title.en
        == "Best with 1 labeled patient of each: 2 methods tied with 100.0%; with 5 labeled patients of each: 2 methods tied with 100.0%"
    )
