"""A comparison on disk: saved and read back to the bit, with no value of a patient."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from metamed_core.evaluation import (
    Comparison,
    Plan,
    compare,
)
from metamed_core.statistics import metrics
from metamed_core.words import UserError
from tests.helpers.comparing import cohort
from tests.helpers.quick_methods import QUICK, same


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    plan = Plan(cohort(), QUICK, (1, 3), 3)
    return Comparison.of(plan).plus(compare(plan))


def test_only_episodes_that_all_have_finished_count(comparison: Comparison) -> None:
    stopped = dataclasses.replace(comparison, results=comparison.results[:10])
    assert {k: len(rounds) for k, rounds in stopped.complete_episodes.items()} == {1: 2, 3: 1}
    assert [len(stopped.answers(key)) for key in stopped.keys] == [3, 3, 3]
    assert dataclasses.replace(comparison, results=()).sample("balanced_accuracy") is None


def test_the_order_of_results_does_not_matter(comparison: Comparison) -> None:
    shuffled = dataclasses.replace(comparison, results=comparison.results[::-1])
    one, other = comparison.sample("log_loss", 3), shuffled.sample("log_loss", 3)
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.mean, other.mean)


def test_json_gives_back_every_bit(comparison: Comparison) -> None:
    back = Comparison.from_json(comparison.to_json())
    assert all(same(a, b, but=()) for a, b in zip(comparison.results, back.results, strict=True))
    assert all(a.proba.dtype == b.proba.dtype and a.y.dtype == b.y.dtype for a, b in zip(comparison.results, back.results, strict=True))
    assert dataclasses.replace(comparison, results=()).to_json() == dataclasses.replace(back, results=()).to_json()
    assert back.entries == comparison.entries
    assert back.to_json() == comparison.to_json()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "entries": [], "results": [], "shots": [], "other": 1}', b"\xff"]
)
def test_what_is_no_comparison_is_refused(text: str | bytes) -> None:
    with pytest.raises(UserError, match="This file is no comparison"):
        Comparison.from_json(text)


def test_the_table_survives_a_csv(comparison: Comparison, tmp_path: object) -> None:
    table = comparison.table()
    table.to_csv(f"{tmp_path}/t.csv", index=False)
    pd.testing.assert_frame_equal(pd.read_csv(f"{tmp_path}/t.csv"), table, check_exact=True)
    assert len(table) == 18
    one = comparison.results[4]
    assert table["balanced_accuracy"][4] == metrics.balanced_accuracy(one.y, one.proba)
    assert table["auroc"].between(0, 1).all()


def test_no_patient_value_is_in_a_saved_comparison(comparison: Comparison) -> None:
    text, values = comparison.to_json(), cohort().features["crp"].dropna()
    assert not any(repr(float(value)) in text for value in values)
