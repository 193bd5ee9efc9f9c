"""A fair match: learners and plain classifiers on the same patients and the same episodes, with intervals, as a generator.

A plan says who is compared on what; `compare(plan)` yields results one by one; a `Comparison` gathers them and is a value at every
moment; leaderboard, curves and patients are functions of it. Whoever wants progress pulls.

>>> from metamed_core.evaluation import Cohort, Comparison, compare, leaderboard, plan_for
>>> plan, remark = plan_for(cohort, n_episodes=30)  # doctest: +SKIP
>>> comparison = Comparison.of(plan).plus(compare(plan))  # doctest: +SKIP
>>> leaderboard(comparison, k_shot=5).leader.entry.title.en  # doctest: +SKIP
"""

from __future__ import annotations

from metamed_core.data import Cohort, set_aside
from metamed_core.evaluation import charts
from metamed_core.evaluation.comparison import Comparison, Entry
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
from metamed_core.evaluation.episodes import LEAVE_ONE_OUT, SHOTS, EpisodeIndices, n_left_out, shots_allowed, task_of
from metamed_core.evaluation.in_one_call import evaluate
from metamed_core.evaluation.leaderboard import (
    Leaderboard,
    LeaderboardRow,
    difference,
    leader_and_best_baseline,
    leaderboard,
    score_intervals,
)
from metamed_core.evaluation.leaderboard_html import HOW, leaderboard_html
from metamed_core.evaluation.methods import DEFAULTS, Method, all_methods, methods
from metamed_core.evaluation.novel import plan_on_novel
from metamed_core.evaluation.patients import Confusion, Disagreement, confusion, disagreements
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.evaluation.runner import EpisodeResult, compare
from metamed_core.evaluation.samples import MEASURES, Measure, Metric
from metamed_core.evaluation.script import Source, as_python
from metamed_core.evaluation.sweep import sweep
from metamed_core.evaluation.table_csv import comparison_csv
from metamed_core.evaluation.verdict import CLAIM, leaderboard_text, place, too_wide, verdict
from metamed_core.evaluation.workers import BACKENDS, workers

__all__ = [
    "BACKENDS",
    "CLAIM",
    "DEFAULTS",
    "HOW",
    "LEAVE_ONE_OUT",
    "MEASURES",
    "SHOTS",
    "About",
    "Cohort",
    "Comparison",
    "Confusion",
    "Cost",
    "Disagreement",
    "Entry",
    "EpisodeIndices",
    "EpisodeResult",
    "Leaderboard",
    "LeaderboardRow",
    "Measure",
    "Method",
    "Metric",
    "Pair",
    "Plan",
    "Point",
    "Source",
    "Twin",
    "TwinCurve",
    "all_methods",
    "as_python",
    "charts",
    "compare",
    "comparison_csv",
    "comparison_html",
    "confusion",
    "costs",
    "decision_curve",
    "difference",
    "disagreements",
    "episode_pairs",
    "evaluate",
    "leader_and_best_baseline",
    "leaderboard",
    "leaderboard_html",
    "leaderboard_text",
    "learning_curves",
    "methods",
    "n_left_out",
    "place",
    "plan_for",
    "plan_on_novel",
    "reliability",
    "score_intervals",
    "set_aside",
    "shots_allowed",
    "sweep",
    "task_of",
    "too_wide",
    "twin_curves",
    "verdict",
    "workers",
]
