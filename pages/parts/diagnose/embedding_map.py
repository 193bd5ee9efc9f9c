"""The map of one step: who lies close to whom, on axes that stand still while the marks move."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from metamed_core.drawing import SeriesStyle
from metamed_core.knowledge import labeled_name
from metamed_core.words import Words
from pages.parts.common import vega_specs as charts
from pages.parts.common.live_chart import live_chart
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Snapshot

MOST_DOTS = 1000  # undiagnosed patients drawn
MARGIN = 0.05  # of the map's width and height, on each side
HOW_TO_READ = Words(
    "How to read: filled marks are labeled patients, large outlines the prototypes, gray dots the undiagnosed; the ring is the patient "
    "followed below. Patients who are close are similar in the network's embedding. The map is flat and the embedding has more dimensions: "
    "two patients may look closer here than they are.",
    "读法：实心标记为已确诊患者，大空心标记为原型，灰点为待诊断患者，圆环为下方所跟踪的患者。距离近表示在网络的嵌入空间中相似。"
    "图为二维而嵌入空间维数更高，图上的两位患者可能比实际显得更近。",
)


def draw_map(say: Say, shown: Snapshot, watched: Hashable, scale: charts.Scale) -> None:
    """The map at the step that is shown, and how to read it."""
    live_chart(
        "map",
        say(Words("Map of labeled, undiagnosed and prototype patients", "已确诊患者、待诊断患者与原型的分布图")),
        places(say, shown, watched, scale.styles),
        (say, scale.styles, shown.trace.axes),
        lambda: embedding_map(say, shown, scale),
    )
    st.caption(say(how_to_read(shown)))


def embedding_map(say: Say, shown: Snapshot, scale: charts.Scale) -> alt.LayerChart | alt.FacetChart:
    """The map without its data."""
    first, second = shown.trace.axes
    return charts.embedding(
        scale,
        say(Words("first principal axis ({share} of the variation)", "第一主成分（解释 {share} 的方差）").format(share=f"{first:.0%}")),
        say(Words("second principal axis ({share})", "第二主成分（{share}）").format(share=f"{second:.0%}")),
        say(Words("patient", "患者")),
        say(Words("diagnosis", "诊断")),
    )


def places(say: Say, shown: Snapshot, watched: Hashable, styles: Mapping[str, SeriesStyle]) -> pd.DataFrame:
    """Every mark at the step that is shown, as `charts.embedding` wants them."""
    step, records, task = shown.step, shown.records, shown.trace.task
    names, prototype = records.patient_names, say(Words("prototype", "原型"))
    called = {label: style.name for label, style in styles.items()}
    rows: list[tuple[float, float, str | None, str, str]] = [
        (x, y, called[task.classes[k]], say(labeled_name(name, task.classes[k], called[task.classes[k]])), "support")
        for k, name, (x, y) in zip(task.support.y.tolist(), task.support_names, step.support_map, strict=True)
    ]
    rows += [(x, y, called[name], prototype, "prototype") for name, (x, y) in zip(task.classes, step.prototype_map, strict=True)]
    open_cases = list(zip(records.undiagnosed, step.query_map, strict=True))
    followed = [case for case in open_cases if case[0] == watched]
    rows += [(x, y, None, str(names[row]), "query") for row, (x, y) in open_cases[:: _every(len(open_cases))] + followed]
    rows += [(x, y, None, str(names[row]), "chosen") for row, (x, y) in followed]
    rows += [(x, y, None, "", "corner") for x, y in _corners(shown)]
    return pd.DataFrame(rows, columns=["x", "y", "diagnosis", "name", "kind"])


def _every(n: int) -> int:
    return max(1, -(-n // MOST_DOTS))


def how_to_read(shown: Snapshot) -> Words:
    """What the marks are, and how many of the undiagnosed are drawn if not all."""
    n = len(shown.records.undiagnosed)
    drawn = Words("{drawn} of {n} undiagnosed {n:patient|patients} are drawn.", "绘出 {n} 位待诊断患者中的 {drawn} 位。").format(
        drawn=len(range(0, n, _every(n))), n=n
    )
    return HOW_TO_READ if _every(n) == 1 else HOW_TO_READ + drawn


def _corners(shown: Snapshot) -> list[tuple[float, float]]:
    """Two opposite corners, a little beyond every step made so far, so that the axes stand still and no mark is cut."""
    steps = shown.trace.steps
    everyone = np.concatenate([part for step in steps for part in (step.support_map, step.query_map, step.prototype_map)])
    low, high = everyone.min(0), everyone.max(0)
    margin = MARGIN * (high - low)
    return [tuple((low - margin).tolist()), tuple((high + margin).tolist())]
