"""What the held-out patients say before any answer is read: is there signal, who was named wrongly, in which groups, what can be guaranteed."""

from __future__ import annotations

import streamlit as st

from metamed_core.diagnosis import Mistake, guarantee_note, mistakes, signal, signal_note, unjudged_note
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words, chance
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Snapshot
from pages.parts.diagnose.subgroups import subgroups_view

WRONG = Words("Held-out patients with a wrong prediction: {n}", "判断错误的留出患者：{n} 位")
ONE_WRONG = Words("{name}: {diagnosis}, predicted {named} ({share})", "{name}：{diagnosis}，被判断为 {named}（{share}）")


def held_out(say: Say, shown: Snapshot, styles: dict[str, SeriesStyle], before: str) -> None:
    """What is said before it, how many were right, and what that says; only the former where nobody could be held out."""
    test = signal(shown.step)
    if test is None:
        st.markdown(before)
        return
    found = say(signal_note(test))
    if test.above_chance:
        st.markdown(f"{before} {found}")
    else:
        st.markdown(before)
        st.warning(found, icon=":material/warning:")
    wrong = mistakes(shown.trace, shown.cursor)
    left, right = st.columns(2)  # so that the answers begin on the first screen
    with left, st.expander(say(WRONG.format(n=len(wrong)))):
        st.markdown("\n".join(f"- {_one_wrong(say, one, styles)}" for one in wrong))
        if (note := unjudged_note(shown.trace)) is not None:
            st.markdown(say(note))
    with right:
        subgroups_view(say, shown)


def _one_wrong(say: Say, one: Mistake, styles: dict[str, SeriesStyle]) -> str:
    parts = {"name": one.name, "diagnosis": styles[one.diagnosis].name, "named": styles[one.named].name, "share": chance(one.probability)}
    return say(ONE_WRONG).format(**{part: plain(text) for part, text in parts.items()})


def guarantee(say: Say, shown: Snapshot, coverage: float) -> None:
    """What so many held-out patients can guarantee at the coverage that is chosen, beside that choice."""
    if (note := guarantee_note(shown.step, coverage)) is not None:
        st.caption(say(note))
