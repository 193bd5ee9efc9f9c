"""The adaptation as one watches it: the controls, and the charts that move with the step.

While it adapts the charts are in view; when it is done they fold away, since the answers are what one came for. Who takes a control into the
hand wants to watch: then they stay.
"""

from __future__ import annotations

import streamlit as st

from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.legend import legend
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.common.vega_specs import Scale
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.commit_first import committing
from pages.parts.diagnose.controls import draw_controls
from pages.parts.diagnose.curves import held_out_curve, loss_curve, one_patient
from pages.parts.diagnose.embedding_map import draw_map
from pages.parts.diagnose.watched_patient import follow_least_certain


def watch_adaptation(say: Say, state: Adaptation, styles: dict[str, SeriesStyle]) -> None:
    """Controls and charts; goes on by itself while the adaptation plays."""

    def draw() -> None:
        draw_controls(say, state)
        shown = state.shown()
        if shown is None:
            return
        follow_least_certain(state, shown)
        if state.playing or state.charts_open:
            _charts(say, state, shown, styles)

    run_live(state, draw, say=say)


def _charts(say: Say, state: Adaptation, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    scale = Scale(styles)
    st.markdown(f":small[{legend(styles)}]")
    left, right = st.columns(2)
    with left:
        loss_curve(say, shown)
        held_out_curve(say, shown)
    with right:
        st.markdown(f"**{say(Words('Who lies close to whom?', '谁与谁相近？'))}**")
        draw_map(say, shown, state.watched, scale)
    if len(shown.records.undiagnosed) and not committing():  # the curve is an answer, too
        one_patient(say, state, shown, scale)
