"""The answers: what they show and what to do next in three sentences, then the list of undiagnosed patients and the chosen one beside it."""

from __future__ import annotations

import math

import streamlit as st

from metamed_core.diagnosis import agreement, answers, can_only_choose, how_to_read
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGE, prediction_sets, wilson_interval
from metamed_core.words import Words
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.answer_card import answer_card
from pages.parts.diagnose.commit_first import ask_first, commit_toggle, hidden
from pages.parts.diagnose.held_out import guarantee, held_out
from pages.parts.diagnose.patient_list import choose_patient, found_patients

EVERYONE_DIAGNOSED = Words(
    "Everyone here has a diagnosis: leave some empty in the table to ask about them.",
    "所有患者均已有诊断：在表格中将某些诊断留空即可进行推断。",
)
WAITING = Words("{n} {n:patient waits|patients wait} for a diagnosis.", "{n} 位患者等待诊断。")
ALL_SURE = Words("Each of them has a diagnosis with a probability of {share} or more.", "每位患者的第一种诊断概率均已达到 {share}。")
NONE_SURE = Words(
    "None of them has a diagnosis with a probability of {share} or more.",
    "没有一位患者的单一诊断概率达到 {share}。",
)
SOME_SURE = Words(
    "{sure} of them {sure:has|have} a diagnosis with a probability of {share} or more, {open} {open:has|have} none.",
    "其中 {sure} 位的第一种诊断概率已达到 {share}，另外 {open} 位没有达到。",
)
TRUST = Words(
    "How far to trust them: as a test, each labeled patient was treated as undiagnosed; the first diagnosis was right for {right} of {n} "
    "({share}; 95% interval {low} to {high}).",
    "可信程度：将已确诊患者依次当作未确诊来判断时，{n} 位中有 {right} 位的第一种诊断正确（{share}；95% 区间 {low} 至 {high}）。",
)
NO_TRUST = Words(
    "How far to trust them is not known: no diagnosis has two labeled patients, so none can be left out as a test.",
    "可信程度未知：没有哪种诊断有两位已确诊患者，无法留出检验。",
)
NEXT = Words(
    "What to do next: begin with the least certain patients (Order), and read what speaks for and against the answer. "
    "A value or a diagnosis is wrong? “Change patients”, and the answers follow. Then take the report or the table at the end of the page.",
    "下一步：先看最不确定的患者（“排序”），并查看支持与反对该答案的依据。数值或诊断有误？点击“更换或修改患者”，答案随即更新。最后可在页末导出报告或表格。",
)


def answers_section(say: Say, state: Adaptation, styles: dict[str, SeriesStyle]) -> None:
    """What the answers show, the list, and the chosen patient; choosing another one draws only these anew."""
    shown = state.shown()
    if shown is None:
        _none_yet(say, state)
        return
    if not len(shown.records.undiagnosed):
        st.info(say(EVERYONE_DIAGNOSED))
        return
    _what_they_show(say, shown, styles)
    if state.playing:
        said = Words(
            "Still adapting: these are the answers at step {step}; they follow when it stops.",
            "仍在适应：此处为第 {step} 步的答案，停止后随即更新。",
        )
        st.caption(say(said.format(step=shown.cursor)))
    st.fragment(lambda: _list_and_patient(say, state, shown, styles))()
    st.caption(say(how_to_read(shown.trace, shown.cursor) + can_only_choose(shown.trace.task.classes)))


def _list_and_patient(say: Say, state: Adaptation, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = found_patients(say, state, shown, styles)
        revealed = bool(state.patients.current.truth) and st.toggle(
            say(Words("Reveal the true diagnoses (set aside)", "揭晓预留的真实诊断")), persist_state="session", key="reveal"
        )
        commit_toggle(say)
    guarantee(say, shown, state.patients.coverage)
    if revealed:
        _agreement(say, state, shown)
    truth = state.patients.current.truth if revealed else {}
    left, right = st.columns([2, 5], gap="medium")
    with left:
        at = choose_patient(say, state, shown, found, styles, truth)
    if at is not None:
        with right:
            if hidden(state, shown.records.undiagnosed[at]):
                ask_first(say, state, shown, at, styles)
                return
            (answer,) = answers(shown.trace, shown.cursor, [at], state.patients.coverage, state.patients.current.named)
            answer_card(say, state, shown, answer, at, styles, truth)


def _none_yet(say: Say, state: Adaptation) -> None:
    said = Words("There are no answers yet: they come with the first step.", "尚无答案：完成第一步后即出现。")
    press = Words("Press Play to go on.", "点击“播放”继续。")
    st.caption(say(said if state.playing else said + press))


def _what_they_show(say: Say, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    n_likely = prediction_sets(shown.step.proba).sum(1)
    n, sure = len(n_likely), int((n_likely == 1).sum())
    found = ALL_SURE if sure == n else SOME_SURE if sure else NONE_SURE
    said = WAITING.format(n=n) + found.format(sure=sure, open=n - sure, share=f"{COVERAGE:.0%}")
    accuracy, n_labeled = shown.step.held_out_accuracy, shown.trace.n_held_out
    known = not math.isnan(accuracy)
    trust = _trust(accuracy, n_labeled) if known else NO_TRUST
    held_out(say, shown, styles, f"**{say(said)}** {say(trust)}")
    st.markdown(say(NEXT))


def _trust(accuracy: float, n: int) -> Words:
    interval = wilson_interval(accuracy, n)
    return TRUST.format(right=round(accuracy * n), n=n, share=f"{accuracy:.0%}", low=f"{interval.low:.0%}", high=f"{interval.high:.0%}")


def _agreement(say: Say, state: Adaptation, shown: Snapshot) -> None:
    right, n = agreement(state.patients.current.truth, shown.trace, shown.cursor)
    said = Words("{right} of {n} are right ({share}) at step {step}.", "第 {step} 步：{n} 位中 {right} 位正确（{share}）。")
    st.markdown(f"**{say(said.format(right=right, n=n, share=f'{right / max(n, 1):.0%}', step=shown.cursor))}**")
