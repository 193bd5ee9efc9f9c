"""What the labeled patients do for the answer: who is nearest, whose vote counts how much, and without whom the answer would be another."""

from __future__ import annotations

import time

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, Neighbor, Vote, Without, deciding_patients, votes, without_each
from metamed_core.drawing import SeriesStyle
from metamed_core.knowledge import labeled_name
from metamed_core.words import Words
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.bars import bar

AT_ONCE = 0.4  # seconds in which patients are left out before one has to ask for the others
MOST = 20  # labeled patients that are left out, the nearest of the two leading diagnoses
VOTES = 8  # labeled patients whose vote is listed
BAR = 24
NEAREST = Words(
    "Nearest labeled patients (the smaller the distance, the more alike):",
    "最相近的已确诊患者（距离越小越相似）：",
)
VOTED = Words("Votes of the labeled patients, all together 100%:", "各已确诊患者的票数，合计 100%：")
OTHERS = Words("{n} other {n:patient|patients}", "其余 {n} 位患者")
WITHOUT = Words("Without {name} the answer is {answer}.", "若无 {name}，答案为{answer}。")
STAYS = Words(
    "The answer stays {answer} without any one of the {n} labeled {n:patient|patients} of the two leading diagnoses who were left out.",
    "在前两种诊断的已确诊患者中逐一去除 {n} 位，答案始终为{answer}。",
)
STAYS_ONE = Words(
    "The answer stays {answer} without {name}, the one labeled patient of the two leading diagnoses who was left out.",
    "在前两种诊断的已确诊患者中只去除了 {name}，答案仍为{answer}。",
)
MOVES = Words("Who moves the answer most: {names}.", "对答案影响最大的患者：{names}。")
SINGLE = Words(
    "{name} is the only patient with {answer}: without them it could not be an answer.",
    "{name} 是唯一的{answer}患者：去除后便不可能得出该答案。",
)
REST = Words("Leave out the other {n} too", "将其余 {n} 位也逐一去除")


def labeled_votes(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """Votes where the algorithm counts them, the answer without each of some patients, and the nearest patients."""
    if listed := votes(case):
        st.markdown(say(VOTED))
        rows = [
            (
                f"{_called(say, styles, one)} · {_named(styles, one.diagnosis)}",
                f"{one.share:.0%}",
                bar(one.share, styles[one.diagnosis].color, BAR),
            )
            for one in listed[:VOTES]
        ]
        if rest := listed[VOTES:]:
            rows.append((say(OTHERS.format(n=len(rest))), f"{sum(one.share for one in rest):.0%}", ""))
        alt = say(Words("Votes of the labeled patients", "各已确诊患者的票数"))
        st.table(pd.DataFrame(rows), border=False, hide_index=True, hide_header=True, width="content", alt=alt)
    _fragility(say, state, case, styles)
    near = [f"{_called(say, styles, n)} · {_named(styles, n.diagnosis)} · {n.distance:.2f}" for n in answer.diagnosis.nearest]
    st.markdown(f":small[{say(NEAREST)}]  \n" + "  \n".join(f":small[{n}]" for n in near))


def _fragility(say: Say, state: Adaptation, case: Case, styles: dict[str, SeriesStyle]) -> None:
    wanted = deciding_patients(case)[:MOST]
    this = f"{case.trace.task.query_rows[case.position]}"
    whole = state.view.get("without_all") == this
    with st.spinner(say(Words("Adapting without each of them …", "正在逐一去除并重新适应……")), show_time=True):
        # What takes long has no table in its key: of a bundled one, too, each visitor computes it alone, and nobody waits for another.
        key = (case.trace, case.step_index, case.position, whole) if whole else (case.records, case.trace, case.step_index, case.position)
        found = cached("without_all" if whole else "without", key, lambda: _left_out(case, wanted, whole=whole))
    first = case.ranked[0][0]
    for one in found:
        if one.first is None:
            st.markdown(say(SINGLE).format(name=plain(one.name), answer=_named(styles, one.diagnosis)))
        elif one.first != first:
            st.markdown(f":material/warning: **{say(WITHOUT).format(name=plain(one.name), answer=_named(styles, one.first))}**")
    tried = [one for one in found if one.first is not None]
    if tried and all(one.first == first for one in tried):
        told = STAYS_ONE if len(tried) == 1 else STAYS
        said = say(told.format(n=len(tried), name=plain(tried[0].name), answer="\ue001"))
        st.markdown(said.replace("\ue001", _named(styles, first)))
    ordered = sorted(tried, key=lambda one: -abs(one.shift))[:3]
    if ordered:
        names = (", " if say.language == "en" else "、").join(f"{plain(one.name)} ({_side(say, styles, case, one)})" for one in ordered)
        st.markdown(f":small[{say(MOVES).format(names=names)}]")
    if len(found) < len(wanted):
        n = len(wanted) - len(found)
        st.button(say(REST.format(n=n)), key="without_all", on_click=lambda: state.view.update(without_all=this))


def _left_out(case: Case, wanted: list[int], *, whole: bool) -> list[Without]:
    until, found = time.perf_counter() + AT_ONCE, []
    for one in without_each(case, wanted):
        found.append(one)
        if not whole and time.perf_counter() > until:
            break
    return found


def _side(say: Say, styles: dict[str, SeriesStyle], case: Case, one: Without) -> str:
    towards = case.ranked[0][0] if one.shift > 0 else case.ranked[1][0]
    return say(Words("towards {name}", "偏向{name}")).format(name=_named(styles, towards))


def _called(say: Say, styles: dict[str, SeriesStyle], one: Vote | Neighbor) -> str:
    return plain(say(labeled_name(one.name, one.diagnosis, styles[one.diagnosis].name)))


def _named(styles: dict[str, SeriesStyle], diagnosis: str) -> str:
    return f"{mark(styles[diagnosis])}\u00a0{plain(styles[diagnosis].name)}"
