"""A fair comparison: methods on the same patients and episodes, with confidence intervals.

A `Plan` says who is compared on what; `compare(plan)` yields results one by one; a `Comparison` gathers them and can be read at any moment.
`evaluate` does all of it in one call.

>>> from metamed_core.data import Cohort
>>> from metamed_core.evaluation import Comparison, compare, leaderboard, plan_for
>>> plan, remark = plan_for(cohort, n_episodes=30)  # doctest: +SKIP
>>> comparison = Comparison.of(plan).plus(compare(plan))  # doctest: +SKIP
>>> leaderboard(comparison, k_shot=5).leader.entry.title.en  # doctest: +SKIP

- `BACKENDS`: where the work can be done: processes, dask, ray.
- `CLAIM`: what the intervals hold for, in words.
- `DEFAULTS`: the methods that are compared unless somebody chooses.
- `HOW`: how to read the leaderboard, in words.
- `LEAVE_ONE_OUT`: stands for: all labeled patients but the one asked about.
- `MEASURES`: the metrics that methods can be ranked by.
- `SHOTS`: the numbers of labeled patients per diagnosis, unless chosen.
- `About`: what a report says beside the results.
- `Comparison`: all results so far, as a value.
- `Confusion`: how often patients of each diagnosis were given each diagnosis.
- `Disagreement`: a patient whom the methods name differently.
- `Entry`: a method as its results are reported.
- `EpisodeIndices`: the patients of one episode.
- `EpisodeResult`: what one method said in one episode.
- `Leaderboard`: the methods from the best down.
- `Method`: a learner and what it starts from.
- `Metric`: the name of a metric.
- `Plan`: who is compared on what.
- `Source`: where the patients of a script are found.
- `all_methods`: every method that can be chosen, by key.
- `as_python`: the comparison as a Python script.
- `charts`: the charts of a comparison, as values.
- `compare`: runs a plan, as a generator of results.
- `comparison_csv`: all results as a CSV file.
- `comparison_html`: the report as one HTML file.
- `confusion`: the confusion matrix of a method.
- `costs`: the time that each method takes.
- `difference`: by how much one method is better than another.
- `disagreements`: the patients on whom methods disagree.
- `evaluate`: a whole comparison in one call.
- `leader_and_best_baseline`: the best method and the best one of the other kind.
- `leaderboard`: the ranking at some number of labeled patients.
- `leaderboard_html`: the ranking as an HTML table.
- `leaderboard_text`: the ranking as text.
- `learning_curves`: the score of each method by labeled patients.
- `methods`: methods by their keys.
- `n_left_out`: how many patients leave-one-out can judge.
- `place`: a number of labeled patients in words.
- `plan_for`: the nearest plan that a table allows.
- `plan_on_novel`: a comparison on diagnoses that meta-training has not seen.
- `score_intervals`: means of scores with their intervals.
- `shots_allowed`: the numbers of labeled patients that a table allows.
- `sweep`: runs a plan on several processes.
- `task_of`: an episode as a `Task`.
- `twin_curves`: the same learner from different initial weights, step by step.
- `verdict`: what the ranking says, in sentences.
- `workers`: the processes or machines of `sweep`.
"""

from __future__ import annotations

from metamed_core.evaluation import charts
from metamed_core.evaluation.comparison import Comparison, Entry
from metamed_core.evaluation.comparison_csv import comparison_csv
from metamed_core.evaluation.confusion_and_disagreement import Confusion, Disagreement, confusion, disagreements
from metamed_core.evaluation.curves import (
    costs,
    learning_curves,
    twin_curves,
)
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT, SHOTS, EpisodeIndices, n_left_out, shots_allowed, task_of
from metamed_core.evaluation.evaluate import evaluate
from metamed_core.evaluation.leaderboard import (
    Leaderboard,
    difference,
    leader_and_best_baseline,
    leaderboard,
    score_intervals,
)
from metamed_core.evaluation.leaderboard_html import HOW, leaderboard_html
from metamed_core.evaluation.methods import DEFAULTS, Method, all_methods, methods
from metamed_core.evaluation.metric_samples import MEASURES, Metric
from metamed_core.evaluation.novel_diagnoses import plan_on_novel
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.evaluation.reproduction_script import Source, as_python
from metamed_core.evaluation.runner import EpisodeResult, compare
from metamed_core.evaluation.sweep import sweep
from metamed_core.evaluation.verdict import CLAIM, leaderboard_text, place, verdict
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
    "Comparison",
    "Confusion",
    "Disagreement",
    "Entry",
    "EpisodeIndices",
    "EpisodeResult",
    "Leaderboard",
    "Method",
    "Metric",
    "Plan",
    "Source",
    "all_methods",
    "as_python",
    "charts",
    "compare",
    "comparison_csv",
    "comparison_html",
    "confusion",
    "costs",
    "difference",
    "disagreements",
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
    "score_intervals",
    "shots_allowed",
    "sweep",
    "task_of",
    "twin_curves",
    "verdict",
    "workers",
]
