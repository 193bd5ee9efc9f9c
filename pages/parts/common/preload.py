"""Import torch and the core once, under one lock.

The server does it before its first visitor; outside a server, in tests, the first page does. `import torch` takes seconds, and two threads that
import it simultaneously can see a partially initialized module (measured). Therefore only this file starts the import, and a page imports
torch, or a module that depends on it, only after `ready()`.
"""

from __future__ import annotations

import importlib
import threading

import threadpoolctl

# Modules that pages need, the slowest first.
MODULES = (
    "torch",
    "torch._dynamo",  # torch brings it at the first gradient of MAML or of a lesson: the visitor would wait for seconds, and it would not be frozen (`sessions.serve`)
    "metamed_core.diagnosis.trace",
    "metamed_core.learners",
    "metamed_core.learners.initialization",
    "metamed_core.diagnosis.answers_html",
    "metamed_core.drawing.figures",
    "metamed_core.diagnosis.answers_csv",
    "altair",
    "metamed_core.evaluation",
    "metamed_core.evaluation.report",
    "pages.lessons.handout",
    "metamed_core.meta_training.stored_runs",
)
# For tables and networks of this size more threads are 10 to 100 times slower on a small computer (measured): those of torch wait for one
# another, and those of numpy's and scipy's OpenBLAS do so at full load, each beside the thread that computes.
N_THREADS = 1

_lock = threading.Lock()
_done = threading.Event()


def ready() -> None:
    """Return when torch and the core are completely imported. Raises the errors of the import."""
    if _done.is_set():
        return
    with _lock:
        torch = importlib.import_module("torch")
        torch.set_num_threads(N_THREADS)
        for name in MODULES:
            importlib.import_module(name)
        threadpoolctl.threadpool_limits(N_THREADS)
        _done.set()


def is_ready() -> bool:
    """Whether `ready()` would return immediately."""
    return _done.is_set()
