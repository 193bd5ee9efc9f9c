"""Progress of a meta-training: one line that rewrites itself on a terminal, a line at each validation elsewhere."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import pytest

from metamed_core.cli.progress import clock, live_line, plain_line, report, time_left
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.progress import Progress

PLAN = Budget(meta_steps=4000, meta_batch=16)


def at(step: int, loss: float, accuracy: float = 0.5, log_loss: float = 1.0, *, validated: bool = True) -> Progress:
    return Progress(step, loss, ({"step": step, "before": 0.4, "accuracy": accuracy, "log_loss": log_loss},), validated=validated)


AT = at(1000, 1.5, 0.55125, 1.125)
WALK = [at(step, math.nan if step == 0 else 2.0 - step / 10, validated=step in {0, 4}) for step in range(5)]


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


def test_the_live_line_says_step_pace_loss_accuracy_and_time_left() -> None:
    assert live_line(AT, PLAN, pace=10.0, loss=1.25) == (
        "[#####...............] step 1000 of 4000  160 tasks/s  loss 1.2500  held-out accuracy 0.5513  0:05:00 left"
    )


def test_before_the_first_step_what_is_not_known_is_a_dash() -> None:
    start = at(0, math.nan)
    assert live_line(start, PLAN, math.nan, math.nan).endswith("step 0 of 4000  - tasks/s  loss -  held-out accuracy 0.5000  -:--:-- left")
    assert plain_line(start, PLAN, math.nan) == "step 0 of 4000: held-out accuracy 0.5000, log-loss 1.0000; - tasks/s, -:--:-- left"


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00:00"), (59.6, "0:01:00"), (3599, "0:59:59"), (36_061, "10:01:01")])
def test_time_is_hours_minutes_seconds(seconds: float, said: str) -> None:
    assert clock(seconds) == said


def test_a_log_gets_one_line_a_validation() -> None:
    out = io.StringIO()
    assert list(report(WALK, Budget(meta_steps=4), out)) == WALK, "the steps are handed on"
    first, last = out.getvalue().splitlines()
    assert first.startswith("step 0 of 4: held-out accuracy 0.5000")
    assert last.startswith("step 4 of 4: held-out accuracy 0.5000")
    assert last.endswith("0:00:00 left")


def test_what_is_left_is_not_told_from_the_first_step() -> None:
    """It warms up and takes longer than the others: a wait of hours would be announced that takes minutes."""
    assert [time_left(done, 10, 8.0) for done in range(4)] == ["-:--:--", "-:--:--", "0:00:32", "0:00:19"]
    assert time_left(0, 0, 8.0) == time_left(1, 1, 8.0) == "0:00:00"
    steps = [at(step, 1.0) for step in range(4)]
    for first in (0, 2):
        out = io.StringIO()
        list(report(steps[first:], Budget(meta_steps=4), out))
        told = [line for line in out.getvalue().splitlines() if line.startswith("step")]
        assert ["-:--:-- left" in line for line in told] == [at_step < 2 for at_step in range(len(told))]


def test_a_terminal_gets_one_line_that_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = Terminal()
    list(report(WALK, Budget(meta_steps=4), out))
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().endswith("\n")
    shown = out.getvalue().strip("\n").split("\r")[1:]
    assert len(shown) == 2, "both validations; the steps between came too quickly to be read"
    assert all(len(line) == 199 for line in shown), "a shorter line wipes out a longer one"
    assert "loss 1.7500" in shown[-1], "the mean of 1.9, 1.8, 1.7, 1.6"


def test_a_narrow_terminal_gets_no_second_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    list(report(WALK, PLAN, out))
    assert max(len(line) for line in out.getvalue().split("\r")) <= 40


def test_the_pace_is_todays() -> None:
    """A run gone on with at step 3900 has not done 3900 steps in a moment."""
    out = io.StringIO()
    list(report([at(3900, math.nan)], PLAN, out))
    assert out.getvalue() == (
        "going on from step 3900 of 4000\nstep 3900 of 4000: held-out accuracy 0.5000, log-loss 1.0000; - tasks/s, -:--:-- left\n"
    )


def test_an_error_starts_on_a_line_of_its_own() -> None:
    def broken() -> Iterator[Progress]:
        yield WALK[0]
        raise RuntimeError

    out = Terminal()
    with pytest.raises(RuntimeError):
        list(report(broken(), PLAN, out))
    assert out.getvalue().startswith("\r[....")
    assert out.getvalue().endswith("\n")
