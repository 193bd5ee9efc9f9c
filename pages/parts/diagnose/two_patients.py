"""Two waiting patients in one table: answers, values, places in the reference ranges, and what speaks for what; what differs stands out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, SideBySide, TwoFindings, answers, side_by_side, written_factor, written_range
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words, chance
from pages.parts.common.bound_widgets import choice
from pages.parts.common.legend import mark, unbroken
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.commit_first import hidden
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.value_text import cell_text

FEW = 8  # findings that are shown at first
LEAST = 0.01  # a smaller contribution would be written as ×1.0
BAR = 4  # blanks in the bar of the largest contribution
NOBODY = Words("There is no other patient whose answer may be shown.", "没有其他可显示答案的患者。")
WITH = Words("Compare with", "与此比较")
FOUND = Words(
    "{one} and {other} differ in {n} of {all} {all:finding|findings} (in bold).",
    "{one} 与 {other} 有 {n} 项不同（共 {all} 项，以粗体标出）。",
)
HOW = Words(
    "How to read: bold where only one of the two lies outside the reference range, where they lie on its two sides, or where they are a standard deviation "
    "of the table or more apart. The factor tells what the finding speaks for in this patient, {first} or {second}.",
    "读法：仅一方超出参考区间、分处区间两侧，或相差达本表一个标准差时以粗体标出。倍数表示该依据在该患者中支持{first}还是{second}。",
)
EXACT = {
    True: Words("The factors are exact.", "这些倍数是精确的。"),
    False: Words("The factors are estimates (Shapley values).", "这些倍数为估计（Shapley 值）。"),
}


def two_patients_view(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """The choice of the other patient, and the table."""
    other = _other(say, state, case, styles)
    if other is None:
        st.caption(say(NOBODY))
        return
    (beside,) = answers(case.trace, case.step_index, [other.position], state.patients.coverage)
    key = (case.records, case.trace, case.step_index, case.position, other.position)
    told: SideBySide = cached("side_by_side", key, lambda: side_by_side(case, other))
    names = {"one": plain(answer.diagnosis.name), "other": plain(beside.diagnosis.name)}
    st.markdown(f"**{say(FOUND.format(n=told.n_different, all=len(told.findings), **names))}**")
    everything = st.toggle(
        say(Words("All {n} findings", "全部 {n} 项依据").format(n=len(told.findings))), persist_state="session", key="all_of_two"
    )
    listed = told.findings if everything else told.findings[:FEW]
    columns = _columns(say, names["one"], names["other"])
    rows = [
        *_answer_rows(say, (answer, beside), styles),
        *_finding_rows(say, state.patients.current.source, (case, other), told, listed, styles),
    ]
    alt = say(Words("Two patients side by side", "两位患者对比"))
    st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True, alt=alt)
    first, second = (f"{mark(styles[name])}\u00a0{plain(styles[name].name)}" for name in (told.first, told.second))
    st.caption(say(HOW).format(first=first, second=second) + " " + say(EXACT[told.exact]))


def _other(say: Say, state: Adaptation, case: Case, styles: dict[str, SeriesStyle]) -> Case | None:
    """The patient that was chosen to compare with; at first the one that follows in the table."""
    task, step = case.trace.task, case.trace.steps[case.step_index]
    others = {row: at for at, row in enumerate(task.query_rows) if at != case.position and not hidden(state, row)}
    if not others:
        return None
    if state.beside not in others:
        state.beside = next((row for row, at in others.items() if at > case.position), next(iter(others)))

    def write(row: Hashable) -> None:
        state.beside = row

    tops = step.proba.argmax(1).tolist()
    offered = {row: f"{task.query_names[at]} · {styles[task.classes[tops[at]]].name}" for row, at in others.items()}
    choice(st.selectbox, say(WITH), offered, key="beside", value=state.beside, write=write, width=340)
    return Case.of(case.trace, case.step_index, others[state.beside], case.records)


def _columns(say: Say, one: str, other: str) -> list[str]:
    finding, normal, speaks = (
        say(words) for words in (Words("Finding", "依据"), Words("Normal", "参考区间"), Words("Speaks for (in {name})", "支持（{name}）"))
    )
    return [finding, normal, one, other, speaks.format(name=one), speaks.format(name=other)]


def _answer_rows(say: Say, told: Sequence[Answer], styles: dict[str, SeriesStyle]) -> list[list[str]]:
    """The first diagnosis of each, and how many are still possible or that the answer is held back."""

    def first(one: Answer) -> str:
        return f"{mark(styles[one.diagnosis.top])}\u00a0{plain(styles[one.diagnosis.top].name)} {plain(chance(one.diagnosis.probability))}"

    def possible(one: Answer) -> str:
        if one.abstention_reason is not None:
            return f":material/help: {say(Words('held back', '暂不采信'))}"
        return ", ".join(plain(styles[name].name) for name in one.prediction_set)

    tops, sets = [first(one) for one in told], [possible(one) for one in told]
    lines = (
        (say(Words("First diagnosis", "第一种诊断")), tops, told[0].diagnosis.top != told[1].diagnosis.top),
        (say(Words("Still possible", "仍有可能")), sets, set(told[0].prediction_set) != set(told[1].prediction_set)),
    )
    return [[_bold(title, differs), "", *(_bold(text, differs) for text in texts), "", ""] for title, texts, differs in lines]


def _finding_rows(
    say: Say, source: str, cases: tuple[Case, Case], told: SideBySide, listed: Sequence[TwoFindings], styles: dict[str, SeriesStyle]
) -> list[list[str]]:
    largest = max((abs(added) for one in told.findings for added in one.contributions), default=0.0) or 1.0

    def speaks(added: float) -> str:
        if abs(added) < LEAST:
            return ""
        style = styles[told.first if added > 0 else told.second]
        return f"{mark(style)}\u00a0{plain(written_factor(abs(added)))}\u00a0{bar(abs(added) / largest, style.color, BAR)}"

    rows = []
    for one in listed:
        raws = [case.records.raw.at[case.features.index[0], one.column.name] for case in cases]
        values = [unbroken(plain(cell_text(say, source, one.column, raw, value))) for raw, value in zip(raws, one.values, strict=True)]
        normal = unbroken(plain(written_range(one.column))).replace("–", "\u2060–\u2060")
        name = plain(heading(say, one.column))
        rows.append([_bold(name, one.differs), normal, *(_bold(value, one.differs) for value in values), *map(speaks, one.contributions)])
    return rows


def _bold(text: str, differs: bool) -> str:
    return f"**{text}**" if differs and text else text
