"""Whether methods really differ: p-values of paired differences, and their correction for multiple comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
N_FLIPS = 9_999
"""Random flips of signs where all flips would be more than these."""


def sign_flip_p(differences: Array, seed: int = 0, n_flips: int = N_FLIPS) -> Array:
    """Two-sided p-values of the hypothesis that paired differences are symmetric about 0.

    If two methods are alike, each unit's difference might as well have had the other sign; p is the share of sign flips whose sum
    is at least as far from 0.

    Parameters
    ----------
    differences
        One row a unit (a patient or an episode), one column a pair of methods, `(n, m)`.
    seed
        Of the random flips.
    n_flips
        All flips are taken where they are at most so many, as in `scipy.stats.permutation_test`; else so many random ones,
        the observed one counted among them, so that p is never 0.

    Returns
    -------
    Array
        One p-value a column, `(m,)`.

    References
    ----------
    Fisher 1935, The design of experiments, sec. 21
    """
    # A unit in which nothing differs has nothing to flip.
    units = differences[(differences != 0).any(1)]
    observed = np.abs(units.sum(0))
    if exact := 2 ** len(units) <= n_flips:
        bits = np.arange(2 ** len(units))[:, None] >> np.arange(len(units)) & 1
    else:
        n_bytes = -(-len(units) // 8)
        drawn = np.frombuffer(np.random.default_rng(seed).bytes(n_flips * n_bytes), np.uint8).reshape(n_flips, n_bytes)
        bits = np.unpackbits(drawn, axis=1)[:, : len(units)].astype(np.int64)
    flipped = np.abs((2.0 * bits - 1.0) @ units)
    # Sums that are equal but for rounding count as equal.
    extreme = (flipped >= observed - 1e-12 * np.abs(units).sum(0)).sum(0)
    return np.asarray(extreme / len(bits) if exact else (extreme + 1) / (n_flips + 1), dtype=np.float64)


def holm_adjusted_p(p: Array) -> Array:
    """Holm's adjusted p-values, `(m,)`: with a threshold of 0.05 the risk of *any* false alarm among all m is at most 5%.

    References
    ----------
    Holm 1979, A simple sequentially rejective multiple test procedure, https://www.jstor.org/stable/4615733
    """
    order = np.argsort(p, kind="stable")
    steps = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    adjusted = np.empty_like(steps)
    adjusted[order] = steps
    return adjusted
