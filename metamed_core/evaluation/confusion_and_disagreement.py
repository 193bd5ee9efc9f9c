"""Confusion matrices with the patients in each cell, and patients on whom the methods disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metamed_core.data import RowLabel
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import metrics


@dataclass(frozen=True, eq=False, slots=True)
class Confusion:
    """The confusion matrix of one method; a patient counts once for each episode with this patient in the query set.

    Parameters
    ----------
    classes
        Diagnoses, in the order of rows and columns.
    counts
        Predictions by true diagnosis (row) and predicted diagnosis (column), `(n_classes, n_classes)`.
    patients
        For each cell (true, predicted): pairs (row label, count), most frequent first.
    """

    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    patients: Mapping[tuple[str, str], tuple[tuple[RowLabel, int], ...]]


def confusion(comparison: Comparison, key: str, k_shot: int | None = None) -> Confusion:
    """The confusion matrix of the method `key` over complete episodes at one number of shots (None: all)."""
    cells: dict[tuple[str, str], Counter[RowLabel]] = {}
    for one in comparison.answers(key, k_shot):
        for row, right, named in zip(one.rows, one.y, metrics.named(one.proba), strict=True):
            cells.setdefault((one.classes[right], one.classes[named]), Counter())[row] += 1
    classes = tuple(name for name in comparison.counts if any(name in cell for cell in cells))
    counts = np.array([[cells.get((a, b), Counter()).total() for b in classes] for a in classes], dtype=np.int64)
    return Confusion(classes, counts.reshape(len(classes), len(classes)), {cell: _ranked(found) for cell, found in cells.items()})


def _ranked(found: Counter[RowLabel]) -> tuple[tuple[RowLabel, int], ...]:
    return tuple(sorted(found.items(), key=lambda item: (-item[1], str(item[0]))))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A patient for whom the methods predict different diagnoses.

    Parameters
    ----------
    row, diagnosis
        Row label and true diagnosis.
    split
        Share (0..1) of the episodes with this patient in the query set in which the methods disagree.
    n_episodes
        Number of these episodes.
    named
        Most frequent prediction of each method, by key.
    right
        Share (0..1) of the episodes with a correct prediction, by key.
    """

    row: RowLabel
    diagnosis: str
    split: float
    n_episodes: int
    named: Mapping[str, str]
    right: Mapping[str, float]


def disagreements(comparison: Comparison, k_shot: int | None = None) -> tuple[Disagreement, ...]:
    """Patients on whom the methods disagree, largest `split` first, at one number of shots (None: all)."""
    asked: dict[RowLabel, list[tuple[str, ...]]] = {}
    diagnosis: dict[RowLabel, str] = {}
    for k in (k for k in comparison.shots if k_shot in {None, k}):
        for episode in comparison.complete_episodes[k]:
            for row, right, said in _said(episode):
                asked.setdefault(row, []).append(said)
                diagnosis[row] = right
    found = [_disagreement(comparison.keys, row, diagnosis[row], said) for row, said in asked.items()]
    return tuple(sorted((one for one in found if one.split > 0), key=lambda one: (-one.split, -one.n_episodes, str(one.row))))


def _said(episode: tuple[EpisodeResult, ...]) -> list[tuple[RowLabel, str, tuple[str, ...]]]:
    """Row label, true diagnosis, and the prediction of each method, for each query patient."""
    first, named = episode[0], np.stack([metrics.named(one.proba) for one in episode], 1)
    names = [tuple(first.classes[c] for c in said) for said in named]
    return list(zip(first.rows, [first.classes[c] for c in first.y], names, strict=True))


def _disagreement(keys: tuple[str, ...], row: RowLabel, diagnosis: str, said: list[tuple[str, ...]]) -> Disagreement:
    by_key = dict(zip(keys, zip(*said, strict=True), strict=True))
    named = {key: min(Counter(each).items(), key=lambda item: (-item[1], item[0]))[0] for key, each in by_key.items()}
    right = {key: each.count(diagnosis) / len(said) for key, each in by_key.items()}
    return Disagreement(row, diagnosis, sum(len(set(each)) > 1 for each in said) / len(said), len(said), named, right)
