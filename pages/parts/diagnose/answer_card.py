"""The chosen patient: ranked diagnoses first, then what is still possible, then the findings for and against, then what one may ask further."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, Diagnosis
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGE
from metamed_core.words import Words, chance
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.reasons import reasons

RANKED, MOST_RANKED = (
    3,
    8,
)  # diagnoses with a bar of their own: at least, and at most if so many are still possible; the rest share one line
BAR = 34  # blanks in a full bar
NEAREST = Words(
    "Nearest labeled patients (the smaller the distance, the more alike):",
    "最相近的已确诊患者（距离越小越相似）：",
)
POSSIBLE = Words("Still possible ({share} together): {names}.", "仍有可能（合计 {share}）：{names}。")


def answer_card(
    say: Say,
    state: Adaptation,
    shown: Snapshot,
    answer: Answer,
    at: int,
    styles: dict[str, SeriesStyle],
    truth: Mapping[Hashable, str],
) -> None:
    """One patient, whose position among the undiagnosed is `at`; truth: the diagnoses that were set aside, once they are revealed."""
    one = answer.diagnosis
    with st.container(border=True, gap="small", key=f"card_{one.row}"):
        st.markdown(f"#### {plain(one.name)}{_verdict(say, one, styles, truth.get(one.row))}")
        ranked = say(Words("Ranked diagnoses of {name}", "{name} 的诊断排序").format(name=one.name))
        lines = pd.DataFrame(_lines(say, answer, styles))
        st.table(lines, border=False, hide_index=True, hide_header=True, width="content", alt=ranked)
        st.markdown(_left_open(say, answer, styles))
        case = Case.of(shown.trace, shown.cursor, at, shown.records)
        reasons(say, state, shown, case, styles)
        near = [
            f"{plain(n.name)} · {mark(styles[n.diagnosis])}\u00a0{plain(styles[n.diagnosis].name)} · {n.distance:.2f}" for n in one.nearest
        ]
        st.markdown(f":small[{say(NEAREST)}]  \n" + "  \n".join(f":small[{n}]" for n in near))


def _left_open(say: Say, answer: Answer, styles: Mapping[str, SeriesStyle]) -> str:
    """Which diagnoses cannot be ruled out yet, after the reason why no answer should be taken, if there is one."""
    names = (", " if say.language == "en" else "、").join(plain(styles[name].name) for name in answer.prediction_set)
    possible = say(POSSIBLE).format(share=f"{COVERAGE:.0%}", names=names)
    if answer.abstention_reason is None:
        return possible
    return f":material/help: **{plain(say(answer.abstention_reason))}** {possible}"


def _verdict(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle], truth: str | None) -> str:
    if truth is None:
        return ""
    icon = ":material/check:" if truth == one.top else ":material/close:"
    return f" · {icon} {say(Words('truth: ', '真实诊断：'))}{plain(styles[truth].name if truth in styles else truth)}"


def _lines(say: Say, answer: Answer, styles: dict[str, SeriesStyle]) -> list[tuple[str, str, str]]:
    """Mark and name, figure, bar: nothing hangs on color."""
    one, n = answer.diagnosis, min(max(RANKED, len(answer.prediction_set)), MOST_RANKED)
    lines = [
        (f"{mark(styles[name])}\u00a0{plain(styles[name].name)}", plain(chance(p)), bar(p, "#15807D", BAR)) for name, p in one.ranked[:n]
    ]
    rest = one.ranked[n:]
    if rest:
        others, p = Words("{n} other {n:diagnosis|diagnoses}", "其余 {n} 种").format(n=len(rest)), sum(p for _, p in rest)
        lines.append((say(others), plain(chance(p)), bar(p, "#7A8A8A", BAR)))
    return lines
