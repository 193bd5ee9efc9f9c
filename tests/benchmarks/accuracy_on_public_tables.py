"""Few-shot accuracy and calibration on public clinical tables, MetaMed beside baseline classifiers on the same episodes.

    python -m tests.benchmarks.accuracy_on_public_tables FOLDER --episodes 20 --algorithms prototypical,maml

Protocol. From each table and at 1, 3, 5 and 10 labeled patients a class (k_shot), an episode draws up to 5 classes, k_shot support rows and
up to 15 query rows of each; a class takes part if it has at least k_shot + 3 rows. Every method sees the support rows with their labels and
the query rows without labels, as a clinic's upload has both. Measured: balanced accuracy, log-loss and the expected calibration
error (10 equal bins of the largest probability), the mean over tables of the mean over episodes. The gain is a method's accuracy minus that
of the baseline classifier that is the best at this k_shot over all tables, with a 95% bootstrap interval over tables.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.words import UserError
from tests.benchmarks.public_tables import PublicTable, add_folder, episodes, tables_in

Array = npt.NDArray[np.float64]
SHOTS = (1, 3, 5, 10)
N_BINS, N_BOOTSTRAP = 10, 2000
BASELINES: dict[str, Callable[[], Any]] = {
    "logistic regression": lambda: LogisticRegression(max_iter=500),
    "1-nearest neighbor": lambda: KNeighborsClassifier(1),
    "nearest centroid": NearestCentroid,
    "gaussian naive Bayes": lambda: GaussianNB(var_smoothing=1e-2),
    "shrunk LDA": lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5),
    "random forest": lambda: RandomForestClassifier(100, random_state=0, n_jobs=1),
}


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """Of one method in one episode. confidence, right: the largest probability of each query row, and whether it named the right class."""

    accuracy: float
    log_loss: float
    confidence: Array
    right: npt.NDArray[np.bool_]


Scores = dict[str, dict[str, dict[int, list[Score]]]]
"""method -> table -> k_shot -> the score of each episode"""
Methods = Callable[[pd.DataFrame, npt.NDArray[np.object_], pd.DataFrame], Iterator[tuple[str, Array, npt.NDArray[np.object_]]]]
"""Support rows, their labels and query rows -> each method's name, probabilities `(n_query, n_way)` and classes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one k_shot, over tables; shares of 1. low, high: the 95% interval of the gain; ece: the calibration error. Its names are those of a card."""

    accuracy: float
    gain: float
    low: float
    high: float
    log_loss: float
    ece: float
    tables: int
    best_baseline: str


def score(truth: npt.NDArray[np.object_], proba: Array, classes: npt.NDArray[np.object_]) -> Score:
    """Score the probabilities `(n, n_way)` of one episode."""
    proba = np.clip(np.asarray(proba, float), 1e-6, 1)
    proba /= proba.sum(1, keepdims=True)
    y, named = np.searchsorted(classes, truth), proba.argmax(1)
    accuracy = float(np.mean([(named[y == c] == c).mean() for c in np.unique(y)]))
    return Score(accuracy, float(-np.log(proba[np.arange(len(y)), y]).mean()), proba.max(1).round(4), named == y)


def encode(support: pd.DataFrame, query: pd.DataFrame) -> tuple[Array, Array]:
    """Cells for the baselines: gaps filled by median or most frequent word, words one-hot, all scaled, fitted on both parts together."""
    both = pd.concat([support, query]).dropna(axis=1, how="all")
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False), StandardScaler()
    )
    columns = ColumnTransformer(
        [
            ("number", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), make_column_selector(dtype_include="number")),
            ("word", words, make_column_selector(dtype_exclude="number")),
        ]
    )
    cells = columns.fit_transform(both)
    return cells[: len(support)], cells[len(support) :]


def baseline_methods(support: pd.DataFrame, y: npt.NDArray[np.object_], query: pd.DataFrame) -> Iterator[tuple[str, Array, Any]]:
    """Answers of the baseline classifiers; one that cannot work with so few patients is left out."""
    known, asked = encode(support, query)
    for name, make in BASELINES.items():
        model = make()
        try:
            model.fit(known, y)
            proba = model.predict_proba(asked)
        except ValueError:  # such as a discriminant analysis with one patient a class
            continue
        if not np.isnan(proba).any():
            yield name, proba, model.classes_


def learner_methods(algorithms: Sequence[str], weights: str = "universal") -> Methods:
    """Answers of MetaMed's learners."""

    def answers(support: pd.DataFrame, y: npt.NDArray[np.object_], query: pd.DataFrame) -> Iterator[tuple[str, Array, Any]]:
        for name in algorithms:
            model = FewShotClassifier(name, weights=weights, random_state=0).fit(support, y, undiagnosed=query)
            yield name, model.predict_proba(query), model.classes_

    return answers


def measure(tables: Iterator[PublicTable], shots: Sequence[int], n: int, *methods: Methods) -> Scores:
    """Every method in every episode."""
    found: Scores = {}
    for table in tables:
        for k in shots:
            for episode in episodes(table, k, n):
                support, query = episode.support, episode.query
                for some in methods:
                    for method, proba, classes in some(table.x.iloc[support], table.y[support], table.x.iloc[query]):
                        of_table = found.setdefault(method, {}).setdefault(table.name, {})
                        of_table.setdefault(k, []).append(score(table.y[query], proba, classes))
        sys.stderr.write(f"{table.name} done\n")
    return found


def calibration_error(scores: Sequence[Score]) -> float:
    """The expected calibration error of all answers together."""
    confidence, right = (np.concatenate([getattr(each, name) for each in scores]) for name in ("confidence", "right"))
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return float(sum(abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)))


def summary(ours: Scores, baselines: Scores, shots: Sequence[int]) -> dict[str, dict[int, Row]]:
    """A row for each method at each k_shot; a baseline stands where it could answer on every table."""
    rows: dict[str, dict[int, Row]] = {}
    rng = np.random.default_rng(0)
    for k in shots:
        tables = [name for name, by_shots in next(iter(ours.values())).items() if k in by_shots]
        standing = {method: found for method, found in baselines.items() if all(k in found.get(name, {}) for name in tables)}
        means = {method: _means(found, tables, k) for method, found in {**standing, **ours}.items()}
        best = max((float(means[method].mean()), -place, method) for place, method in enumerate(standing))[-1]
        for method, found in {**standing, **ours}.items():
            rows.setdefault(method, {})[k] = _row(found, tables, k, means[method], means[best], best, rng)
    return rows


def _means(found: Mapping[str, Mapping[int, list[Score]]], tables: Sequence[str], k: int) -> Array:
    """The mean accuracy on each table, `(n_tables,)`."""
    return np.array([np.mean([each.accuracy for each in found[name][k]]) for name in tables])


def _row(found: Any, tables: Sequence[str], k: int, means: Array, rival: Array, best: str, rng: np.random.Generator) -> Row:
    gain = means - rival
    low, high = bootstrap_interval(gain, rng)
    log_loss = np.mean([np.mean([each.log_loss for each in found[name][k]]) for name in tables])
    error = np.mean([calibration_error(found[name][k]) for name in tables])
    return Row(float(means.mean()), float(gain.mean()), low, high, float(log_loss), float(error), len(tables), best)


def bootstrap_interval(values: Array, rng: np.random.Generator) -> tuple[float, float]:
    """The ends of the 95% bootstrap interval of a mean over tables, `(n_tables,)`."""
    low, high = np.quantile([rng.choice(values, len(values)).mean() for _ in range(N_BOOTSTRAP)], [0.025, 0.975])
    return float(low), float(high)


def told(row: Row | None) -> str:
    """A cell of the printed table: accuracy, gain with its interval, calibration error, in percent."""
    if row is None:
        return "-"
    accuracy, gain, low, high, error = (100 * value for value in (row.accuracy, row.gain, row.low, row.high, row.ece))
    return f"{accuracy:.1f} {gain:+.1f} [{low:+.1f}, {high:+.1f}] {error:.1f}"


def options() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folder(parser)
    parser.add_argument("--episodes", type=int, default=20, help="of each table and number of shots (%(default)s)")
    parser.add_argument("--shots", type=lambda text: tuple(map(int, text.split(","))), default=SHOTS)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    parser.add_argument("--weights", default="universal", help="universal (shipped), or none: no meta-training at all")
    parser.add_argument("--out", type=Path, help="write every row as JSON, with log-loss")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    chosen = options()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    try:
        tables = tables_in(chosen.folder, chosen.tables)
    except UserError as error:
        sys.exit(error.words.en)
    found = measure(tables, chosen.shots, chosen.episodes, baseline_methods, learner_methods(chosen.algorithms, chosen.weights))
    ours = {name: found.pop(name) for name in chosen.algorithms}
    rows = summary(ours, found, chosen.shots)
    print(f"{'':22}" + "".join(f"{f'k_shot {k}':>34}" for k in chosen.shots))
    for method, by_shots in rows.items():
        print(f"{method:22}" + "".join(f"{told(by_shots.get(k)):>34}" for k in chosen.shots))
    print("balanced accuracy %, gain over the best baseline classifier [95% interval over tables], expected calibration error %")
    if chosen.out:
        chosen.out.write_text(json.dumps({m: {k: asdict(row) for k, row in each.items()} for m, each in rows.items()}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
