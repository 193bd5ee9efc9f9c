"""A chart that is redrawn in place at every step of a live run, and whether this run of the page is such a step."""

from __future__ import annotations

import copy
from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from pages.parts.common.session_cache import kept


def live_chart(key: str, alt_text: str, data: pd.DataFrame, about: tuple[object, ...], chart: Callable[[], alt.LayerChart]) -> None:
    """Draw a chart that is redrawn at every step. A keyed Vega chart keeps its canvas; a plotly chart would be rebuilt.

    chart: makes the chart without its data; asked only if something in `about` has changed.
    """
    specification = kept(f"{key}_chart", about, lambda: chart().to_dict())
    # Without Altair's own sizes: Streamlit's theme has better ones. A copy, since Streamlit may write into it.
    specification = copy.deepcopy({name: part for name, part in specification.items() if name != "config"})
    with st.container(key=f"{key}_chart"):
        st.vega_lite_chart(data, specification, key=key, alt=alt_text, width="stretch")


def is_tick() -> bool:
    """Whether this run is one of the fragment's own, so that a full run for another reason does not skip a step."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)
