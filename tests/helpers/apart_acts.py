"""What a process of its own is told to do in tests: die in some way, or never end. Found there by its name. And how a test looks at processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn


def doubled(n: int) -> int:
    """Answer."""
    return 2 * n


def hoard() -> bytearray:
    """Ask for more memory than there may be."""
    return bytearray(8 * 2**30)


def die(of: signal.Signals) -> None:
    """End by a signal, as the system ends a process or a fault in compiled code does."""
    os.kill(os.getpid(), of)


def fail() -> NoReturn:
    """Raise an error that cannot travel, as some of compiled libraries."""

    class OddError(Exception):
        """Known in this function only."""

    raise OddError("quite odd")


def never(told: str, *_: object) -> None:
    """Tell the numbers of this process and of one that it starts, and do not end."""
    inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(told).with_suffix(".new").write_text(f"{os.getpid()} {inner.pid}", "ascii")
    Path(told).with_suffix(".new").rename(told)
    time.sleep(600)


def begun(told: Path) -> list[str]:
    """The processes of `never`, once they are there."""
    until(told.exists)
    return told.read_text("ascii").split()


def runs(process: str) -> bool:
    """Whether a process is there; one that nobody has waited for yet does not run."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(true: Callable[[], bool]) -> None:
    """Wait for something."""
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    raise TimeoutError
