"""torch and the core, imported once, in the background, under one lock.

`import torch` takes seconds. Home must not wait for it, and two threads that import it at the same time can meet a
half-made module (measured). So only this file starts that import: `start()` in a thread of its own, `ready()` when a
page needs it. A page imports torch, or anything of ours that does, only after `ready()`.
"""

from __future__ import annotations

import gc
import importlib
import threading

# What a page will need, the heaviest first; what they import comes with them.
MODULES = (
    "torch",
    "metamed_core.diagnosis.trace",
    "metamed_core.learners",
    "metamed_core.learners.initialization",
    "metamed_core.diagnosis.answers_html",
    "metamed_core.drawing.figures",
    "metamed_core.diagnosis.answers_csv",
    "altair",
    "openpyxl",
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
    """Begin the import in the background and come back at once; harmless when it has begun already."""
    with _lock:
        if _started.is_set():
            return
        _started.set()
        # Streamlit imports these by itself while a page draws; here, so that no thread is half-way through them then.
        importlib.import_module("pandas")
        # scikit-learn brings this, and it cannot be imported once the server has begun to stop: a server that is stopped
        # while it warms up would leave a traceback.
        try:
            importlib.import_module("concurrent.futures.process")
        except RuntimeError:
            return  # it is stopping already: nothing to warm up for
    threading.Thread(target=ready, name="warm-up", daemon=True).start()


def ready() -> None:
    """Come back when torch and the core are wholly imported.

    Raises: whatever the import raises, on the page that asked (in the background it goes to the server's log).
    """
    if _done.is_set():
        return
    with _lock:
        torch = importlib.import_module("torch")
        torch.set_num_threads(N_THREADS)
        for name in MODULES:
            importlib.import_module(name)
        # Streamlit collects garbage after every run of a page, also after every tick of a live curve, under the lock of
        # the interpreter. Walking over all that torch brings took 0.15 to 0.3 s each time (measured), and Stop waited for it.
        gc.collect()
        gc.freeze()
        _done.set()


def is_ready() -> bool:
    """Whether `ready()` would come back at once."""
    return _done.is_set()
