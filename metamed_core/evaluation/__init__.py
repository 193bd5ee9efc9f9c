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

from metamed_core.evaluation.cohort import Cohort
from metamed_core.evaluation.comparison import Comparison, Entry
from metamed_core.evaluation.contestants import DEFAULTS, Contestant, all_contestants, contestants
from metamed_core.evaluation.episodes import LEAVE_ONE_OUT, SHOTS, n_left_out, shots_allowed
from metamed_core.evaluation.leaderboard import Leaderboard, Standing, leaderboard
from metamed_core.evaluation.match import Judged, compare
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.evaluation.samples import MEASURES, Measure, Metric

__all__ = [
    "DEFAULTS",
    "LEAVE_ONE_OUT",
    "MEASURES",
    "SHOTS",
    "Cohort",
    "Comparison",
    "Contestant",
    "Entry",
    "Judged",
    "Leaderboard",
    "Measure",
    "Metric",
    "Plan",
    "Standing",
    "all_contestants",
    "compare",
    "contestants",
    "leaderboard",
    "n_left_out",
    "plan_for",
    "shots_allowed",
]
