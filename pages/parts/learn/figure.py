"""The figure of a lesson on the page: drawn by Python, redrawn in place, its marks movable by pointer and by arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from metamed_core.drawing import FIGURE_STYLE

# Text follows the theme; Streamlit hands its colors to a component as variables.
PAGE_STYLE = FIGURE_STYLE + (
    ".mm-root { color: var(--st-text-color); font-family: var(--st-font); --mm-paper: var(--st-background-color); --mm-tallest: 62vh; }"
    ".mm-terms { display: flex; flex-wrap: wrap; gap: 0.3rem 0.5rem; align-items: center; font-size: 0.85em; margin-top: 0.4rem; }"
    ".mm-term { display: inline-flex; gap: 0.45rem; align-items: center; min-height: 1.9rem; padding: 0.1rem 0.7rem; font: inherit; color: inherit;"
    " background: none; border: 1px solid currentColor; border-radius: 1rem; cursor: pointer; }"
    ".mm-term math { font-size: 1.25em; }"
    ".mm-term:is(:hover, :focus-visible, .mm-lit) { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }"
    # What is not meant fades; what is meant stays as it is, so that its color still says which it is.
    ".mm-pointing .mm-plot > :not(.mm-lit, [aria-hidden]) { opacity: 0.13; }"
)
JS = (Path(__file__).parent / "figure.js").read_text("utf-8")
NAME = "lesson_figure"
Report = Callable[[Mapping[str, Any]], None]


def draw(key: str, drawn: str, *, size: float, report: Report | None = None) -> None:
    """A figure (its HTML) under a stable key. report: told what was moved (`name`, `x`, `y`) or picked (`name`); None: nothing can be.

    size: of text against the usual.
    """

    def done() -> None:
        event = st.session_state[key].done
        if report is not None and event:
            report(event)

    mount = st.components.v2.component(NAME, html='<div class="mm-root"></div>', css=PAGE_STYLE, js=JS)
    mount(key=key, data={"html": drawn, "size": size}, on_done_change=done)
