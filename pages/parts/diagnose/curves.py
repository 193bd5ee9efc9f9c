"""The curves of an adaptation: loss, cross-validated accuracy, and the probabilities of one patient, each by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import held_out_title, held_out_warning
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words, chance
from pages.parts.common import vega_specs as charts
from pages.parts.common.bound_widgets import choice
from pages.parts.common.legend import mark
from pages.parts.common.live_chart import live_chart
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot

if TYPE_CHECKING:
    from metamed_core.diagnosis import Step

MOST_OFFERED = 1000  # undiagnosed patients to choose from in one list
STEP = Words("step", "步")
HOW_LOSS = Words(
    "How to read: the loss is small when the model gives each labeled patient's own diagnosis a high probability (cross-entropy on the support set). "
    "A falling curve means that it is learning them. It helps only while the accuracy below does not fall. "
    "Losses of different starting weights or algorithms are not comparable.",
    "读法：模型给每位已确诊患者自身诊断的概率越高，损失越小（支持集上的交叉熵）。曲线下降表示正在学会这些患者；只有下方的准确率不随之下降，这才有益。"
    "不同初始权重或不同算法的损失不可相互比较。",
)
HOW_ONE_OUT = Words(
    "How to read: cross-validated on the labeled patients. Each is left out once, and the model adapts to the others and is asked for the diagnosis.",
    "读法：在已确诊患者上交叉验证：每次留出一位，模型根据其余患者适应后判断其诊断。",
)
HOW_GROUPS_OUT = Words(
    "How to read: cross-validated on the labeled patients. They are split into {n} {n:group|groups}; each group is left out once, and the model adapts to the other "
    "groups and is asked for its diagnoses.",
    "读法：在已确诊患者上交叉验证：分为 {n} 组，每次留出一组，模型根据其余各组适应后判断其诊断。",
)
HOW_PROBABLE = Words(
    "How to read: one line for each diagnosis; at every step the lines add up to 100%. The dotted vertical line marks the step that is shown.",
    "读法：每条线为一种诊断；在每一步，各线之和为 100%。竖直点线标示当前所示的步。",
)
DASHED = Words(
    "Dashed: the baseline, which chooses the diagnosis whose mean is nearest and needs no training.",
    "虚线：基线方法，即选择均值最近的诊断，无需训练。",
)


def _steps_drawn(shown: Snapshot) -> list[int]:
    return sorted({*charts.thinned(range(len(shown.trace.steps))), shown.cursor})


def _curve(shown: Snapshot, value: Callable[[Step], float]) -> tuple[pd.DataFrame, float, float]:
    """What a curve draws, its value at the first step and at the step that is shown."""
    drawn = _steps_drawn(shown)
    values = [value(shown.trace.steps[at]) for at in drawn]
    data = pd.DataFrame({"step": drawn, "value": values, "now": [at == shown.cursor for at in drawn]})
    return data, values[0], value(shown.step)


def loss_curve(say: Say, shown: Snapshot) -> None:
    """The loss on the labeled patients by step."""
    data, first, now = _curve(shown, lambda step: step.support_loss)
    title = Words("Loss on the labeled patients: {now}", "已确诊患者上的损失：{now}")
    if shown.trace.total_steps:
        title = title + Words("(started at {first})", "（起始 {first}）")
    title = title.format(now=f"{now:#.3g}", first=f"{first:#.3g}")
    st.markdown(f"**{say(title)}**")
    total = shown.trace.total_steps
    live_chart(
        "loss",
        say(Words("Loss on the labeled patients by step", "已确诊患者上的损失随步数的变化")),
        data,
        (say, total),
        lambda: charts.curve(say(STEP), say(Words("loss", "损失")), total),
    )
    st.caption(say(HOW_LOSS))


def held_out_curve(say: Say, shown: Snapshot) -> None:
    """The cross-validated accuracy on the labeled patients by step."""
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
        say(Words("Cross-validated accuracy on the labeled patients by step", "已确诊患者上的交叉验证准确率随步数的变化")),
        data.assign(base=base),
        (say, total, compared),
        lambda: charts.curve(say(STEP), say(Words("accuracy", "准确率")), total, percent=True, compared=compared),
    )
    how = HOW_ONE_OUT if shown.trace.leave_one_out else HOW_GROUPS_OUT.format(n=shown.trace.n_folds)
    st.caption(say(how + DASHED if compared else how))
    if (warning := held_out_warning(now, base)) is not None:
        st.warning(say(warning), icon=":material/trending_down:")


def one_patient(say: Say, state: Adaptation, shown: Snapshot, scale: charts.Scale) -> None:
    """The choice of one undiagnosed patient, and the probability of each diagnosis for them by step."""
    rows, names = list(shown.records.undiagnosed), shown.records.patient_names
    offered = rows[:MOST_OFFERED]

    def follow(row: Hashable) -> None:
        state.watched = row

    listed = offered if state.watched in offered else [state.watched, *offered]
    choice(
        st.selectbox,
        say(Words("Follow one undiagnosed patient", "跟踪一位待诊断患者")),
        {row: str(names[row]) for row in listed if row in names.index},
        key="watched",
        value=state.watched,
        write=follow,
        width=320,
    )
    if state.watched in rows:
        at = rows.index(state.watched)
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
    ranked = sorted(zip(shown.step.proba[at].tolist(), shown.trace.task.classes, strict=True), key=lambda one: -one[0])[:2]
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
        for name, p in zip(shown.trace.task.classes, shown.trace.steps[s].proba[at].tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["step", "diagnosis", "value", "now", "marked"])
