"""The style of each method: the same color, marker and dash in every chart and table of a comparison."""

from __future__ import annotations

from metamed_core.drawing import SeriesStyle, method_styles
from metamed_core.evaluation import Comparison
from pages.parts.common.page_frame import Say


def styles_of(say: Say, comparison: Comparison) -> dict[str, SeriesStyle]:
    """Method's key -> its style, with its title in the chosen language, in the order of the comparison."""
    return method_styles({entry.key: say(entry.title) for entry in comparison.entries})
