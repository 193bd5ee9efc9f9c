"""What the tests of `evaluate` and of a sweep share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from metamed_core.evaluation import (
    LEAVE_ONE_OUT,
    EpisodeResult,
    Method,
    Plan,
    methods,
)
from metamed_core.learners import LEARNERS
from metamed_core.learners.weight_files import SHIPPED
from tests.helpers.comparing import cohort

ROOT = Path(__file__).parents[2]
QUICK = ["--methods", "prototypical,nearest_centroid", "--shots", "1", "--episodes", "3"]


def plan() -> Plan:
    """Cheap methods, one of them drawn anew in each episode, one with weights of a file; leave-one-out beside drawn episodes."""
    who = (
        *methods(("prototypical", "maml-none", "nearest_centroid")),
        Method(LEARNERS["maml"](), str(SHIPPED / "maml.safetensors")),
    )
    return Plan(cohort({"a": 6, "b": 5, "c": 2}), who, (1, 2, LEAVE_ONE_OUT), 2, seed=4)


def same(one: Iterable[EpisodeResult], other: Iterable[EpisodeResult]) -> bool:
    """Equal in order and to the last bit, but for the seconds."""
    names = [name for name in EpisodeResult.__dataclass_fields__ if not name.endswith("_seconds")]
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for a, b in zip(one, other, strict=True) for name in names)
