"""Export of a comparison: link, table, self-contained report, and Python script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from metamed_core.evaluation import About, Comparison, Source, as_python, comparison_csv, comparison_html, comparison_parquet
from metamed_core.words import Words
from pages.parts.common import audit, cohorts
from pages.parts.common.bundled_cohorts import is_bundled
from pages.parts.common.comparison_methods import weights_of
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients
from pages.parts.compare.address import address_of
from pages.parts.compare.state import ComparisonState

CSV, PARQUET, HTML = "metamed_comparison.csv", "metamed_comparison.parquet", "metamed_comparison.html"
PARQUET_TYPE = "application/vnd.apache.parquet"
OWN = Words(
    "A link holds settings only, never a patient's value: whoever opens it needs the same table.",
    "链接只包含设置，绝不包含患者数据：打开链接的人需要有同一份表格。",
)
LINK = Words(
    "Whoever opens this link on a MetaMed of this version sees the same numbers, to the last digit. It holds settings only.",
    "在同一版本的 MetaMed 中打开此链接，看到的数值逐位相同。链接只包含设置。",
)
FILES = Words(
    "CSV and Parquet: one row for each method in each episode. Report: one file with tables, figures, seed and hashes that opens without a network. No patient is in any of them.",
    "CSV 与 Parquet：每个方法在每个小任务中占一行。报告：一个文件，含表格、图形、随机种子与哈希值，无需网络即可打开。均不含患者信息。",
)
KNOWN = Words(
    "The comparison is also with knowledge of your own, which the link does not hold: whoever opens it needs the same knowledge file.",
    "此比较还用到了您自己的知识，链接中不含：打开链接的人需要有同一份知识文件。",
)
PYTHON = Words(
    "It prints the same leaderboards in any folder, by a Python that has MetaMed (pip install with MetaMed's folder). It looks for the file it names "
    "where it is started, then in MetaMed's folder.",
    "在任何文件夹中运行都会打印相同的排行榜，只需 Python 中已安装 MetaMed（对 MetaMed 的文件夹运行 pip install）。所指的数据文件先在启动处查找，再在 MetaMed 的文件夹中查找。",
)


def take_away(say: Say, state: ComparisonState) -> None:
    """Draw the downloads, the link and the script; files are created on demand."""
    if state.comparison is None or state.plan is None or state.patients is None:
        return
    _downloads(say, state, state.comparison)
    st.caption(say(_about_link(state, state.patients)))
    st.code(f"{_server()}{query(state)}", language=None)
    with st.expander(say(Words("Copy as Python", "复制为 Python 代码")), icon=":material/code:", key="compare_python"):
        st.caption(say(PYTHON))
        st.code(script(state), language="python", wrap_lines=True)


def _about_link(state: ComparisonState, patients: Patients) -> Words:
    """What the link holds, and what whoever opens it needs besides."""
    linked = is_bundled(patients) or bool(state.openml_number)
    if state.known is None or not state.knows or state.known.is_shipped:
        return LINK if linked else OWN
    return KNOWN if linked else OWN + KNOWN


def _downloads(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    files: dict[str, tuple[Words, Callable[[], bytes], str, str]] = {
        "csv": (Words("Results (CSV)", "结果（CSV）"), lambda: comparison_csv(comparison), CSV, "text/csv"),
        "parquet": (Words("Results (Parquet)", "结果（Parquet）"), lambda: comparison_parquet(comparison), PARQUET, PARQUET_TYPE),
        "html": (
            Words("Report (HTML)", "报告（HTML）"),
            lambda: comparison_html(comparison, _about(state), say.language),
            HTML,
            "text/html",
        ),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, (title, make, file, mime) in files.items():
            _offer(say, form, title, audit.noted(make, "comparison_downloaded", form=form), file, mime)
        if state.openml_table is not None and state.patients is state.openml_table.patients:
            patients = state.openml_table.patients
            title = Words("Table of patients (CSV)", "患者表格（CSV）")
            _offer(say, "table", title, lambda: patients.records.raw.to_csv(index=False).encode("utf-8"), patients.file, "text/csv")
        if state.knows and state.known is not None:
            title = Words("What is known (CSV)", "知识（CSV）")
            _offer(say, "knowledge", title, state.known.knowledge.to_csv, Path(state.known.file).name, "text/csv")
        st.caption(say(FILES))


def _offer(say: Say, key: str, title: Words, make: Callable[[], bytes], file: str, mime: str) -> None:
    icon = ":material/download:"
    st.download_button(say(title), data=make, file_name=file, mime=mime, icon=icon, key=f"compare_{key}", on_click="ignore")


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
    known = state.known.file if state.known else ""
    return as_python(state.plan, Source(file, patients.in_use.columns, patients.sheet, truth, only, known), state.view.metric)


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
