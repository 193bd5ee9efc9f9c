"""The answers: what they show and what to do next in three sentences, then one card for each undiagnosed patient."""

from __future__ import annotations

import math

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.diagnosis import ONLY_THESE, Order, agreement, arrange, how_to_read, predicted
from metamed_core.diagnosis import answers as answers_of
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGE, prediction_sets, wilson_interval
from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.forms import pager
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.answer_card import answer_card

PER_PAGE = 10
ORDERS: dict[Order, Words] = {
    "table": Words("As in the table", "按表格顺序"),
    "uncertain": Words("Least certain first", "最不确定的在前"),
    "certain": Words("Most certain first", "最确定的在前"),
    "class": Words("By diagnosis", "按诊断"),
}
ALL = ""
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
    "How far to trust them is not known: every diagnosis has a single labeled patient, so none can be left out as a test.",
    "可信程度未知：每种诊断只有一位已确诊患者，无法留出检验。",
)
NEXT = Words(
    "What to do next: begin with the least certain patients (Order), and compare each with the nearest labeled patients on the card. "
    "A value or a diagnosis is wrong? “Change patients”, and the answers follow. Then take the report or the table at the end of the page.",
    "下一步：先看最不确定的患者（“排序”），并与卡片上最相近的已确诊患者对照。数值或诊断有误？点击“更换或修改患者”，答案随即更新。最后可在页末导出报告或表格。",
)


def answers(say: Say, state: Adaptation, styles: dict[str, SeriesStyle]) -> None:
    """The cards of one page, with ways to find a patient."""
    shown = state.shown()
    if shown is None:
        _none_yet(say, state)
        return
    records, proba = shown.records, shown.step.proba
    if not len(records.undiagnosed):
        st.info(say(EVERYONE_DIAGNOSED))
        return
    _what_they_show(say, shown)
    names = [str(name) for name in records.patient_names.loc[records.undiagnosed]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order, only, name = _choices(say, state, predicted(records.classes, proba), styles, names[0])
        revealed = bool(state.patients.current.truth) and st.toggle(
            say(Words("Reveal the true diagnoses (set aside)", "揭晓预留的真实诊断")), persist_state="session", key="reveal"
        )
    fits = _named(records, names, name)
    found = [at for at in arrange(records.classes, proba, names, order, only) if fits[at]]
    if state.playing:
        said = Words(
            "Still adapting: these are the answers at step {step}; they follow when it stops.",
            "仍在适应：此处为第 {step} 步的答案，停止后随即更新。",
        )
        st.caption(say(said.format(step=shown.cursor)))
    if revealed:
        _agreement(say, state, shown)
    if not found:
        st.caption(say(Words("No patient fits: clear the filter.", "没有符合条件的患者：请清除筛选条件。")))
    with st.container():
        part = st.container()
        on_page = [found[k] for k in pager(say, len(found), PER_PAGE, key="answers_page")]
    truth = state.patients.current.truth if revealed else {}
    with part, st.grid(2, gap="small"):
        for one in answers_of(shown.trace, shown.cursor, on_page):
            answer_card(say, one, styles, truth.get(one.diagnosis.row))


def _none_yet(say: Say, state: Adaptation) -> None:
    said = Words("There are no answers yet: they come with the first step.", "尚无答案：完成第一步后即出现。")
    press = Words("Press Play to go on.", "点击“播放”继续。")
    st.caption(say(said if state.playing else said + press))


def _named(records: PatientRecords, names: list[str], text: str) -> list[bool]:
    """Which undiagnosed patients have this text in their name or local file number; all for an empty text."""
    wanted, filed = text.strip().lower(), records.file_numbers
    numbers = [""] * len(names) if filed is None else [str(one or "") for one in filed.loc[records.undiagnosed]]
    return [wanted in name.lower() or wanted in number.lower() for name, number in zip(names, numbers, strict=True)]


def _what_they_show(say: Say, shown: Snapshot) -> None:
    n_likely = prediction_sets(shown.step.proba).sum(1)
    n, sure = len(n_likely), int((n_likely == 1).sum())
    found = ALL_SURE if sure == n else SOME_SURE if sure else NONE_SURE
    said = WAITING.format(n=n) + found.format(sure=sure, open=n - sure, share=f"{COVERAGE:.0%}")
    accuracy, n_labeled = shown.step.held_out_accuracy, shown.trace.n_held_out
    known = not math.isnan(accuracy)
    trust = _trust(accuracy, n_labeled) if known else NO_TRUST
    st.markdown(f"**{say(said)}** {say(trust)}")
    st.markdown(say(NEXT))
    st.caption(say(how_to_read(shown.trace, shown.cursor) + ONLY_THESE))


def _trust(accuracy: float, n: int) -> Words:
    interval = wilson_interval(accuracy, n)
    return TRUST.format(right=round(accuracy * n), n=n, share=f"{accuracy:.0%}", low=f"{interval.low:.0%}", high=f"{interval.high:.0%}")


def _choices(
    say: Say, state: Adaptation, guesses: list[str], styles: dict[str, SeriesStyle], example: str
) -> tuple[Order, str | None, str]:
    present = sorted(set(guesses))
    for key, default in (("order", "table"), ("only", ALL)):
        state.view.setdefault(key, default)
    if state.view["only"] not in present:
        state.view["only"] = ALL
    choice(
        st.selectbox,
        say(Words("Order", "排序")),
        {str(key): say(title) for key, title in ORDERS.items()},
        key="order",
        value=state.view["order"],
        write=lambda order: state.view.update(order=order),
        width=220,
    )
    choice(
        st.selectbox,
        say(Words("Predicted diagnosis", "预测诊断")),
        {ALL: say(Words("All diagnoses", "全部诊断"))} | {one: styles[one].name if one in styles else one for one in present},
        key="only",
        value=state.view["only"],
        write=lambda only: state.view.update(only=only),
        width=260,
    )
    name = st.text_input(
        say(Words("Patient or file number", "患者或病历号")),
        persist_state="session",
        key="find",
        type="search",
        width=180,
        placeholder=example,
    )
    order = next(known for known in ORDERS if known == state.view["order"])
    return order, state.view["only"] or None, name or ""


def _agreement(say: Say, state: Adaptation, shown: Snapshot) -> None:
    right, n = agreement(state.patients.current.truth, shown.trace, shown.cursor)
    said = Words("{right} of {n} are right ({share}) at step {step}.", "第 {step} 步：{n} 位中 {right} 位正确（{share}）。")
    st.markdown(f"**{say(said.format(right=right, n=n, share=f'{right / max(n, 1):.0%}', step=shown.cursor))}**")
