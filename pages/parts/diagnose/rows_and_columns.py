"""Add a patient, a column, a diagnosis or category, and remove patients or columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from metamed_core.data import Column, Role, unit_in, with_new_column, with_new_patient, with_typed_cell, without_column
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.table_edits import name_of, restructure

MOST_OFFERED = 500  # patients in the list of those that can be removed
ROLES = (Role.NUMBER, Role.YES_NO, Role.CATEGORY, Role.DATE)
# Streamlit keeps a widget's functions for the whole session: they refer to the state, which can be emptied, and never to a table.
ADD = Words("Add", "添加")


def rows_and_columns(say: Say, state: Adaptation) -> None:
    """The row of buttons, each of which opens a small form, and the one that opens the upload check again."""
    with st.container(horizontal=True, vertical_alignment="center", key="rows_and_columns"):
        with _popover(say, state, Words("Add a patient", "添加患者"), "add_patient", "person_add"):
            _patient_form(say, state)
        with _popover(say, state, Words("Add a diagnosis or category", "添加诊断或类别"), "add_level", "playlist_add"):
            _level_form(say, state)
        with _popover(say, state, Words("Add a column", "添加列"), "add_column", "add_column_right"):
            _column_form(say, state)
        with _popover(say, state, Words("Remove", "删除"), "remove", "delete"):
            _remove_form(say, state)
        roles = Words("Roles, units and reference ranges", "角色、单位与参考区间")
        st.button(say(roles), key="reopen", icon=":material/fact_check:", type="tertiary", on_click=state.patients.check_again)


def _key(state: Adaptation, name: str) -> str:
    """A key that changes once the tables are drawn anew: the popover closes, and its fields are empty again."""
    return f"{name}_{state.patients.current.source}_{state.editors}"


def _popover(say: Say, state: Adaptation, title: Words, key: str, icon: str) -> Any:
    return st.popover(say(title), icon=f":material/{icon}:", type="tertiary", key=_key(state, key))


def _value(state: Adaptation, name: str) -> Any:
    return st.session_state.get(_key(state, name))


def _patient_form(say: Say, state: Adaptation) -> None:
    patients = state.patients.current
    with st.form(_key(state, "patient_form"), border=False):
        if patients.records.code_column is not None:
            st.text_input(say(Words("Name or code", "名称或编号")), key=_key(state, "patient_name"))
        st.selectbox(
            say(Words("Diagnosis (leave empty to ask about it; a new one can be typed)", "诊断（留空即为待诊断；可输入新的诊断）")),
            diagnoses(patients),
            index=None,
            accept_new_options=True,
            format_func=lambda label: say(cohorts.called(state.patients.current.source, str(label))),
            key=_key(state, "patient_label"),
            placeholder="",
        )
        st.form_submit_button(say(ADD), key=_key(state, "patient_add"), on_click=_attempt, args=(state, _add_patient))


def _add_patient(state: Adaptation) -> None:
    here = state.patients.current
    records, row = with_new_patient(here.records, _value(state, "patient_name"), here.original.raw.index)
    if (label := _value(state, "patient_label")) and records.label is not None:
        records = with_typed_cell(records, row, records.label.name, label)
    restructure(state, records)


def _level_form(say: Say, state: Adaptation) -> None:
    records = state.patients.current.records
    columns = [*([records.label] if records.label else []), *(c for c in records.feature_columns if c.role is Role.CATEGORY)]
    titles = {column.name: column.label(say.language) for column in columns}
    with st.form(_key(state, "level_form"), border=False):
        options = list(titles)
        st.selectbox(say(Words("Column", "列")), options, format_func=lambda name: titles.get(name, ""), key=_key(state, "level_column"))
        st.text_input(say(Words("New diagnosis or category", "新的诊断或类别")), key=_key(state, "level_text"))
        st.form_submit_button(say(ADD), key=_key(state, "level_add"), on_click=_attempt, args=(state, _add_level))


def _add_level(state: Adaptation) -> None:
    here, column, text = state.patients.current, _value(state, "level_column"), (_value(state, "level_text") or "").strip()
    if not text or column is None:
        raise UserError(Words("No diagnosis or category was typed: type its name.", "未输入诊断或类别：请输入其名称。"))
    with_typed_cell(here.records, here.records.raw.index[0], column, text)  # refuses what could not be chosen later
    known = here.levels.get(column, ())
    levels = {**here.levels, column: known if text in known else (*known, text)}
    state.patients.work_on(replace(here, levels=levels))
    state.editors += 1


def diagnoses(patients: Patients) -> list[str]:
    """The diagnoses that can be chosen: those of the table, and those that were added and nobody has yet."""
    label = patients.records.label
    added = patients.levels.get(label.name, ()) if label is not None else ()
    return list(dict.fromkeys([*patients.records.classes, *added]))


def _column_form(say: Say, state: Adaptation) -> None:
    with st.form(_key(state, "column_form"), border=False):
        example = say(Words("ferritin (µg/L)", "铁蛋白 (µg/L)"))
        st.text_input(
            say(Words("Name, with the unit in brackets", "名称（单位写在括号内）")), key=_key(state, "column_name"), placeholder=example
        )
        st.selectbox(say(Words("Role", "角色")), ROLES, format_func=lambda role: say(role.title), key=_key(state, "column_role"))
        st.form_submit_button(say(ADD), key=_key(state, "column_add"), on_click=_attempt, args=(state, _add_column))


def _add_column(state: Adaptation) -> None:
    name, role = (_value(state, "column_name") or "").strip(), _value(state, "column_role") or Role.NUMBER
    unit = unit_in(name) if role is Role.NUMBER else ""
    restructure(state, with_new_column(state.patients.current.records, Column(name, role, unit)))


def _remove_form(say: Say, state: Adaptation) -> None:
    records = state.patients.current.records
    rows = records.raw.index[:MOST_OFFERED].tolist()
    columns = {column.name: column.label(say.language) for column in records.columns if column.role is not Role.LABEL}
    with st.form(_key(state, "remove_form"), border=False):
        st.multiselect(
            say(Words("Patients", "患者")),
            rows,
            format_func=lambda row: name_of(state.patients.current, row),
            key=_key(state, "remove_rows"),
        )
        st.multiselect(
            say(Words("Columns", "列")), list(columns), format_func=lambda name: columns.get(name, ""), key=_key(state, "remove_columns")
        )
        if len(records.raw) > MOST_OFFERED:
            said = Words(
                "The first {n} {n:patient is|patients are} listed; untick the others under “Use”.",
                "仅列出前 {n} 位患者；其余请在“使用”列中取消勾选。",
            )
            st.caption(say(said.format(n=MOST_OFFERED)))
        st.form_submit_button(say(Words("Remove", "删除")), key=_key(state, "remove_now"), on_click=_attempt, args=(state, _remove))


def _remove(state: Adaptation) -> None:
    records = state.patients.current.records.without(_value(state, "remove_rows") or [])
    for name in _value(state, "remove_columns") or []:
        records = without_column(records, name)
    restructure(state, records)


def _attempt(state: Adaptation, act: Any) -> None:
    state.patients.attempt(lambda: act(state), error_place="rows_and_columns")
