"""How good answers are, and how sure one can be of it.

Metrics of predicted probabilities, confidence intervals that count patients and episodes, and the calibration of probabilities.
Everything is a pure function of arrays.

- `COVERAGE`: the probability that the diagnoses of a prediction set must reach together, 0.9.
- `COVERAGES`: the shares of patients whose diagnosis a set should hold that one can choose from.
- `SHOTS`: the numbers of labeled patients per diagnosis at which a temperature is fitted.
- `WIDE`: how far the sharpness of a table may lie from 1 where no calibration was learned.
- `WIDTH`: the same where one was learned.
- `Answers`: what a learner answered over many tasks to patients whose diagnosis is known: what a calibration is fitted to.
- `Calibration`: temperatures of a learner by the number of labeled patients, diagnoses and columns.
- `ClusteredMean`: weighted means with standard errors and degrees of freedom.
- `DecisionCurve`: net benefit of acting on a predicted probability, at each threshold.
- `Interval`: an estimate and the two ends of its 95% confidence interval.
- `Reliability`: how often answers of each confidence are right.
- `ShuffleTest`: the result of `shuffle_test`.
- `certified`: the largest share of patients for which so many held-out patients alone can certify a set.
- `coverage_sets`: for each patient the set that holds the right diagnosis for a chosen share of patients.
- `expected_calibration_error`: mean gap between confidence and accuracy over bins of confidence.
- `fit_calibration`: the calibration with the least log-loss on some answers.
- `fit_sharpness`: how much to sharpen or soften the answers for one table, judged by its held-out patients.
- `holm_adjusted_p`: p-values adjusted for several comparisons by Holm's method.
- `intervals`: the file of confidence intervals and tests.
- `label_metrics`: the file of macro F1, Matthews correlation and top-3 accuracy.
- `log_loss`: mean negative log-probability of the right diagnosis.
- `metrics`: the file of metrics: accuracy, balanced accuracy, AUROC, Brier score, ...
- `nearest_shots`: which of `SHOTS` a task is nearest to, to report tasks of like size together.
- `prediction_sets`: for each patient the fewest diagnoses that together reach `COVERAGE`.
- `recalibrated`: a calibration fitted anew on the few patients of one table.
- `sharpness_of_confidence`: how much to sharpen or soften answers so that the most probable one has a wanted probability on average.
- `shuffle_test`: whether held-out patients are named better than with shuffled labels.
- `sign_flip_p`: p-values of paired differences by flipping their signs.
- `student_interval`: Student's interval around a mean.
- `sums_by_group`: sums of rows by group.
- `task_log_loss`: the log-loss of each task, averaged over tasks.
- `two_way_clustered_mean`: a mean whose standard error counts episodes and patients as two crossed samples.
- `wilson_interval`: Wilson's interval for a share of patients.
"""

from __future__ import annotations

from metamed_core.statistics import intervals, label_metrics, metrics
from metamed_core.statistics.calibration import SHOTS, Answers, Calibration, fit_calibration, nearest_shots, recalibrated, task_log_loss
from metamed_core.statistics.coverage import COVERAGES, certified, coverage_sets
from metamed_core.statistics.intervals import (
    ClusteredMean,
    Interval,
    student_interval,
    sums_by_group,
    two_way_clustered_mean,
    wilson_interval,
)
from metamed_core.statistics.metrics import COVERAGE, DecisionCurve, Reliability, expected_calibration_error, log_loss, prediction_sets
from metamed_core.statistics.sharpness import WIDE, WIDTH, fit_sharpness, sharpness_of_confidence
from metamed_core.statistics.shuffle_test import ShuffleTest, shuffle_test
from metamed_core.statistics.significance import holm_adjusted_p, sign_flip_p

__all__ = [
    "COVERAGE",
    "COVERAGES",
    "SHOTS",
    "WIDE",
    "WIDTH",
    "Answers",
    "Calibration",
    "ClusteredMean",
    "DecisionCurve",
    "Interval",
    "Reliability",
    "ShuffleTest",
    "certified",
    "coverage_sets",
    "expected_calibration_error",
    "fit_calibration",
    "fit_sharpness",
    "holm_adjusted_p",
    "intervals",
    "label_metrics",
    "log_loss",
    "metrics",
    "nearest_shots",
    "prediction_sets",
    "recalibrated",
    "sharpness_of_confidence",
    "shuffle_test",
    "sign_flip_p",
    "student_interval",
    "sums_by_group",
    "task_log_loss",
    "two_way_clustered_mean",
    "wilson_interval",
]
