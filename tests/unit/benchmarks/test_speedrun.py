"""The speedrun: a run ends with its budget, judging costs nothing of it, changes are made, and a finished run is not run again."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from metamed_core.learners.prior_fitted import PriorFitted
from metamed_core.meta_training import Budget
from metamed_core.meta_training.tasks import ClinicalPrior
from tests.benchmarks import speedrun
from tests.benchmarks.speedrun_changes import CHANGES, Change, Learnable, change_of

SMALL: dict[str, Any] = {"max_way": 2, "max_shot": 2, "max_columns": 3, "n_query": 4, "statements": 0.0}
TINY = Change(
    {"meta_batch": 2, "groups": 1, "precision": "float32"},
    SMALL,
    {"width": 8, "heads": 1, "cell_layers": 1, "tokens": 1, "row_width": 8, "row_heads": 1, "row_layers": 1},
)
HELD_OUT = [ClinicalPrior(**SMALL).sample_batch(2, torch.Generator().manual_seed(1))]


class Ticks:
    """A clock that is a second later whenever it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANGES, "tiny", TINY)
    monkeypatch.setattr(speedrun, "prior_validation_tasks", lambda: HELD_OUT)
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)


def test_a_run_keeps_its_budget_and_judging_costs_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks()

    def slow(*_: object) -> float:
        ticks.now += 1000
        return 0.5

    monkeypatch.setattr(speedrun, "mean_log_loss", slow)
    found = speedrun.run("tiny", 0, 0.5, HELD_OUT, speedrun.Clock(ticks), {})
    minutes, steps = ([mark[name] for mark in found["marks"]] for name in ("core_minutes", "step"))
    assert all(one < other for one, other in pairwise(steps))
    assert minutes == pytest.approx([share / 2 for share in speedrun.MARKS], abs=0.06), "late by no more than a step"


@pytest.mark.parametrize("name", ["16 thinking rows", "one scale", "learnable tasks"])
def test_a_change_that_the_program_does_not_have_is_trained_and_judged(name: str) -> None:
    found = speedrun.run(f"{name} + tiny", 0, 0.1, HELD_OUT, speedrun.Clock(Ticks()), {"validation": speedrun.on_validation(HELD_OUT)})
    assert found["marks"][-1]["log_loss"] == pytest.approx(found["validation"]["log_loss"], abs=0.5), "of one reading and of two"
    more = 16 * 9 if "rows" in name else 0
    assert found["parameters"] - more == sum(w.numel() for w in TINY.network(**TINY.sizes).init(torch.Generator()).values())


def test_the_baseline_is_the_recipe_itself() -> None:
    assert change_of("recipe") == Change()
    both = change_of("Muon x 2 + 16 tasks a step + no statements")
    assert (both.budget, both.prior) == ({"hidden_lr": 8e-3, "meta_batch": 16}, {"statements": 0.0})
    # The rate of the recipe's own schedule, where time has promised so many steps.
    budget = speedrun.TimedBudget(seconds=100, clock=speedrun.Clock(iter([0.0, 25.0, 25.0]).__next__))
    assert budget.rate(30) == Budget(meta_steps=120).rate(30)


def test_tasks_that_cannot_be_learned_are_rarer_among_the_learnable() -> None:
    """All tasks of a group stay where it has statements, and every group has some."""
    prior = ClinicalPrior(max_way=3, max_columns=6)
    sizes = [Learnable(prior, kept=kept).sample_batch(4, torch.Generator().manual_seed(2)).query.y.shape for kept in (0.0, 1.0)]
    assert sizes[0][0] <= sizes[1][0] == 4
    assert sizes[0][1] == sizes[1][1] == prior.n_query
    told = Learnable(ClinicalPrior(statements=1.0), kept=0.0).sample_batch(4, torch.Generator().manual_seed(2))
    assert bool((told.support.x[..., -1] > 0).any())


def test_the_mean_of_the_weights_on_the_way() -> None:
    """Shamir and Zhang's weights by hand: with 8 for eta the shares are 9/9, 9/10, ..."""
    mean: dict[str, torch.Tensor] = {}
    for step, value in enumerate((4.0, 2.0, 1.0), 1):
        mean = speedrun.averaged(mean, {"w": torch.tensor(value)}, step)
    assert float(mean["w"]) == pytest.approx((4 * 0.1 + 2 * 0.9) * (2 / 11) + 1 * (9 / 11))


def test_the_minutes_to_a_log_loss_by_hand() -> None:
    marks = [{"core_minutes": 1.0, "log_loss": 1.2}, {"core_minutes": 3.0, "log_loss": 1.0}]
    assert [speedrun.reached(marks, target) for target in (1.3, 1.1, 0.9)] == ["< 1.0", "2.0", "–"]


def test_a_finished_run_is_a_line_and_is_not_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "runs.jsonl"
    for _ in range(2):
        speedrun.main(["--out", str(out), "--minutes", "1e-6", "--changes", "tiny", "--seeds", "0,1"])
    (first, second) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (first["change"], first["seed"], second["seed"]) == ("tiny", 0, 1)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2 * 4
    assert f"{first['marks'][-1]['log_loss']:.3f}" in printed[2]
    with pytest.raises(SystemExit):
        speedrun.main(["--out", str(out), "--changes", "tiny + larger"])
    assert "no such change: larger" in capsys.readouterr().err


def test_accuracy_on_real_tables_is_measured_with_the_weights_of_the_run(tmp_path: Path) -> None:
    rows = [f"{n % 7},{n % 2 * 5 + n % 3},{'ab'[n % 2]}" for n in range(16)]
    (tmp_path / "small.csv").write_text("x,y,diagnosis\n" + "\n".join(rows) + "\n")
    network = TINY.network(**TINY.sizes)
    found = speedrun.on_tables(tmp_path, 1)(PriorFitted(), network, network.init(torch.Generator().manual_seed(0)))
    assert list(found) == [1, 3, 5], "too few patients for ten"
    assert all(0 <= value <= 1 for value in found.values())
