"""Comparison of methods on the same patients and episodes, with confidence intervals.

A `Plan` defines methods, patients and episodes; `compare(plan)` yields results one by one; a `Comparison` collects them and can be
analyzed at any time. `evaluate` does all of this in one call.

>>> from metamed_core.data import Cohort
>>> from metamed_core.evaluation import Comparison, compare, leaderboard, plan_for
>>> plan, remark = plan_for(cohort, n_episodes=30)  # doctest: +SKIP
>>> comparison = Comparison.of(plan).plus(compare(plan))  # doctest: +SKIP
>>> leaderboard(comparison, k_shot=5).leader.entry.title.en  # doctest: +SKIP

- `BACKENDS`: joblib backends for `sweep`: processes, threads, Dask, Ray.
- `CLAIM`: a sentence on the population that the intervals refer to.
- `DEFAULTS`: keys of the methods compared by default.
- `HOW`: a sentence on how to read the leaderboard.
- `KNOWLEDGE_HOW`: a sentence on how to read what knowledge adds.
- `KNOWLEDGE_TITLE`: the heading above it.
- `LEAVE_ONE_OUT`: the value of `k_shot` for leave-one-out.
- `MEASURES`: the metrics that methods can be ranked by.
- `NO_PATIENT`: the value of `k_shot` for no labeled patient at all.
- `SHOTS`: default numbers of labeled patients per diagnosis.
- `About`: further content of a report.
- `Comparison`: all results so far.
- `Confusion`: a confusion matrix with the patients in each cell.
- `Disagreement`: a patient for whom the methods predict different diagnoses.
- `Entry`: the description of a method in results.
- `EpisodeIndices`: the patients of one episode.
- `EpisodeResult`: the predictions of one method in one episode.
- `Leaderboard`: the methods, best first.
- `Method`: a learner with its initial weights.
- `Metric`: the name of a metric.
- `Plan`: methods, patients, shots and episodes of a comparison.
- `Source`: the files that a reproduction script reads.
- `all_methods`: all available methods by key.
- `as_python`: the comparison as a Python script.
- `charts`: the charts of a comparison.
- `compare`: runs a plan, as a generator of results.
- `comparison_csv`: all results as a CSV file.
- `comparison_html`: the report as one HTML file.
- `comparison_parquet`: all results as a Parquet file.
- `confusion`: the confusion matrix of a method.
- `costs`: the time that each method takes.
- `difference`: the paired difference between two methods.
- `disagreements`: the patients on whom methods disagree.
- `evaluate`: a whole comparison in one call.
- `knowledge_gains`: what knowledge adds to each method at each number of shots.
- `knowledge_html`: the same as an HTML table.
- `knowledge_text`: the same as text.
- `knowledge_verdict`: the same in sentences.
- `leader_and_best_baseline`: the best learner and the best baseline.
- `leaderboard`: the ranking at one number of shots.
- `leaderboard_html`: the ranking as an HTML table.
- `leaderboard_text`: the ranking as text.
- `learning_curves`: the score of each method by number of shots.
- `left_out`: which diagnoses take no part, and why.
- `methods`: methods by their keys.
- `n_left_out`: how many patients leave-one-out can predict.
- `place`: a number of shots in words.
- `plan_for`: the plan closest to a request that a table allows.
- `plan_on_novel`: the plan of a comparison on diagnoses that were not in meta-training.
- `score_intervals`: mean scores with confidence intervals.
- `shots_allowed`: the numbers of labeled patients that a table allows.
- `sweep`: runs a plan in parallel.
- `task_of`: an episode as a `Task`.
- `training_warnings`: which methods were meta-trained on the patients that they are compared on.
- `twin_curves`: the same learner from different initial weights, step by step.
- `unseen_diagnoses`: the diagnoses of a table that no method was meta-trained on.
- `usual_diagnosis`: the diagnosis whose net benefit is shown first.
- `verdict`: the leaderboard in sentences.
- `with_twins`: methods, each followed by the same with knowledge.
- `workers`: context manager that selects the backend of `sweep`.
"""

from __future__ import annotations

from metamed_core.evaluation import charts
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.comparison_files import comparison_csv, comparison_parquet
from metamed_core.evaluation.confusion_and_disagreement import Confusion, Disagreement, confusion, disagreements
from metamed_core.evaluation.curves import (
    costs,
    learning_curves,
    twin_curves,
)
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT, NO_PATIENT, SHOTS, EpisodeIndices, n_left_out, shots_allowed, task_of
from metamed_core.evaluation.evaluate import evaluate
from metamed_core.evaluation.knowledge_gains import (
    KNOWLEDGE_HOW,
    KNOWLEDGE_TITLE,
    knowledge_gains,
    knowledge_html,
    knowledge_text,
    knowledge_verdict,
)
from metamed_core.evaluation.leaderboard import (
    Leaderboard,
    difference,
    leader_and_best_baseline,
    leaderboard,
    score_intervals,
)
from metamed_core.evaluation.leaderboard_html import HOW, leaderboard_html
from metamed_core.evaluation.left_out import left_out
from metamed_core.evaluation.methods import DEFAULTS, Method, all_methods, methods, with_twins
from metamed_core.evaluation.metric_samples import MEASURES, Metric
from metamed_core.evaluation.net_benefit import usual_diagnosis
from metamed_core.evaluation.novel_diagnoses import plan_on_novel
from metamed_core.evaluation.plan import Plan, plan_for
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.evaluation.reproduction_script import Source, as_python
from metamed_core.evaluation.runner import EpisodeResult, compare
from metamed_core.evaluation.seen_in_training import training_warnings, unseen_diagnoses
from metamed_core.evaluation.sweep import sweep
from metamed_core.evaluation.verdict import CLAIM, leaderboard_text, place, verdict
from metamed_core.evaluation.workers import BACKENDS, workers

__all__ = [
    "BACKENDS",
    "CLAIM",
    "DEFAULTS",
    "HOW",
    "KNOWLEDGE_HOW",
    "KNOWLEDGE_TITLE",
    "LEAVE_ONE_OUT",
    "MEASURES",
    "NO_PATIENT",
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
    "comparison_parquet",
    "confusion",
    "costs",
    "difference",
    "disagreements",
    "evaluate",
    "knowledge_gains",
    "knowledge_html",
    "knowledge_text",
    "knowledge_verdict",
    "leader_and_best_baseline",
    "leaderboard",
    "leaderboard_html",
    "leaderboard_text",
    "learning_curves",
    "left_out",
    "methods",
    "n_left_out",
    "place",
    "plan_for",
    "plan_on_novel",
    "score_intervals",
    "shots_allowed",
    "sweep",
    "task_of",
    "training_warnings",
    "twin_curves",
    "unseen_diagnoses",
    "usual_diagnosis",
    "verdict",
    "with_twins",
    "workers",
]
