"""How the answers were made: algorithm, settings, weights, step, file and version, recorded in every export."""

from __future__ import annotations

from metamed_core import __version__
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import settings


def provenance(trace: AdaptationTrace, step_index: int, file: str) -> dict[str, object]:
    """How the answers were made, in the column order of the CSV.

    Parameters
    ----------
    trace
        The adaptation, with algorithm, settings and initialization.
    step_index
        The step used.
    file
        Name of the table.

    Returns
    -------
    dict
        Keys algorithm, settings, weights (name without folder), weights_sha256, seed, step, file, version.
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
