"""The clean process from which every reading of a file is forked: `python -m pages.parts.common.apart_process DESCRIPTOR MODULE...`.

It is started with the server, imports what readings need, and waits. For each reading it forks a guard, and the guard forks the worker. The worker has
limits of memory and processor time; the guard ends it, with every process that it started, when its time is over or when nobody wants its
answer any more: the visitor canceled or left, or the server is gone. Neither this process nor a guard ever receives a byte of a file.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

READY = b"ready"
MOST_SECONDS = 120.0
"""Wall-clock seconds of a reading, also on a busy computer."""
MOST_PROCESSOR_SECONDS = 40
MOST_MEMORY = 3072 * 2**20
"""Bytes that a worker may hold beside its code; 47 MB of numbers need 2 GB of them for a moment, half of which they touch."""
NICENESS = 5
"""Workers give way to the server, which answers everybody else."""
OUT_OF_MEMORY = 3
"""Exit status of a worker that ran out of memory."""


def serve(control: socket.socket, modules: Sequence[str]) -> None:
    """Import modules, then fork a guard for each pair of sockets that arrives: one for the request and its answer, one that ends when nobody waits any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a guard
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what all workers share is not copied for each of them by their garbage collection
    control.sendall(READY)
    while descriptors := socket.recv_fds(control, 1, 2)[1]:
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            guard(*(socket.socket(fileno=descriptor) for descriptor in descriptors))
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def guard(data: socket.socket, lifeline: socket.socket) -> None:
    """Run the worker; end it when its time is over or the other end of the lifeline is closed; say there why it died, if it did."""
    ended, alive = os.pipe()  # readable once the worker has ended: until then it holds the other end
    worker = os.fork()
    if worker == 0:
        os.setpgid(0, 0)
        lifeline.close()
        os.close(ended)
        _work(data)
        os._exit(0)
    with suppress(OSError):
        os.setpgid(worker, worker)  # both do it, so that it is done whoever comes first
    data.close()
    os.close(alive)
    over = not select.select([ended, lifeline.fileno()], [], [], MOST_SECONDS)[0]
    with suppress(ProcessLookupError):
        os.killpg(worker, signal.SIGKILL)
    _, status = os.waitpid(worker, 0)
    code = os.waitstatus_to_exitcode(status)
    # SIGKILL of somebody else: the kernel's, which ends the largest process where the memory of the computer is used up.
    why = "time" if over or code == -signal.SIGXCPU else "memory" if code in {OUT_OF_MEMORY, -signal.SIGKILL} else "broken"
    with suppress(OSError):  # nobody waits
        lifeline.sendall(why.encode())


def _work(data: socket.socket) -> None:
    """Do what is asked and answer. The answer is a pickle: compiled readers of untrusted files run in yet another process, which answers in JSON."""
    os.nice(NICENESS)
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, MOST_PROCESSOR_SECONDS), (resource.RLIMIT_DATA, MOST_MEMORY)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        with data.makefile("rb") as asked:
            act, given = pickle.load(asked)  # noqa: S301 - from our own server
        # As a whole: the page that waits for it can be used until the first byte arrives.
        data.sendall(pickle.dumps(_outcome(act, given), pickle.HIGHEST_PROTOCOL))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (BrokenPipeError, ConnectionResetError, EOFError):  # nobody waits for the answer
        os._exit(1)


def _outcome(act: object, given: tuple[object, ...]) -> tuple[object, Exception | None]:
    """What `act` gives, and what it raised instead."""
    try:
        return act(*given), None  # type: ignore[operator]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is awaited
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        except Exception:  # noqa: BLE001 - an error of some library that cannot travel
            return None, RuntimeError("".join(traceback.format_exception(error)))
        return None, error


if __name__ == "__main__":
    with suppress(ConnectionError):  # the server is gone
        serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
