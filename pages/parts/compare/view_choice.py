"""Selection of a display option; it changes no number and is kept, across languages, as long as the tab is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.page_frame import Say
from pages.parts.compare.state import ComparisonState


def choose_view(
    say: Say,
    state: ComparisonState,
    name: str,
    title: Words,
    options: Sequence[str],
    title_of: Callable[[str], Words],
    default: str = "",
    *,
    segmented: bool = False,
) -> str:
    """Draw a selection and return the selected option.

    Parameters
    ----------
    say, state
        Translation function, and the state that stores the selection.
    name
        Identifies the selection.
    title, options, title_of
        Label, options, and the title of an option.
    default
        The initial option; if it is not available, the first one.
    segmented
        Whether to draw buttons side by side without a label instead of a list.
    """
    chosen = state.view.choices.get(name)
    chosen = chosen if isinstance(chosen, str) and chosen in options else default if default in options else options[0]

    def write(option: str) -> None:
        state.view.choices[name] = option

    offered = {option: say(title_of(option)) for option in options}
    if segmented:
        choice(st.segmented_control, say(title), offered, key=f"view_{name}", value=chosen, write=write, label_visibility="collapsed")
    else:
        choice(st.selectbox, say(title), offered, key=f"view_{name}", value=chosen, write=write, width=320)
    return chosen
