"""What made the answers: algorithm, settings, weights, step, file and version, for every file that is taken away."""

from __future__ import annotations

from metamed_core import __version__
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import settings


def provenance(trace: AdaptationTrace, step_index: int, file: str) -> dict[str, object]:
    """What made the answers, in the order of the columns of a table.

    Parameters
    ----------
    trace
        The adaptation; it carries the algorithm, its settings and its initialization.
    step_index
        The step that answered.
    file
        What to call the table.

    Returns
    -------
    dict
        algorithm, settings, weights (their name, not where they lie), weights_sha256, seed, step, file, version.
    """
    learner, initialization = trace.learner, trace.initialization
    values = {one.name: getattr(learner, one.name) for one in settings(type(learner))}
    return {
        "algorithm": learner.name,
        "settings": "; ".join(f"{name}={value:g}" for name, value in values.items()),
        "weights": initialization.name,
        "weights_sha256": initialization.sha256,
        "seed": initialization.seed,
        "step": step_index,
        "file": file,
        "version": __version__,
    }
