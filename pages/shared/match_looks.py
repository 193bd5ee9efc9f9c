"""The look of each contestant: the same colour, marker and dash in every chart and table of a comparison."""

from __future__ import annotations

from metamed_core.evaluation import Comparison
from metamed_core.palette import Look, contestant_looks
from pages.shared.frame import Say


def looks_of(say: Say, comparison: Comparison) -> dict[str, Look]:
    """Contestant's key -> its look, with its name in the chosen language, in the order of entry."""
    return contestant_looks({entry.key: say(entry.title) for entry in comparison.entries})
