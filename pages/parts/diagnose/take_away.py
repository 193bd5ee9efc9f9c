"""What the user takes home: the answers as a report and as a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from metamed_core.diagnosis import Case, answers_csv, answers_html, cases_html
from metamed_core.learners import Additive
from metamed_core.words import Words
from pages.parts.common import audit
from pages.parts.common.page_frame import Say
from pages.parts.common.saved_work import save_button
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.pretest import pretest_of
from pages.parts.diagnose.what_if import tried_case

TOLD = Words(
    "Both hold every patient with the ranked diagnoses, the prediction set, whether to hold the answer back and why, the nearest labeled patients, "
    "and what produced the answer. Column names of the table are the same in both languages.",
    "两个文件均包含每位患者的诊断排序、预测集、是否暂不采信及其原因、最相近的已确诊患者，以及得出答案的算法与设置。表格的列名在两种语言下相同。",
)


MOST_WITH_REASONS = 200  # undiagnosed patients; the reasons of more would take long


def take_away(say: Say, state: Adaptation) -> None:
    """The answers at the step that is shown, as an HTML report and as CSV; each made only when it is asked for."""
    shown, source = state.shown(), state.patients.current
    if shown is None:
        return
    what = (shown.trace, shown.cursor, source.file or source.source, say.language, state.patients.coverage)

    def offer(title: Words, name: str, make: Callable[[], bytes], key: str = "") -> None:
        form = name.rpartition(".")[2]
        st.download_button(
            say(title),
            data=audit.noted(make, "answers_downloaded", form=form, table="own" if source.is_own else "public"),
            file_name=name,
            mime=f"text/{form}",
            icon=":material/download:",
            key=key or form,
            on_click="ignore",
            disabled=not len(shown.records.undiagnosed),
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        if 0 < len(shown.records.undiagnosed) <= MOST_WITH_REASONS and isinstance(shown.step.classifier.raw, Additive):
            title = Words("Report with reasons, a page for each patient (HTML)", "附依据的报告，每位患者一页（HTML）")
            offer(title, "metamed_reasons.html", partial(_with_reasons, say, state, shown), key="reasons")
        offer(Words("Report (HTML)", "报告（HTML）"), "metamed_report.html", partial(answers_html, *what))
        offer(Words("Predictions (CSV)", "预测结果（CSV）"), "metamed_predictions.csv", partial(answers_csv, *what))
        save_button(say, state.patients, source.source, key="save_work")
    st.caption(say(TOLD))


def _with_reasons(say: Say, state: Adaptation, shown: Snapshot) -> bytes:
    cases = [Case.of(shown.trace, shown.cursor, at, shown.records) for at in range(len(shown.records.undiagnosed))]
    source, pretest = state.patients.current, pretest_of(state, shown.trace.task.classes)
    return cases_html(cases, source.file or source.source, say.language, pretest=pretest, coverage=state.patients.coverage)


def report_of_patient(say: Say, state: Adaptation, case: Case) -> None:
    """The report of one patient with the reasons; what was tried is marked as such."""
    source = state.patients.current

    def make() -> bytes:
        tried, _ = tried_case(state, case, case.trace.task.query_rows[case.position])
        pretest = pretest_of(state, case.classes)
        return cases_html(
            [case], source.file or source.source, say.language, pretest=pretest, tried=tried, coverage=state.patients.coverage
        )

    st.download_button(
        say(Words("Report of this patient (HTML)", "该患者的报告（HTML）")),
        data=audit.noted(make, "answers_downloaded", form="html", table="own" if source.is_own else "public"),
        file_name="metamed_patient.html",
        mime="text/html",
        icon=":material/download:",
        key="report_of_patient",
        on_click="ignore",
    )
