"""Which run this tab looks at: the one that its address names, or none yet; and the visitor's other runs that were stopped."""

from __future__ import annotations

import streamlit as st

from metamed_core.learners import LEARNERS
from metamed_core.meta_training import MetaTraining, StoredRun, remove, stopped_runs
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common import own_library as owner
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.meta_train.request import Request
from pages.parts.meta_train.state import KEY, MetaTrainingState, attempt

FIRST = "blood_panel"
INTRODUCTION = Words(
    "Meta-training prepares a learner for new diseases. It is given many small tasks made of known diseases; after each, its starting weights are "
    "moved a little, so that the next adaptation ends better. What it learns is how to learn a disease from a few patients. Expect a gain "
    "of a few percentage points on diseases similar to those it was trained on; it takes a minute or two.",
    "元训练让学习器为新的疾病做好准备：让它在由已知疾病构成的许多小任务（episode）上逐一适应，每次都把初始权重略作调整，使下一次适应得更好。"
    "它学到的是如何凭几位患者学会一种疾病。对与训练疾病相近的疾病，准确率通常可提高几个百分点；耗时一两分钟。",
)
MAX_LISTED = 5
OWN_TABLE = Words("your table", "您的表格")
SIMULATED = Words("simulated clinical tasks", "模拟临床任务")


def meta_training_state() -> MetaTrainingState:
    """This tab's meta-training, with the run that the address names."""
    if KEY in st.session_state:
        held: MetaTrainingState = st.session_state[KEY]
        return held
    # The address is asked once: later it names the run of before until this page has written the new one into it.
    st.session_state[KEY] = state = MetaTrainingState(Request(FIRST), owner.own_library())
    if token := st.query_params.get("run", ""):
        attempt(state, lambda: state.open(token))
    return state


def to_address(state: MetaTrainingState) -> None:
    """The run's token in the address, so that it is found again after a reload of the page or a restart of the server."""
    token = state.run.token if state.run is not None else ""
    if token and st.query_params.get("run") != token:
        st.query_params["run"] = token
    elif not token and "run" in st.query_params:
        del st.query_params["run"]
    owner.to_address(state.library)


def source_name(training: MetaTraining) -> Words:
    """What its tasks are drawn from. The name of one's own table is not kept: it may name somebody."""
    if training.source in cohorts.cohorts():
        return cohorts.cohorts()[training.source].name
    return OWN_TABLE if training.split else SIMULATED


def stopped_before(say: Say, state: MetaTrainingState) -> None:
    """The visitor's other stopped runs."""
    here = state.run.token if state.run is not None else ""
    waiting = [one for one in stopped_runs(state.library) if one.token != here][:MAX_LISTED] if not state.busy else []
    if waiting:
        title = Words("Stopped before ({n})", "此前停止的训练（{n}）").format(n=len(waiting))
        with st.expander(say(title), key="training_others", icon=":material/history:"):
            for one in waiting:
                _stopped_run(say, state, one)


def _stopped_run(say: Say, state: MetaTrainingState, one: StoredRun) -> None:
    about = Words("{learner} · {source} · step {step} of {planned}", "{learner} · {source} · 第 {step} / {planned} 步").format(
        learner=LEARNERS[one.training.learner].title,
        source=source_name(one.training),
        step=one.progress.step,
        planned=one.training.budget.meta_steps,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(say(about)), width="stretch")
        st.button(say(Words("Open", "打开")), key=f"open_{one.token}", on_click=attempt, args=(state, lambda: state.open(one.token)))
        st.button(
            say(Words("Remove", "移除")), key=f"clear_{one.token}", on_click=attempt, args=(state, lambda: remove(state.library, one.token))
        )
