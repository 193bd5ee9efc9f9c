"""Calibration by the labeled patients of one table: how much to sharpen or soften, judged by those held out.

A temperature that was learned on synthetic tasks is right for the average table. How sure a learner may be on this one, a few held-out
patients tell in part: one multiplier of all log-probabilities, the most probable given them and a log-normal prior around 1.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

WIDTH = 0.6
"""Standard deviation of log(sharpness) over tables, where a calibration was learned for this learner and these settings."""
WIDE = 1.5
"""The same where none was learned (own weights, other settings): the table's patients decide nearly alone."""
HARDEST = 20.0
"""The sharpness lies between 1/20 and 20."""


def fit_sharpness(log_proba: Tensor, y: Tensor, width: float = WIDTH) -> float:
    """The multiplier of log-probabilities that held-out patients ask for; above 1 sharpens, below 1 softens, 1 without any patient.

    The largest of: log-likelihood of their diagnoses, every diagnosis weighing the same, plus the log-normal prior.

    Parameters
    ----------
    log_proba
        Log-probabilities of held-out patients, `(n, n_way)`, calibrated for the size of the support set they were predicted from.
    y
        Their diagnoses, `(n,)`.
    width
        Standard deviation of the logarithm of the multiplier before any patient is seen.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, On calibration of modern neural networks, https://arxiv.org/abs/1706.04599, sec. 4.2
    """
    if not len(y) or bool(log_proba.isnan().any()):
        return 1.0
    counts = torch.bincount(y)
    weight = (len(y) / (counts[y] * int((counts > 0).sum()))).double().numpy()
    # Not minus infinity: a multiple of it would be no number.
    scores, own = log_proba.double().clamp_min(-1e6).numpy(), y.numpy()
    rows = np.arange(len(own))

    def loss(log_sharpness: float) -> float:
        scaled = math.exp(log_sharpness) * scores
        likelihood = scaled[rows, own] - np.logaddexp.reduce(scaled, axis=1)
        return float(0.5 * (log_sharpness / width) ** 2 - (weight * likelihood).sum())

    bound = math.log(HARDEST)
    return math.exp(minimize_scalar(loss, bounds=(-bound, bound), method="bounded", options={"xatol": 1e-6}).x)
