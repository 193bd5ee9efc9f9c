"""How a learner's shipped weights are made. Each learner says so itself, in its own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One learner's meta-training on the clinical prior; `meta_training.Budget` says what each number means.

    settings: of the learner, where they differ in meta-training from those in use. steps_on_a_table: meta-steps that are enough on a table
    of some ten diagnoses, and take minutes on a small computer (docs/explanation/evaluation.md); what the page suggests.
    """

    meta_steps: int = 6000
    meta_batch: int = 16
    meta_lr: float = 2e-3
    groups: int = 2
    precision: Precision = "float32"
    hidden_lr: float | None = None
    settings: Mapping[str, float | int] = field(default_factory=dict)
    steps_on_a_table: int = 100
