"""Cheap methods, and whether two results are the same."""

from __future__ import annotations

import dataclasses

import numpy as np

from metamed_core.evaluation import (
    EpisodeResult,
    methods,
)

QUICK = methods(("prototypical", "nearest_centroid", "prototypical-none"))


def same(one: EpisodeResult, other: EpisodeResult, *, but: tuple[str, ...] = ("adapt_seconds", "predict_seconds")) -> bool:
    names = [field.name for field in dataclasses.fields(EpisodeResult) if field.name not in but]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
