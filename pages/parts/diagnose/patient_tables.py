"""The patients as two tables one can edit: those with a diagnosis, and those without one yet.

An edit is taken over by a callback before the page is drawn again, so that the table shown is always the table used.
Only a page of rows and columns is sent to the browser: a table may have 20,000 rows and 1,000 columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import Column, PatientRecords, Role
from metamed_core.diagnosis import column_words, written_range
from metamed_core.drawing import SeriesStyle, series_styles
from metamed_core.knowledge import further_diagnoses
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.forms import complain, pager
from pages.parts.common.legend import legend
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.rows_and_columns import diagnoses, rows_and_columns
from pages.parts.diagnose.table_edits import Shown, edit_list, edits_of, take_over

ROWS, COLUMNS = 100, 60
HEIGHT = 248  # pixels: six rows, so that the answers are not far below
YES_NO = (Words("yes", "是"), Words("no", "否"))
MOST_LEVELS = 40  # more categories than this are typed, not chosen
TICK_AGAIN = Words("Or tick the patients again that were left out.", "也可以重新勾选被排除的患者。")


def styles_of(say: Say, patients: Patients) -> dict[str, SeriesStyle]:
    """The diagnoses in use, how each is drawn and what it is called in the language of the page.

    Looks are dealt to all diagnoses of the table and then to those of which only knowledge is there, so that leaving a patient out repaints nobody.
    """
    further = further_diagnoses(patients.knowledge, patients.in_use.classes, list(patients.in_use.features.columns))
    used, everyone = {*patients.in_use.counts, *further}, list(dict.fromkeys([*patients.records.classes, *further]))
    return {
        label: replace(style, name=say(cohorts.called(patients.source, label)))
        for label, style in zip(everyone, series_styles(len(everyone)), strict=True)
        if label in used
    }


def patient_tables(say: Say, state: Adaptation) -> None:
    """The labeled patients, and below them the undiagnosed."""
    patients = state.patients.current
    records = patients.records
    st.markdown(f":small[{legend(styles_of(say, patients), patients.in_use.counts)}]")
    columns = _columns_shown(say, records)
    _editor(say, state, columns, "labeled", records.diagnosed)
    _editor(say, state, columns, "undiagnosed", records.undiagnosed)
    rows_and_columns(say, state)
    if state.patients.error_place == "rows_and_columns":
        complain(say, state.patients.error)
    edit_list(say, state)


def _columns_shown(say: Say, records: PatientRecords) -> dict[str, Column]:
    """The feature columns on the screen, keyed by their place in the table, so that a page of columns never takes the edits of another."""
    columns = {f"c{at}": column for at, column in enumerate(records.columns) if column in records.feature_columns}
    if len(columns) <= COLUMNS:
        return columns
    with st.container(horizontal=True, vertical_alignment="center"):
        part = pager(say, len(columns), COLUMNS, key="columns_page")
        said = Words(
            "Columns {first}–{last} of {n} are shown; all of them are used.", "显示第 {first}–{last} 列，共 {n} 列；全部参与计算。"
        )
        st.caption(say(said.format(first=part[0] + 1, last=part[-1] + 1, n=len(columns))))
    keys = list(columns)
    return {keys[at]: columns[keys[at]] for at in part}


def _editor(say: Say, state: Adaptation, columns: dict[str, Column], which: str, all_rows: pd.Index) -> None:
    labeled = which == "labeled"
    title = Words("Labeled patients ({n}): edit a value or a diagnosis, or untick one", "已确诊患者（{n}）：可修改数值或诊断，取消勾选即排除") if labeled else Words(
        "Patients to diagnose ({n}): edit a value, or give a diagnosis to make one labeled", "待诊断患者（{n}）：可修改数值；填写诊断后即成为已确诊患者")  # fmt: skip
    st.caption(say(title.format(n=len(all_rows))))
    if not len(all_rows):
        return
    if state.patients.error_place == which:
        complain(say, state.patients.error)
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        part = pager(say, len(all_rows), ROWS, key=f"{which}_page")
        if len(part) < len(all_rows):
            said = Words(
                "Rows {first}–{last} of {n} are shown; all of them are used.", "显示第 {first}–{last} 行，共 {n} 行；全部参与计算。"
            )
            st.caption(say(said.format(first=part[0] + 1, last=part[-1] + 1, n=len(all_rows))))
    shown = Shown(tuple(all_rows[at] for at in part), columns)
    patients, drawn = state.patients.current, (state.patients.current.source, state.editors)
    key = f"{which}_{patients.source}_{state.editors}"

    def report() -> None:
        # An editor of other patients may still report once after it is gone.
        if drawn == (state.patients.current.source, state.editors) and key in st.session_state:
            take_over(state, shown, st.session_state[key]["edited_rows"], which)

    with table:
        st.data_editor(
            _view(patients, shown, labeled),
            key=key,
            height=min(HEIGHT, 35 * (len(part) + 1) + 3),
            hide_index=True,
            num_rows="fixed",
            disabled=["name"],
            column_config=_configured(say, patients, shown, labeled),
            placeholder="",
            alt=say(Words("Labeled patients", "已确诊患者") if labeled else Words("Patients to diagnose", "待诊断患者")),
            on_change=report,
        )


def _view(patients: Patients, shown: Shown, labeled: bool) -> pd.DataFrame:
    records = patients.records
    rows: list[Any] = list(shown.rows)
    edited = {edit.row for edit in edits_of(patients)}
    names = records.patient_names.loc[rows].astype(str)
    parts: dict[str, Any] = {"name": [f"{name} ✎" if row in edited else name for row, name in names.items()]}
    parts |= {"use": [row not in patients.dropped for row in rows]} if labeled else {}
    parts["label"] = _cells(records.labels.loc[rows])
    parts |= {key: _cells(records.raw[column.name].loc[rows]) for key, column in shown.columns.items()}
    return pd.DataFrame(parts, index=pd.Index([str(row) for row in rows]))


def _cells(cells: pd.Series) -> Any:
    """Text also where it is a number: a number field of the browser would drop the comma of 12,5 and read 125.

    Of type "string" also where all cells are empty: the first word would make a column of another type, and so another editor, which has lost the selected cell.
    """
    return pd.array([None if pd.isna(cell) else str(cell) for cell in cells], dtype="string")


def _configured(say: Say, patients: Patients, shown: Shown, labeled: bool) -> dict[str, Any]:
    show = st.column_config
    names: dict[str, Any] = {"name": show.TextColumn(say(Words("Patient", "患者")), pinned=True)}
    if labeled:
        names["use"] = show.CheckboxColumn(say(Words("Use", "使用")), width="small")
    # Only known diagnoses and those that were added can be chosen: a slip of the keyboard must not found a new disease.
    names["label"] = show.SelectboxColumn(
        say(Words("Diagnosis", "诊断")),
        options=diagnoses(patients),
        format_func=lambda label: say(cohorts.called(patients.source, str(label))),
    )
    return names | {key: _field(say, patients, column) for key, column in shown.columns.items()}


def _field(say: Say, patients: Patients, column: Column) -> Any:
    cells = patients.records.raw[column.name]
    show, header, told = st.column_config, heading(say, column), plain(_told(say, column))
    if column.role is Role.NUMBER:
        return show.TextColumn(header, help=told, alignment="right")
    levels = sorted({str(level) for level in cells.dropna().unique()} | set(patients.levels.get(column.name, ())))
    if column.role is Role.YES_NO and len(levels) < 2:
        levels = sorted({*levels, *(say(answer) for answer in YES_NO)})
    if column.role in (Role.YES_NO, Role.CATEGORY) and len(levels) <= MOST_LEVELS:
        return show.SelectboxColumn(
            header, help=told, options=levels, format_func=lambda level: say(cohorts.called(patients.source, str(level)))
        )
    return show.TextColumn(header, help=told)


def heading(say: Say, column: Column) -> str:
    """A column's name and unit."""
    return say(column_words(column))


def _told(say: Say, column: Column) -> str:
    about = [column.name, say(column.role.title)]
    if column.low is not None or column.high is not None:
        about.append(say(Words("normal", "参考区间")) + " " + written_range(column))
    return ", ".join(about)
