"""Upload a file, show the findings of the upload check, and let the user confirm the role of each column.

The current patients are unchanged until the user confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from metamed_core.data import EXTENSIONS, Column, Finding, PatientRecords, open_upload, sheets
from metamed_core.diagnosis import NOTHING_ODD, is_saved_work, read_saved_work
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.adapt_request import request_state
from pages.parts.common.bound_widgets import choice
from pages.parts.common.enter_table import own_table
from pages.parts.common.forms import new_upload
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say, fresh_key
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, Pending
from pages.parts.common.roles_table import roles_table
from pages.parts.common.saved_work import restore, warn_of_loss

REMEDIES = {
    "drop": Words("Drop it", "删除"),
    "convert": Words("Convert", "换算"),
    "cap": Words("Cap at 90", "限为 90"),
    "pivot": Words("One row per patient", "每位患者一行"),
    "merge": Words("Join the rows", "合并各行"),
    "turn": Words("Turn the table", "转置表格"),
    "missing": Words("Read as missing", "按缺失处理"),
    "keep": Words("Keep it", "保留"),
    "split": Words("Split it", "拆分"),
    "day_first": Words("The day comes first", "日在前"),
}
MOST_FINDINGS = 12
MIMES = {"csv": "text/csv"}


def offer_upload(say: Say, patients: PatientsState) -> None:
    """Draw the file uploader and the template download."""
    key = fresh_key("upload")
    st.file_uploader(
        say(Words("Or your own table of patients", "或上传自己的患者表格")),
        type=[extension.lstrip(".") for extension in EXTENSIONS],
        key=key,
        on_change=_receive,
        args=(patients, key),
        help=say(
            Words(
                "One row a patient, one column a measurement; a column of diagnoses that is filled in for a few patients and empty for the others.",
                "每行一位患者，每列一项指标；诊断列只需填写少数患者，其余留空。",
            )
        ),
    )
    st.download_button(
        say(Words("Template", "下载模板")),
        # Created on demand: a file prepared on the server would be gone once the page is left, and the browser would fail to fetch it.
        # With a byte order mark: without it, Excel misreads Chinese.
        data=lambda: say(cohorts.TEMPLATE).encode("utf-8-sig"),
        file_name=cohorts.TEMPLATE_NAME,
        mime=MIMES["csv"],
        icon=":material/download:",
        key="template",
        on_click="ignore",
        type="tertiary",
    )


def _receive(patients: PatientsState, key: str) -> None:
    if (file := new_upload(key)) is not None:
        patients.attempt(lambda: _receive_file(patients, file.name, file.getvalue()))


def _receive_file(patients: PatientsState, name: str, data: bytes) -> None:
    """Read a file of the user: a table, or saved work. Raises UserError and then changes nothing."""
    if is_saved_work(data):
        work = read_saved_work(name, data)
        source = work.cohort if work.cohort in cohorts.cohorts() else UPLOAD
        columns = work.records.columns
        patients.pending = Pending(name, data, [], work.sheet, work.records, work.original, source, columns, on_disk=True, work=work)
    else:
        _open(patients, name, data)
        if patients.pending is not None:
            patients.pending.on_disk = True


def open_typed(patients: PatientsState, name: str, make: Callable[[], bytes], instead_of: bytes | None = None) -> None:
    """Read pasted or typed cells into the upload check, as `enter_table.Open` says; roles that the user has set stay."""
    pending = patients.pending
    if instead_of is None:
        patients.attempt(lambda: _open(patients, name, make()))
    elif pending is not None and pending.data == instead_of:
        patients.attempt(lambda: _open(patients, name, make(), columns=pending.set_by_user))


def _open(patients: PatientsState, name: str, data: bytes, sheet: str | None = None, columns: Sequence[Column] = ()) -> None:
    """Read a file into the upload check. Raises UserError and then changes nothing."""
    sheet, records = open_upload(name, data, sheet, columns)
    patients.pending = Pending(name, data, sheets(name, data), sheet, records, records, guessed=records.columns)


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
        _choose_sheet(say, patients, pending)
        if pending.records.problem is None:
            st.markdown(plain(say(pending.records.task_sentence)))
        st.caption(plain(say(_called(pending.records))))
        _findings(say, patients, pending.records.findings)
        roles_table(say, patients, pending)
        if pending.records.problem is not None:
            st.warning(plain(say(pending.records.problem)), icon=":material/flag:")
        warn_of_loss(say, patients, pending)
        with st.container(horizontal=True):
            blocked = pending.records.problem is not None
            use = Words("Use these patients", "使用这些患者")
            st.button(say(use), type="primary", key="confirm", disabled=blocked, on_click=_confirm, args=(patients,))
            st.button(say(Words("Back to what I had", "返回原来的数据")), key="cancel", on_click=patients.close_check)


def _called(records: PatientRecords) -> Words:
    """A sentence on the display names of the patients."""
    first, last = records.patient_names.iloc[0], records.patient_names.iloc[-1]
    return Words(
        "On this page the patient of the first row is called {first}, that of the last row {last}.",
        "本页中，第一行的患者称为 {first}，最后一行的患者称为 {last}。",
    ).format(first=first, last=last)


# Callbacks refer to the state, not to pending records: Streamlit keeps callbacks, and their references, for the whole session.


def _confirm(patients: PatientsState) -> None:
    pending, here = patients.pending, patients.current
    if pending is None:
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


def _choose_sheet(say: Say, patients: PatientsState, pending: Pending) -> None:
    if len(pending.sheets) < 2:
        return
    choice(
        st.selectbox,
        say(Words("Sheet", "工作表")),
        {name: name for name in pending.sheets},
        key="sheet",
        value=pending.sheet,
        write=lambda sheet: patients.attempt(lambda: _open_sheet(patients, sheet)),
        width=320,
    )


def _open_sheet(patients: PatientsState, sheet: str) -> None:
    if patients.pending is not None:
        _open(patients, patients.pending.file, patients.pending.data, sheet)


def _attempt_to_mend(patients: PatientsState, at: int) -> None:
    patients.attempt(lambda: _mend(patients, at))


def _findings(say: Say, patients: PatientsState, found: Sequence[Finding]) -> None:
    if not found:
        st.markdown(":material/check_circle: " + say(NOTHING_ODD))
    for at, finding in enumerate(found[:MOST_FINDINGS]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon = ":material/info:" if finding.remedy is None else ":material/flag:"
            st.markdown(f"{icon} {plain(say(finding.message))}", width="content")
            if finding.remedy is not None:
                st.button(
                    say(REMEDIES.get(finding.remedy, Words("Mend", "修正"))),
                    key=f"remedy_{at}",
                    on_click=_attempt_to_mend,
                    args=(patients, at),
                )
    if len(found) > MOST_FINDINGS:
        more = Words("And {n} more findings; mend some of these to see them.", "另有 {n} 条提示；处理部分后将显示其余。")
        st.caption(say(more.format(n=len(found) - MOST_FINDINGS)))


def _mend(patients: PatientsState, at: int) -> None:
    if patients.pending is not None:
        finding = patients.pending.records.findings[at]
        patients.pending.change(lambda records: records.with_remedy(finding))
