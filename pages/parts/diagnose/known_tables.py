"""The two tables in which knowledge is typed: a grid of diagnoses and columns, and one diagnosis in full, with weights and sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import Column, Role
from metamed_core.knowledge import FREQUENCIES, GRADES, Statement, canonical
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import choice
from pages.parts.common.forms import pager
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.known_edits import GRID, MOST_WEIGHT, ROW, key_of, rows_of, take_over
from pages.parts.diagnose.patient_tables import heading

COLUMNS = 40  # on one page of the grid
MOST_LEVELS = 40  # more words than this are typed, not chosen
HEIGHT = 318  # pixels: eight rows
GRID_TITLE = Words(
    "Click a cell and choose; an empty cell says nothing, never “normal”. ↓↓ ↓ normal ↑ ↑↑ are measured by the reference range, or else by your patients.",
    "点击单元格进行选择；空格表示未作陈述，而不是“正常”。↓↓ ↓ 正常 ↑ ↑↑ 按参考区间衡量，没有参考区间时按您的患者衡量。",
)
ROW_TITLE = Words(
    "Besides the same words one can type a usual value (7), a range (4-11) or a share of patients (35%). The weight is 1; 2 for a hallmark, less than 1 if unsure.",
    "除上述词语外，还可输入常见值（7）、范围（4-11）或患者比例（35%）。权重为 1；标志性特征为 2，不确定时小于 1。",
)


def known_grid(say: Say, state: Adaptation) -> None:
    """The grid: a row for each diagnosis, a column for each column of the table."""
    here = state.patients.current
    st.caption(say(GRID_TITLE))
    everything = here.records.feature_columns
    part = pager(say, len(everything), COLUMNS, key="known_columns")
    source = here.source
    columns, rows = {f"c{at}": everything[at] for at in part}, tuple(rows_of(here))
    cells = {name: [_text(here, row, column) for row in rows] for name, column in columns.items()}
    key, names = key_of(state, GRID), {name: column.name for name, column in columns.items()}

    def report() -> None:
        edited = st.session_state.get(key, {}).get("edited_rows", {})
        typed = {(rows[at], names[name]): {"text": text} for at, row in edited.items() for name, text in row.items() if name in names}
        if key == key_of(state, GRID):  # one of another table may still report once after it is gone
            take_over(state, typed, GRID)

    fields: dict[str, Any] = {"name": st.column_config.TextColumn(say(Words("Diagnosis", "诊断")), pinned=True)}
    for name, column in columns.items():
        offered = _offered(here, column)
        fields[name] = st.column_config.SelectboxColumn(
            heading(say, column), help=plain(column.name), options=offered, format_func=lambda text: said(say, str(text), source)
        )
    called = [say(cohorts.called(here.source, row)) for row in rows]
    # Of type "string" also where all cells are empty: a column of another type makes another editor, which has lost the selected cell.
    st.data_editor(
        pd.DataFrame({"name": called, **cells}, dtype="string"),
        key=key,
        height=min(HEIGHT, 35 * (len(rows) + 1) + 3),
        hide_index=True,
        num_rows="fixed",
        disabled=["name"],
        column_config=fields,
        placeholder="",
        alt=say(Words("What is known of each diagnosis", "各诊断的已知知识")),
        on_change=report,
    )


def known_row(say: Say, state: Adaptation) -> None:
    """One diagnosis: a line for each column with statement, weight and source."""
    here, rows = state.patients.current, rows_of(state.patients.current)
    chosen = state.view.get("known_of", "")
    chosen = chosen if chosen in rows else rows[0]
    choice(
        st.selectbox,
        say(Words("One diagnosis in full", "单个诊断的完整一行")),
        {row: say(cohorts.called(here.source, row)) for row in rows},
        key="known_of",
        value=chosen,
        write=lambda row: state.view.update(known_of=row),
        width=320,
    )
    st.caption(say(ROW_TITLE))
    columns = [column.name for column in here.records.feature_columns]
    told = [here.knowledge.cell(chosen, column) for column in columns]
    drawn = key_of(state, ROW)
    key = f"{drawn}_{rows.index(chosen)}"

    def report() -> None:
        edited = st.session_state.get(key, {}).get("edited_rows", {})
        if drawn == key_of(state, ROW):
            take_over(state, {(chosen, columns[at]): row for at, row in edited.items()}, ROW)

    st.data_editor(
        _lines(say, [heading(say, column) for column in here.records.feature_columns], told),
        key=key,
        height=min(HEIGHT, 35 * (len(columns) + 1) + 3),
        hide_index=True,
        num_rows="fixed",
        disabled=["name"],
        column_config=_fields(say),
        placeholder="",
        alt=say(Words("What is known of one diagnosis", "某一诊断的已知知识")),
        on_change=report,
    )


def _lines(say: Say, names: list[str], told: list[Statement | None]) -> pd.DataFrame:
    lines = {
        "name": names,
        "text": [None if one is None else said(say, one.text) for one in told],
        "weight": [None if one is None else one.weight for one in told],
        "source": [None if one is None else one.source for one in told],
    }
    return pd.DataFrame(lines).astype({"text": "string", "weight": float, "source": "string"})


def _fields(say: Say) -> dict[str, Any]:
    show = st.column_config
    return {
        "name": show.TextColumn(say(Words("Column", "列")), pinned=True),
        "text": show.TextColumn(say(Words("Statement", "陈述"))),
        "weight": show.NumberColumn(say(Words("Weight", "权重")), min_value=0.0, max_value=MOST_WEIGHT, step=0.1),
        "source": show.TextColumn(say(Words("Source", "来源")), width="medium"),
    }


def said(say: Say, text: str, source: str = "") -> str:
    """A statement in the language of the page: grades as arrows, frequencies and the words of a bundled table translated."""
    words = Statement("", "", text).said
    return say(cohorts.called(source, text)) if words.en == words.zh == text else say(words)


def _text(patients: Patients, diagnosis: str, column: Column) -> str | None:
    one = patients.knowledge.cell(diagnosis, column.name)
    return None if one is None else one.text


def _offered(patients: Patients, column: Column) -> list[str]:
    """What can be chosen in a column of the grid, and what was typed there."""
    typed = [one.text for one in patients.knowledge.statements if one.column == column.name]
    return list(dict.fromkeys([*_usual(patients, column), *map(canonical, typed)]))


def _usual(patients: Patients, column: Column) -> Sequence[str]:
    if column.role is Role.YES_NO:
        return list(FREQUENCIES)
    if column.role is not Role.CATEGORY:
        return list(GRADES)
    levels = sorted({str(level) for level in patients.records.raw[column.name].dropna().unique()})
    return levels if len(levels) <= MOST_LEVELS else []
