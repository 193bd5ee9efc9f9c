"""Import torch and the core once, in the background, under one lock.

`import torch` takes seconds. Home must not wait for it, and two threads that import it simultaneously can see a partially initialized
module (measured). Therefore only this file starts the import: `start()` in a background thread, `ready()` when a page needs it. A page
imports torch, or a module that depends on it, only after `ready()`.
"""

from __future__ import annotations

import gc
import importlib
import threading

# Modules that pages need, the slowest first.
MODULES = (
    "torch",
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
N_THREADS = 1  # for networks of this size more threads are 10 to 100 times slower on a small computer (measured)

_lock = threading.Lock()
_started = threading.Event()
_done = threading.Event()


def start() -> None:
    """Start the import in the background and return immediately; does nothing if it has been started."""
    with _lock:
        if _started.is_set():
            return
        _started.set()
        # Streamlit imports these while it draws a page; importing them here avoids partially imported modules in other threads.
        importlib.import_module("pandas")
        # scikit-learn imports this, which fails once the server is shutting down: a server that is stopped
        # during the import would print a traceback.
        try:
            importlib.import_module("concurrent.futures.process")
        except RuntimeError:
            return  # the server is already stopping
    threading.Thread(target=ready, name="warm-up", daemon=True).start()


def ready() -> None:
    """Return when torch and the core are completely imported. Raises the errors of the import."""
    if _done.is_set():
        return
    with _lock:
        torch = importlib.import_module("torch")
        torch.set_num_threads(N_THREADS)
        for name in MODULES:
            importlib.import_module(name)
        # Streamlit collects garbage after every run of a page, also after every tick of a live curve, under the
        # interpreter lock. Visiting all of torch's objects took 0.15 to 0.3 s each time (measured), and delayed Stop.
        gc.collect()
        gc.freeze()
        _done.set()


def is_ready() -> bool:
    """Whether `ready()` would return immediately."""
    return _done.is_set()
