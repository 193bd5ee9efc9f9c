"""What the user takes home: the answers as a report and as a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from metamed_core.diagnosis import answers_csv, answers_html
from metamed_core.words import Words
from pages.parts.common import audit
from pages.parts.common.page_frame import Say
from pages.parts.common.saved_work import save_button
from pages.parts.diagnose.adaptation_state import Adaptation

TOLD = Words(
    "Both hold every patient with the ranked diagnoses, the prediction set, whether to hold the answer back and why, the nearest labeled patients, "
    "and what produced the answer. Column names of the table are the same in both languages.",
    "两个文件均包含每位患者的诊断排序、预测集、是否暂不采信及其原因、最相近的已确诊患者，以及得出答案的算法与设置。表格的列名在两种语言下相同。",
)


def take_away(say: Say, state: Adaptation) -> None:
    """The answers at the step that is shown, as an HTML report and as CSV; each made only when it is asked for."""
    shown, source = state.shown(), state.patients.current
    if shown is None:
        return
    what = (shown.trace, shown.cursor, source.file or source.source, say.language)

    def offer(title: Words, name: str, make: Callable[[], bytes]) -> None:
        key = name.rpartition(".")[2]
        st.download_button(
            say(title),
            data=audit.noted(make, "answers_downloaded", form=key, table="own" if source.is_own else "public"),
            file_name=name,
            mime=f"text/{key}",
            icon=":material/download:",
            key=key,
            on_click="ignore",
            disabled=not len(shown.records.undiagnosed),
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        offer(Words("Report (HTML)", "报告（HTML）"), "metamed_report.html", partial(answers_html, *what))
        offer(Words("Predictions (CSV)", "预测结果（CSV）"), "metamed_predictions.csv", partial(answers_csv, *what))
        save_button(say, state.patients, source.source, key="save_work")
    st.caption(say(TOLD))
