"""The benchmark of honest answers: its figures by hand, and one small table from end to end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.honest_answers import Found, Told, lines, luck, measure, summary, surest
from tests.benchmarks.public_tables import PublicTable


def one(y: list[int], top: list[float], *, out: list[float] | None = None, signal: bool = False) -> Told:
    """Answers to two classes; `top`: the probability of class 0, before and (the half of its distance to 1 nearer) after; alone it is 1."""
    before = np.stack([np.array(top), 1 - np.array(top)], 1)
    after = np.stack([(1 + np.array(top)) / 2, (1 - np.array(top)) / 2], 1)
    return Told(np.array(y), np.tile([1.0, 0.0], (len(y), 1)), before, after, np.array(out or [0.0] * len(y)), 1.0, signal)


def test_the_figures_by_hand() -> None:
    plain = one([0, 0, 0, 1], [0.8, 0.8, 0.8, 0.6])
    left_out = one([0, 0, -1, -1], [0.8] * 4, out=[0.0, 2.0, 1.5, 0.5])
    row = summary([Found([plain], [left_out], [one([0, 1], [0.8, 0.8], signal=True)])])
    assert row.ece == pytest.approx((0.25, 0.75 * 0.2 + 0.25 * 0.6, 0.75 * 0.1 + 0.25 * 0.8)), "in one bin, then in two"
    assert row.coverage["90"] == pytest.approx((0.75, 1.0)), "the first alone reaches 0.74"
    assert row.coverage["old"] == pytest.approx((1.0, 2.0)), "0.8 and 0.6 do not reach 0.9"
    assert row.by_size == {1: (0.75, 4)}
    assert row.surest == pytest.approx(1 - 0.75)
    assert row.unlike == pytest.approx((0.5, 0.5, 0.5, 0.0)), "1.5 lies beyond 0 only, 0.5 too; neither beyond 2"
    # Said 0.9, 0.9, 0.9 and 0.8: the right ones are drawn, so that few are in a bin, and none is beyond its own chance by more than this.
    assert 0.05 < row.luck < 0.4
    assert row.shuffled == pytest.approx((0.9 - 0.5, 1.0))
    assert surest(plain.y, plain.after) == row.surest


def test_a_small_table_from_end_to_end() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(np.array(["a", "b", "c"], dtype=object), 8)
    x = pd.DataFrame({"x": np.repeat([0.0, 5.0, 10.0], 8) + rng.normal(size=24), "z": rng.normal(size=24)})
    found = measure("prototypical", PublicTable("small", x, y), 3, 2)
    assert found is not None
    assert [len(each) for each in (found.plain, found.left_out, found.shuffled)] == [2, 2, 1]
    assert (found.left_out[0].y < 0).sum() == 5
    said = list(lines("prototypical", {3: summary([found])}))
    assert len(said) == 3
    assert measure("prototypical", PublicTable("small", x, y), 10, 2) is None


def test_tables_of_two_diagnoses_have_nobody_left_out() -> None:
    row = summary([Found([one([0, 0, 0, 1], [0.8] * 4)], [], [one([0, 1], [0.8, 0.8])])])
    assert np.isnan(row.unlike).all()
    assert luck(np.tile([1.0, 0.0], (50, 1))) == 0
    assert luck(np.tile([0.5, 0.5], (50, 1))) > luck(np.tile([0.5, 0.5], (5000, 1)))
