"""How a chart of a finished comparison is shown: its finding above, how to read it below."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.drawing import Chart, plotly_chart
from metamed_core.words import Words
from pages.parts.common.legend import legend
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say

HEIGHT, SQUARE = 400, 560  # pixels
MAX_IN_LEGEND = 4  # more lines have their legend above the figure, where it can wrap


def show_chart(say: Say, key: str, chart: Chart, place: Words | None = None, *, square: bool = False) -> None:
    """A chart with its finding above and how to read it below.

    place: at which number of shots, where that is not said elsewhere. square: for two axes of the same kind, where the diagonal means something.
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
