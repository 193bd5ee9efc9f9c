"""Calibration by the labeled patients of one table: how much to sharpen or soften, judged by those held out.

A temperature that was learned on synthetic tasks is right for the average table. How sure a learner may be on this one, a few held-out
patients tell in part: one multiplier of all log-probabilities, the most probable given them and a log-normal prior around 1, made smaller the
more they speak for a table without any signal, where all diagnoses are equally probable.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit
from scipy.stats import norm
from torch import Tensor

WIDTH = 0.6
"""Standard deviation of log(sharpness) over tables, where a calibration was learned for this learner and these settings."""
WIDE = 1.5
"""The same where none was learned (own weights, other settings): the table's patients decide nearly alone."""
NO_SIGNAL = 0.25
"""Share of tables whose columns tell nothing of the diagnoses, before any patient is seen: 0.16 is the most likely share over 222 simulated
tables, and more since it is worse to be sure without reason than to be too modest."""
HARDEST = 20.0
"""The sharpness lies between 1/20 and 20."""
EQUALLY_LIKELY = tuple(norm.ppf((np.arange(21) + 0.5) / 21).tolist())
"""Points of a standard normal distribution that stand for an equal share of it each, to average over the prior."""


def fit_sharpness(log_proba: Tensor, y: Tensor, width: float = WIDTH) -> float:
    """The multiplier of log-probabilities that held-out patients ask for; above 1 sharpens, below 1 softens, 1 without any patient.

    The largest of: log-likelihood of their diagnoses, every diagnosis weighing the same, plus the log-normal prior; times the posterior
    probability that the columns tell anything of the diagnoses at all.

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

    def likelihood(log_sharpness: float) -> float:
        scaled = math.exp(log_sharpness) * scores
        return float((weight * (scaled[rows, own] - np.logaddexp.reduce(scaled, axis=1))).sum())

    bound = math.log(HARDEST)
    found = minimize_scalar(
        lambda at: 0.5 * (at / width) ** 2 - likelihood(at), bounds=(-bound, bound), method="bounded", options={"xatol": 1e-6}
    )
    evidence = np.logaddexp.reduce([likelihood(min(max(width * at, -bound), bound)) for at in EQUALLY_LIKELY]) - math.log(
        len(EQUALLY_LIKELY)
    )
    signal = expit(evidence + len(own) * math.log(scores.shape[1]) + math.log(1 / NO_SIGNAL - 1))
    return max(math.exp(found.x) * float(signal), 1 / HARDEST)


def sharpness_of_confidence(log_proba: Tensor, confidence: float, most: float = 5.0) -> float:
    """The multiplier of log-probabilities after which the most probable class has this probability on average; within `most` times and 1/`most`.

    Parameters
    ----------
    log_proba
        Log-probabilities, `(n, n_way)`.
    confidence
        The wanted mean probability of the most probable class, 0..1.
    most
        The largest multiplier; its inverse is the smallest.
    """
    scores, bound = log_proba.double().clamp_min(-1e6), math.log(most)

    def over(log_sharpness: float) -> float:
        return float((math.exp(log_sharpness) * scores).softmax(-1).amax(-1).mean()) - confidence

    # The mean rises with the multiplier, so where the confidence lies outside its range an end is nearest.
    if over(-bound) >= 0 or over(bound) <= 0:
        return math.exp(-bound if over(-bound) >= 0 else bound)
    return math.exp(brentq(over, -bound, bound, xtol=1e-6))
