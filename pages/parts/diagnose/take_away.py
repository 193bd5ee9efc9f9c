"""What the user takes home: the answers as a report, as a table and as JSON, with the reasons where they are wanted."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.diagnosis import Case, Reasons, Subgroup, answers_csv, answers_html, answers_json, cases_html, subgroups
from metamed_core.words import Words
from pages.parts.common import audit
from pages.parts.common.page_frame import Say
from pages.parts.common.saved_work import save_button
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.all_reasons import all_reasons
from pages.parts.diagnose.model_card import model_card
from pages.parts.diagnose.pretest import pretest_of
from pages.parts.diagnose.what_if import tried_case

TOLD = Words(
    "Report and predictions hold every patient with the ranked diagnoses, the prediction set, whether to hold the answer back and why, the nearest labeled patients, "
    "and what produced the answer. Column names of the table are the same in both languages.",
    "报告与预测结果均包含每位患者的诊断排序、预测集、是否暂不采信及其原因、最相近的已确诊患者，以及得出答案的算法与设置。表格的列名在两种语言下相同。",
)
WITH_REASONS = Words("With the reasons for each answer", "附每个答案的依据")
HELP = Words(
    "The findings for and against the first diagnosis, the largest votes of labeled patients, the smallest change that would change the answer, and what to "
    "measure next: a page for each patient in the report, columns of their own in the table. They take some hundredths of a second a patient, with "
    "the prior-fitted network up to a second.",
    "支持与反对第一种诊断的依据、已确诊患者中的最大票数、足以改变答案的最小变化，以及下一步应测定的项目：报告中每位患者一页，表格中另设各列。每位患者约需百分之几秒，先验拟合网络最多约一秒。",
)
LATER = Words("The reasons and the files follow when the adaptation stops.", "适应停止后再得出依据并提供文件。")
TOO_MANY = Words(
    "The reasons are written for at most {most} patients here: leave some out, or use python -m metamed_core diagnose with --reasons.",
    "此处最多为 {most} 位患者写出依据：请减少患者，或使用 python -m metamed_core diagnose 并加上 --reasons。",
)


MOST_WITH_REASONS = 200  # undiagnosed patients; each has a page of the report


def take_away(say: Say, state: Adaptation) -> None:
    """The answers at the step that is shown; each file is made only when it is asked for."""
    shown = state.shown()
    if shown is None:
        return
    few = len(shown.records.undiagnosed) <= MOST_WITH_REASONS
    wanted = st.toggle(say(WITH_REASONS), persist_state="session", key="with_reasons", help=say(HELP), disabled=not few)
    if wanted and few and state.playing:
        st.caption(say(LATER))
    elif (told := all_reasons(say, shown, wanted=wanted and few)) is not None:
        _files(say, state, shown, told)
    st.caption(say(TOLD if few else TOLD + TOO_MANY.format(most=MOST_WITH_REASONS)))


def _files(say: Say, state: Adaptation, shown: Snapshot, told: tuple[Reasons, ...]) -> None:
    source = state.patients.current
    file, coverage, named = source.file or source.source, state.patients.coverage, source.named

    def groups() -> tuple[Subgroup, ...]:
        return subgroups(shown.trace, shown.cursor, shown.records, coverage)

    def report() -> bytes:
        if not told:
            return answers_html(shown.trace, shown.cursor, file, say.language, coverage, groups(), named)
        pretest = pretest_of(state, shown.trace.task.classes)
        return cases_html(told, file, say.language, pretest=pretest, coverage=coverage, named=named)

    makers: dict[str, tuple[Words, str, Callable[[], bytes]]] = {
        "html": (Words("Report (HTML)", "报告（HTML）"), "metamed_report.html", report),
        "csv": (
            Words("Predictions (CSV)", "预测结果（CSV）"),
            "metamed_predictions.csv",
            lambda: answers_csv(shown.trace, shown.cursor, file, say.language, coverage, told, named),
        ),
        "json": (
            Words("Predictions (JSON)", "预测结果（JSON）"),
            "metamed_predictions.json",
            lambda: answers_json(shown.trace, shown.cursor, file, coverage, told, groups(), named),
        ),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, (title, name, make) in makers.items():
            st.download_button(
                say(title),
                data=audit.noted(make, "answers_downloaded", form=form, table="own" if source.is_own else "public"),
                file_name=name,
                mime="application/json" if form == "json" else f"text/{form}",
                icon=":material/download:",
                key=form,
                on_click="ignore",
                disabled=not len(shown.records.undiagnosed),
            )
        save_button(say, state.patients, source.source, key="save_work")
    model_card(say, state, shown)


def report_of_patient(say: Say, state: Adaptation, case: Case) -> None:
    """The report of one patient with the reasons; what was tried is marked as such."""
    source = state.patients.current

    def make() -> bytes:
        tried, _ = tried_case(state, case, case.trace.task.query_rows[case.position])
        pretest = pretest_of(state, case.classes)
        return cases_html(
            [Reasons.of(case)],
            source.file or source.source,
            say.language,
            pretest=pretest,
            tried=tried,
            coverage=state.patients.coverage,
            named=source.named,
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
