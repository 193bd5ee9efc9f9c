"""Open a file, pasted or typed cells, or saved work in the upload check, and read the same file in another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from metamed_core.data import EXTENSIONS, Column, ReadOptions
from metamed_core.diagnosis import SavedWork
from metamed_core.words import Words, without_controls
from pages.parts.common import audit, cohorts
from pages.parts.common.apart import Job
from pages.parts.common.forms import new_upload
from pages.parts.common.opened import Table, opened_file, opened_table
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, Doubt, PatientsState, Pending
from pages.parts.common.reading import read_apart, reading_of_tab
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

    def take(found: Table | SavedWork) -> None:
        patients.pending = _of_work(name, data, found) if isinstance(found, SavedWork) else _pending(name, data, found, ())
        patients.pending.on_disk = True
        _note(patients.pending, "file")

    read_apart(name, data, Job(opened_file, name, data, (), JUDGED), take, patients.attempt)


def open_typed(patients: PatientsState, name: str, make: Callable[[], bytes], instead_of: bytes | None = None) -> None:
    """Read pasted or typed cells into the upload check, as `enter_table.Open` says; roles that the user has set stay."""
    pending, held = patients.pending, reading_of_tab()

    def read(columns: Sequence[Column] = ()) -> None:
        check_may_open_tables()
        data = make()

        def take(found: Table) -> None:
            patients.pending = _pending(name, data, found, columns)
            _note(patients.pending, "cells")

        read_apart(name, data, Job(opened_table, name, data, None, columns, JUDGED), take, patients.attempt)

    if instead_of is None:
        patients.attempt(read)
    elif held.busy:
        if held.data == instead_of:
            patients.attempt(read)
    elif pending is not None and pending.data == instead_of:
        patients.attempt(lambda: read(pending.set_by_user))


def read_again(
    patients: PatientsState, *, sheet: str | None = None, options: ReadOptions | None = None, answers: frozenset[Doubt] = frozenset()
) -> None:
    """Read the file of the upload check in another way. Raises UserError and then changes nothing; roles that the user has set stay.

    Parameters
    ----------
    patients
        Of this tab.
    sheet
        Another sheet of the workbook.
    options
        How to read the file; None: as it was read.
    answers
        The doubts that are answered by this.
    """
    was = patients.pending
    if was is None or not was.data or was.work is not None:
        return
    options = was.records.reading.options if options is None and was.records.reading else options or JUDGED
    wanted, columns = (was.sheet, was.set_by_user) if sheet is None else (sheet, ())

    def take(found: Table) -> None:
        if patients.pending is was:  # else the check was closed meanwhile
            patients.pending = fresh = _pending(was.file, was.data, found, columns)
            fresh.on_disk, fresh.answered = was.on_disk, was.answered | answers if sheet is None else frozenset()

    def attempt(act: Callable[[], object]) -> bool:
        return patients.attempt(act, error_place="reading")

    read_apart(was.file, was.data, Job(opened_table, was.file, was.data, wanted, columns, options), take, attempt)


def _note(pending: Pending, way: str) -> None:
    """Into the audit log. The format is the ending of the file's name, where it is one of those that are read."""
    ending = Path(pending.file).suffix.lower().lstrip(".")
    raw = pending.records.raw
    audit.note("table_opened", way=way, format=ending if ending in EXTENSIONS else "other", rows=len(raw), columns=len(raw.columns))


def _pending(name: str, data: bytes, found: Table, columns: Sequence[Column]) -> Pending:
    """A table to be checked; `columns` are those whose roles were known."""
    sheet, records = found
    guessed = tuple(column for column in records.columns if column not in columns)
    sheets = list(records.reading.sheets) if records.reading else []
    return Pending(name, data, sheets, sheet, records, records, guessed=guessed)


def _of_work(name: str, data: bytes, work: SavedWork) -> Pending:
    source = work.cohort if work.cohort in cohorts.cohorts() else UPLOAD
    return Pending(name, data, [], work.sheet, work.records, work.original, source, work.records.columns, work=work)
