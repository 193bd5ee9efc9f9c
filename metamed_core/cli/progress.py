"""Meta-training progress on standard error: on a terminal, a single line that is rewritten; otherwise a line per validation."""

from __future__ import annotations

import math
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from metamed_core.meta_training import Budget, Progress

N_BAR, N_RECENT = 20, 100
LEAST = 2
"""Steps before the time that is left is estimated."""
REFRESH = 0.2
"""Seconds between two updates of the line: longer than a step of a small network."""


def report(steps: Iterable[Progress], budget: Budget, out: TextIO) -> Iterator[Progress]:
    """Write progress while iterating over a meta-training.

    Parameters
    ----------
    steps
        The progress of a meta-training, see `train`.
    budget
        Its budget.
    out
        Output stream, usually standard error.

    Yields
    ------
    Progress
        The same steps. A started line is terminated, also after an error or an interruption.
    """
    live = out.isatty()
    try:
        yield from _report(steps, budget, out, live=live)
    finally:
        if live:
            out.write("\n")


def _report(steps: Iterable[Progress], budget: Budget, out: TextIO, *, live: bool) -> Iterator[Progress]:
    recent: deque[float] = deque(maxlen=N_RECENT)
    shown, first, began = -math.inf, -1, 0.0
    for at in steps:
        now = time.perf_counter()
        if first < 0:  # the pace excludes steps of an earlier, resumed command
            first, began = at.step, now
            if first and not live:
                out.write(f"going on from step {first} of {budget.meta_steps}\n")
        if not math.isnan(at.loss):
            recent.append(at.loss)
        # One step alone, the first, takes longer than the others: what is left is not told from it.
        pace = (at.step - first) / max(now - began, 1e-9) if at.step >= first + LEAST else math.nan
        loss = sum(recent) / len(recent) if recent else math.nan
        if live and (at.validated or now - shown >= REFRESH):
            width = shutil.get_terminal_size().columns - 1
            out.write("\r" + live_line(at, budget, pace, loss)[:width].ljust(width))
            out.flush()
            shown = now
        elif at.validated and not live:
            out.write(plain_line(at, budget, pace) + "\n")
            out.flush()
        yield at


def live_line(at: Progress, budget: Budget, pace: float, loss: float) -> str:
    """Return progress bar, step, tasks per second, mean recent loss, held-out accuracy and time left; `pace` is in steps per second."""
    done = N_BAR * at.step // max(budget.meta_steps, 1)
    parts = [
        f"[{'#' * done}{'.' * (N_BAR - done)}] step {at.step} of {budget.meta_steps}",
        f"{_number(pace * budget.meta_batch, '.0f')} tasks/s",
        f"loss {_number(loss, '.4f')}",
        f"held-out accuracy {_number(at.accuracy, '.4f')}",
        f"{_left(at, budget, pace)} left",
    ]
    return "  ".join(parts)


def plain_line(at: Progress, budget: Budget, pace: float) -> str:
    """Return the log line of a validation; `pace` is in steps per second."""
    return (
        f"step {at.step} of {budget.meta_steps}: held-out accuracy {at.accuracy:.4f}, log-loss {at.log_loss:.4f}; "
        f"{_number(pace * budget.meta_batch, '.0f')} tasks/s, {_left(at, budget, pace)} left"
    )


def clock(seconds: float) -> str:
    """Format a duration in seconds as h:mm:ss."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def time_left(done: int, planned: int, seconds: float) -> str:
    """Format the time that the other steps will take at the pace of those done in `seconds`; dashes before the second one."""
    if done < min(LEAST, planned):
        return _UNKNOWN
    return clock(seconds / max(done, 1) * (planned - done))


def _left(at: Progress, budget: Budget, pace: float) -> str:
    return _UNKNOWN if math.isnan(pace) else clock((budget.meta_steps - at.step) / pace)


_UNKNOWN = "-:--:--"


def _number(value: float, form: str) -> str:
    return "-" if math.isnan(value) else format(value, form)
