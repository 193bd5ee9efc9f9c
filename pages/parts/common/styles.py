"""The style of each method: the same color, marker and dash in all charts and tables of a comparison."""

from __future__ import annotations

from metamed_core.drawing import SeriesStyle, method_styles
from metamed_core.evaluation import Comparison
from pages.parts.common.page_frame import Say


def styles_of(say: Say, comparison: Comparison) -> dict[str, SeriesStyle]:
    """Return the style of each method by key, in the order of the comparison, with its title in the chosen language."""
    return method_styles({entry.key: say(entry.title) for entry in comparison.entries}, comparison.twin_of)
