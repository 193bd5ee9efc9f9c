"""From values to places on an axis, and the round numbers beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metamed_core.drawing.chart import Axis

N_TICKS = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value between `low` and `high` to a place in pixels between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = map(math.log10, (low, high, at))
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def ticks(axis: Axis, scale: Scale) -> list[tuple[float, str]]:
    """Round values on the axis, with their texts."""
    if axis.log:
        powers = range(math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high)) + 1)
        return [(10.0**power, f"{10.0**power:g}") for power in powers]
    # A quarter is a round part of a whole, but not of a count.
    step = _round_up((scale.high - scale.low) / N_TICKS, (1, 2, 2.5, 5, 10) if axis.percent else (1, 2, 5, 10))
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    values = [at * step for at in range(first, last + 1)]
    return [(value, (f"{100 * value:.0f}%" if axis.percent else f"{round(value, 6):g}").replace("-", "−")) for value in values]


def _round_up(step: float, parts: Sequence[float]) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * part for part in parts if power * part >= step - 1e-12)
