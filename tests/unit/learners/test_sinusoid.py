"""The public check of a MAML engine, see tests/benchmarks/sinusoid.py: a short run learns, the full run reaches the published curve."""

from __future__ import annotations

import pytest

from tests.benchmarks.sinusoid import errors, trained


def test_a_short_run_already_learns_to_adapt() -> None:
    before, after = errors(trained(1, 0)), errors(trained(1, 1000))
    assert after[1] < 0.8 * before[1]
    assert after[3] < after[1] < after[0]


@pytest.mark.slow
def test_the_published_curve_is_reached_and_pretraining_does_not_reach_it() -> None:
    _, after_one, _, after_ten = errors(trained(1, 30_000))
    assert after_one <= 0.4
    assert after_ten <= 0.15
    _, after_one, _, after_ten = errors(trained(0, 30_000))
    # Not "<": pretrained weights may diverge to infinity or NaN under the same steps.
    assert not after_one <= 0.4
    assert not after_ten <= 0.15
