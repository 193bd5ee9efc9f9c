"""Work on a page that goes on slice by slice while one reads on: what is found so far, and the pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
SLICE = 0.4  # seconds of work in one tick


@dataclass
class LiveWork(Generic[T]):
    """The work of one tab: of what, the work itself, what is found so far, and how long it took.

    about: what it belongs to; another value is other work. busy: whether some is left.
    """

    about: tuple[object, ...]
    work: Iterator[T]
    found: list[T] = field(default_factory=list)
    seconds: float = 0.0
    busy: bool = True
    needs_rerun: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)  # a run of the page may begin before the last one has ended

    def tick(self) -> None:
        """Find as much as a slice has time for, at least one more."""
        with self.lock:
            began = time.perf_counter()
            for one in self.work:
                self.found.append(one)
                if time.perf_counter() - began > SLICE:
                    break
            else:
                self.busy = False
            self.seconds += time.perf_counter() - began

    def seconds_left(self, n: int) -> float:
        """Estimate by the pace so far, were there `n` to find; 0 before the first."""
        return self.seconds / max(len(self.found), 1) * max(n - len(self.found), 0)
