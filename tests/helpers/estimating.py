"""Small tables for the tests of the estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metamed_core.learners import LEARNERS

on_each = pytest.mark.parametrize("name", list(LEARNERS))


def patients(n: int = 12, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """Numbers, whole numbers, booleans, words, categories; a fifth missing where that is possible."""
    rng = np.random.default_rng(seed)
    y = [("flu", "anaemia", "gout")[i % 3] for i in range(n)]
    number = np.arange(n) % 3 * 3.0 + rng.normal(size=n)
    number[rng.random(n) < 0.2] = np.nan
    frame = pd.DataFrame(
        {
            "number": number,
            "whole": pd.array([None, *rng.integers(0, 9, n - 1)], dtype="Int64"),
            "yes": rng.random(n) < 0.5,
            "maybe": [None, *[bool(v) for v in rng.random(n - 1) < 0.5]],
            "word": rng.choice(np.array(["u", "v", "w", None], dtype=object), n),
            "kind": pd.Categorical(rng.choice(["p", "q"], n)),
        }
    )
    return frame, y


LABELS = ["u", "u", "v", "v"]


def numbers_only(seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(8, 2)) + np.arange(8)[:, None], columns=["a", "b"]), list("ppppqqqq")
