"""Held-out accuracy by sex, age band and site, where the table has such a column; else nothing is shown, and nothing asked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import subgroup_table, subgroups
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Snapshot

HOW = Words(
    "How to read: with so few patients the intervals are wide; two groups differ only where theirs hardly overlap.",
    "读法：患者很少时区间很宽；只有两组区间几乎不重叠时，才可认为存在差异。",
)


def subgroups_view(say: Say, shown: Snapshot) -> None:
    """A small table, folded away."""
    told = subgroup_table(subgroups(shown.trace, shown.cursor, shown.records))
    if told is None:
        return
    with st.expander(say(told["title"])):
        if told["rows"]:
            rows = [[plain(say(cell) if isinstance(cell, Words) else cell) for cell in row] for row in told["rows"]]
            table = pd.DataFrame(rows, columns=[say(head) for head in told["heads"]])
            st.table(table, border="horizontal", hide_index=True, width="content", alt=say(told["title"]))
            st.caption(say(HOW))
        if told["small"] is not None:
            st.caption(plain(say(told["small"])))
