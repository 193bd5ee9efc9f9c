"""Small files of weights, and one that would run code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from metamed_core.learners import LEARNERS
from metamed_core.networks.backbones import ColumnEncoder
from metamed_core.statistics.calibration import Calibration

LEARNER = LEARNERS["prototypical"]()
BACKBONE = ColumnEncoder(width=8, latents=3, features=2)


def fresh() -> dict[str, Tensor]:
    return LEARNER.init(BACKBONE, torch.Generator().manual_seed(0))


def alter_card(path: Path, **changes: Any) -> None:
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


CALIBRATION = Calibration((1.0, 5.0), (2.0, 0.5), 0.25, -0.125, (2.0, 8.0), (3.0, 30.0), {})


class Trap:
    """What unpickling would run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def planned(card: dict[str, Any]) -> dict[str, Any]:
    """The budget of meta-training on a card; the older ones call it their plan."""
    budget: dict[str, Any] = card["plan"] if "plan" in card else card["run"]["budget"]
    return budget
