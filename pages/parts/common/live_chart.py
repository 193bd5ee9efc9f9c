"""A chart that is redrawn in place at every step of a live run."""

from __future__ import annotations

import copy
from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from pages.parts.common.run_live import is_tick
from pages.parts.common.session_cache import cached

__all__ = ["is_tick", "live_chart"]


def live_chart(
    key: str, alt_text: str, data: pd.DataFrame, about: tuple[object, ...], chart: Callable[[], alt.LayerChart | alt.FacetChart]
) -> None:
    """Draw a chart that is redrawn at every step. A keyed Vega chart keeps its canvas; a plotly chart would be rebuilt.

    chart: makes the chart without its data; asked only if something in `about` has changed.
    """
    specification = cached(f"{key}_chart", about, lambda: chart().to_dict())
    # Without Altair's own sizes: Streamlit's theme has better ones. A copy, since Streamlit may write into it.
    specification = copy.deepcopy({name: part for name, part in specification.items() if name != "config"})
    with st.container(key=f"{key}_chart"):
        st.vega_lite_chart(data, specification, key=key, alt=alt_text, width="stretch")
