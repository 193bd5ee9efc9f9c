"""Whose patients these are: one line, which unfolds to the choice of a cohort, the upload, and the tables."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.enter_table import choose_way, enter_table, own_table
from pages.parts.common.forms import complain
from pages.parts.common.markdown_text import plain
from pages.parts.common.open_file import offer_upload, open_typed
from pages.parts.common.own_data import is_table_gone
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients, PatientsState
from pages.parts.common.sign_in import may_open_tables
from pages.parts.common.upload_check import upload_check
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.choose_patients import choose_patients
from pages.parts.diagnose.known_edits import KNOWN
from pages.parts.diagnose.patient_tables import patient_tables


def patients_section(say: Say, state: Adaptation) -> bool:
    """The line and, where it is unfolded or something needs attention, what belongs to it; False while an upload has to be checked, or while the table is gone."""
    patients = state.patients
    if patients.pending is not None:
        _choose(say, patients)
        upload_check(say, patients, patients.pending)
        state.patients_open = False  # once they are confirmed, the answers are what one came for
        return False
    if is_table_gone():
        _bring(say, patients)
        return False
    unfolded = state.patients_open or (patients.error is not None and patients.error_place != KNOWN)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="patients_line"):
        st.markdown(summary_line(say, patients.current), width="stretch")
        title = Words("Fold the patients", "收起患者") if unfolded else Words("Change patients", "更换或修改患者")
        icon = ":material/unfold_less:" if unfolded else ":material/edit:"
        st.button(say(title), icon=icon, key="change_patients", on_click=_turn, args=(state, not unfolded))
    if patients.notice is not None:
        st.warning(plain(say(patients.notice)), icon=":material/info:")
    _still_open(say, patients.current)
    if unfolded:
        with st.container(border=True, key="patients_section"):
            _choose(say, patients)
            if own_table().way == "upload":  # else a new table is being made
                patient_tables(say, state)
    return True


def _turn(state: Adaptation, unfolded: bool) -> None:
    state.patients_open = unfolded
    if not unfolded:
        state.patients.error = None


def _choose(say: Say, patients: PatientsState) -> None:
    choose, bring = st.columns(2)
    with choose:
        choose_patients(say, patients)
    _bring(say, patients, bring)


def _bring(say: Say, patients: PatientsState, place: DeltaGenerator | None = None) -> None:
    """The ways to bring a table: the choice and the upload in `place`, what is pasted or typed below in the full width."""
    with place or st.container():
        if not may_open_tables() or choose_way(say) == "upload":
            offer_upload(say, patients)
    if may_open_tables():
        enter_table(say, partial(open_typed, patients))
    if not patients.error_place:
        complain(say, patients.error)


def summary_line(say: Say, patients: Patients) -> str:
    """Name and size of the table in one line of Markdown."""
    name = cohorts.cohorts()[patients.source].name if patients.source in cohorts.cohorts() else Words(patients.file, patients.file)
    used = patients.in_use
    answered = used.problem is None or bool(patients.knowledge.statements)
    counts = used.task_sentence if answered or used.problem is None else used.problem
    left_out = Words("{n} left out.", "已排除 {n} 位。").format(n=len(patients.dropped))
    return f"**{plain(say(name))}** · {plain(say(counts + left_out if patients.dropped else counts))}"


def _still_open(say: Say, patients: Patients) -> None:
    """What the upload check found and nobody has mended."""
    found = [finding for finding in patients.original.findings if finding.remedy is not None]
    if found:
        said = Words("Open from the upload check ({n}): {first}", "上传检查中尚未处理（{n} 项）：{first}")
        st.caption(f":material/flag: {plain(say(said.format(n=len(found), first=found[0].message)))}")
