"""The card of a weight file, entry by entry: what the program reads of it and of which type each must be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metamed_core.data import from_json
from metamed_core.statistics import Calibration

MOST_NAME = 200
"""Characters of a name on a card."""


@dataclass(frozen=True)
class PanelNames:
    """The columns of a panel, and those of them that are coded; see `data.Panel`."""

    columns: tuple[str, ...]
    coded: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """The entries that the program reads; a card may hold others, which only people read.

    Parameters
    ----------
    learner, settings, backbone
        Name and settings of the learner, name and sizes of the network; `networks.backbone_of` checks the latter.
    sha256
        SHA-256 of the weight file.
    name
        The name under which the weights are kept.
    step, plan, run
        The step that the weights are of, the plan of shipped weights, and what was asked for (`MetaTraining.of_card` checks it).
    seconds
        Spent on meta-training.
    validation, baselines
        The validations, each with `step`, `accuracy` and `log_loss`, and the accuracy of each baseline; NaN if the training diverged.
    panel
        The columns that the weights were meta-trained on, if they read only those.
    calibration
        How probabilities are calibrated.

    Raises
    ------
    ValueError
        If an entry is out of bounds.
    """

    learner: str
    sha256: str
    backbone: Mapping[str, Any]
    settings: Mapping[str, float] = field(default_factory=dict)
    name: str = ""
    step: int | None = None
    plan: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    seconds: float = 0.0
    validation: tuple[Mapping[str, Any], ...] = ()
    baselines: Mapping[str, Any] = field(default_factory=dict)
    panel: PanelNames | None = None
    calibration: Mapping[str, Any] = field(default_factory=lambda: dataclasses.asdict(Calibration.none()))

    def __post_init__(self) -> None:
        if len(self.name) > MOST_NAME:
            raise ValueError("the name is too long")
        if any({"step", "accuracy", "log_loss"} - set(one) for one in self.validation):
            raise ValueError("a validation lacks a number")
        if not all(isinstance(value, float | int) for one in (*self.validation, self.baselines) for value in one.values()):
            raise ValueError("a measured value is no number")
        if {each.name for each in dataclasses.fields(Calibration)} - set(self.calibration):
            raise ValueError("the calibration lacks an entry")
        _ = self.fitted

    @property
    def fitted(self) -> Calibration:
        """The calibration; its further entries record how it was fitted."""
        return from_json(Calibration, self.calibration)
