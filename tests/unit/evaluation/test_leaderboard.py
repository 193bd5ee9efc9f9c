"""The leaderboard says what is so: no difference between equals, a difference between unequals, and when one cannot choose."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from metamed_core.evaluation import (
    MEASURES,
    Comparison,
    difference,
    leaderboard,
    leaderboard_text,
    verdict,
)
from metamed_core.evaluation.leaderboard import pair_p
from metamed_core.statistics import metrics
from metamed_core.statistics.intervals import mean_interval
from tests.helpers.comparing import Say, declares_a_difference, guessing, made_up

EQUALS = {"one": guessing(0.8), "other": guessing(0.8)}


# -- the number of false alarms --------------------------------------------------------------------------------------


def test_between_two_equals_no_difference_is_declared() -> None:
    """What the issue asks for: at least 93 % of 200 comparisons of two that differ by chance only."""
    alarms = [declares_a_difference(leaderboard(made_up(EQUALS, n_episodes=12, n_query=8, seed=seed))) for seed in range(200)]
    assert np.mean(alarms) <= 0.07


def test_between_eight_equals_the_best_is_not_said_to_beat_the_worst() -> None:
    eight = {str(i): guessing(0.8) for i in range(8)}
    alarms = [declares_a_difference(leaderboard(made_up(eight, n_episodes=12, n_query=8, seed=seed))) for seed in range(100)]
    assert np.mean(alarms) <= 0.07


def habits(seed: int, place: int, n_patients: int) -> np.ndarray:
    """Patients whom this method always names wrongly: as many for each method, drawn anew for each table."""
    return np.random.default_rng([seed, place]).random(2 * n_patients) < 0.25


def habitual(seed: int, n_patients: int = 15) -> Comparison:
    """Two equals in a small table whose patients return: each has patients of its own whom it never gets right."""
    comparison = made_up(EQUALS, n_patients=n_patients, n_query=n_patients // 2, n_episodes=20, seed=seed)
    wrong = {key: habits(seed, place, n_patients) for place, key in enumerate(EQUALS)}
    results = []
    for one in comparison.results:
        named = np.where(wrong[one.method][list(one.rows)], 1 - one.y, one.y)
        results.append(dataclasses.replace(one, proba=np.where(np.eye(2)[named] == 1, 0.7, 0.3)))
    return dataclasses.replace(comparison, results=tuple(results))


def test_patients_who_return_are_not_counted_as_new_evidence() -> None:
    """An interval over episodes alone would find "differences" in most such tables: they are the same few patients each time."""
    alarms, held, naive = [], [], []
    for seed in range(200):
        comparison = habitual(seed)
        board = leaderboard(comparison)
        alarms.append(declares_a_difference(board))
        gap = board.rows[1].behind
        assert gap is not None
        held.append(gap.low <= 0 <= gap.high)
        accuracy = [[metrics.balanced_accuracy(j.y, j.proba) for j in comparison.answers(key)] for key in EQUALS]
        alone = mean_interval(np.subtract(*accuracy))
        naive.append(alone.low <= 0 <= alone.high)
    assert np.mean(alarms) <= 0.07
    assert 0.92 <= np.mean(held) <= 0.985
    assert np.mean(naive) < 0.5


# -- what it says ----------------------------------------------------------------------------------------------------

UNEQUAL: dict[str, Say] = {"low": guessing(0.6), "high": guessing(0.9), "almost": guessing(0.89)}  # seed 5: chance does not play tricks


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_up(UNEQUAL, shots=(1, 5), seed=5)


def test_a_difference_is_found_and_has_the_right_sign(comparison: Comparison) -> None:
    board = leaderboard(comparison)
    assert board.rows[-1].entry.key == "low"
    assert [one.apart for one in board.rows] == [False, False, True]
    gap = board.rows[-1].behind
    assert gap is not None
    assert 0.2 < gap.low < gap.mean < gap.high < 0.4
    assert board.leader.behind is None
    assert board.leader.p is None
    assert (board.n_episodes, board.k_shot) == (60, None)


def test_scores_are_means_over_episodes_and_shots(comparison: Comparison) -> None:
    for metric, naive in (("balanced_accuracy", metrics.balanced_accuracy), ("log_loss", metrics.log_loss), ("brier", metrics.brier_score), ("auroc", metrics.macro_auroc)):  # fmt: skip
        for k in (None, 1, 5):
            for one in leaderboard(comparison, k, metric).rows:  # type: ignore[arg-type]
                expected = np.mean([naive(j.y, j.proba) for j in comparison.answers(one.entry.key, k)])
                assert one.score.mean == pytest.approx(expected)
                assert one.also[metric] == pytest.approx(expected)
                assert one.score.low < one.score.mean < one.score.high


def test_the_order_follows_the_measure(comparison: Comparison) -> None:
    for metric, measure in MEASURES.items():
        scores = [one.score.mean for one in leaderboard(comparison, 5, metric).rows]
        assert scores == sorted(scores, reverse=measure.higher_is_better)
        assert all(one.behind is None or one.behind.mean >= 0 for one in leaderboard(comparison, 5, metric).rows)


def test_further_means_are_pooled_where_they_must_be(comparison: Comparison) -> None:
    also = leaderboard(comparison, 5).rows[0].also
    answers = comparison.answers(leaderboard(comparison, 5).leader.entry.key, 5)
    y, proba = np.concatenate([j.y for j in answers]), np.concatenate([j.proba for j in answers])
    assert also["ece"] == pytest.approx(metrics.expected_calibration_error(y, proba))
    assert also["coverage"] == pytest.approx(metrics.covered(y, proba).mean())
    assert also["set_size"] == pytest.approx(metrics.set_size(proba))


def test_patients_new_in_every_episode_give_the_plain_interval() -> None:
    comparison = made_up(UNEQUAL, n_patients=100_000, n_episodes=20)
    board = leaderboard(comparison)
    expected = mean_interval(np.array([metrics.balanced_accuracy(j.y, j.proba) for j in comparison.answers(board.leader.entry.key)]))
    assert board.leader.score.half_width == pytest.approx(expected.half_width, rel=0.02)


def test_p_is_the_larger_of_patients_and_episodes(comparison: Comparison) -> None:
    sample = comparison.sample("balanced_accuracy", 5)
    assert sample is not None
    difference = sample.values[:, :1] - sample.values[:, 2:]
    both = pair_p(sample, difference)
    alone = [pair_p(dataclasses.replace(sample, episode=None), difference), pair_p(dataclasses.replace(sample, patient=sample.episode), difference)]  # fmt: skip
    assert both == max(alone)


def test_sentences_name_leader_equals_and_the_rest(comparison: Comparison) -> None:
    board = leaderboard(comparison, 5)
    first, alike, behind = verdict(board)
    leader = board.leader.entry.key
    assert first.en.startswith(f"{leader} has the best balanced accuracy with 5 labeled patients per diagnosis: 9")
    assert "(95% interval 8" in first.en
    assert alike.en == f"Not distinguishable from {leader}: {({'high', 'almost'} - {leader}).pop()}."
    assert behind.en.startswith("Worse than the leader: low (by ")
    assert first.zh.startswith(f"每类样本数为 5 时，平衡准确率最好的是 {leader}法：9")
    assert behind.zh.startswith("差于领先者的有：low法（落后 ")
    assert "over all numbers of labeled patients" in verdict(leaderboard(comparison))[0].en
    assert "with 1 labeled patient per diagnosis:" in verdict(leaderboard(comparison, 1))[0].en


def test_with_a_handful_of_patients_one_is_told_not_to_choose() -> None:
    board = leaderboard(habitual(3, n_patients=6))
    assert "The intervals are too wide to choose: with 12 patients" in verdict(board)[-1].en
    assert verdict(board)[-1].zh.startswith("区间太宽，无法取舍：仅凭 12 位患者")


def test_before_the_second_episode_there_is_no_interval() -> None:
    comparison = made_up(EQUALS, n_episodes=1)
    assert np.isnan(leaderboard(comparison).leader.score.low)
    assert (
        verdict(leaderboard(comparison))[-1].en
        == "There are no intervals yet: they need at least two episodes, and two patients of each diagnosis."
    )
    nothing = dataclasses.replace(comparison, results=())
    assert leaderboard(nothing).rows == ()
    assert verdict(leaderboard(nothing))[0].en == "No episode is finished yet."
    assert leaderboard_text(leaderboard(nothing)).endswith("No episode is finished yet.")


def test_one_method_alone_leads() -> None:
    board = leaderboard(made_up({"only": guessing(0.8)}))
    assert len(board.rows) == 1
    assert len(verdict(board)) == 1


def test_text_in_both_languages(comparison: Comparison) -> None:
    english, chinese = (leaderboard_text(leaderboard(comparison, 5), language) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert english.startswith("balanced accuracy with 5 labeled patients per diagnosis; 30 episodes, ")
    assert chinese.startswith("平衡准确率，每类样本数为 5 时；30 个小任务，")
    assert len(english.splitlines()) == 4 + 3 - 0
    assert "p = 0.0" in english.splitlines()[3]
    assert leaderboard_text(leaderboard(comparison, 5, "log_loss")).splitlines()[1].split()[1].startswith("0.")


# -- two named beforehand ------------------------------------------------------------------------------------------------


def test_the_difference_of_two_is_the_boards_with_its_interval_and_turns_with_them() -> None:
    comparison = made_up({"good": guessing(0.9), "poor": guessing(0.7)}, n_episodes=20, seed=3)
    found, turned = difference(comparison, "good", "poor"), difference(comparison, "poor", "good")
    assert found is not None
    assert turned is not None
    behind = leaderboard(comparison).rows[1].behind
    assert behind is not None
    assert (found.mean, found.low, found.high) == pytest.approx((behind.mean, behind.low, behind.high), abs=1e-12)
    assert (turned.mean, turned.low, turned.high) == pytest.approx((-found.mean, -found.high, -found.low), abs=1e-12)
    assert found.low > 0
    loss = difference(comparison, "good", "poor", metric="log_loss")
    assert loss is not None
    assert loss.mean > 0, "better is positive where less is better"


def test_before_an_episode_is_complete_there_is_no_difference() -> None:
    comparison = made_up(EQUALS, n_episodes=2)
    assert difference(dataclasses.replace(comparison, results=comparison.results[:1]), "one", "other") is None


def test_the_interval_of_the_difference_holds_the_truth_as_often_as_it_says() -> None:
    found = [difference(made_up(EQUALS, n_episodes=12, n_query=8, seed=seed), "one", "other") for seed in range(200)]
    assert np.mean([one is not None and one.low <= 0 <= one.high for one in found]) >= 0.93
