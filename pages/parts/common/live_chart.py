"""A chart that is updated in place during a live run."""

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
    """Draw a chart that is updated at every step. A keyed Vega chart keeps its canvas; a Plotly chart would be rebuilt.

    Parameters
    ----------
    key
        Widget key.
    alt_text
        Description for screen readers.
    data
        The rows to draw.
    about
        Everything else that the chart depends on.
    chart
        Builds the chart without data; called only if `about` has changed.
    """
    specification = cached(f"{key}_chart", about, lambda: chart().to_dict())
    # Without Altair's default sizes, so that Streamlit's theme applies. A copy, since Streamlit may modify it.
    specification = copy.deepcopy({name: part for name, part in specification.items() if name != "config"})
    with st.container(key=f"{key}_chart"):
        st.vega_lite_chart(data, specification, key=key, alt=alt_text, width="stretch")
