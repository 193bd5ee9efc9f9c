"""The derivatives of the lessons' model of two weights in closed form; a test compares them with automatic differentiation of the library's code.

A class drags its starts to sixty places and asks for the outer steps from each within seconds: differentiating automatically, the server
fell behind. Patients z `(..., n, 2)` of two diseases, as many of each:
those of the first disease are turned about the origin, so that w . z > 0 is the correct answer for all. With p = s(w . z), where s is the logistic function,

    loss    -mean log p              gradient    -mean (1 - p) z              Hessian times v    mean p (1 - p) (z . v) z
"""

from __future__ import annotations

import numpy as np

from metamed_core.data import LabeledSet
from pages.lessons.geometry import Array


def turned(patients: LabeledSet) -> Array:
    """Patients and classes as z."""
    z: Array = patients.x.numpy() * (2.0 * patients.y.numpy() - 1)[..., None]
    return z


def inner_path(w: Array, support: Array, alpha: float, n: int) -> list[Array]:
    """The start `(..., 2)` and where each of `n` inner steps leads."""
    path = [w]
    for _ in range(n):
        path.append(path[-1] - alpha * _gradient(path[-1], support))
    return path


def outer_gradient(w: Array, support: Array, query: Array, alpha: float, n: int, *, first_order: bool = False) -> Array:
    """Gradient in the start of the query loss after the inner steps: each of them, the last first, multiplies it by I - alpha H."""
    *before, end = inner_path(w, support, alpha, n)
    asked = _gradient(end, query)
    for at in () if first_order else reversed(before):
        asked = asked - alpha * _hessian_times(asked, at, support)
    return asked


def _gradient(w: Array, z: Array) -> Array:
    return _mean_of(_proba(w, z) - 1, z)


def _hessian_times(v: Array, w: Array, z: Array) -> Array:
    p = _proba(w, z)
    return _mean_of(p * (1 - p) * _dot(v, z), z)


def _proba(w: Array, z: Array) -> Array:
    p: Array = 0.5 + 0.5 * np.tanh(0.5 * _dot(w, z))  # the logistic function; this form of it never overflows
    return p


def _dot(w: Array, z: Array) -> Array:
    scores: Array = (z @ w[..., None])[..., 0]
    return scores


def _mean_of(factors: Array, z: Array) -> Array:
    mean: Array = (factors[..., None, :] @ z)[..., 0, :] / z.shape[-2]
    return mean
