"""What the plots of a comparison show, as values: axes, lines, the finding in words. `figures` draws them with plotly, `svg` without it.

Floor 10 of the house.
"""

from __future__ import annotations

from metamed_core.drawing import Axis, Chart, Line
from metamed_core.evaluation.charts.learning import accuracy_by_shots, accuracy_by_steps
from metamed_core.evaluation.charts.trade import cost_against_accuracy, episode_by_episode
from metamed_core.evaluation.charts.trust import net_benefit, reliability_diagram

__all__ = [
    "Axis",
    "Chart",
    "Line",
    "accuracy_by_shots",
    "accuracy_by_steps",
    "cost_against_accuracy",
    "episode_by_episode",
    "net_benefit",
    "reliability_diagram",
]
