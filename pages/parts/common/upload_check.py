"""The upload check: what was read, what was found, and the role of each column, for the user to confirm.

The current patients are unchanged until the user confirms.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.words import Words
from pages.parts.common.account import account
from pages.parts.common.adapt_request import request_state
from pages.parts.common.enter_table import own_table, typed_since
from pages.parts.common.findings_list import WAITS, findings_list, open_doubts
from pages.parts.common.markdown_text import plain
from pages.parts.common.offer_ranges import offer_ranges
from pages.parts.common.open_file import open_typed
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, Pending
from pages.parts.common.reading import reading_of_tab
from pages.parts.common.roles_table import roles_table
from pages.parts.common.saved_work import restore, warn_of_loss

OR_KNOW = Words(
    "Or use them as they are, and say on Diagnose what you know of at least two diagnoses.",
    "也可直接使用，并在“诊断”页填写对至少两种诊断的知识。",
)
READ_AGAIN = Words(
    "Something was typed after the table was read. It was read again: check it once more.",
    "读取表格后又录入了内容，已重新读取：请再检查一遍。",
)


def upload_check(say: Say, patients: PatientsState, pending: Pending) -> None:
    """Draw the upload check: findings with remedies, the role of each column, and a button to confirm."""
    with st.container(border=True, key="upload_check"):
        title = Words("Check the columns of {file}", "检查 {file} 的各列") if pending.file else Words("Check the columns", "检查各列")
        st.subheader(plain(say(title.format(file=pending.file))), anchor=False)
        if patients.error is not None and not patients.error_place:
            st.caption(
                say(
                    Words(
                        "The file named above was not taken; this is still the one from before.", "上述文件未被采用；此处仍是之前的文件。"
                    )
                )
            )
        account(say, patients, pending)
        if pending.records.problem is None:
            st.markdown(plain(say(pending.records.task_sentence)))
        st.caption(plain(say(_called(pending.records))))
        findings_list(say, patients, pending)
        offer_ranges(say, patients, pending)
        roles_table(say, patients, pending)
        told = _can_be_told(pending.records)
        if pending.records.problem is not None:
            words = pending.records.problem + OR_KNOW if told else pending.records.problem
            st.warning(plain(say(words)), icon=":material/flag:")
        doubts = open_doubts(pending)
        if doubts:
            st.warning(plain(say(WAITS.format(n=len(doubts), first=doubts[0].message))), icon=":material/help:")
        warn_of_loss(say, patients, pending)
        with st.container(horizontal=True):
            blocked = (pending.records.problem is not None and not told) or bool(doubts) or reading_of_tab().busy
            use = Words("Use these patients", "使用这些患者")
            st.button(say(use), type="primary", key="confirm", disabled=blocked, on_click=_confirm, args=(say, patients))
            st.button(say(Words("Back to what I had", "返回原来的数据")), key="cancel", on_click=patients.close_check)


def _can_be_told(records: PatientRecords) -> bool:
    """Whether all that is missing are labeled patients, so that knowledge alone can answer."""
    return records.label is not None and records.n_way < 2 and bool(records.feature_columns) and bool(len(records.undiagnosed))


def _called(records: PatientRecords) -> Words:
    """A sentence on the display names of the patients."""
    first, last = records.patient_names.iloc[0], records.patient_names.iloc[-1]
    return Words(
        "On this page the first patient of the table is called “{first}”, the last one “{last}”.",
        "本页中，表中第一位患者称为“{first}”，最后一位称为“{last}”。",
    ).format(first=first, last=last)


# Callbacks refer to the state, not to pending records: Streamlit keeps callbacks, and their references, for the whole session.


def _confirm(say: Say, patients: PatientsState) -> None:
    pending, here = patients.pending, patients.current
    if pending is None or reading_of_tab().busy:  # what is being read takes the place of this check
        return
    if (sheet := typed_since(pending.data)) is not None:
        open_typed(patients, pending.file, sheet.text_to_read, instead_of=pending.data)
        st.toast(say(READ_AGAIN), icon=":material/info:")
        return
    if pending.source == here.source and not pending.data:  # the current patients, checked again
        known = frozenset(here.dropped & set(pending.records.raw.index))
        patients.work_on(replace(here, records=pending.records, original=pending.original, dropped=known))
    elif pending.work is not None:
        restore(patients, request_state(), pending, pending.work)
    else:
        patients.work_on(Patients(UPLOAD, pending.records, pending.original, file=pending.file, sheet=pending.sheet))
        if pending.on_disk and not pending.set_by_user:
            patients.saved[UPLOAD] = patients.current
        own_table().way = "upload"  # what was typed is kept, but the tables are where one edits from now on
    patients.close_check()
