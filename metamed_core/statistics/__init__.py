"""How good answers are and how sure one can be of it: metrics, intervals, calibration. Imports only `words`."""

from __future__ import annotations

from metamed_core.statistics import intervals, metrics
from metamed_core.statistics.calibration import SHOTS, Answers, Calibration, fit_calibration, nearest_shots, task_log_loss
from metamed_core.statistics.intervals import (
    ClusteredMean,
    Interval,
    holm_adjusted_p,
    sign_flip_p,
    student_interval,
    sums_by_group,
    two_way_clustered_mean,
    wilson_interval,
)
from metamed_core.statistics.metrics import COVERAGE, DecisionCurve, Reliability, expected_calibration_error, log_loss, prediction_sets

__all__ = [
    "COVERAGE",
    "SHOTS",
    "Answers",
    "Calibration",
    "ClusteredMean",
    "DecisionCurve",
    "Interval",
    "Reliability",
    "expected_calibration_error",
    "fit_calibration",
    "holm_adjusted_p",
    "intervals",
    "log_loss",
    "metrics",
    "nearest_shots",
    "prediction_sets",
    "sign_flip_p",
    "student_interval",
    "sums_by_group",
    "task_log_loss",
    "two_way_clustered_mean",
    "wilson_interval",
]
