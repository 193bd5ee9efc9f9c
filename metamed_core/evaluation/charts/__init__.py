"""The charts of a comparison as `Chart` objects (axes, marks, title, help text), rendered by `metamed_core.drawing`."""

from __future__ import annotations

from metamed_core.evaluation.charts.calibration_and_benefit import decision_curves, reliability_diagram
from metamed_core.evaluation.charts.score_curves import accuracy_by_steps, score_by_shots
from metamed_core.evaluation.charts.time_and_pairs import accuracy_against_time, paired_episodes

__all__ = [
    "accuracy_against_time",
    "accuracy_by_steps",
    "decision_curves",
    "paired_episodes",
    "reliability_diagram",
    "score_by_shots",
]
