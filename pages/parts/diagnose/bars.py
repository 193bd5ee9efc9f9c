"""Bars of colored blanks: they stand in a text, so they need no picture and keep their proportions, and a screen reader passes over them."""

from __future__ import annotations

MARGIN = 2  # the blanks that a bar's rounded ends are worth
LEAST = 0.03  # a smaller share has no bar, or the ends alone would make it look like more


def bar(share: float, color: str, width: int) -> str:
    """A bar of a share, 0..1, of `width` blanks, as Markdown."""
    blanks = "\u00a0" * (max(round(share * width) - MARGIN, 1) if share >= LEAST else 0)
    return f':color[{blanks}]{{background="{color}"}}' if blanks else ""
