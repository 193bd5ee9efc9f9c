"""The card of a weight file, entry by entry: what the program reads of it and of which type each must be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metamed_core.data import from_json
from metamed_core.statistics import Calibration
from metamed_core.words import Words

MOST_NAME = 200
"""Characters of a name on a card."""


@dataclass(frozen=True)
class PanelNames:
    """The columns of a panel, and those of them that are coded; see `data.Panel`."""

    columns: tuple[str, ...]
    coded: tuple[str, ...]


@dataclass(frozen=True)
class ValidatedOn:
    """The tasks of the validations, without which their accuracy says little: each of so many diagnoses, so many labeled patients of each.

    Parameters
    ----------
    ways, shots
        The fewest and the most diagnoses of a task, and labeled patients of each (their mean where diagnoses differ).
    chance
        The share of right answers of whoever guesses.
    n_tasks
        How many tasks there are.

    Raises
    ------
    ValueError
        If a number is out of bounds.
    """

    ways: tuple[int, int]
    shots: tuple[float, float]
    chance: float
    n_tasks: int

    def __post_init__(self) -> None:
        if len(self.ways) != 2 or len(self.shots) != 2 or min(self.ways) < 2 or not 0 <= self.chance <= 1:
            raise ValueError("no tasks are like this")

    @property
    def words(self) -> Words:
        """How many diagnoses, how many labeled patients of each, and what guessing would give."""
        ways, shots = _span(*self.ways), _span(*self.shots)
        return _TASKS.format(ways=ways, most=self.ways[1], shots=shots, last=self.shots[1], chance=f"{100 * self.chance:.0f}%")


def _span(least: float, most: float) -> Words:
    return Words(f"{least:g}", f"{least:g}") if least == most else Words(f"{least:g} to {most:g}", f"{least:g} 至 {most:g}")


def validated_on(card: Mapping[str, Any]) -> ValidatedOn | None:
    """The tasks of the validations on a card as `read_card` gives it; None where it does not say."""
    return None if card.get("validated_on") is None else from_json(ValidatedOn, card["validated_on"])


_TASKS = Words(
    "{ways} {most:diagnosis|diagnoses} at a time, {shots} labeled {last:patient|patients} of each; guessing would be right in {chance}",
    "每次 {ways} 种诊断，每种 {shots} 位已确诊患者；随机猜测的正确率为 {chance}",
)


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
    validated_on
        The tasks of the validations; None on older cards.
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
    validated_on: ValidatedOn | None = None
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
