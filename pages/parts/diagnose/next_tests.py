"""Which missing value would tell most about the chosen patient, when to stop, and whose diagnosis to confirm."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import NO_VALUE, Answer, Case, NextTest, have_costs, next_tests, what_to_do
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.whom_to_confirm import whom_to_confirm_view

LISTED = 5
HOW = Words(
    "How to read: values are tried as the labeled patients of each diagnosis have them, each diagnosis as often as it is probable now. "
    "The expected gain is the part of the uncertainty (entropy) that is removed on average, in bits.",
    "读法：按各诊断已确诊患者的实际数值逐一代入，各诊断按当前概率加权。预期增益为平均消除的不确定性（熵），单位为比特。",
)
HOW_COSTS = Words(
    "Sorted by the gain for each unit of cost, as the columns' costs were given; values without a cost come last.",
    "按每单位费用的增益排序（费用按各列所填）；未注明费用的排在最后。",
)


def tests_of(case: Case) -> tuple[NextTest, ...]:
    """The missing values of a patient, computed once for each step."""
    return cached("next_tests", (case.records, case.trace, case.step_index, case.position), lambda: next_tests(case))


def next_tests_view(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """The sentence, the best missing values as a table, and whose diagnosis to confirm."""
    found = tests_of(case)
    st.markdown(f"**{plain(say(what_to_do(case, found, held_back=answer.abstention_reason is not None)))}**")
    if found:
        _table(say, found)
    whom_to_confirm_view(say, case.trace)


def _table(say: Say, found: tuple[NextTest, ...]) -> None:
    priced = have_costs(found)
    missing, gain, change = (
        say(words)
        for words in (
            Words("Missing value", "缺失项"),
            Words("Expected gain (bits)", "预期增益（比特）"),
            Words("Changes the first diagnosis", "改变第一种诊断"),
        )
    )
    rows = [
        {missing: plain(heading(say, one.column)), gain: f"{one.gain:.2f}", change: f"{one.change:.0%}"} | _costs(say, one, shown=priced)
        for one in found[:LISTED]
    ]
    alt = say(Words("Missing values by what they would tell", "缺失项及其信息量"))
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, width="content", alt=alt)
    st.caption(say(HOW + HOW_COSTS if priced else HOW))


def _costs(say: Say, one: NextTest, *, shown: bool) -> dict[str, str]:
    """The cells of what a test costs, where any has a cost."""
    if not shown:
        return {}
    per = one.gain_per_cost
    gain = NO_VALUE if per is None else "∞" if math.isinf(per) and per > 0 else f"{per:.2g}"
    return {
        say(Words("Cost", "费用")): NO_VALUE if one.column.cost is None else f"{one.column.cost:g}",
        say(Words("Gain for its cost", "增益/费用")): gain,
    }
