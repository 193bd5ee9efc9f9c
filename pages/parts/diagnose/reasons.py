"""The findings for and against the first diagnosis: value, normal range, what is usual, and what each adds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Case, ColumnEvidence, Evidence, evidence, how_to_read_evidence, written_factor, written_range
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.legend import mark, unbroken
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.value_text import cell_text, value_text

FEW = 3  # findings for and findings against that are shown at first
BAR = 7  # blanks in the bar of the largest contribution
TITLE = Words("What speaks for {first}, and what for {second}?", "哪些依据支持{first}，哪些支持{second}？")


def reasons(say: Say, state: Adaptation, shown: Snapshot, case: Case, styles: dict[str, SeriesStyle]) -> None:
    """The strongest findings of both sides as a table; the second diagnosis can be exchanged, and all findings can be shown."""
    others = {name: styles[name].name for name, _ in case.ranked[1:]}
    rival = state.view.get("rival", "")
    rival = rival if rival in others else next(iter(others))
    told = cached("evidence", (shown.records, shown.trace, shown.cursor, case.position, rival), lambda: evidence(case, second=rival))
    names = {place: f"{mark(styles[name])}\u00a0{plain(styles[name].name)}" for place, name in (("first", told.first), ("second", rival))}
    st.markdown(f"**{say(TITLE).format(**names)}**")
    everything = bool(st.session_state.get("all_findings"))
    listed = told.columns if everything else told.strongest(FEW)
    _table(say, state.patients.current.source, case, told, listed, styles)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice(
            st.selectbox,
            say(Words("Compare the first diagnosis with", "将第一种诊断与此比较")),
            others,
            key="rival",
            value=rival,
            write=lambda name: state.view.update(rival=name if name != next(iter(others)) else ""),
            width=300,
        )
        all_of_them = Words("All {n} findings", "全部 {n} 项依据").format(n=len(told.columns))
        st.toggle(say(all_of_them), persist_state="session", key="all_findings")
    st.caption(say(how_to_read_evidence(told)))


def _table(say: Say, source: str, case: Case, told: Evidence, listed: Sequence[ColumnEvidence], styles: dict[str, SeriesStyle]) -> None:
    row, largest = case.features.index[0], max((abs(one.contribution) for one in told.columns), default=0.0) or 1.0
    first, second = (f"{mark(styles[name])}\u00a0{say(Words('usual', '通常'))}" for name in (told.first, told.second))
    finding, value, normal, speaks = (
        say(words) for words in (Words("Finding", "依据"), Words("Value", "数值"), Words("Normal", "参考区间"), Words("Speaks for", "支持"))
    )
    lines = []
    for one in listed:
        raw = case.records.raw.at[row, one.column.name]
        style = styles[told.first if one.contribution > 0 else told.second]
        lines.append(
            {
                finding: plain(heading(say, one.column)),
                value: unbroken(plain(cell_text(say, source, one.column, raw, one.value))),
                normal: unbroken(plain(written_range(one.column))).replace("–", "\u2060–\u2060"),
                first: unbroken(plain(value_text(say, source, one.column, one.usual[0]))),
                second: unbroken(plain(value_text(say, source, one.column, one.usual[1]))),
                speaks: f"{mark(style)}\u00a0{plain(written_factor(abs(one.contribution)))}\u00a0{bar(abs(one.contribution) / largest, style.color, BAR)}",
            }
        )
    alt = say(Words("Findings for and against the first diagnosis", "支持与反对第一种诊断的依据"))
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True, alt=alt)
