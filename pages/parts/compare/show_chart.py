"""Display of a finished chart, with its finding above and an explanation below."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.drawing import Chart, plotly_chart
from metamed_core.words import Words
from pages.parts.common.legend import legend
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say

HEIGHT, SQUARE = 400, 560  # pixels
MAX_IN_LEGEND = 4  # longer legends are placed above the figure, where they can wrap


def show_chart(say: Say, key: str, chart: Chart, place: Words | None = None, *, square: bool = False) -> None:
    """Draw a chart with its finding above and an explanation below.

    Parameters
    ----------
    say
        Translation function.
    key
        Part of the widget key.
    chart
        The chart.
    place
        The number of shots, if it is not displayed elsewhere.
    square
        Whether both axes have the same scale, so that the diagonal is meaningful.
    """
    title = plain(say(chart.title))
    st.markdown(f"**{title}**" if place is None else f"**{title}** :small[({plain(say(place))})]")
    names = chart.legend
    crowded = len(names) > MAX_IN_LEGEND
    if crowded:
        st.markdown(f":small[{legend({name.en: replace(mark.style, name=say(name)) for name, mark in names})}]")
    st.plotly_chart(
        plotly_chart(chart, say.language, SQUARE if square else HEIGHT, legend=not crowded),
        key=f"plot_{key}",
        alt=say(chart.alt),
        width=SQUARE if square else "stretch",
        config={"displayModeBar": False},
    )
    st.caption(plain(say(chart.how)))
