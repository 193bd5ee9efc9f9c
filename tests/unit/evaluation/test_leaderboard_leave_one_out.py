"""The leaderboard of a small table, judged by leave-one-out."""

from __future__ import annotations

import numpy as np
import pytest

from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    Comparison,
    EpisodeResult,
    leaderboard,
    verdict,
)
from tests.helpers.comparing import declares_a_difference, entry


def left_out(rights: dict[str, list[int]], classes: list[int]) -> Comparison:
    """Leave-one-out of two diagnoses: for each method who was named rightly."""
    results = []
    for index, c in enumerate(classes):
        for key, right in rights.items():
            proba = np.full((1, 2), 0.2)
            proba[0, c if right[index] else 1 - c] = 0.8
            results.append(
                EpisodeResult(key, LEAVE_ONE_OUT, index, (index,), ("x", "y"), np.array([c]), proba, 0.0, 0.0, np.zeros((0, 1), dtype=bool))
            )
    return Comparison(
        tuple(map(entry, rights)), (LEAVE_ONE_OUT,), 30, 0, {"x": classes.count(0), "y": classes.count(1)}, "", tuple(results)
    )


def test_leave_one_out_is_one_pool_in_which_diagnoses_weigh_the_same() -> None:
    board = leaderboard(left_out({"a": [1, 1, 1, 0, 1, 0], "b": [1, 0, 1, 0, 1, 0]}, [0, 0, 0, 0, 1, 1]), LEAVE_ONE_OUT)
    assert board.leader.score.mean == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert board.rows[1].p == 1.0
    assert board.n_patients == 6
    assert "with one patient left out at a time" in verdict(board)[0].en
    assert np.isnan(board.leader.also["auroc"])


def test_an_area_is_not_asked_of_one_patient_at_a_time() -> None:
    board = leaderboard(left_out({"a": [1, 1, 1, 0], "b": [1, 0, 1, 0]}, [0, 0, 1, 1]), metric="auroc")
    assert not declares_a_difference(board)
    assert verdict(board)[0].en.startswith("AUROC needs several patients in one episode")


def test_all_right_is_not_certainty() -> None:
    """Twelve of twelve: Wilson's interval reaches down to 76 %, and a difference of 24 points was not seen."""
    board = leaderboard(left_out({"a": [1] * 12, "b": [1] * 12}, [0, 1] * 6))
    assert board.leader.score.low == pytest.approx(0.757, abs=1e-3)
    assert board.leader.score.high == 1
    gap = board.rows[1].behind
    assert gap is not None
    assert gap.high == pytest.approx(0.243, abs=1e-3)
    assert "too wide to choose" in verdict(board)[-1].en
