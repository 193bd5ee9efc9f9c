"""The hyperparameters with which the shipped weights of a learner were meta-trained; each learner defines its own `recipe`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters of the meta-training of one learner on the clinical prior; see also `meta_training.Budget`.

    Parameters
    ----------
    meta_steps, meta_batch, meta_lr
        Number of outer steps, tasks per step in all groups together, and outer learning rate.
    groups
        Groups of tasks per step; the tasks of a group have equal shape.
    precision
        Number format of the forward and backward pass.
    hidden_lr
        Learning rate of the Muon optimizer for the hidden weight matrices; None: AdamW for all weights.
    settings
        Fields of the learner whose values in meta-training differ from their defaults.
    prior
        Fields of the clinical prior whose values differ from its defaults.
    steps_on_a_table
        Suggested number of outer steps when meta-training on a table of about ten diagnoses; takes minutes on a small computer.
    """

    meta_steps: int = 6000
    meta_batch: int = 16
    meta_lr: float = 2e-3
    groups: int = 2
    precision: Precision = "float32"
    hidden_lr: float | None = None
    settings: Mapping[str, float | int] = field(default_factory=dict)
    prior: Mapping[str, Any] = field(default_factory=dict)
    steps_on_a_table: int = 100
