"""How far a meta-training is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a meta-training is.

    Parameters
    ----------
    step
        Outer steps done.
    loss
        Meta-loss of the last step; NaN while the weights of this step are being validated.
    validation
        `step`, `before`, `accuracy` and `log_loss` of each validation so far.
    baselines
        Accuracy of each baseline on the same validation tasks, by its name.
    validated
        Whether the last validation is of this very step.
    seconds
        Spent so far, before a stop too.
    """

    step: int
    loss: float = math.nan
    validation: tuple[Mapping[str, float], ...] = ()
    baselines: Mapping[str, float] = field(default_factory=dict)
    validated: bool = False
    seconds: float = 0.0

    @property
    def accuracy(self) -> float:
        """Of the last validation, after adaptation; NaN before there is one."""
        return self.validation[-1]["accuracy"] if self.validation else math.nan

    @property
    def log_loss(self) -> float:
        """Of the last validation, after adaptation; NaN before there is one."""
        return self.validation[-1]["log_loss"] if self.validation else math.nan

    def best(self) -> Mapping[str, float]:
        """The best validation: the highest accuracy, of equal ones the lowest log-loss. Raises ValueError before there is one."""
        return max(self.validation, key=lambda one: (one["accuracy"], -one["log_loss"]))
