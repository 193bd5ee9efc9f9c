"""The command line: one file = one command of `python -m metamed_core`, offered here by its name."""

from __future__ import annotations

from metamed_core.cli import bench, calibrate, card, diagnose, evaluate, meta_train

__all__ = [
    "bench",
    "calibrate",
    "card",
    "diagnose",
    "evaluate",
    "meta_train",
]
