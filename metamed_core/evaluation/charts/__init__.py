"""What the charts of a comparison show, as values: axes, marks, the finding in words. The room `drawing` draws them."""

from __future__ import annotations

from metamed_core.evaluation.charts.learning import accuracy_by_steps, score_by_shots
from metamed_core.evaluation.charts.trade import accuracy_against_time, paired_episodes
from metamed_core.evaluation.charts.trust import decision_curves, reliability_diagram

__all__ = [
    "accuracy_against_time",
    "accuracy_by_steps",
    "decision_curves",
    "paired_episodes",
    "reliability_diagram",
    "score_by_shots",
]
