"""What knowledge does to this table: what each row counts as, where patients contradict it, and the answers without and with it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import AdaptationTrace, Step
from metamed_core.drawing import SeriesStyle
from metamed_core.knowledge import Conflict, Knowledge, RowReport, left_aside, row_reports
from metamed_core.words import UserError, Words, chance
from pages.parts.common.bound_widgets import choice
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import LONG, Adaptation, Snapshot, begin
from pages.parts.diagnose.commit_first import committing

TITLE = Words("What your knowledge does", "您的知识起了什么作用")
NO_USE = Words(
    "Nothing that you said is about a diagnosis and a column of this table, so it changes no answer.",
    "您的陈述均不涉及本表的诊断与列，因此不改变任何答案。",
)
COUNTS = Words("Each row counts as", "每一行知识相当于")
COUNTED: dict[str, tuple[int | None, Words]] = {
    "patients": (None, Words("as far as your patients bear it out", "由您的患者印证的程度决定")),
    "0": (0, Words("no patient", "0 位患者")),
    "1": (1, Words("1 patient", "1 位患者")),
    "2": (2, Words("2 patients", "2 位患者")),
}
DIFFER = Words("{column}: you say {said}; otherwise in {patients}", "{column}：您的陈述为“{said}”；与之不同的患者：{patients}")
MOST_NAMES, MOST_ROWS, HEIGHT = 6, 200, 300
LATER = Words("The answers without your knowledge follow when the adaptation stops.", "适应停止后再给出不用知识的答案。")
COMPARE = Words(
    "Compare with the answers without it (adapts once more, about {n} {n:second|seconds})",
    "与不用知识的答案比较（需再适应一次，约 {n} 秒）",
)
ONLY_SO = Words("Without your knowledge there are no answers here: {why}", "若不用您的知识，此处没有答案：{why}")
HELD_OUT = Words(
    "Held-out patients whose first diagnosis is right: {before} of {n} without your knowledge, {after} of {n} with it.",
    "留出患者中第一种诊断正确的：不用知识 {before}/{n}，用知识 {after}/{n}。",
)
NOBODY = Words(
    "What it is worth is not known: no diagnosis has two labeled patients, so none can be left out as a test.",
    "其价值未知：没有哪种诊断有两位已确诊患者，无法留出检验。",
)
HELPED = Words("Right only with it: {names}.", "仅用知识时正确：{names}。")
HURT = Words("Wrong only with it: {names}.", "仅用知识时错误：{names}。")
CHANGED = Words(
    "The first diagnosis of {k} of {n} {n:patient|patients} to diagnose is another with your knowledge; they stand first.",
    "{n} 位待诊断患者中，有 {k} 位的第一种诊断因您的知识而改变，列在最前。",
)
FIRST = Words("The first {most} of {n} are listed.", "仅列出 {n} 位中的前 {most} 位。")
HIDDEN = Words(
    "Each answer without and with it is hidden while you give a diagnosis first.", "先给出诊断时，不显示每位患者在使用知识前后的答案。"
)


def known_worth(say: Say, state: Adaptation, styles: dict[str, SeriesStyle]) -> None:
    """Nothing where nothing was said."""
    shown = state.shown()
    if shown is None or not state.patients.current.knowledge.statements:
        return
    st.header(say(TITLE), anchor=False)
    trace = shown.trace
    reports = cached("row_reports", (shown.records, trace), lambda: row_reports(trace.task, trace.initialization, trace.learner))
    for words in left_aside(trace.initialization):
        st.warning(plain(say(words)), icon=":material/info:")
    if not reports:
        st.warning(say(NO_USE), icon=":material/info:")
        return
    st.markdown("\n".join(_report(say, shown, one, styles) for one in reports))
    _fix(say, state)
    if state.playing:
        st.caption(say(LATER))
        return
    _before_and_after(say, state, shown, styles)


def _report(say: Say, shown: Snapshot, one: RowReport, styles: dict[str, SeriesStyle]) -> str:
    """A line of Markdown for a row, and one below it for each statement that patients contradict."""
    sign = ":material/warning: " if one.in_conflict else ""
    lines = [f"- {sign}{_named(styles, one.diagnosis)}: {plain(say(one.sentence))}"]
    return "\n".join([*lines, *(f"    - {plain(_conflict(say, shown, each))}" for each in one.conflicts)])


def _conflict(say: Say, shown: Snapshot, one: Conflict) -> str:
    names = [shown.trace.task.support_names[at] for at in one.patients]
    return say(DIFFER.format(column=one.statement.column, said=one.statement.said, patients=_listed(say, names)))


def _fix(say: Say, state: Adaptation) -> None:
    here = state.patients.current

    def take(key: str) -> None:
        state.patients.work_on(replace(state.patients.current, counts_as=COUNTED[key][0]))

    choice(
        st.segmented_control,
        say(COUNTS),
        {key: say(words) for key, (_, words) in COUNTED.items()},
        key="counts_as",
        value=next((key for key, (n, _) in COUNTED.items() if n == here.counts_as), None),
        write=take,
    )


def _before_and_after(say: Say, state: Adaptation, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    if shown.trace.seconds > LONG and not st.toggle(say(COMPARE.format(n=round(shown.trace.seconds))), key="known_compare"):
        return
    plainly = replace(state.asked[1], knowledge=Knowledge(), counts_as=None)
    with st.spinner(say(Words("Adapting without your knowledge …", "正在不用知识重新适应……")), show_time=True):
        try:
            before = cached("without_knowledge", (shown.records, plainly), lambda: begin(shown.records, plainly).run())
        except UserError as error:
            st.info(plain(say(ONLY_SO.format(why=error.words))))
            return
    step = before.steps[min(shown.cursor, len(before.steps) - 1)]
    _held_out(say, shown, step)
    if committing():
        st.caption(say(HIDDEN))
    elif len(shown.trace.task.query):
        _answers(say, before, step, shown, styles)


def _held_out(say: Say, shown: Snapshot, before: Step) -> None:
    """The accuracy on the patients held out in both, and who is named rightly in one of them only."""
    without, informed = _right(before), _right(shown.step)
    both = sorted(without.keys() & informed.keys())
    if not both:
        st.markdown(say(NOBODY))
        return
    told = HELD_OUT.format(n=len(both), before=sum(without[at] for at in both), after=sum(informed[at] for at in both))
    names = shown.trace.task.support_names
    helped, hurt = ([names[at] for at in both if informed[at] is better and without[at] is not better] for better in (True, False))
    st.markdown(f"**{say(told)}**")
    if helped:
        st.markdown(f":material/check: {plain(say(HELPED.format(names=_listed(say, helped))))}")
    if hurt:
        st.markdown(f":material/warning: {plain(say(HURT.format(names=_listed(say, hurt))))}")


def _right(step: Step) -> dict[int, bool]:
    """Whether the first diagnosis of each held-out patient is right, by position in the support set."""
    if step.held_out is None:
        return {}
    found = step.held_out.log_proba.argmax(-1) == step.held_out.y
    return dict(zip(step.held_out.position.tolist(), found.tolist(), strict=True))


def _answers(say: Say, before: AdaptationTrace, step: Step, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    """The first diagnosis of each undiagnosed patient without and with knowledge, those that differ first."""
    sides = [(before.task.classes, step.proba), (shown.trace.task.classes, shown.step.proba)]
    (old, p), (new, q) = (([classes[k] for k in proba.argmax(1)], proba.max(1)) for classes, proba in sides)
    names = shown.trace.task.query_names
    order = sorted(range(len(names)), key=lambda at: old[at] == new[at])
    st.markdown(say(CHANGED.format(k=sum(a != b for a, b in zip(old, new, strict=True)), n=len(names))))
    rows = [
        (
            f"{':material/compare_arrows: ' if old[at] != new[at] else ''}{plain(names[at])}",
            f"{_named(styles, old[at])} {plain(chance(p[at]))}",
            f"{_named(styles, new[at])} {plain(chance(q[at]))}",
        )
        for at in order[:MOST_ROWS]
    ]
    titles = [say(words) for words in (Words("Patient", "患者"), Words("Without your knowledge", "不用知识"), Words("With it", "用知识"))]
    alt = say(Words("Each answer without and with your knowledge", "每位患者在使用知识前后的答案"))
    with st.container(height=min(HEIGHT, 50 + 32 * len(rows)), border=False):
        st.table(pd.DataFrame(rows, columns=titles), border="horizontal", hide_index=True, alt=alt)
    if len(names) > MOST_ROWS:
        st.caption(say(FIRST.format(most=MOST_ROWS, n=len(names))))


def _named(styles: dict[str, SeriesStyle], diagnosis: str) -> str:
    return f"{mark(styles[diagnosis])}\u00a0{plain(styles[diagnosis].name)}"


def _listed(say: Say, names: list[str]) -> str:
    return say(Words(", ", "、")).join([*names[:MOST_NAMES], *["…"] * (len(names) > MOST_NAMES)])
