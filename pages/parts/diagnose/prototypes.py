"""What the patients of each diagnosis look like: the prototypes in the units of the table, as a table and as a plot."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import Column, PatientRecords
from metamed_core.diagnosis import known_counts, limited_counts, most_telling, profile, prototypes, written_range
from metamed_core.drawing import SeriesStyle, profile_figure
from metamed_core.words import Words
from pages.parts.common.legend import legend
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.value_text import value_text

MOST_ROWS = 200  # columns of the table that are listed
MOST_DRAWN = 30  # columns in one plot
COLUMN_WIDTH = 280  # pixels: the longest names of the bundled cohorts
TITLES = {
    "range": Words("Which diagnosis leaves which reference range?", "哪种诊断超出哪项参考区间？"),
    "spread": Words("Where do the diagnoses differ? (no reference range is known)", "各诊断在哪些指标上不同？（无参考区间）"),
    "share": Words("Which finding goes with which diagnosis?", "哪些表现与哪种诊断相伴？"),
}
HOW_TO_READ = {
    "range": Words(
        "How to read: each mark is the mean of one diagnosis; inside the green band it is normal, further out it is low (left) or high (right).",
        "读法：每个标记为一种诊断的均值；位于绿色带内为正常，越靠左越低，越靠右越高。",
    ),
    "spread": Words(
        "How to read: each mark is the mean of one diagnosis; 0 is the mean of all labeled patients.",
        "读法：每个标记为一种诊断的均值；0 为全部已确诊患者的均值。",
    ),
    "share": Words(
        "How to read: each mark is the share of one diagnosis's labeled patients who have the finding.",
        "读法：每个标记为该诊断的已确诊患者中具有该表现的比例。",
    ),
}
LEGEND = Words(
    "In the legend, click a diagnosis to hide it, double-click to see it alone.", "在图例中单击某诊断可将其隐藏，双击则只显示它。"
)


def prototype_section(say: Say, state: Adaptation, styles: dict[str, SeriesStyle]) -> None:
    """The table and the plots of the labeled patients that are in use."""
    shown = state.shown()
    if shown is None:
        return
    _table(say, state.patients.current.source, shown.records, styles)
    points = cached("profile", (shown.records,), lambda: profile(shown.records))
    for scale in ("range", "spread", "share"):
        part = points[points["scale"] == scale]
        if len(part):
            _plot(say, shown.records, part, styles, scale)


def _table(say: Say, source: str, records: PatientRecords, styles: dict[str, SeriesStyle]) -> None:
    values, counts, limits = cached("prototypes", (records,), lambda: (prototypes(records), known_counts(records), limited_counts(records)))
    columns = list(records.feature_columns)
    listed = columns[:MOST_ROWS]
    if len(columns) > len(listed):
        st.caption(
            say(
                Words("The first {shown} of {n} {n:column|columns} are listed.", "仅列出前 {shown} 列，共 {n} 列。").format(
                    shown=len(listed), n=len(columns)
                )
            )
        )
    table: dict[str, list[Any]] = {"column": [heading(say, c) for c in listed]}
    if any(ranges := [written_range(c) for c in listed]):
        table["range"] = ranges
    for k, name in enumerate(records.classes):
        n = {c.name: (_count(counts, name, c.name), records.counts[name]) for c in listed}
        about = {c: "~" if limits.at[name, c] else "" for c in limits}
        table[f"k{k}"] = [about.get(c.name, "") + _cell(say, source, c, values.at[name, c.name], *n[c.name]) for c in listed]
    show = st.column_config
    config: dict[str, Any] = {
        "column": show.TextColumn(say(Words("Column", "列")), pinned=True, width=COLUMN_WIDTH),
        "range": show.TextColumn(say(Words("Normal", "参考区间")), alignment="right"),
    }
    config |= {
        f"k{k}": show.TextColumn(f"{styles[name].name} (n={records.counts[name]})", alignment="right")
        for k, name in enumerate(records.classes)
    }
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        height=min(420, 35 * (len(listed) + 1) + 3),
        column_config=config,
        key="prototypes",
        alt=say(Words("Prototype of each diagnosis in original units", "各诊断原型（原始单位）")),
    )
    st.caption(say(Words(
        "How to read: the mean of the labeled patients (numbers), the share of yes, or the most frequent category; ↑ above and ↓ below the reference range. A smaller n stands in brackets where values are missing; ~ marks a mean with detection limits in it.",
        "读法：数值为已确诊患者的均值，是/否为“是”的比例，类别取最常见者；↑ 高于、↓ 低于参考区间。有缺失值时括号内为实际例数；~ 表示均值中含有检测限。",
    )))  # fmt: skip


def _count(counts: pd.DataFrame, diagnosis: str, column: str) -> int:
    n: Any = counts.at[diagnosis, column]
    return int(n)


def _cell(say: Say, source: str, column: Column, value: Any, n: int, of: int) -> str:
    return value_text(say, source, column, value, f" ({n})" if n < of else "")


def _plot(say: Say, records: PatientRecords, points: pd.DataFrame, styles: dict[str, SeriesStyle], scale: str) -> None:
    telling = most_telling(points, MOST_DRAWN)
    labels = {name: heading(say, records.column(name)) for name in telling}
    st.markdown(f"**{say(TITLES[scale])}**")
    figure = cached(
        f"profile_{scale}",
        (say, records, styles),
        lambda: profile_figure(points[points["column"].isin(telling)], labels, styles, scale, say.language),
    )
    if not figure.layout.showlegend:
        st.markdown(f":small[{legend(styles)}]")
    st.plotly_chart(figure, key=f"profile_{scale}", alt=say(TITLES[scale]), config={"displayModeBar": False})
    st.caption(say(HOW_TO_READ[scale] + LEGEND if figure.layout.showlegend else HOW_TO_READ[scale]))
    if points["column"].nunique() > len(telling):
        said = Words(
            "Drawn are the {shown} of {n} {n:column|columns} in which the diagnoses differ most.",
            "仅绘制各诊断差异最大的 {shown} 列，共 {n} 列。",
        )
        st.caption(say(said.format(shown=len(telling), n=points["column"].nunique())))
