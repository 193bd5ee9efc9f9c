"""What the other algorithms say about the chosen patient."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, second_opinions
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words, chance
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.bars import bar

BAR = 24
ASK = Words("Ask the other algorithms", "询问其他算法")
COST = Words(
    "They adapt to the same labeled patients once, which takes a few seconds; then they answer for every patient.",
    "它们将根据相同的已确诊患者适应一次，需数秒；之后即可回答每位患者。",
)
ALL_AGREE = Words("All {n} other algorithms put the same diagnosis first.", "其余 {n} 种算法的第一种诊断均相同。")
DIFFER = Words(
    "{n} of the {all} other algorithms {n:puts|put} another diagnosis first: be careful.",
    "其余 {all} 种算法中有 {n} 种给出不同的第一种诊断：请谨慎。",
)
HOW = Words(
    "How to read: with their default settings and shipped weights. Their figures are calibrated on simulated tables, not on this one.",
    "读法：采用默认设置与随附权重。其数值在模拟表格上校准，未按本表校准。",
)


def second_opinions_view(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """A button, since it takes a moment, and then one line for each algorithm."""
    table = str(case.records.sha256)
    if state.view.get("opinions_of") != table:
        st.button(say(ASK), key="ask_others", on_click=lambda: state.view.update(opinions_of=table))
        st.caption(say(COST))
        return
    name, known = case.trace.learner.name, (state.patients.current.knowledge, state.patients.current.counts_as)
    with st.spinner(say(Words("The other algorithms adapt …", "其他算法正在适应……")), show_time=True):
        others = cached("opinions", (case.records, name, *known), lambda: tuple(second_opinions(case.records, name, *known)))
    told = [(say(other.learner.title), other.about(case)) for other in others]
    first = case.ranked[0][0]
    differ = sum(found[0][0] != first for _, found in told)
    said = DIFFER.format(n=differ, all=len(told)) if differ else ALL_AGREE.format(n=len(told))
    st.markdown(f"**{say(said)}**")
    rows = []
    for title, ((top, p), (second, q), *_) in told:
        sign = ":material/check:" if top == first else ":material/compare_arrows:"
        rows.append(
            (
                f"{sign} {title}",
                f"{mark(styles[top])}\u00a0{plain(styles[top].name)}",
                plain(chance(p)),
                bar(p, "#15807D", BAR),
                f"{mark(styles[second])}\u00a0{plain(styles[second].name)} {plain(chance(q))}",
            )
        )
    alt = say(Words("What the other algorithms say", "其他算法的意见"))
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, hide_header=True, alt=alt)
    st.caption(say(HOW))
