"""Open a file, pasted or typed cells, or saved work in the upload check, and read the same file in another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from metamed_core.data import EXTENSIONS, Column, ReadOptions, open_upload, sheets
from metamed_core.diagnosis import is_saved_work, read_saved_work
from metamed_core.words import Words, without_controls
from pages.parts.common import audit, cohorts
from pages.parts.common.forms import new_upload
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, PatientsState, Pending
from pages.parts.common.sign_in import NOT_ALLOWED, check_may_open_tables, may_open_tables

MIMES = {"csv": "text/csv"}
JUDGED = ReadOptions()


def offer_upload(say: Say, patients: PatientsState) -> None:
    """Draw the file uploader and the template download."""
    if not may_open_tables():
        st.info(say(NOT_ALLOWED), icon=":material/lock:")
        return
    key = "upload"
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
        patients.attempt(lambda: _receive_file(patients, without_controls(file.name), file.getvalue()))


def _receive_file(patients: PatientsState, name: str, data: bytes) -> None:
    """Read a file of the user: a table, or saved work. Raises UserError and then changes nothing."""
    check_may_open_tables()
    if is_saved_work(data):
        work = read_saved_work(name, data)
        source = work.cohort if work.cohort in cohorts.cohorts() else UPLOAD
        columns = work.records.columns
        patients.pending = Pending(name, data, [], work.sheet, work.records, work.original, source, columns, on_disk=True, work=work)
    else:
        patients.pending = _read(name, data)
        patients.pending.on_disk = True
    _note(patients.pending, "file")


def open_typed(patients: PatientsState, name: str, make: Callable[[], bytes], instead_of: bytes | None = None) -> None:
    """Read pasted or typed cells into the upload check, as `enter_table.Open` says; roles that the user has set stay."""
    pending = patients.pending

    def read(columns: Sequence[Column] = ()) -> None:
        check_may_open_tables()
        patients.pending = _read(name, make(), columns=columns)
        _note(patients.pending, "cells")

    if instead_of is None:
        patients.attempt(read)
    elif pending is not None and pending.data == instead_of:
        patients.attempt(lambda: read(pending.set_by_user))


def read_again(patients: PatientsState, *, sheet: str | None = None, options: ReadOptions | None = None) -> None:
    """Read the file of the upload check in another way. Raises UserError and then changes nothing; roles that the user has set stay."""
    was = patients.pending
    if was is None or not was.data or was.work is not None:
        return
    options = was.records.reading.options if options is None and was.records.reading else options or JUDGED
    fresh = _read(was.file, was.data, was.sheet if sheet is None else sheet, was.set_by_user if sheet is None else (), options)
    fresh.on_disk, fresh.answered = was.on_disk, was.answered if sheet is None else frozenset()
    patients.pending = fresh


def _note(pending: Pending, way: str) -> None:
    """Into the audit log. The format is the ending of the file's name, where it is one of those that are read."""
    ending = Path(pending.file).suffix.lower().lstrip(".")
    raw = pending.records.raw
    audit.note("table_opened", way=way, format=ending if ending in EXTENSIONS else "other", rows=len(raw), columns=len(raw.columns))


def _read(name: str, data: bytes, sheet: str | None = None, columns: Sequence[Column] = (), options: ReadOptions = JUDGED) -> Pending:
    """The table of a file, to be checked. Raises UserError."""
    sheet, records = open_upload(name, data, sheet, columns, options=options)
    guessed = tuple(column for column in records.columns if column not in columns)
    return Pending(name, data, sheets(name, data), sheet, records, records, guessed=guessed)
