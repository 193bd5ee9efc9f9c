"""What one may ask further about the chosen patient; only the part that is open is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.diagnosis import Answer, Case
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.labeled_votes import labeled_votes
from pages.parts.diagnose.next_tests import next_tests_view
from pages.parts.diagnose.pretest import pretest_view
from pages.parts.diagnose.second_opinions import second_opinions_view
from pages.parts.diagnose.two_patients import two_patients_view
from pages.parts.diagnose.what_if import what_if

View = Callable[[Say, Adaptation, Case, Answer, dict[str, SeriesStyle]], None]
VIEWS: dict[str, tuple[Words, View]] = {
    "labeled": (Words("Labeled patients", "已确诊患者"), labeled_votes),
    "what_if": (Words("What if", "假设分析"), what_if),
    "next": (Words("What next", "下一步"), next_tests_view),
    "pretest": (Words("Pretest probability", "验前概率"), pretest_view),
    "opinions": (Words("Second opinion", "其他算法的意见"), second_opinions_view),
    "two": (Words("Compare two patients", "两位患者对比"), two_patients_view),
}


def further(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """The choice of a part, and that part."""
    chosen = state.view.setdefault("further", "labeled")
    choice(
        st.segmented_control,
        say(Words("Ask further", "进一步查看")),
        {key: say(title) for key, (title, _) in VIEWS.items()},
        key="further",
        value=chosen,
        write=lambda key: state.view.update(further=key),
    )
    with st.container(key=f"view_{chosen}", gap="small"):
        VIEWS[chosen][1](say, state, case, answer, styles)
