"""How a chart of a finished comparison is shown: its finding above, how to read it below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from metamed_core.drawing import figures
from metamed_core.words import Words
from pages.parts.common.frame import Say
from pages.parts.common.legend import legend
from pages.parts.common.text import plain

if TYPE_CHECKING:
    from metamed_core.drawing import Chart

SQUARE = 560  # pixels
MAX_IN_LEGEND = 4  # more lines have their legend above the figure, where it can wrap


def show_chart(say: Say, key: str, chart: Chart, place: Words | None = None, *, square: bool = False) -> None:
    """A chart with its finding above and how to read it below.

    place: at which number of shots, where that is not said elsewhere. square: for two axes of the same kind, where the diagonal means something.
    """
    title = plain(say(chart.title))
    st.markdown(f"**{title}**" if place is None else f"**{title}** :small[({plain(say(place))})]")
    crowded = len(chart.lines) > MAX_IN_LEGEND
    if crowded:
        st.markdown(f":small[{legend({line.name.en: replace(line.style, name=say(line.name)) for line in chart.lines})}]")
    st.plotly_chart(
        figures.drawn(chart, say.language, SQUARE if square else figures.HEIGHT, legend=not crowded),
        key=f"plot_{key}",
        alt=say(chart.alt),
        width=SQUARE if square else "stretch",
        config={"displayModeBar": False},
    )
    st.caption(plain(say(chart.how)))
