"""Whose confirmed diagnosis would tell most about the other waiting patients: tried live, once one asks for it."""

from __future__ import annotations

import streamlit as st

from metamed_core.diagnosis import AdaptationTrace, Instructive, candidates, most_instructive, whom_to_confirm
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.run_live import run_live
from pages.parts.diagnose.live_work import LiveWork

KEY = "whom_to_confirm"
FOLLOWING = 2  # patients named after the first
LITTLE = 0.01  # share of the others' uncertainty from which on a patient is worth being named
ASK = Words("Whose confirmed diagnosis would teach most?", "确诊哪位患者最有助于判断其他患者？")
HELP = Words(
    "For each of up to {n} waiting patients, the least certain first, every diagnosis that they may have is added as if it were confirmed, the algorithm adapts anew, and "
    "the answers of the others are compared. It takes one adaptation for each; you may stop at any time.",
    "对至多 {n} 位待诊断患者（最不确定的在前），将其每一种可能的诊断依次当作已确诊加入，重新适应，再比较其他患者的答案。每次需适应一遍，可随时停止。",
)
DONE = Words("{done} of {n} {n:patient|patients} tried", "已试 {n} 位患者中的 {done} 位")
NOBODY = Words(
    "No single confirmed diagnosis would tell much about the other waiting patients.",
    "确诊任何一位患者，对判断其他待诊断患者都帮助不大。",
)
THEN = Words("Then {names}.", "其次为{names}。")
HOW = Words(
    "Averaged over the diagnoses that a patient may have, by their probabilities; {n} {n:patient was|patients were} tried, the least certain first.",
    "已按该患者各种可能诊断的概率取平均；共试 {n} 位患者，最不确定的在前。",
)


def whom_to_confirm_view(say: Say, trace: AdaptationTrace) -> None:
    """A button, since it takes many adaptations; then the progress, and then one sentence."""
    able = len(candidates(trace)) if trace.finished else 0
    if not able:
        return
    work: LiveWork[Instructive | None] | None = st.session_state.get(KEY)
    if work is None or work.about != (trace,):

        def begin() -> None:
            st.session_state[KEY] = LiveWork((trace,), most_instructive(trace))

        st.button(say(ASK), key="ask_whom", on_click=begin, help=say(HELP.format(n=able)), icon=":material/person_search:")
    elif work.busy:
        run_live(work, lambda: _progress(say, work, able), say=say, key="turn_whom")
    else:
        _told(say, [one for one in work.found if one is not None])


def _progress(say: Say, work: LiveWork[Instructive | None], n: int) -> None:
    def stop() -> None:
        work.busy, work.needs_rerun = False, True
        if not any(work.found):
            del st.session_state[KEY]

    done = sum(one is not None for one in work.found)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, done / n), say(DONE.format(done=done, n=n)))
        st.button(say(Words("Stop", "停止")), key="stop_whom", on_click=stop)


def _told(say: Say, found: list[Instructive]) -> None:
    ranked = [one for one in sorted(found, key=lambda one: -one.gain) if one.share >= LITTLE]
    if not ranked:
        st.markdown(f"**{say(NOBODY)}**")
        return
    st.markdown(f"**{plain(say(whom_to_confirm(ranked[0])))}**")
    names = (", " if say.language == "en" else "、").join(f"{plain(one.name)} ({one.share:.0%})" for one in ranked[1 : FOLLOWING + 1])
    how = HOW.format(n=len(found))
    st.caption(say(THEN.format(names=names) + how if names else how))
