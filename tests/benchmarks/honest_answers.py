"""How honest the answers are on public clinical tables: calibration, prediction sets, "none of these", and tables without any signal.

    python -m tests.benchmarks.honest_answers FOLDER --episodes 20 --algorithms prior_fitted,prototypical

The episodes are those of `accuracy_on_public_tables`. Each table counts the same. For each algorithm and number of labeled patients a class:

ECE          expected calibration error (10 bins), alone, after what the undiagnosed patients say, and after the labeled ones held out; of each table, then the mean
luck         the same of probabilities that are exactly right, by so few patients alone: what the ECE cannot fall below
log-loss     the same
80 90 95     share of patients whose set of that coverage holds the right diagnosis, and the sets' mean size; `old` is the set whose probabilities sum to 0.9
by size      share held by the 90% sets of 1, 2, 3, ... diagnoses, all tables together
surest       accuracy of the surest 80% of each table's patients minus accuracy of all, points
unlike       one class left out of the labeled patients, where there are three or more: AUROC of being unlike, share of that class that is caught and
             share of other patients called so in error (aim: 10%), and what is caught where exactly 10% of the others are called so
shuffled     diagnoses of the labeled patients shuffled: mean top probability minus share right, points, and share of episodes in which the
             label-shuffle test still sees a signal (aim: 5%)
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from metamed_core.data import Task, features_of, kinds_of
from metamed_core.diagnosis import Likeness
from metamed_core.diagnosis.unlike import threshold
from metamed_core.learners import LEARNERS, Initialization, Learner, SupportCrossValidator, agreement_sharpness, load_weights
from metamed_core.statistics import COVERAGES, coverage_sets, expected_calibration_error, log_loss, prediction_sets, shuffle_test
from metamed_core.statistics.metrics import auroc
from metamed_core.words import UserError, Words
from tests.benchmarks.public_tables import PublicEpisode, PublicTable, add_folder, episodes, tables_in

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
SHOTS = (1, 3, 5, 10)
WHERE = Words("in the table", "在表格中")


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """What was answered in one episode: right classes (-1: left out), the three probabilities of ECE, distances, their threshold, signal."""

    y: Labels
    alone: Array
    before: Array
    after: Array
    distance: Array
    beyond: float
    signal: bool


def told(learner: Learner, start: Initialization, table: PublicTable, labels: npt.NDArray[np.object_], episode: PublicEpisode) -> Told:
    """Adapt to the labeled patients of an episode as Diagnose does, and answer the others."""
    rows, n = np.concatenate([episode.support, episode.query]), len(episode.support)
    features = features_of(table.x.iloc[rows].reset_index(drop=True), kinds_of(table.x), WHERE)
    task = Task.of(features, list(labels[rows]), np.arange(n), np.arange(n, len(rows)))
    *_, last = start.adapt(learner, task.support, task.n_way)
    cross = SupportCrossValidator(learner, start, task.support)
    held_out = cross.finish()
    center = agreement_sharpness(last, learner, start, task.support, task.query.x)
    made = last, last.sharpened(center), last.sharpened(held_out.sharpness(start.sharpness_width(learner), center))
    signal = len(held_out.y) > 0 and shuffle_test(held_out.y.numpy(), held_out.log_proba.argmax(-1).numpy()).above_chance
    with torch.no_grad():
        distance = Likeness.of(last).distance(*last.embed_and_log_proba(task.query.x))
    alone, before, after = (each.predict_proba(task.query.x).double().numpy() for each in made)
    return Told(task.query.y.numpy(), alone, before, after, distance.numpy(), threshold(cross), signal)


@dataclass(eq=False, slots=True)
class Found:
    """All episodes of one table at one number of shots."""

    plain: list[Told]
    left_out: list[Told]
    shuffled: list[Told]


def measure(name: str, table: PublicTable, k: int, n: int) -> Found | None:
    """Every episode as it is, with one class left out, and (every second) with shuffled diagnoses; None where the table has none."""
    learner = LEARNERS[name]()
    start, found = load_weights("universal", learner), Found([], [], [])
    for index, episode in enumerate(episodes(table, k, n)):
        found.plain.append(told(learner, start, table, table.y, episode))
        classes = sorted(set(table.y[episode.support]))
        if len(classes) > 2:
            rest = episode.support[table.y[episode.support] != classes[index % len(classes)]]
            found.left_out.append(told(learner, start, table, table.y, PublicEpisode(rest, episode.query)))
        if index % 2 == 0:
            labels = table.y.copy()
            labels[episode.support] = np.random.default_rng(index).permutation(labels[episode.support])
            found.shuffled.append(told(learner, start, table, labels, episode))
    return found if found.plain else None


@dataclass(frozen=True, slots=True)
class Row:
    """One algorithm at one number of shots; see the top of this file. Shares of 1; coverage and size by the aim in percent."""

    tables: int
    ece: tuple[float, ...]
    luck: float
    log_loss: tuple[float, ...]
    coverage: dict[str, tuple[float, float]]
    by_size: dict[int, tuple[float, int]]
    surest: float
    unlike: tuple[float, float, float, float]
    shuffled: tuple[float, float]


def pooled(told_all: Sequence[Told]) -> tuple[Labels, Array, Array, Array]:
    """Right classes and the three probabilities, of several episodes; classes that an episode lacks have none."""
    most = max(each.after.shape[1] for each in told_all)
    wide = [[np.pad(p, ((0, 0), (0, most - p.shape[1]))) for p in (each.alone, each.before, each.after)] for each in told_all]
    alone, before, after = (np.concatenate(each) for each in zip(*wide, strict=True))
    return np.concatenate([each.y for each in told_all]), alone, before, after


def summary(found: Sequence[Found]) -> Row:
    """One row over the tables."""
    answers = [pooled(each.plain) for each in found]
    sizes = [held(y, coverage_sets(after, 0.9)) for y, *_, after in answers]
    inside, size = (np.concatenate([each[i] for each in sizes]) for i in (0, 1))
    coverage = {str(round(100 * aim)): covered([held(y, coverage_sets(after, aim)) for y, *_, after in answers]) for aim in COVERAGES}
    coverage["old"] = covered([held(y, prediction_sets(before, 0.9)) for y, _, before, _ in answers])
    return Row(
        len(found),
        means(expected_calibration_error, answers),
        float(np.mean([luck(after) for *_, after in answers])),
        means(log_loss, answers),
        coverage,
        {int(each): (float(inside[size == each].mean()), int((size == each).sum())) for each in np.unique(size)},
        float(np.mean([surest(y, after) for y, *_, after in answers])),
        unlike([each.left_out for each in found if each.left_out]),
        shuffled([each.shuffled for each in found]),
    )


def means(measure: Callable[[Labels, Array], float], answers: Sequence[tuple[Labels, Array, Array, Array]]) -> tuple[float, ...]:
    """A measure of each of the three probabilities, the mean over tables."""
    return tuple(float(np.mean([measure(y, proba[i]) for y, *proba in answers])) for i in range(3))


def luck(proba: Array, draws: int = 10) -> float:
    """Mean calibration error were these probabilities exactly right: the diagnoses are drawn from them."""
    rng, reach = np.random.default_rng(0), proba.cumsum(1)
    drawn = [(reach < rng.random((len(proba), 1)) * reach[:, -1:]).sum(1) for _ in range(draws)]
    return float(np.mean([expected_calibration_error(y, proba) for y in drawn]))


def held(y: Labels, sets: npt.NDArray[np.bool_]) -> tuple[Array, Labels]:
    """Whether each patient's set holds the right class, and its size, `(n,)` each."""
    return sets[np.arange(len(y)), y].astype(np.float64), sets.sum(1).astype(np.int64)


def covered(sets: Sequence[tuple[Array, Labels]]) -> tuple[float, float]:
    """Share held and mean size, each the mean over tables."""
    return float(np.mean([inside.mean() for inside, _ in sets])), float(np.mean([size.mean() for _, size in sets]))


def surest(y: Labels, proba: Array) -> float:
    """Accuracy of the surest 80% minus that of all."""
    right = proba.argmax(1) == y
    sure = np.argsort(-proba.max(1), kind="stable")[: round(0.8 * len(y))]
    return float(right[sure].mean() - right.mean())


def unlike(tables: Sequence[Sequence[Told]]) -> tuple[float, float, float, float]:
    """AUROC, share caught, share of false alarms, share caught at 10% of them: means over episodes, then over tables; NaN without any."""
    rows = []
    for some in tables:
        each = [(one.y < 0, one.distance, one.distance > one.beyond) for one in some if (one.y < 0).any() and (one.y >= 0).any()]
        found = [
            (auroc(out, d), flag[out].mean(), flag[~out].mean(), (d[out] > np.quantile(d[~out], 0.9, method="higher")).mean())
            for out, d, flag in each
        ]
        rows += [np.mean(found, axis=0)] if found else []
    area, caught, alarms, at_tenth = np.mean(rows, axis=0).tolist() if rows else [np.nan] * 4
    return area, caught, alarms, at_tenth


def shuffled(tables: Sequence[Sequence[Told]]) -> tuple[float, float]:
    """Mean top probability minus share right, and how often a signal is seen."""
    over = [np.mean([one.after.max(1).mean() - (one.after.argmax(1) == one.y).mean() for one in some]) for some in tables]
    return float(np.mean(over)), float(np.mean([np.mean([one.signal for one in some]) for some in tables]))


def lines(name: str, rows: dict[int, Row]) -> Iterator[str]:
    """What is printed of one algorithm, in percent."""
    yield f"{name}\n  k   ECE                   luck  log-loss                old          80          90          95          surest  unlike: AUROC caught alarms at 10%  shuffled  signal"
    for k, row in rows.items():
        sets = "  ".join(f"{100 * share:4.1f} {size:.2f}" for share, size in (row.coverage[aim] for aim in ("old", "80", "90", "95")))
        ece, loss = (" -> ".join(f"{value:.{d}f}" for value in each) for each, d in (([100 * e for e in row.ece], 1), (row.log_loss, 3)))
        area, *unlike_shares = row.unlike
        over, signal = row.shuffled
        yield (
            f"{k:3} {ece:>20}  {100 * row.luck:4.1f} {loss:>24}  {sets}  {100 * row.surest:+5.1f}   {area:.3f}"
            f"{''.join(f'  {100 * share:3.0f}' for share in unlike_shares)}"
            f"   {100 * over:+5.1f}  {100 * signal:3.0f}"
        )
        yield "    90% sets by size: " + ", ".join(f"{size}: {100 * share:.0f} ({n})" for size, (share, n) in row.by_size.items())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_folder(parser)
    parser.add_argument("--episodes", type=int, default=20, help="of each table and number of shots (%(default)s)")
    parser.add_argument("--shots", type=lambda text: tuple(map(int, text.split(","))), default=SHOTS)
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=list(LEARNERS))
    parser.add_argument("--out", type=Path, help="write every row as JSON")
    chosen = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    try:
        tables = list(tables_in(chosen.folder, chosen.tables))
    except UserError as error:
        sys.exit(error.words.en)
    kept = {}
    for name in chosen.algorithms:
        found = {k: [one for table in tables if (one := measure(name, table, k, chosen.episodes)) is not None] for k in chosen.shots}
        rows = {k: summary(each) for k, each in found.items() if each}
        kept[name] = {k: asdict(row) for k, row in rows.items()}
        print("\n".join(lines(name, rows)), flush=True)
        if chosen.out:
            chosen.out.write_text(json.dumps(kept, indent=1), "utf-8")


if __name__ == "__main__":
    main()
