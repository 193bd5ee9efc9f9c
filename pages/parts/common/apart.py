"""Run a function in a process of its own, which can be ended at once and has limits of memory and time; see `apart_process`.

Where no clean process was started (in a test of a page's script, on a system that cannot fork), the function runs here, when its result is asked for.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import threading
import time
import weakref
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from pages.parts.common import clean_process
from pages.parts.common.clean_process import ApartError

T = TypeVar("T")

MOST_AT_ONCE = min(4, os.cpu_count() or 1)
"""Functions that compute at the same time, each with up to `apart_process.MOST_MEMORY`; further ones wait their turn."""
MOST_ANSWER = 800 * 2**20
"""Bytes of an answer."""
ASLEEP = 3.0
"""Seconds after which who does not ask for his turn (a tab in the background) is overtaken."""

_lock = threading.Lock()
_jobs: list[weakref.ref[Job[Any]]] = []  # in the order of their arrival


class Job(Generic[T]):
    """A function that runs in a process of its own as soon as it is its turn. Who lets go of the job ends the process.

    Parameters
    ----------
    act
        A function of a module, so that the other process finds it by name.
    given
        What it is called with.
    """

    def __init__(self, act: Callable[..., T], *given: object) -> None:
        self._asked: tuple[Callable[..., T], tuple[object, ...]] | None = (act, given)
        self._here = not clean_process.is_started()
        self._data: socket.socket | None = None
        self._lifeline: socket.socket | None = None
        self._asked_at = time.monotonic()
        with _lock:
            _jobs[:] = [one for one in _jobs if one() is not None]
            _jobs.append(weakref.ref(self))

    @property
    def n_ahead(self) -> int:
        """How many others have to end before this one can begin; 0 once it has begun."""
        with _lock:
            return 0 if self._data is not None else max(0, self._n_before() + 1 - MOST_AT_ONCE)

    def is_done(self, within: float = 0.0) -> bool:
        """Whether `result` has something to give, now or within some seconds; begins the work if it is its turn."""
        deadline = time.monotonic() + within
        while not self._here and not self._begun():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return self._here or bool(wait([self._open()], max(0.0, deadline - time.monotonic())))

    def result(self) -> T:
        """What the function gives, or raises; waits for it. Raises ApartError if its process died."""
        if self._here:
            return self._call()
        while not self.is_done(1.0):
            pass
        try:
            with self._open().makefile("rb", buffering=2**16) as file:
                made, error = pickle.load(_Limited(file))  # noqa: S301 - from our own code; see `apart_process`
        except (EOFError, pickle.UnpicklingError, OSError) as error:
            raise ApartError(self._verdict()) from error
        finally:
            self.stop()
        if error is not None:
            raise error
        value: T = made
        return value

    def stop(self) -> None:
        """End the process, if it still runs, and let go of everything."""
        self._asked = None
        for end in (self._data, self._lifeline):
            if end is not None:
                end.close()

    __del__ = stop

    def _call(self) -> T:
        if self._asked is None:
            raise ApartError("broken")
        act, given = self._asked
        return act(*given)

    def _open(self) -> socket.socket:
        if self._data is None:
            raise ApartError("broken")
        return self._data

    def _n_before(self) -> int:
        """How many that came before compute, or wait and still ask for their turn."""
        before: list[Job[Any]] = []
        for one in _jobs:
            if (job := one()) is self:
                break
            if job is not None:
                before.append(job)
        return sum(job.counts() for job in before)

    def counts(self) -> bool:
        """Whether it takes a place: it computes, or it waits and was asked lately."""
        if self._here or (self._asked is None and self._data is None):
            return False
        if self._data is None:
            return time.monotonic() - self._asked_at < ASLEEP
        try:
            return not wait([self._data], 0)
        except (OSError, ValueError):  # it was closed
            return False

    def _begun(self) -> bool:
        """Begin if it is its turn; whether it has begun."""
        self._asked_at = time.monotonic()
        if self._data is not None:
            return True
        with _lock:
            ends = clean_process.fork() if self._n_before() < MOST_AT_ONCE else None
            if ends is None:
                return False
            self._data, self._lifeline = ends
        with contextlib.suppress(OSError), self._open().makefile("wb") as file:  # it died already: `result` says why
            pickle.dump(self._asked, file, pickle.HIGHEST_PROTOCOL)
        return True

    def _verdict(self) -> str:
        """Why the process died, as its guard says."""
        with contextlib.suppress(OSError):
            if self._lifeline is not None:
                self._lifeline.settimeout(5.0)
                return self._lifeline.recv(16).decode() or "broken"
        return "broken"


class _Limited:
    """A file that cannot be read beyond a limit."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, MOST_ANSWER

    def read(self, n: int) -> bytes:
        """So many bytes, or those that are left."""
        self._count(n)
        found: bytes = self._file.read(n)
        return found

    def readline(self) -> bytes:
        """The bytes up to the end of a line."""
        found: bytes = self._file.readline(self._left)
        self._count(len(found))
        return found

    def readinto(self, place: Any) -> int:
        """Fill a buffer; pickle uses it for large objects."""
        n = int(self._file.readinto(place))
        self._count(n)
        return n

    def _count(self, n: int) -> None:
        self._left -= n
        if self._left < 0:
            raise EOFError
