"""The adaptation as one watches it: controls, curves and a map that move with the step.

Pull, not push: the trace stays in the session, and while it plays a fragment takes a slice of steps every tick. A closed
tab stops its timer and with it the work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import arrange, held_out_title, held_out_warning
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common import live_charts as charts
from pages.parts.common.bound import choice
from pages.parts.common.frame import Say
from pages.parts.common.legend import legend, mark
from pages.parts.common.live_chart import live_chart
from pages.parts.common.run_live import run_live
from pages.parts.common.text import chance, plain
from pages.parts.common.workbench import Snapshot, Workbench
from pages.parts.diagnose.controls import draw_controls
from pages.parts.diagnose.embedding_map import embedding_map, how_to_read, places

if TYPE_CHECKING:
    from metamed_core.diagnosis import Step

MOST_OFFERED = 1000  # undiagnosed patients to choose from in one list
STEP = Words("step", "步")
HOW_LOSS = Words(
    "How to read: how surprised the model is by the labelled patients. Lower is better, unless the accuracy below falls with it. "
    "Losses of different starts or algorithms are not comparable.",
    "读法：模型对已确诊患者的“意外程度”。越低越好，除非下方的准确率也随之下降。不同初始权重或不同算法的损失不可相互比较。",
)
HOW_ONE_OUT = Words(
    "How to read: labelled patients are left out one at a time and named from the others.",
    "读法：每次留出一位已确诊患者，由其余患者推断其诊断。",
)
HOW_GROUPS_OUT = Words(
    "How to read: labelled patients are left out in {n} groups, one after the other, and named from the rest.",
    "读法：已确诊患者分为 {n} 组依次留出，由其余患者推断其诊断。",
)
HOW_PROBABLE = Words(
    "How to read: one line a diagnosis; at every step the lines add up to 100 %. The dotted upright marks the step that is shown.",
    "读法：每条线为一种诊断；在每一步，各线之和为 100%。竖直点线标示当前所示的步。",
)
DASHED = Words("Dashed: plain class means without learning.", "虚线：不经学习、仅按各诊断均值判断的准确率。")


def adaptation(say: Say, bench: Workbench, styles: dict[str, SeriesStyle]) -> None:
    """Controls and charts; ticks by itself while the adaptation plays."""

    def draw() -> None:
        draw_controls(say, bench)
        shown = bench.shown()
        if shown is not None:
            _charts(say, bench, shown, styles)

    run_live(bench, draw)


def _charts(say: Say, bench: Workbench, shown: Snapshot, styles: dict[str, SeriesStyle]) -> None:
    scale = charts.Scale(styles)
    _choose_watched(bench, shown)
    st.markdown(f":small[{legend(styles)}]")
    left, right = st.columns(2)
    with left:
        _loss(say, shown)
        _held_out(say, shown)
    with right:
        st.markdown(f"**{say(Words('Who lies close to whom?', '谁与谁相近？'))}**")
        live_chart(
            "map",
            say(Words("Map of labelled, undiagnosed and prototype patients", "已确诊患者、待诊断患者与原型的分布图")),
            places(say, shown, bench.watched, styles),
            (say, styles, shown.trace.axes),
            lambda: embedding_map(say, shown, scale),
        )
        st.caption(say(how_to_read(shown)))
    if len(shown.records.undiagnosed):
        _one_patient(say, bench, shown, scale)


def _steps_drawn(shown: Snapshot) -> list[int]:
    return sorted({*charts.thinned(range(len(shown.trace.steps))), shown.cursor})


def _curve(shown: Snapshot, value: Callable[[Step], float]) -> tuple[pd.DataFrame, float, float]:
    """What a curve draws, its value at the first step and at the step that is shown."""
    drawn = _steps_drawn(shown)
    values = [value(shown.trace.steps[at]) for at in drawn]
    data = pd.DataFrame({"step": drawn, "value": values, "now": [at == shown.cursor for at in drawn]})
    return data, values[0], value(shown.step)


def _loss(say: Say, shown: Snapshot) -> None:
    data, first, now = _curve(shown, lambda step: step.support_loss)
    title = Words("Support loss {now}", "支持集损失 {now}")
    if shown.trace.total_steps:
        title = title + Words("(started at {first})", "（起始 {first}）")
    title = title.format(now=f"{now:#.3g}", first=f"{first:#.3g}")
    st.markdown(f"**{say(title)}**")
    total = shown.trace.total_steps
    live_chart(
        "loss",
        say(Words("Loss on the labelled patients by step", "已确诊患者上的损失随步数的变化")),
        data,
        (say, total),
        lambda: charts.curve(say(STEP), say(Words("loss", "损失")), total),
    )
    st.caption(say(HOW_LOSS))


def _held_out(say: Say, shown: Snapshot) -> None:
    data, _, now = _curve(shown, lambda step: step.held_out_accuracy)
    n, base = shown.trace.n_held_out, shown.trace.baseline_held_out
    title = say(held_out_title(now, n))
    if math.isnan(now):
        st.caption(title)
        return
    st.markdown(f"**{title}**")
    total, compared = shown.trace.total_steps, not math.isnan(base)
    live_chart(
        "held_out",
        say(Words("Accuracy on left-out labelled patients by step", "留出的已确诊患者上的准确率随步数的变化")),
        data.assign(base=base),
        (say, total, compared),
        lambda: charts.curve(say(STEP), say(Words("accuracy", "准确率")), total, percent=True, compared=compared),
    )
    how = HOW_ONE_OUT if shown.trace.leave_one_out else HOW_GROUPS_OUT.format(n=shown.trace.n_folds)
    st.caption(say(how + DASHED if compared else how))
    if (warning := held_out_warning(now, base)) is not None:
        st.warning(say(warning), icon=":material/trending_down:")


def _choose_watched(bench: Workbench, shown: Snapshot) -> None:
    """Follow the patient who is least certain at the end, until the user chooses another."""
    rows = shown.records.undiagnosed
    if bench.watched not in rows and len(rows):
        last = shown.trace.steps[-1].proba
        bench.watched = rows[arrange(shown.records.classes, last, shown.records.patient_names, "uncertain")[0]]


def _one_patient(say: Say, bench: Workbench, shown: Snapshot, scale: charts.Scale) -> None:
    rows, names = list(shown.records.undiagnosed), shown.records.patient_names
    offered = rows[:MOST_OFFERED]

    def follow(row: Hashable) -> None:
        bench.watched = row

    listed = offered if bench.watched in offered else [bench.watched, *offered]
    choice(
        st.selectbox,
        say(Words("Follow one undiagnosed patient", "跟踪一位待诊断患者")),
        {row: str(names[row]) for row in listed if row in names.index},
        key="watched",
        value=bench.watched,
        write=follow,
        width=320,
    )
    if bench.watched in rows:
        at = rows.index(bench.watched)
        st.markdown(f"**{_leading(say, shown, at, scale.styles)}**")
        total = shown.trace.total_steps
        live_chart(
            "probabilities",
            say(Words("Probability of each diagnosis for this patient by step", "该患者各诊断的概率随步数的变化")),
            _probabilities(shown, at, scale.styles),
            (say, scale.styles, total),
            lambda: charts.probabilities(scale, say(STEP), say(Words("probability", "概率")), total),
        )
        st.caption(say(HOW_PROBABLE))


def _leading(say: Say, shown: Snapshot, at: int, styles: Mapping[str, SeriesStyle]) -> str:
    """The two most probable diagnoses at the step that is shown."""
    ranked = sorted(zip(shown.step.proba[at].tolist(), shown.records.classes, strict=True), key=lambda one: -one[0])[:2]
    name = plain(shown.records.patient_names[shown.records.undiagnosed[at]])
    told = [f"{mark(styles[label])}\u00a0{plain(styles[label].name)} {plain(chance(p))}" for p, label in ranked]
    return say(Words("{name} at step {step}: {told}", "{name}，第 {step} 步：{told}")).format(
        name=name, step=shown.cursor, told=" · ".join(told)
    )


def _probabilities(shown: Snapshot, at: int, styles: Mapping[str, SeriesStyle]) -> pd.DataFrame:
    drawn = _steps_drawn(shown)
    every = max(1, len(drawn) // charts.MOST_MARKS)
    rows = [
        (s, styles[name].name, p, s == shown.cursor, s == shown.cursor or k % every == 0)
        for k, s in enumerate(drawn)
        for name, p in zip(shown.records.classes, shown.trace.steps[s].proba[at].tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["step", "diagnosis", "value", "now", "marked"])
