"""Pretest probabilities: how common each diagnosis is where the patient comes from, joined with the answer by Bayes' rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def with_pretest(classes: Sequence[str], proba: Array, pretest: Mapping[str, float]) -> Array:
    """The probabilities with other pretest probabilities than equal ones.

    The answers of every learner are for diagnoses that are equally frequent beforehand: classes weigh the same however many labeled
    patients they have. So p'(k) is proportional to p(k) times the pretest probability of k.

    Parameters
    ----------
    classes
        The diagnoses, in the order of the probabilities.
    proba
        Probabilities of the answer, `(..., n_way)`.
    pretest
        A weight of each diagnosis, none negative, not all zero; they need not sum to 1. A diagnosis that is absent weighs 0.

    Returns
    -------
    array
        Probabilities, `(..., n_way)`; rows sum to 1.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or if all are zero.

    References
    ----------
    Saerens, Latinne and Decaestecker 2002, Adjusting the outputs of a classifier to new a priori probabilities, eq. 2.4
    """
    weights = np.array([pretest.get(name, 0.0) for name in classes], dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum() > 0:
        raise ValueError("pretest probabilities must be finite, not negative, and not all zero")
    # A probability that was rounded to zero is still one: a diagnosis that alone is possible beforehand stays the only one.
    joint = np.maximum(proba, np.finfo(np.float64).tiny) * (weights / weights.max())
    return np.asarray(joint / joint.sum(-1, keepdims=True), dtype=np.float64)
