"""Meta-training told on standard error: one line that rewrites itself on a terminal, else a line at each validation."""

from __future__ import annotations

import math
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from metamed_core.meta_training import MetaTraining, Progress

N_BAR, N_RECENT = 20, 100
REFRESH = 0.2
"""Seconds between two rewritings: quicker than one can read, slower than the steps of a small net."""


def told(steps: Iterable[Progress], plan: MetaTraining, out: TextIO) -> Iterator[Progress]:
    """The same steps, told of in passing; a line that was begun is ended, also by an error or a stop."""
    live = out.isatty()
    try:
        yield from _told(steps, plan, out, live=live)
    finally:
        if live:
            out.write("\n")


def _told(steps: Iterable[Progress], plan: MetaTraining, out: TextIO, *, live: bool) -> Iterator[Progress]:
    recent: deque[float] = deque(maxlen=N_RECENT)
    shown, first, began = -math.inf, -1, 0.0
    for at in steps:
        now = time.perf_counter()
        if first < 0:  # counted from here: what an earlier command has done says nothing of today's pace
            first, began = at.step, now
            if first and not live:
                out.write(f"going on from step {first} of {plan.meta_steps}\n")
        if not math.isnan(at.loss):
            recent.append(at.loss)
        pace = (at.step - first) / max(now - began, 1e-9) if at.step > first else math.nan
        loss = sum(recent) / len(recent) if recent else math.nan
        if live and (at.validated or now - shown >= REFRESH):
            width = shutil.get_terminal_size().columns - 1
            out.write("\r" + live_line(at, plan, pace, loss)[:width].ljust(width))
            out.flush()
            shown = now
        elif at.validated and not live:
            out.write(plain_line(at, plan, pace) + "\n")
            out.flush()
        yield at


def live_line(at: Progress, plan: MetaTraining, pace: float, loss: float) -> str:
    """Bar, step, tasks a second, mean loss of the last steps, held-out accuracy, time left; `pace` in steps a second."""
    done = N_BAR * at.step // max(plan.meta_steps, 1)
    said = [
        f"[{'#' * done}{'.' * (N_BAR - done)}] step {at.step} of {plan.meta_steps}",
        f"{_number(pace * plan.meta_batch, '.0f')} tasks/s",
        f"loss {_number(loss, '.4f')}",
        f"held-out accuracy {_number(at.accuracy, '.4f')}",
        f"{_left(at, plan, pace)} left",
    ]
    return "  ".join(said)


def plain_line(at: Progress, plan: MetaTraining, pace: float) -> str:
    """What a log keeps of a validation."""
    return (
        f"step {at.step} of {plan.meta_steps}: held-out accuracy {at.accuracy:.4f}, log-loss {at.log_loss:.4f}; "
        f"{_number(pace * plan.meta_batch, '.0f')} tasks/s, {_left(at, plan, pace)} left"
    )


def clock(seconds: float) -> str:
    """h:mm:ss."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _left(at: Progress, plan: MetaTraining, pace: float) -> str:
    return "-:--:--" if math.isnan(pace) else clock((plan.meta_steps - at.step) / pace)


def _number(value: float, form: str) -> str:
    return "-" if math.isnan(value) else format(value, form)
