"""How the answers were made: algorithm, settings, weights, step, file and version, recorded in every export."""

from __future__ import annotations

from metamed_core import __version__
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.knowledge import InformedInitialization, Knowledge
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
        Keys algorithm, settings, weights (name without folder), weights_sha256, seed, step, file, version; knowledge where some was used.
    """
    learner, initialization = trace.learner, trace.initialization
    values = {one.name: getattr(learner, one.name) for one in settings(type(learner))}
    used = initialization.rows.knowledge if isinstance(initialization, InformedInitialization) else Knowledge()
    told = {"knowledge": f"{len(used.statements)} statements, SHA-256 {used.sha256}"} if used.statements else {}
    return {
        "algorithm": learner.name,
        "settings": "; ".join(f"{name}={value:g}" for name, value in values.items()),
        "weights": initialization.name,
        "weights_sha256": initialization.sha256,
        "seed": initialization.seed,
        "step": step_index,
        "file": file,
        **told,
        "version": __version__,
    }
