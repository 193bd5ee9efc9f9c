"""The switch for practice on patients simulated from what is known, where something is known of the table's diagnoses."""

from __future__ import annotations

import streamlit as st

from metamed_core.knowledge import fold
from metamed_core.meta_training import PRACTICE_SHARE, simulated_diagnoses
from metamed_core.meta_training.tasks import DiseaseSplit
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import bound
from pages.parts.common.page_frame import Say
from pages.parts.meta_train.state import MetaTrainingState

SWITCH = Words("Train also on patients simulated from what is known", "同时用由已有知识模拟的患者训练")
ABOUT = Words(
    "{share}% of the tasks are then of patients made up from what is said of {n} {n:diagnosis|diagnoses} ({origin}), in some of them with mistakes, so that the learner "
    "finds out how far to trust it. What is known of the diseases to validate and test on is left out.",
    "此时 {share}% 的任务由根据 {n} 种诊断的知识（{origin}）虚构的患者构成，其中一部分故意含有错误，使学习器学会该信任到什么程度。关于验证疾病与测试疾病的知识不会使用。",
)
TOO_FEW = Words(
    "Something is known of this table, but of fewer than two diseases to train on, so no patients can be simulated from it.",
    "本表虽有已有知识，但涉及的训练疾病不足两种，因此无法据此模拟患者。",
)
TYPED, SHIPPED = Words("said on Diagnose", "在“诊断”页填写"), Words("shipped with the table", "随数据集提供")


def choose_practice(say: Say, state: MetaTrainingState, split: DiseaseSplit) -> None:
    """The switch and a sentence on what it does; nothing where nothing is known."""
    patients, knowledge = state.patients, state.knowledge
    if patients is None or state.cohort is None or state.needs_table or not knowledge.statements:
        return
    names = simulated_diagnoses(knowledge, tuple(state.cohort.counts), split)
    if len(set(map(fold, names))) < 2:
        st.caption(say(TOO_FEW))
        return

    def write(on: bool) -> None:
        state.ask(with_knowledge=on)

    bound(st.toggle, say(SWITCH), key="training_practice", value=state.request.with_knowledge, write=write, disabled=state.is_fixed)
    shipped, table = knowledge is cohorts.knowledge_of(patients.source), cohorts.cohorts().get(patients.source)
    about = ABOUT.format(share=round(100 * PRACTICE_SHARE), n=len(names), origin=SHIPPED if shipped else TYPED)
    alike = shipped and table is not None and table.simulated
    st.caption(say(about + cohorts.SIMULATED_ALIKE if alike else about))
