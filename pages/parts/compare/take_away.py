"""Export of a comparison: link, table, self-contained report, and Python script."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import streamlit as st

from metamed_core.evaluation import About, Comparison, Source, as_python, comparison_csv, comparison_html
from metamed_core.words import Words
from pages.parts.common import audit, cohorts
from pages.parts.common.comparison_methods import weights_of
from pages.parts.common.page_frame import Say
from pages.parts.compare.address import address_of
from pages.parts.compare.state import ComparisonState

CSV, HTML = "metamed_comparison.csv", "metamed_comparison.html"
OWN = Words(
    "A link holds settings only, never a patient's value: whoever opens it needs the same table.",
    "链接只包含设置，绝不包含患者数据：打开链接的人需要有同一份表格。",
)
LINK = Words(
    "Whoever opens this link on a MetaMed of this version sees the same numbers, to the last digit. It holds settings only.",
    "在同一版本的 MetaMed 中打开此链接，看到的数值逐位相同。链接只包含设置。",
)
FILES = Words(
    "CSV: one row for each method in each episode. Report: one file with tables, figures, seed and hashes that opens without a network. No patient is in either.",
    "CSV：每个方法在每个小任务中占一行。报告：一个文件，含表格、图形、随机种子与哈希值，无需网络即可打开。两者均不含患者信息。",
)
PYTHON = Words(
    "Run in the project's folder, it prints the same leaderboards. The file it names must lie there.",
    "在项目文件夹中运行，会打印相同的排行榜。所指的数据文件须位于该处。",
)


def take_away(say: Say, state: ComparisonState) -> None:
    """Draw the downloads, the link and the script; files are created on demand."""
    if state.comparison is None or state.plan is None or state.patients is None:
        return
    _downloads(say, state, state.comparison)
    linked = state.is_shared or bool(state.openml_number)
    st.caption(say(LINK if linked else OWN))
    st.code(f"{_server()}{query(state)}", language=None)
    with st.expander(say(Words("Copy as Python", "复制为 Python 代码")), icon=":material/code:", key="compare_python"):
        st.caption(say(PYTHON))
        st.code(script(state), language="python", wrap_lines=True)


def _downloads(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say(Words("Results (CSV)", "结果（CSV）")),
            data=audit.noted(lambda: comparison_csv(comparison), "comparison_downloaded", form="csv"),
            file_name=CSV,
            mime="text/csv",
            icon=":material/download:",
            key="compare_csv",
            on_click="ignore",
        )
        st.download_button(
            say(Words("Report (HTML)", "报告（HTML）")),
            data=audit.noted(lambda: comparison_html(comparison, _about(state), say.language), "comparison_downloaded", form="html"),
            file_name=HTML,
            mime="text/html",
            icon=":material/download:",
            key="compare_html",
            on_click="ignore",
        )
        if state.openml_table is not None and state.patients is state.openml_table.patients:
            patients = state.openml_table.patients
            st.download_button(
                say(Words("Table of patients (CSV)", "患者表格（CSV）")),
                data=lambda: patients.records.raw.to_csv(index=False).encode("utf-8"),
                file_name=patients.file,
                mime="text/csv",
                icon=":material/download:",
                key="compare_table",
                on_click="ignore",
            )
        st.caption(say(FILES))


def _server() -> str:
    """The address of this server as seen by the visitor; empty if it is unknown."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def query(state: ComparisonState) -> str:
    """Return the address of this comparison without the server name, which may differ between visitors."""
    parameters = urlencode(address_of(state), safe=",")
    return f"/compare?{parameters}" if parameters else "/compare"


def script(state: ComparisonState) -> str:
    """Return the comparison as a Python script; empty if there is no plan."""
    if state.plan is None or state.patients is None:
        return ""
    patients = state.patients
    cohort = cohorts.cohorts().get(patients.source)
    file = f"sample_data/{cohort.file}" if cohort else patients.file
    truth = f"sample_data/{cohort.truth_file}" if cohort and cohort.truth_file else None
    only = () if state.compares_all else state.diagnoses
    return as_python(state.plan, Source(file, patients.in_use.columns, patients.sheet, truth, only), state.view.metric)


def _about(state: ComparisonState) -> About:
    patients, known = state.patients, cohorts.cohorts()
    source, file = (patients.source, patients.file) if patients else ("", "")
    return About(
        patients=known[source].name if source in known else Words(file, file),
        weights=weights_of(state.plan) if state.plan else {},
        called=lambda name: cohorts.called(source, name),
        link=query(state),
        script=script(state),
        metric=state.view.metric,
    )
