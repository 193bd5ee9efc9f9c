"""How good answers are and how sure one can be of it: metrics, intervals, calibration. Imports only `words`."""

from __future__ import annotations

from metamed_core.statistics import intervals, metrics
from metamed_core.statistics.calibration import SHOTS, Answers, Calibration, expected_calibration_error, fit, log_loss, nearest_shots
from metamed_core.statistics.intervals import ClusteredMean, Interval, holm, sign_flip_p, student, sums, two_way_clustered_mean, wilson
from metamed_core.statistics.metrics import COVERAGE, DecisionCurve, Reliability, prediction_sets

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
    "fit",
    "holm",
    "intervals",
    "log_loss",
    "metrics",
    "nearest_shots",
    "prediction_sets",
    "sign_flip_p",
    "student",
    "sums",
    "two_way_clustered_mean",
    "wilson",
]
