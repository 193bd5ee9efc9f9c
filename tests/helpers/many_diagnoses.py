"""A table of many diagnoses, to be split by disease."""

from __future__ import annotations

import numpy as np
import pandas as pd


def table(seed: int = 0, n_diseases: int = 6, n_each: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(n_diseases, 3))
    y = np.repeat(np.arange(n_diseases), n_each)
    values = pd.DataFrame(means[y] + rng.normal(size=(len(y), 3)), columns=["ferritin", "MCV", "CRP"])
    return values.assign(stage=rng.choice(["I", "II", "III"], len(y)), diagnosis=[f"disease {n}" for n in y])
