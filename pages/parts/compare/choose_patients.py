"""Selection of the table for the comparison: one available in this tab, an upload, or an OpenML table."""

from __future__ import annotations

import streamlit as st

from metamed_core.data import openml
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import choice
from pages.parts.common.bundled_cohorts import cohort_of
from pages.parts.common.forms import MAX_SEED, complain
from pages.parts.common.markdown_text import plain
from pages.parts.common.open_file import offer_upload
from pages.parts.common.page_frame import Say
from pages.parts.common.patient_sources import patient_sources
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState
from pages.parts.compare.state import ComparisonState, OpenMLTable

OPENML = "openml"


def _sources(tab_patients: PatientsState, state: ComparisonState) -> dict[str, tuple[Words, Patients]]:
    """Title and patients of every table available in this tab, by key."""
    found, table = patient_sources(tab_patients), state.openml_table
    if table is not None:
        title = Words("OpenML {number}: {name}", "OpenML 编号 {number}：{name}").format(number=table.number, name=table.name)
        found[OPENML] = (title, table.patients)
    return found


def choose_patients(say: Say, tab_patients: PatientsState, state: ComparisonState) -> Patients:
    """Draw the selection of a table with the upload and OpenML controls, and return the selected patients."""
    known = _sources(tab_patients, state)
    if state.seen_upload is not tab_patients.opened.get(UPLOAD):
        # A new upload was confirmed, here or in Diagnose: select it.
        state.seen_upload = tab_patients.opened.get(UPLOAD)
        state.ask(source=UPLOAD if state.seen_upload else state.request.source, diagnoses=())
    if state.request.source not in known:
        state.ask(source=next(iter(known)), diagnoses=())
    choose, bring = st.columns([3, 2], vertical_alignment="bottom")
    with choose:
        _list(say, state, {key: say(title) for key, (title, _) in known.items()})
    with bring, st.container(horizontal=True, vertical_alignment="bottom"):
        _bring(say, tab_patients, state)
    _openml_notes(say, state)
    patients = known[state.request.source][1]
    if not state.busy:  # keep the live chart visible during a run
        _describe(say, patients)
    return patients


def _list(say: Say, state: ComparisonState, known: dict[str, str]) -> None:
    def write(source: str) -> None:
        state.ask(source=source, diagnoses=())
        table = state.openml_table
        state.openml_number = table.number if table and source == OPENML else 0

    label = say(Words("Patients", "患者"))
    choice(st.selectbox, label, known, key="compare_source", value=state.request.source, write=write, disabled=state.busy)


def _bring(say: Say, tab_patients: PatientsState, state: ComparisonState) -> None:
    with st.popover(say(Words("Your own table", "自己的表格")), icon=":material/upload_file:", disabled=state.busy):
        offer_upload(say, tab_patients)
    with st.popover("OpenML", icon=":material/public:", disabled=state.busy):
        st.caption(
            say(
                Words(
                    "A public table by its number at openml.org. This asks that server over the network, and sends it the number only.",
                    "按编号从 openml.org 读取公开表格。此操作会通过网络访问该服务器，且只发送编号。",
                )
            )
        )
        number = st.number_input(
            say(Words("Number", "编号")), min_value=1, max_value=MAX_SEED, value=state.openml_number or None, step=1, key="openml_number"
        )
        if st.button(say(Words("Load", "读取")), key="openml_load", disabled=number is None):
            _load(say, state, int(number or 0))


def _load(say: Say, state: ComparisonState, number: int) -> None:
    """Download the table from OpenML and rerun the page; after an error, its message is stored and all else is unchanged."""
    wait = Words("Asking openml.org, for at most {seconds} s", "正在访问 openml.org，最多 {seconds} 秒")
    with st.spinner(say(wait.format(seconds=f"{openml.SECONDS:g}"))):
        try:
            found = openml.fetch(number)
            patients = Patients(OPENML, found.records, found.records, file=f"openml_{number}.csv")
            state.openml_table = OpenMLTable(number, found.name, patients)
        except UserError as error:
            state.openml_error = error.words
        else:
            state.ask(source=OPENML, diagnoses=())
            state.openml_number = number
    st.rerun()


def _openml_notes(say: Say, state: ComparisonState) -> None:
    """Show an OpenML error, or that the link refers to an OpenML table; the network is used only after a click."""
    complain(say, state.openml_error)
    if state.openml_number and state.openml_table is None and state.openml_error is None:
        wanted = Words(
            "This link asks for table {number} of openml.org: open “OpenML” and press Load to fetch it over the network.",
            "此链接要求 openml.org 的 {number} 号表格：请打开“OpenML”并点击“读取”，通过网络获取。",
        )
        st.info(say(wanted.format(number=state.openml_number)), icon=":material/public:")


def _describe(say: Say, patients: Patients) -> None:
    """Show the source of the table and the number of patients with each diagnosis."""
    if patients.source in cohorts.cohorts():
        cohort = cohorts.cohorts()[patients.source]
        license_note = Words("License: {license}.", "许可证：{license}。").format(license=cohort.licence)
        st.caption(plain(say(cohort.description)), help=plain(say(cohort.source + license_note)))
    try:
        counts = cohort_of(patients).counts
    except UserError:
        return  # the error is shown where the comparison is planned
    sentence = Words("Patients with a known diagnosis: {n} ({counts}).", "诊断已知的患者：{n} 位（{counts}）。")
    titles = [cohorts.called(patients.source, name) for name in counts]
    listed = Words(
        ", ".join(f"{name.en} {n}" for name, n in zip(titles, counts.values(), strict=True)),
        "、".join(f"{name.zh} {n}" for name, n in zip(titles, counts.values(), strict=True)),
    )
    truth = Words("The diagnoses that Diagnose hides are used here.", "“诊断”页隐藏的真实诊断在此也参加比较。")
    text = sentence.format(n=sum(counts.values()), counts=listed)
    st.caption(plain(say(text + truth if patients.truth else text)))
