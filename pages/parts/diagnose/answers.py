"""The answers: one card for each undiagnosed patient, ranked diagnoses first, then the labelled patients they rest on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Diagnosis, agreement, arrange, how_to_read, predicted
from metamed_core.diagnosis import answers as answers_of
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGE
from metamed_core.words import Words
from pages.parts.common.bound import choice
from pages.parts.common.forms import pager
from pages.parts.common.frame import Say, fresh_key
from pages.parts.common.legend import mark
from pages.parts.common.text import chance, plain
from pages.parts.common.workbench import Snapshot, Workbench

PER_PAGE = 10
RANKED = 3  # diagnoses with a bar of their own; the rest share one line
BAR, MARGIN = 34, 2  # blanks in a full bar (more would be cut on a tablet), and those that its rounded ends are worth
LEAST = 0.03  # a smaller probability has no bar, or the ends alone would make it look like more
ORDERS = {
    "table": Words("As in the table", "按表格顺序"),
    "uncertain": Words("Least certain first", "最不确定的在前"),
    "certain": Words("Most certain first", "最确定的在前"),
    "class": Words("By diagnosis", "按诊断"),
}
ALL = ""


def answers(say: Say, bench: Workbench, styles: dict[str, SeriesStyle]) -> None:
    """The cards of one page, with ways to find a patient."""
    shown = bench.shown()
    if shown is None:
        return
    kept, proba = shown.records, shown.step.proba
    if not len(kept.undiagnosed):
        st.info(
            say(
                Words(
                    "Everyone here has a diagnosis: leave some empty in the table to ask about them.",
                    "所有患者均已有诊断：在表格中将某些诊断留空即可进行推断。",
                )
            )
        )
        return
    st.caption(say(how_to_read(shown.trace)))
    names = [str(name) for name in kept.patient_names.loc[kept.undiagnosed]]
    order, only, name = _choices(say, bench, predicted(kept.classes, proba), styles, names[0])
    found = [at for at in arrange(kept.classes, proba, names, order, only) if name.lower() in names[at].lower()]
    if bench.playing:
        said = Words(
            "Still adapting: these are the answers at step {step}; they follow when it stops.",
            "仍在适应：此处为第 {step} 步的答案，停止后随即更新。",
        )
        st.caption(say(said.format(step=shown.cursor)))
    revealed = _reveal(say, bench, shown)
    if not found:
        st.caption(say(Words("No patient fits: clear the filter.", "没有符合条件的患者：请清除筛选条件。")))
    bottom = st.container()
    with bottom:
        part = st.container()
        on_page = [found[k] for k in pager(say, len(found), PER_PAGE, key="answers_page")]
    with part, st.grid(2, gap="small"):
        for one in answers_of(shown.trace, shown.cursor, on_page):
            _card(say, one, styles, bench.patients.truth.get(one.diagnosis.row) if revealed else None)


def _choices(say: Say, bench: Workbench, guesses: list[str], styles: dict[str, SeriesStyle], example: str) -> tuple[str, str | None, str]:
    present = sorted(set(guesses))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, default in (("order", "table"), ("only", ALL)):
            bench.view.setdefault(key, default)
        if bench.view["only"] not in present:
            bench.view["only"] = ALL
        choice(
            st.selectbox,
            say(Words("Order", "排序")),
            {key: say(title) for key, title in ORDERS.items()},
            key="order",
            value=bench.view["order"],
            write=lambda order: bench.view.update(order=order),
            width=220,
        )
        choice(
            st.selectbox,
            say(Words("Predicted diagnosis", "预测诊断")),
            {ALL: say(Words("All diagnoses", "全部诊断"))} | {one: styles[one].name if one in styles else one for one in present},
            key="only",
            value=bench.view["only"],
            write=lambda only: bench.view.update(only=only),
            width=260,
        )
        name = st.text_input(
            say(Words("Patient", "患者")), persist_state="session", key=fresh_key("find"), type="search", width=180, placeholder=example
        )
    return bench.view["order"], bench.view["only"] or None, name or ""


def _reveal(say: Say, bench: Workbench, shown: Snapshot) -> bool:
    if not bench.patients.truth:
        return False
    revealed = st.toggle(
        say(Words("Reveal the diagnoses that were set aside", "揭晓预留的真实诊断")), persist_state="session", key="reveal"
    )
    if revealed:
        right, n = agreement(bench.patients.truth, shown.trace, shown.cursor)
        said = Words("{right} of {n} are right ({share}) at step {step}.", "第 {step} 步：{n} 位中 {right} 位正确（{share}）。")
        st.markdown(f"**{say(said.format(right=right, n=n, share=f'{right / max(n, 1):.0%}', step=shown.cursor))}**")
    return revealed


def _card(say: Say, answer: Answer, styles: dict[str, SeriesStyle], truth: str | None) -> None:
    one = answer.diagnosis
    with st.container(border=True, height="stretch", gap="xsmall", key=f"card_{one.row}"):
        st.markdown(f"**{plain(one.name)}**{_verdict(say, one, styles, truth)}")
        ranked = say(Words("Ranked diagnoses of {name}", "{name} 的诊断排序").format(name=one.name))
        st.table(pd.DataFrame(_lines(say, one, styles)), border=False, hide_index=True, hide_header=True, width="content", alt=ranked)
        st.markdown(f":small[{_left_open(say, answer)}]")
        near = [
            f"{plain(n.name)} · {mark(styles[n.diagnosis])}\u00a0{plain(styles[n.diagnosis].name)} · {n.distance:.2f}" for n in one.nearest
        ]
        st.markdown(
            f":small[{say(Words('Nearest labelled patients and their distance:', '最近的已确诊患者及其距离：'))}]  \n"
            + "  \n".join(f":small[{n}]" for n in near)
        )


def _left_open(say: Say, answer: Answer) -> str:
    """How many of the ranked diagnoses cannot be ruled out yet, or why no answer should be taken."""
    if answer.abstention_reason is not None:
        return f":material/help: **{say(answer.abstention_reason)}**"
    n, share = len(answer.prediction_set), f"{COVERAGE:.0%}"
    if n == 1:
        return say(Words("The first alone reaches {share}.", "仅第一种即达到 {share}。").format(share=share))
    said = Words("Not ruled out: the first {n}, which together reach {share}.", "尚不能排除：前 {n} 种，合计达到 {share}。")
    return say(said.format(n=n, share=share))


def _verdict(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle], truth: str | None) -> str:
    if truth is None:
        return ""
    icon = ":material/check:" if truth == one.top else ":material/close:"
    return f" · {icon} {say(Words('truth: ', '真实诊断：'))}{plain(styles[truth].name if truth in styles else truth)}"


def _lines(say: Say, one: Diagnosis, styles: dict[str, SeriesStyle]) -> list[tuple[str, str, str]]:
    """Mark and name, figure, bar: nothing hangs on colour."""
    lines = [
        (f"{mark(styles[name])}\u00a0{plain(styles[name].name)}", plain(chance(p)), _bar(p, "#15807D")) for name, p in one.ranked[:RANKED]
    ]
    rest = one.ranked[RANKED:]
    if rest:
        others, p = Words("{n} others", "其余 {n} 种").format(n=len(rest)), sum(p for _, p in rest)
        lines.append((say(others), plain(chance(p)), _bar(p, "#7A8A8A")))
    return lines


def _bar(p: float, colour: str) -> str:
    """A bar of coloured blanks: it stands in the text, so it needs no picture and a screen reader passes over it."""
    blanks = "\u00a0" * (max(round(p * BAR) - MARGIN, 1) if p >= LEAST else 0)
    return f':color[{blanks}]{{background="{colour}"}}' if blanks else ""
