"""Net benefit: ranges without gaps, an interval, and nothing claimed where there are too few patients."""

from __future__ import annotations

import numpy as np
import pytest

from metamed_core.drawing import method_styles
from metamed_core.evaluation import Comparison, charts, usual_diagnosis
from metamed_core.evaluation.charts.calibration_and_benefit import AS_IN_EPISODES
from metamed_core.evaluation.net_benefit import FEWEST_PATIENTS, GRID, net_benefit, ranges
from metamed_core.words import Words
from tests.helpers.comparing import guessing, made_up


def two_groups(rng: np.random.Generator, y: np.ndarray, n_way: int) -> np.ndarray:
    """Useless between 40 and 60%: half of the cases get 0.9, half 0.4, and some of the others 0.6."""
    p = np.where(y == 1, np.where(np.arange(len(y)) % 2, 0.9, 0.4), np.where(rng.random(len(y)) < 0.7, 0.6, 0.05))
    return np.stack([1 - p, p], 1)


def title(comparison: Comparison, diagnosis: str = "y") -> str:
    styles = method_styles({key: key for key in comparison.keys})
    return charts.decision_curves(comparison, styles, comparison.keys, diagnosis, Words(diagnosis, diagnosis)).title.en


def test_ranges_have_no_gaps() -> None:
    at = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert ranges(at, np.array([True, True, False, True, False])) == ((0.1, 0.2), (0.4, 0.4))
    assert ranges(at, np.zeros(5, dtype=bool)) == ()


def test_the_headline_names_no_threshold_at_which_the_method_is_worse() -> None:
    comparison = made_up({"one": two_groups})
    found = net_benefit(comparison, "one", "y")
    claimed = np.array([any(low <= t <= high for low, high in found.helps) for t in GRID])
    np.testing.assert_array_equal(claimed, found.curve.model > np.maximum(found.curve.treat_all, 0))
    inside = (GRID[claimed].min() < GRID) & (GRID[claimed].max() > GRID)
    assert not claimed[inside].all(), "there is a gap to hide"
    assert title(comparison).startswith("y: acting on one beats treating all or none at thresholds of ")
    assert len(found.helps) == title(comparison).split(";")[0].count("%")


def test_the_interval_lies_around_the_curve_and_narrows_with_episodes() -> None:
    few, many = (net_benefit(made_up({"one": guessing(0.8)}, n_episodes=n), "one", "y") for n in (4, 40))
    for one in (few, many):
        assert ((one.low <= one.curve.model + 1e-12) & (one.curve.model <= one.high + 1e-12)).all()
    assert few.high[49] - few.low[49] > 2 * (many.high[49] - many.low[49])


def test_a_lead_that_may_be_chance_is_called_so() -> None:
    comparison = made_up({"one": guessing(0.55)}, n_episodes=4)
    assert net_benefit(comparison, "one", "y").helps
    assert title(comparison).endswith("; its 95% interval does so at none")


def test_the_interval_holds_the_true_net_benefit() -> None:
    """Of acting on what is named with 0.7 at 50%: 0.8 of half are right alarms, 0.2 of half false ones, so 0.4 - 0.1 = 0.3."""
    found = [net_benefit(made_up({"one": guessing(0.8)}, seed=seed), "one", "y") for seed in range(40)]
    held = [one.low[49] <= 0.3 <= one.high[49] for one in found]
    assert sum(held) >= 36


def test_always_right_is_not_sure_beyond_the_patients_there_are() -> None:
    found = net_benefit(made_up({"one": guessing(1.0)}, n_patients=15), "one", "y")
    assert found.curve.model[49] == pytest.approx(0.5)
    assert found.low[49] < 0.4


@pytest.mark.parametrize(("n", "said"), [(FEWEST_PATIENTS - 1, False), (FEWEST_PATIENTS, True)])
def test_below_ten_cases_nothing_is_claimed(n: int, said: bool) -> None:
    comparison = made_up({"one": guessing(0.9)}, n_patients=n, n_query=n)
    assert ("beats treating all or none" in title(comparison)) == said
    if not said:
        assert title(comparison) == (
            "y: 9 patients with this diagnosis and 9 with another took part, too few for a statement about net benefit (at least 10 of each are needed)"
        )


def test_a_diagnosis_that_took_no_part_helps_nobody_and_is_not_shown_first() -> None:
    comparison = made_up({"one": guessing(0.9)})
    assert title(comparison, "rare").startswith("rare: 0 patients with this diagnosis and 0 with another took part, too few")
    more = made_up({"one": guessing(0.9)})
    object.__setattr__(more, "counts", {"rare": 2, **more.counts})
    assert usual_diagnosis(more) in {"x", "y"}


def test_the_prevalence_is_said_to_be_that_of_the_episodes() -> None:
    comparison = made_up({"one": guessing(0.9)})
    chart = charts.decision_curves(comparison, method_styles({"one": "one"}), ("one",), "y", Words("y", "y"))
    assert "Prevalence here: 50%. " + AS_IN_EPISODES.en in chart.how.en
    assert AS_IN_EPISODES.zh in chart.how.zh
