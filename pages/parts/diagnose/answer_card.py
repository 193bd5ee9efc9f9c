"""The card of one undiagnosed patient: ranked diagnoses first, then the labeled patients they rest on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Diagnosis
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGE
from metamed_core.words import Words, chance
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say

RANKED = 3  # diagnoses with a bar of their own; the rest share one line
BAR, MARGIN = 34, 2  # blanks in a full bar (more would be cut on a tablet), and those that its rounded ends are worth
LEAST = 0.03  # a smaller probability has no bar, or the ends alone would make it look like more
NEAREST = Words(
    "Nearest labeled patients (the smaller the distance, the more alike):",
    "最相近的已确诊患者（距离越小越相似）：",
)
ONE_LEFT = Words(
    "Prediction set: the first diagnosis only; its probability is at least {share}.", "预测集：仅第一种诊断，其概率不低于 {share}。"
)
SEVERAL_LEFT = Words(
    "Prediction set: the first {n} {n:diagnosis|diagnoses}, whose probabilities together reach {share}.",
    "预测集：前 {n} 种诊断，概率合计达到 {share}。",
)


def answer_card(say: Say, answer: Answer, styles: dict[str, SeriesStyle], truth: str | None) -> None:
    """One patient: ranked diagnoses, what cannot be ruled out, and the labeled patients who are most alike.

    truth: the diagnosis that was set aside, once it is revealed.
    """
    one = answer.diagnosis
    with st.container(border=True, height="stretch", gap="xsmall", key=f"card_{one.row}"):
        st.markdown(f"**{plain(one.name)}**{_verdict(say, one, styles, truth)}")
        ranked = say(Words("Ranked diagnoses of {name}", "{name} 的诊断排序").format(name=one.name))
        st.table(pd.DataFrame(_lines(say, one, styles)), border=False, hide_index=True, hide_header=True, width="content", alt=ranked)
        st.markdown(f":small[{_left_open(say, answer)}]")
        near = [
            f"{plain(n.name)} · {mark(styles[n.diagnosis])}\u00a0{plain(styles[n.diagnosis].name)} · {n.distance:.2f}" for n in one.nearest
        ]
        st.markdown(f":small[{say(NEAREST)}]  \n" + "  \n".join(f":small[{n}]" for n in near))


def _left_open(say: Say, answer: Answer) -> str:
    """How many of the ranked diagnoses cannot be ruled out yet, or why no answer should be taken."""
    if answer.abstention_reason is not None:
        return f":material/help: **{say(answer.abstention_reason)}**"
    n = len(answer.prediction_set)
    return say((ONE_LEFT if n == 1 else SEVERAL_LEFT).format(n=n, share=f"{COVERAGE:.0%}"))


def _verdict(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle], truth: str | None) -> str:
    if truth is None:
        return ""
    icon = ":material/check:" if truth == one.top else ":material/close:"
    return f" · {icon} {say(Words('truth: ', '真实诊断：'))}{plain(styles[truth].name if truth in styles else truth)}"


def _lines(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle]) -> list[tuple[str, str, str]]:
    """Mark and name, figure, bar: nothing hangs on color."""
    lines = [
        (f"{mark(styles[name])}\u00a0{plain(styles[name].name)}", plain(chance(p)), _bar(p, "#15807D")) for name, p in one.ranked[:RANKED]
    ]
    rest = one.ranked[RANKED:]
    if rest:
        others, p = Words("{n} other {n:diagnosis|diagnoses}", "其余 {n} 种").format(n=len(rest)), sum(p for _, p in rest)
        lines.append((say(others), plain(chance(p)), _bar(p, "#7A8A8A")))
    return lines


def _bar(p: float, color: str) -> str:
    """A bar of colored blanks: it stands in the text, so it needs no picture and a screen reader passes over it."""
    blanks = "\u00a0" * (max(round(p * BAR) - MARGIN, 1) if p >= LEAST else 0)
    return f':color[{blanks}]{{background="{color}"}}' if blanks else ""
