"""Where the patients come from: a bundled cohort, or a file of one's own."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import choice
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, PatientsState, bundled


def choose_patients(say: Say, patients: PatientsState) -> None:
    """The list of bundled cohorts, and the uploaded file if there is one."""
    known = {key: say(cohort.name) for key, cohort in cohorts.cohorts().items()}
    if UPLOAD in patients.opened:
        known[UPLOAD] = say(Words("Your file: {file}", "您的文件：{file}").format(file=patients.opened[UPLOAD].file))

    def work_on(key: str) -> None:
        patients.work_on(patients.opened[key] if key in patients.opened else bundled(key))
        patients.close_check()

    choice(st.selectbox, say(Words("Patients", "患者")), known, key="cohort", value=patients.current.source, write=work_on)
    if patients.current.source in cohorts.cohorts():
        cohort = cohorts.cohorts()[patients.current.source]
        license_note = Words("License: {license}.", "许可证：{license}。").format(license=cohort.licence)
        st.caption(plain(say(cohort.description)), help=plain(say(cohort.source + license_note)))
