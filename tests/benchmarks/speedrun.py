"""A speedrun of the prior-fitted network: what one change to its recipe is worth, at equal core-minutes.

    python -m tests.benchmarks.speedrun --out runs.jsonl --minutes 2 --seeds 0,1,2 --changes recipe
    python -m tests.benchmarks.speedrun --out runs.jsonl --minutes 2            # every change with seed 0; what is in the file is not run again
    python -m tests.benchmarks.speedrun --out runs.jsonl --minutes 12 --changes "Muon x 2 + one shape a step"
    python -m tests.benchmarks.speedrun --out runs.jsonl --minutes 2 --only-table

A run meta-trains from random weights by the project's own outer loop with the recipe of `meta-train --learner prior_fitted` and one change
(joined by " + ": several). At the marks its log-loss is taken on the held-out tasks of the clinical prior on which meta-training is validated, each
read once, and at the last one that of the mean of its weights on the way; --validate adds the validation of the cards, by all readings. Counted are core-minutes: the processor time of the process, which draws its
tasks itself, without that of the judging. Wall time would count what else a shared machine does. The step size follows the
share of the budget that is spent, as in Geiping and Goldstein 2022 (https://arxiv.org/abs/2212.14034), so that each run ends on small steps however
long its steps take. A finished run is a line of the file.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from metamed_core.data import Episode, LabeledSet
from metamed_core.learners.prior_fitted import PriorFitted
from metamed_core.learners.weight_files import save_weights
from metamed_core.meta_training import Budget, MetaTraining, meta_train
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.meta_training.validation import mean_of, prior_validation_tasks, validate
from metamed_core.networks import CellTransformer, Weights
from tests.benchmarks.accuracy_on_public_tables import learner_methods, measure
from tests.benchmarks.public_tables import tables_in
from tests.benchmarks.speedrun_changes import CHANGES, change_of

MARKS = (0.5, 1.0)
"""Shares of the budget at which a run is judged."""
MOST_STEPS = 50_000
"""More than any budget has time for."""
POLYNOMIAL = 8
"""The mean of the weights on the way is about that of the last ninth of the steps."""
SHOTS = (1, 3, 5, 10)
Measured = Callable[[PriorFitted, CellTransformer, dict[str, Tensor]], Mapping[Any, float]]
"""What else is measured of the network and the weights at the end of a run."""


class Clock:
    """Processor seconds of this process and of those it has waited for, but for what happens in `stopped`."""

    def __init__(self, now: Callable[[], float] = lambda: sum(os.times()[:4])) -> None:
        self._now, self._start = now, now()

    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return self._now() - self._start

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """While this lasts the clock stands still."""
        began = self._now()
        yield
        self._start += self._now() - began


@dataclass(frozen=True, slots=True)
class TimedBudget(Budget):
    """The schedule of a `Budget` over as many steps as there is time for, as the pace so far promises."""

    seconds: float = 120.0
    clock: Clock = field(default_factory=Clock)

    def rate(self, step: int) -> float:
        """See `Budget.rate`."""
        promised = max(step, round(step * self.seconds / max(self.clock.seconds(), 1e-9)))
        return Budget(meta_steps=min(promised, MOST_STEPS), warm_up=self.warm_up).rate(step)


def run(name: str, seed: int, minutes: float, held_out: Sequence[Episode], clock: Clock, more: Mapping[str, Measured]) -> dict[str, Any]:
    """One run: what was changed, at each mark the steps done and the log-loss, and `more`."""
    change, learner = change_of(name), PriorFitted()
    prior, network = ClinicalPrior(**{**PriorFitted.recipe.prior, **change.prior}), change.network(**change.sizes)
    planned = {**dataclasses.asdict(MetaTraining.suggest("prior_fitted").budget), "meta_steps": MOST_STEPS, "seed": seed, **change.budget}
    budget = TimedBudget(**planned, seconds=60 * minutes, clock=clock)
    marks, left = [], list(MARKS)
    mean: dict[str, Tensor] = {}
    for state in meta_train(learner, network, change.tasks(prior) if change.tasks else prior, budget):
        mean = averaged(mean, state.weights, state.step)
        if (spent := clock.seconds()) >= 60 * minutes * left[0]:
            with clock.stopped():
                log_loss = mean_log_loss(learner, network, state.weights, held_out)
            marks.append({"core_minutes": round(spent / 60, 2), "step": state.step, "log_loss": log_loss})
            left = [share for share in left if spent < 60 * minutes * share]
            if not left:
                break
    found = {"change": name, "seed": seed, "minutes": minutes, "marks": marks, "of_mean": mean_log_loss(learner, network, mean, held_out)}
    found["parameters"] = sum(weight.numel() for weight in state.weights.values())
    return found | {what: measured(learner, network, state.weights) for what, measured in more.items()}


def mean_log_loss(learner: PriorFitted, network: CellTransformer, weights: Weights, held_out: Sequence[Episode]) -> float:
    """Mean over the held-out tasks, each read once."""
    found = []
    with torch.no_grad():
        for tasks in held_out:
            for support_x, support_y, query_x, query_y in zip(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y, strict=True):
                task = Episode(LabeledSet(support_x, support_y), LabeledSet(query_x, query_y), tasks.n_way)
                found.append(float(learner.meta_loss(network, weights, task)))
    return round(statistics.mean(found), 4)


def averaged(mean: Mapping[str, Tensor], weights: Weights, step: int) -> dict[str, Tensor]:
    """The mean of the weights on the way, later ones counting more (Shamir and Zhang 2013, https://arxiv.org/abs/1212.1824)."""
    share = min(1.0, (POLYNOMIAL + 1) / (step + POLYNOMIAL))
    return {name: torch.lerp(mean.get(name, weight), weight, share) for name, weight in weights.items()}


def on_validation(held_out: Sequence[Episode]) -> Measured:
    """What measures as the cards do."""
    return lambda learner, network, weights: mean_of(list(validate(learner, network, weights, held_out)))


def on_tables(folder: Path, n_episodes: int) -> Measured:
    """What measures balanced accuracy on the public tables of a folder at each number of shots, mean over tables."""

    def measured(learner: PriorFitted, network: CellTransformer, weights: dict[str, Tensor]) -> dict[Any, float]:
        with TemporaryDirectory() as place:
            path = Path(place) / "weights.safetensors"
            save_weights(path, learner, network, weights, {})
            found = measure(tables_in(folder), SHOTS, n_episodes, learner_methods([learner.name], str(path)))[learner.name]
        means = {k: [statistics.mean(one.accuracy for one in by_shots[k]) for by_shots in found.values() if k in by_shots] for k in SHOTS}
        return {k: round(statistics.mean(each), 4) for k, each in means.items() if each}

    return measured


def reached(marks: Sequence[Mapping[str, float]], target: float) -> str:
    """Core-minutes after which the log-loss was the target, in a line between the marks around it; a dash where it was not."""
    for before, after in zip([None, *marks], marks, strict=False):
        if after["log_loss"] <= target:
            if before is None:
                return f"< {after['core_minutes']:.1f}"
            share = (before["log_loss"] - target) / (before["log_loss"] - after["log_loss"])
            return f"{before['core_minutes'] + share * (after['core_minutes'] - before['core_minutes']):.1f}"
    return "–"


def table(runs: Sequence[Mapping[str, Any]], target: float) -> str:
    """One line for each run, as Markdown."""
    marks = "".join(f" log-loss at {one['core_minutes']:.1f} |" for one in runs[0]["marks"]) if runs else ""
    lines = [f"| change | seed | steps | core-minutes to {target:.2f} |{marks} mean of the weights | validation | tables |"]
    lines.append("|" + "---|" * (lines[0].count("|") - 1))
    for each in runs:
        losses = "".join(f" {one['log_loss']:.3f} |" for one in each["marks"])
        tables = " / ".join(f"{100 * value:.1f}" for value in each.get("tables", {}).values()) or "–"
        validation = f"{each['validation']['log_loss']:.3f}" if "validation" in each else "–"
        lines.append(
            f"| {each['change']} | {each['seed']} | {each['marks'][-1]['step']} | {reached(each['marks'], target)} |{losses} "
            f"{each['of_mean']:.3f} | {validation} | {tables} |"
        )
    return "\n".join(lines)


def runs_in(path: Path, minutes: float) -> list[dict[str, Any]]:
    """The finished runs of a file that had this budget."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return [each for each in found if each["minutes"] == minutes]


def options(given: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the file of finished runs, one a line; new ones are appended")
    parser.add_argument("--minutes", type=float, default=2.0, help="core-minutes of a run (%(default)s)")
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=[0])
    parser.add_argument("--changes", type=lambda text: text.split(","), default=list(CHANGES), help=f"among {', '.join(CHANGES)}")
    parser.add_argument("--target", type=float, default=1.1, help="the log-loss that is to be reached (%(default)s)")
    parser.add_argument("--validate", action="store_true", help="judge the end of each run as the cards are judged, too")
    parser.add_argument("--tables", type=Path, help="a folder of public tables on which each run is measured at its end, too")
    parser.add_argument("--episodes", type=int, default=2, help="of each table and number of shots (%(default)s)")
    parser.add_argument("--only-table", action="store_true", help="run nothing")
    chosen = parser.parse_args(given)
    if unknown := [part for name in chosen.changes for part in name.split(" + ") if part not in CHANGES]:
        parser.error(f"no such change: {', '.join(unknown)}")
    return chosen


def main(given: Sequence[str] | None = None) -> None:
    """Run what the file has not, and print the table."""
    chosen = options(given)
    torch.set_num_threads(1)
    held_out = prior_validation_tasks()
    more = {"validation": on_validation(held_out)} if chosen.validate else {}
    more |= {"tables": on_tables(chosen.tables, chosen.episodes)} if chosen.tables else {}
    for name in [] if chosen.only_table else chosen.changes:
        for seed in chosen.seeds:
            if (name, seed) not in {(each["change"], each["seed"]) for each in runs_in(chosen.out, chosen.minutes)}:
                line = json.dumps(run(name, seed, chosen.minutes, held_out, Clock(), more))
                with chosen.out.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
                sys.stderr.write(f"{line}\n")
    print(table(runs_in(chosen.out, chosen.minutes), chosen.target))


if __name__ == "__main__":
    main()
