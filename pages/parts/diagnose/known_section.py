"""What you know: one line, which unfolds to the tables in which knowledge is typed, and to its file."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.knowledge import Knowledge
from metamed_core.words import Words, without_controls
from pages.parts.common import audit, cohorts
from pages.parts.common.forms import complain, new_upload
from pages.parts.common.page_frame import Say
from pages.parts.common.sign_in import may_open_tables
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.known_edits import KNOWN, add_diagnosis, change, open_file, rows_of, take
from pages.parts.diagnose.known_tables import known_grid, known_row

FILE, NAME = "known_file", "known_name"
TITLE = Words("What you know", "您的知识")
NOTHING = Words(
    "nothing yet. What a textbook says of a diagnosis can move the answers.",
    "尚未填写。教科书对诊断的描述也可影响答案。",
)
SAID = Words("{n} {n:statement|statements} on {m} {m:diagnosis|diagnoses}.", "对 {m} 种诊断的 {n} 条陈述。")
FILE_HELP = Words(
    "A CSV file whose first line is diagnosis,column,statement,weight,source. It takes the place of what stands here: download that first if you want to keep it.",
    "CSV 文件，首行为 diagnosis,column,statement,weight,source。它将替换此处的内容：如需保留请先下载。",
)


def known_section(say: Say, state: Adaptation) -> None:
    """The line; unfolded, the tables, a further diagnosis, and the file."""
    known, patients = state.patients.current.knowledge, state.patients
    wrong = patients.error is not None and patients.error_place == KNOWN
    unfolded = wrong or state.view.get(KNOWN) == "unfolded"
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="known_line"):
        told = SAID.format(n=len(known.statements), m=len(known.diagnoses)) if known.statements else NOTHING
        st.markdown(f"**{say(TITLE)}** · {say(told)}", width="stretch")
        title = Words("Fold what you know", "收起知识") if unfolded else Words("Say what you know", "填写知识")
        icon = ":material/unfold_less:" if unfolded else ":material/menu_book:"
        st.button(say(title), icon=icon, key="change_known", on_click=_turn, args=(state, not unfolded))
    if not unfolded:
        return
    with st.container(border=True, key="known_section"):
        if wrong:
            complain(say, patients.error)
        there = bool(rows_of(state.patients.current))
        if there:
            known_grid(say, state)
        _further(say, state)
        if there:
            known_row(say, state)
        _shipped(say, state)
        _file(say, state)


def _turn(state: Adaptation, unfolded: bool) -> None:
    state.view[KNOWN] = "unfolded" if unfolded else ""
    if state.patients.error_place == KNOWN:
        state.patients.error = None


def _further(say: Say, state: Adaptation) -> None:
    """A form for a diagnosis that no patient has."""
    with st.form("known_further", border=False, clear_on_submit=True), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(say(Words("A further diagnosis, which no patient here has", "此处没有患者的其他诊断")), key=NAME, width=420)

        def add() -> None:
            name = str(st.session_state.get(NAME, ""))
            state.patients.attempt(lambda: add_diagnosis(state, name), KNOWN)

        st.form_submit_button(say(Words("Add a row", "添加一行")), key="known_add", on_click=add)


def _shipped(say: Say, state: Adaptation) -> None:
    """Take over what ships with a bundled table, while nothing is said."""
    here = state.patients.current
    shipped = cohorts.knowledge_of(here.source)
    if shipped is None or here.knowledge.statements:
        return

    def press() -> None:
        state.patients.attempt(lambda: take(state, here.source, shipped), KNOWN)

    title = Words("Take over what textbooks say of these diagnoses", "采用教科书对这些诊断的描述")
    st.button(say(title), icon=":material/menu_book:", key="known_shipped", on_click=press)


def _file(say: Say, state: Adaptation) -> None:
    """Open and download the file; forget all that was said."""
    known = state.patients.current.knowledge

    def receive() -> None:
        if (file := new_upload(FILE)) is not None:
            state.patients.attempt(lambda: open_file(state, without_controls(file.name), file.getvalue()), KNOWN)

    def written() -> bytes:
        return state.patients.current.knowledge.to_csv()

    def forget() -> None:
        change(state, replace(state.patients.current, knowledge=Knowledge(), counts_as=None))

    if may_open_tables():
        title = Words("Or open a knowledge file", "或打开知识文件")
        st.file_uploader(say(title), type=["csv"], key=FILE, on_change=receive, help=say(FILE_HELP))
    with st.container(horizontal=True):
        st.download_button(
            say(Words("Download what you know (CSV)", "下载知识（CSV）")),
            data=audit.noted(written, "knowledge_downloaded"),
            file_name="metamed_knowledge.csv",
            mime="text/csv",
            icon=":material/download:",
            key="known_csv",
            on_click="ignore",
            disabled=not known.statements,
        )
        forgotten = Words("Forget what you know", "清除知识")
        st.button(
            say(forgotten), icon=":material/delete:", type="tertiary", key="known_forget", on_click=forget, disabled=not known.statements
        )
