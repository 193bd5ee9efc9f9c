"""What the user takes home."""

from __future__ import annotations

import streamlit as st

from metamed_core.diagnosis import answers_csv
from metamed_core.words import Words
from pages.parts.common.frame import Say
from pages.parts.common.workbench import Workbench


def offer_csv(say: Say, bench: Workbench) -> None:
    """The answers at the step that is shown, as CSV; made only when it is asked for."""
    shown, source = bench.shown(), bench.patients
    if shown is None:
        return

    def make() -> bytes:
        return answers_csv(shown.trace, shown.cursor, source.file or source.source, say.language)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say(Words("Predictions (CSV)", "预测结果（CSV）")),
            data=make,
            file_name="metamed_predictions.csv",
            mime="text/csv",
            icon=":material/download:",
            key="csv",
            on_click="ignore",
            disabled=not len(shown.records.undiagnosed),
        )
        said = Words(
            "One row a patient: every diagnosis with its probability, the nearest labelled patients, and what produced the answer. Column names are the same in both languages.",
            "每行一位患者：各诊断及其概率、最近的已确诊患者，以及得出答案的算法与设置。两种语言下列名相同。",
        )
        st.caption(say(said))
