"""What each column adds to the difference between two diagnoses' log-probabilities: exact where the learner allows it, else Shapley values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.telling_columns import telling_columns
from metamed_core.learners import Additive

ROWS = 64
"""Patients asked about for the Shapley values of a small table; at least two orders of the columns are tried, however many there are."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """log p(first) - log p(second) as a sum over columns.

    Parameters
    ----------
    columns
        What each column adds, by name; positive speaks for the first diagnosis. Natural logarithm.
    rest
        What is there without any of these columns: of an exact split the same for every patient; else what the learner says of a patient without
        values and, in a table of very many columns, what those say together that were not looked into one by one (`telling_columns`).
    exact
        Whether the parts follow from the learner's own formula; else they are Shapley values estimated from some orders of the columns.
        They sum to the difference in both cases.
    """

    columns: dict[str, float]
    rest: float
    exact: bool


def contributions(case: Case, first: int, second: int) -> Contributions:
    """Split the difference between the log-probabilities of two class numbers for one patient.

    References
    ----------
    Štrumbelj and Kononenko 2014, Explaining prediction models and individual predictions with feature contributions (the sampled orders);
    Mitchell et al. 2022, https://arxiv.org/abs/2104.12199 (each order with its reverse)
    """
    raw = case.classifier.raw
    parts = raw.score_parts(case.x, first, second) if isinstance(raw, Additive) else None
    if parts is None:
        return _sampled(case, first, second)
    # A calibration multiplies all differences of log-probabilities by one number.
    scale = _scale(case, float(parts.cells.sum()) + parts.rest, first, second)
    cells = parts.cells[0].double().numpy() * scale
    return Contributions({name: float(cells[at].sum()) for name, at in case.cells_of.items()}, parts.rest * scale, exact=True)


def _scale(case: Case, uncalibrated: float, first: int, second: int) -> float:
    apart = _apart(case, case.x, first, second)[0]
    return float(apart / uncalibrated) if abs(uncalibrated) > 1e-9 else 1.0


def _apart(case: Case, x: Tensor, first: int, second: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with torch.no_grad():
        told = case.classifier.log_proba(x).double().numpy()
    return np.asarray(told[:, first] - told[:, second], dtype=np.float64)


def _sampled(case: Case, first: int, second: int) -> Contributions:
    """Shapley values with "missing" for a column that is left out: each order of the columns sums to the whole difference."""
    known = telling_columns(case, [name for name in case.cells_of if name not in case.missing])
    orders = _orders(len(known))
    states = []
    for order in orders:
        x = case.x[0].clone()
        for name in known:
            x[case.cells_of[name]] = case.blank[0, case.cells_of[name]]
        states.append(x.clone())
        for k in order:
            at = case.cells_of[known[k]]
            x[at] = case.x[0, at]
            states.append(x.clone())
    apart = _apart(case, torch.stack(states), first, second).reshape(len(orders), -1)
    added = np.zeros(len(known))
    for order, along in zip(orders, np.diff(apart, axis=1), strict=True):
        added[order] += along / len(orders)
    columns = dict.fromkeys(case.cells_of, 0.0) | dict(zip(known, added.tolist(), strict=True))
    return Contributions(columns, float(apart[:, 0].mean()), exact=False)


def _orders(n: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Random orders of `n` columns, each followed by its reverse; the same ones every time."""
    rng = np.random.default_rng(0)
    drawn = [rng.permutation(n) for _ in range(max(1, ROWS // (2 * max(n, 1))))]
    return [order for one in drawn for order in (one, one[::-1])]
