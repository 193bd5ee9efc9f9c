"""Small cohorts and made-up results that the tests of the comparison share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from metamed_core.data import Cohort
from metamed_core.evaluation import Comparison, Entry, EpisodeResult, Leaderboard
from metamed_core.words import Words


def cohort(counts: dict[str, int] | None = None, n_undiagnosed: int = 5, seed: int = 0) -> Cohort:
    """Patients with two numbers, one with gaps, and a word; diagnoses differ in their means."""
    counts = counts or {"a": 12, "b": 12, "c": 6}
    rng, labels = np.random.default_rng(seed), [name for name, n in counts.items() for _ in range(n)] + [None] * n_undiagnosed
    shift = np.array([0.0 if label is None else 2.0 * list(counts).index(label) for label in labels])
    values = shift[:, None] + rng.normal(size=(len(labels), 2))
    values[rng.random(len(labels)) < 0.2, 1] = np.nan
    features = pd.DataFrame({"crp": values[:, 0], "mcv": values[:, 1], "sex": rng.choice(["f", "m"], len(labels))})
    order = rng.permutation(len(labels))
    return Cohort.of_table(features.iloc[order].reset_index(drop=True), [labels[i] for i in order])


def entry(key: str, *, plain: bool = False, start: str = "universal", learner: str = "") -> Entry:
    return Entry(key, Words(key, f"{key}法"), learner or key, "" if plain else start, plain, None if plain else 7, None)


Say = Callable[[np.random.Generator, np.ndarray, int], np.ndarray]
"""(rng of method and episode, right classes, n_way) -> probabilities."""


def guessing(share: float) -> Say:
    """Right with this probability, each patient anew; probabilities of 0.7 for what is named."""

    def say(rng: np.random.Generator, y: np.ndarray, n_way: int) -> np.ndarray:
        named = np.where(rng.random(len(y)) < share, y, (y + rng.integers(1, n_way, len(y))) % n_way)
        return np.where(np.eye(n_way)[named] == 1, 0.7, 0.3 / (n_way - 1))

    return say


def made_up(
    methods: dict[str, Say],
    *,
    shots: tuple[int, ...] = (5,),
    n_episodes: int = 30,
    n_patients: int = 200,
    n_query: int = 15,
    seed: int = 0,
) -> Comparison:
    """A comparison on two diagnoses of so many patients each, whose answers are drawn, not learned."""
    results = []
    for index in range(n_episodes):
        for k in shots:
            rng = np.random.default_rng([seed, k, index])
            rows = np.concatenate([c * n_patients + rng.choice(n_patients, n_query, replace=False) for c in (0, 1)])
            y = (rows >= n_patients).astype(np.int64)
            for place, (key, say) in enumerate(methods.items()):
                proba = say(np.random.default_rng([seed, k, index, place]), y, 2)
                none = np.zeros((0, len(y)), dtype=bool)
                results.append(EpisodeResult(key, k, index, tuple(rows.tolist()), ("x", "y"), y, proba, 0.001 * (place + 1), 0.002, none))
    entries = tuple(entry(key) for key in methods)
    return Comparison(entries, shots, n_episodes, seed, {"x": n_patients, "y": n_patients}, "made up", tuple(results))


def declares_a_difference(board: Leaderboard) -> bool:
    return any(one.apart for one in board.rows)
