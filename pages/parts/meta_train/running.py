"""A meta-training as one watches it: Start, Stop, Continue, and how far it is; below that two charts that grow."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.duration import duration
from pages.parts.common.forms import complain
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.meta_train.curves import curves
from pages.parts.meta_train.live_run import LiveRun
from pages.parts.meta_train.state import TICK, MetaTrainingState

PRIVACY = Words(
    "Start writes weights to this computer, with the names of the table's columns and diagnoses, so that nothing is lost when the page is reloaded. "
    "Nothing that stands in a patient's cell is written, nor the name of the file.",
    "点击“开始”后，权重以及表格的列名和诊断名称会写入本机，以免刷新页面后丢失。患者单元格中的任何内容和文件名都不会写入。",
)


def running(say: Say, state: MetaTrainingState) -> None:
    """Controls and charts; ticks by itself while anything is computed."""

    def draw() -> None:
        _controls(say, state)
        if state.library.problem is not None:
            st.info(plain(say(state.library.problem)), icon=":material/lock:")
        elif not state.busy:
            st.caption(say(PRIVACY))
        if not state.error_place:
            complain(say, state.error)
        curves(say, state)

    run_live(state, draw, every=TICK, say=say)


def _controls(say: Say, state: MetaTrainingState) -> None:
    run = state.run
    with st.container(horizontal=True, vertical_alignment="center"):
        if run is not None and not run.is_finished and not state.busy and state.library.problem is None:
            _button(say, state, "go_on", Words("Continue", "继续"), "play_arrow", primary=True, disabled=state.needs_table)
        again, can_begin = run is not None, state.can_begin and not state.busy and state.library.problem is None
        title = Words("Begin anew", "重新开始") if again else Words("Start", "开始")
        _button(say, state, "begin", title, "restart_alt" if again else "play_arrow", primary=not again, disabled=not can_begin)
        _button(say, state, "stop", Words("Stop", "停止"), "stop", disabled=not state.busy)
        if run is not None and run.is_running and run.progress is not None:
            st.progress(run.step / max(run.training.budget.meta_steps, 1), width=200)
        if where := _where(state):
            st.markdown(say(where), width="content")


def _button(say: Say, state: MetaTrainingState, act: str, title: Words, icon: str, *, primary: bool = False, disabled: bool) -> None:
    def press() -> None:
        getattr(state, act)()
        state.needs_rerun = True

    st.button(
        say(title),
        icon=f":material/{icon}:",
        key=f"training_{act}",
        type="primary" if primary else "secondary",
        on_click=press,
        disabled=disabled,
    )


def _where(state: MetaTrainingState) -> Words | None:
    """How far it is."""
    run = state.run
    if run is None:
        return _before(state)
    if run.is_running:
        return _running(run)
    if state.results is not None and state.plan is not None and state.comparison is not None:
        return Words("Testing on diseases never seen: {done} / {n}", "正在从未见过的疾病上测试：{done} / {n}").format(
            done=len(state.comparison.results), n=state.plan.n_results
        )
    planned = run.training.budget.meta_steps
    if run.is_finished:
        return Words("Finished: **{n}** {n:step|steps}.", "已完成：**{n}** 步。").format(n=planned)
    stopped = Words("Stopped at step **{step}** of {planned}. ", "停在第 **{step}** / {planned} 步。").format(
        step=run.step, planned=planned
    )
    if state.needs_table:
        return stopped + Words("Open the same table of patients again to continue.", "重新打开同一份患者表格即可继续。")
    return stopped + Words("Everything so far is kept.", "此前的结果均已保留。")


def _running(run: LiveRun) -> Words:
    planned = run.training.budget.meta_steps
    where = Words("step **{step} / {planned}**", "第 **{step} / {planned}** 步").format(step=run.step, planned=planned)
    if run.pace is None:
        return where
    left, tasks = duration((planned - run.step) / run.pace), round(run.pace * run.training.budget.meta_batch)
    return Words("{where}, {tasks} {tasks:task|tasks} per second, about {left} left", "{where}，每秒 {tasks} 个任务，剩余约 {left}").format(
        where=where, tasks=tasks, left=left
    )


def _before(state: MetaTrainingState) -> Words | None:
    """What Start will do, and how long that takes once the pace is known."""
    if not state.can_begin or state.library.problem is not None:
        return None  # what is missing is said where the patients are chosen, or below
    budget = state.request.training(state.cohort).budget
    pace = state.paces.get((state.request.learner, state.request.network))
    if pace is None:
        return Words("{n} {n:step|steps}; press Start and watch.", "共 {n} 步；点击“开始”并观察。").format(n=budget.meta_steps)
    return Words(
        "{n} {n:step|steps}, about {time} at the pace of your last run; press Start and watch.",
        "共 {n} 步，按上次的速度约 {time}；点击“开始”并观察。",
    ).format(n=budget.meta_steps, time=duration(budget.meta_steps / pace))
