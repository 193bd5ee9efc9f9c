"""Many regressions at once are the baseline classifier's, one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from metamed_core.data import CHANNELS, LabeledSet
from metamed_core.learners.baselines import BASELINES
from pages.lessons.many_regressions import MISSING, probabilities, regressions


@pytest.mark.parametrize(("n_way", "shots"), [(2, 1), (2, 6), (4, 1), (4, 8)])
def test_they_are_the_baseline_classifier_s(n_way: int, shots: int) -> None:
    rng = torch.Generator().manual_seed(n_way + shots)
    known, asked = (torch.zeros(5, n, 3, len(CHANNELS), dtype=torch.float64) for n in (n_way * shots, 7))
    y = torch.arange(n_way).repeat(shots).expand(5, -1)
    for cells in (known, asked):
        cells[..., 0] = 2 * torch.randn(cells.shape[:-1], generator=rng)
        cells[..., 2, MISSING] = torch.rand(cells.shape[:2], generator=rng) < 0.4
    known[..., 0] += y.unsqueeze(-1) * torch.randn(5, 1, 3, generator=rng)
    known[0, ..., MISSING] = 0  # missing where they are asked about only: no column of the baseline's
    said = probabilities(regressions(LabeledSet(known, y), n_way), asked)
    for i in range(5):
        *_, one = BASELINES["logistic_regression"]().adapt(None, {}, LabeledSet(known[i], y[i]), n_way)
        one.model.set_params(tol=1e-10, max_iter=10_000)
        gaps = one.gaps
        X = np.concatenate([known[i][..., 0], known[i][:, gaps, MISSING]], 1)
        one.model.fit(X, y[i].numpy())
        torch.testing.assert_close(said[i], one.predict_proba(asked[i]).double(), atol=1e-5, rtol=0)
