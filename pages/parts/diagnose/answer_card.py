"""The chosen patient: ranked diagnoses first, then what is still possible, then the findings for and against, then what one may ask further."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, Diagnosis, still_possible, what_to_do
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words, chance
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.commit_first import what_was_named
from pages.parts.diagnose.further import further
from pages.parts.diagnose.next_tests import tests_of
from pages.parts.diagnose.pretest import after_pretest, pretest_told
from pages.parts.diagnose.reasons import reasons
from pages.parts.diagnose.take_away import report_of_patient

RANKED, MOST_RANKED = (
    3,
    8,
)  # diagnoses with a bar of their own: at least, and at most if so many are still possible; the rest share one line
BAR = 34  # blanks in a full bar
TEAL, GRAY = "#15807D", "#7A8A8A"


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
        what_was_named(say, state, shown, answer, styles)
        case = Case.of(shown.trace, shown.cursor, at, shown.records)
        _ranked(say, state, answer, case, styles)
        st.markdown(_left_open(say, answer, styles))
        if answer.abstention_reason is not None:
            st.markdown(f":material/arrow_forward: {plain(say(what_to_do(case, tests_of(case), held_back=True)))}")
        reasons(say, state, shown, case, styles)
        further(say, state, case, answer, styles)
        report_of_patient(say, state, case)


def _left_open(say: Say, answer: Answer, styles: Mapping[str, SeriesStyle]) -> str:
    """Which diagnoses cannot be ruled out yet, after the reason why no answer should be taken, if there is one."""
    possible = say(still_possible(answer, [plain(styles[name].name) for name in answer.prediction_set]))
    if answer.abstention_reason is None:
        return possible
    return f":material/help: **{plain(say(answer.abstention_reason))}** {possible}"


def _verdict(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle], truth: str | None) -> str:
    if truth is None:
        return ""
    icon = ":material/check:" if truth == one.top else ":material/close:"
    return f" · {icon} {say(Words('truth: ', '真实诊断：'))}{plain(styles[truth].name if truth in styles else truth)}"


def _ranked(say: Say, state: Adaptation, answer: Answer, case: Case, styles: dict[str, SeriesStyle]) -> None:
    """Mark and name, figure, bar: nothing hangs on color. With pretest probabilities of the user's, the figure with them, too."""
    one, n = answer.diagnosis, min(max(RANKED, len(answer.prediction_set)), MOST_RANKED)
    after = after_pretest(state, case)
    names = [name for name, _ in one.ranked]
    if after is not None:  # those that become probable are not among "the others"
        names.sort(key=lambda name: -max(after[name], dict(one.ranked)[name]))
    shown, rest, p = names[:n], names[n:], dict(one.ranked)
    lines = _lines(say, [(name, p[name]) for name in shown], [p[name] for name in rest], styles)
    heads = [say(words) for words in (Words("Diagnosis", "诊断"), Words("Equal pretest", "验前相等"))] + [""]
    if after is not None:
        heads.append(say(Words("Your pretest", "您的验前概率")))
        figures = [after[name] for name in shown] + ([sum(after[name] for name in rest)] if rest else [])
        for line, figure in zip(lines, figures, strict=True):
            line.append(plain(chance(figure)))
    alt = say(Words("Ranked diagnoses of {name}", "{name} 的诊断排序").format(name=one.name))
    table = pd.DataFrame(lines, columns=heads)
    st.table(table, border=False, hide_index=True, hide_header=after is None, width="content", alt=alt)
    st.markdown(f":small[{plain(say(pretest_told(state, case.classes, styles)))}]")


def _lines(say: Say, shown: Sequence[tuple[str, float]], rest: Sequence[float], styles: Mapping[str, SeriesStyle]) -> list[list[str]]:
    """Mark and name, figure and bar of each diagnosis, and of the others together."""
    lines = [[f"{mark(styles[name])}\u00a0{plain(styles[name].name)}", plain(chance(p)), bar(p, TEAL, BAR)] for name, p in shown]
    if rest:
        others = Words("{n} other {n:diagnosis|diagnoses}", "其余 {n} 种").format(n=len(rest))
        lines.append([say(others), plain(chance(sum(rest))), bar(sum(rest), GRAY, BAR)])
    return lines
