"""A fair match: learners and plain classifiers on the same patients and the same episodes, with intervals, as a generator.

A plan says who is compared on what; `compare(plan)` yields results one by one; a `Comparison` gathers them and is a value at every
moment; leaderboard, curves and patients are functions of it. Whoever wants progress pulls.

>>> from metamed_core.evaluation import Cohort, Comparison, compare, leaderboard, plan_for
>>> plan, remark = plan_for(cohort, n_episodes=30)  # doctest: +SKIP
>>> comparison = Comparison.of(plan).plus(compare(plan))  # doctest: +SKIP
>>> leaderboard(comparison, k_shot=5).leader.entry.title.en  # doctest: +SKIP

Floor 9 of the house.
"""

from __future__ import annotations

from metamed_core.cohort import Cohort, set_aside
from metamed_core.evaluation.comparison import Comparison, Entry
from metamed_core.evaluation.contestants import DEFAULTS, Contestant, all_contestants, contestants
from metamed_core.evaluation.curves import (
    Cost,
    Pair,
    Point,
    Twin,
    TwinCurve,
    costs,
    decision_curve,
    episode_pairs,
    learning_curves,
    reliability,
    twin_curves,
)
from metamed_core.evaluation.episodes import LEAVE_ONE_OUT, SHOTS, n_left_out, shots_allowed
from metamed_core.evaluation.leaderboard import Leaderboard, Standing, difference, leaderboard
from metamed_core.evaluation.match import Judged, compare
from metamed_core.evaluation.patients import Confusion, Disagreement, confusion, disagreements
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.evaluation.samples import MEASURES, Measure, Metric
from metamed_core.evaluation.script import Source, as_python
from metamed_core.evaluation.sweep import sweep
from metamed_core.evaluation.verdict import CLAIM, leaderboard_text, place, too_wide, verdict
from metamed_core.evaluation.workers import BACKENDS, workers

__all__ = [
    "BACKENDS",
    "CLAIM",
    "DEFAULTS",
    "LEAVE_ONE_OUT",
    "MEASURES",
    "SHOTS",
    "Cohort",
    "Comparison",
    "Confusion",
    "Contestant",
    "Cost",
    "Disagreement",
    "Entry",
    "Judged",
    "Leaderboard",
    "Measure",
    "Metric",
    "Pair",
    "Plan",
    "Point",
    "Source",
    "Standing",
    "Twin",
    "TwinCurve",
    "all_contestants",
    "as_python",
    "compare",
    "confusion",
    "contestants",
    "costs",
    "decision_curve",
    "difference",
    "disagreements",
    "episode_pairs",
    "leaderboard",
    "leaderboard_text",
    "learning_curves",
    "n_left_out",
    "place",
    "plan_for",
    "reliability",
    "set_aside",
    "shots_allowed",
    "sweep",
    "too_wide",
    "twin_curves",
    "verdict",
    "workers",
]
