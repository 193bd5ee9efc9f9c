"""Which run this tab looks at: the one that its address names, or none yet; and those that were stopped and wait."""

from __future__ import annotations

import streamlit as st

from metamed_core.learners import LEARNERS
from metamed_core.meta_training import StoredRun, remove, stopped_runs
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common import own_library as owner
from pages.parts.common.frame import Say
from pages.parts.common.own_library import own_library
from pages.parts.common.text import plain
from pages.parts.meta_train.request import Asked
from pages.parts.meta_train.state import KEY, Training, attempt
from pages.parts.meta_train.tasks import FIRST

WHAT = Words(
    "Meta-training is practice: the learner adapts to small tasks made of known diseases, again and again, and each time its starting weights are moved so that the "
    "next adaptation ends better. What it learns is how to learn a disease from a few patients. Expect a gain of some points on diseases "
    "like those it practised on; it takes a minute or two.",
    "元训练就是练习：学习器在由已知疾病构成的小任务上反复适应，每次都调整其初始权重，使下一次适应得更好。它学到的是如何凭几位患者学会一种疾病。对与练习内容相近的疾病，通常可提高若干个百分点；耗时一两分钟。",
)
MOST = 5


def training() -> Training:
    """This tab's meta-training, with the run that the address names."""
    if KEY in st.session_state:
        held: Training = st.session_state[KEY]
        return held
    # The address is asked once: later it names the run of before until this page has written the new one into it.
    st.session_state[KEY] = held = Training(Asked(FIRST), own_library())
    if asked := st.query_params.get("run", ""):
        attempt(held, lambda: held.open(asked))
    return held


def to_address(held: Training) -> None:
    """The run's token in the address, so that it is found again after a reload of the page or a restart of the server."""
    if held.token and st.query_params.get("run") != held.token:
        st.query_params["run"] = held.token
    elif not held.token and "run" in st.query_params:
        del st.query_params["run"]
    owner.to_address(held.library)


def others(say: Say, held: Training) -> None:
    """The visitor's own stopped runs."""
    waiting = [one for one in stopped_runs(held.library) if one.token != held.token][:MOST] if not held.busy else []
    if not waiting:
        return
    title = Words("Stopped before ({n})", "此前停止的训练（{n}）").format(n=len(waiting))
    with st.expander(say(title), key="training_others", icon=":material/history:"):
        for one in waiting:
            _waiting(say, held, one)


def _waiting(say: Say, held: Training, one: StoredRun) -> None:
    source = (
        cohorts.cohorts()[one.run.source].name
        if one.run.source in cohorts.cohorts()
        else Words("Simulated clinical tasks", "模拟的临床任务")
    )
    told = Words("{learner} · {source} · step {step} of {planned}", "{learner} · {source} · 第 {step} / {planned} 步").format(
        learner=LEARNERS[one.run.learner].title, source=source, step=one.step, planned=one.run.plan.meta_steps
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(say(told)), width="stretch")
        st.button(say(Words("Open", "打开")), key=f"open_{one.token}", on_click=attempt, args=(held, lambda: held.open(one.token)))
        st.button(say(Words("Remove", "移除")), key=f"clear_{one.token}", on_click=remove, args=(held.library, one.token))
