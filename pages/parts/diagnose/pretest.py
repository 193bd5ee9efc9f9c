"""Pretest probabilities: how common each diagnosis is where the patients come from; both answers are shown side by side."""

from __future__ import annotations

from functools import partial

import streamlit as st

from metamed_core.diagnosis import Answer, Case, with_pretest
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.bound_widgets import number
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation

HOW = Words(
    "How common is each diagnosis where these patients come from? In percent; the diagnoses that you leave alone share the rest equally. It holds for "
    "every patient of this table. The answer above then has two columns: with equal pretest probabilities, and with yours by Bayes' rule. The list and the files keep the equal ones.",
    "在这些患者的来源人群中，各诊断有多常见？以百分比填写；未填写的诊断平分余下的比例。适用于本表全部患者。上方答案将分两列显示：验前概率相等时，以及按贝叶斯法则采用您的验前概率时。列表与导出文件仍按相等计算。",
)
EQUAL = Words(
    "Pretest probabilities are equal: {share} for each of the {n} {n:diagnosis|diagnoses}; no other can come out.",
    "验前概率相等：{n} 种诊断各为 {share}；不会得出表外的诊断。",
)
YOURS = Words("Pretest probabilities are yours: {told}.", "采用您的验前概率：{told}。")
NOTHING = Words(
    "All are zero, so equal ones are used: give at least one diagnosis a share.", "全部为零，因此仍按相等计算：请至少为一种诊断填写比例。"
)
MOST_FIELDS = 40


def pretest_of(state: Adaptation, classes: tuple[str, ...]) -> dict[str, float] | None:
    """The pretest probabilities that the user gave, summing to 1; None for equal ones, and where all are zero."""
    shares = _shares(state, classes)
    total = sum(shares.values())
    if total <= 0 or max(shares.values()) - min(shares.values()) < 1e-9:
        return None
    return {name: share / total for name, share in shares.items()}


def _shares(state: Adaptation, classes: tuple[str, ...]) -> dict[str, float]:
    """Per cent of each diagnosis: as given, and the rest in equal parts for those that were left alone."""
    given = {name: share for name, share in state.pretest.items() if name in classes}
    others = len(classes) - len(given)
    left = max(100 - sum(given.values()), 0.0) / others if others else 0.0
    return {name: given.get(name, left) for name in classes}


def after_pretest(state: Adaptation, case: Case) -> dict[str, float] | None:
    """The probability of each diagnosis with the user's pretest probabilities; None if they are equal."""
    pretest = pretest_of(state, case.classes)
    if pretest is None:
        return None
    return dict(zip(case.classes, with_pretest(case.classes, case.proba, pretest).tolist(), strict=True))


def pretest_told(state: Adaptation, classes: tuple[str, ...], styles: dict[str, SeriesStyle]) -> Words:
    """Which pretest probabilities the answer has, in one sentence."""
    pretest = pretest_of(state, classes)
    if pretest is None:
        return EQUAL.format(share=f"{1 / len(classes):.1%}", n=len(classes))
    largest = sorted(pretest, key=lambda name: -pretest[name])[:4]
    told = ", ".join(f"{styles[name].name} {pretest[name]:.1%}" for name in largest)
    return YOURS.format(told=f"{told} …" if len(pretest) > len(largest) else told)


def pretest_view(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """A field for each diagnosis, the most probable first."""
    st.caption(say(HOW))
    names = [name for name, _ in case.ranked][:MOST_FIELDS]
    shares = _shares(state, case.classes)
    with st.grid(3, gap="small"):
        for name in names:
            number(
                f"{styles[name].name} (%)",
                (0.0, 100.0, 1.0),
                key=f"pretest_{case.classes.index(name)}",
                value=round(shares[name], 2),
                write=partial(_take, state, name),
                usual=0.0,
            )
    if not any(shares.values()):
        st.warning(say(NOTHING))
    st.button(say(Words("Equal again", "恢复相等")), key="pretest_equal", on_click=state.pretest.clear, disabled=not state.pretest)


def _take(state: Adaptation, name: str, share: float) -> None:
    state.pretest[name] = share
