"""The patient tables available in this browser tab: bundled ones, those edited in Diagnose, and an upload."""

from __future__ import annotations

from functools import cache

from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bundled_cohorts import is_bundled
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, bundled

EDITED = " edited"  # after a bundled table's key: with the edits made in Diagnose

_pristine = cache(bundled)  # one object per table, since a comparison is planned again when its patients are another object


def patient_sources(tab_patients: PatientsState) -> dict[str, tuple[Words, Patients]]:
    """Return the title and the patients of every table in this tab, by key."""
    found = {key: (cohort.name, _pristine(key)) for key, cohort in cohorts.cohorts().items()}
    for source, patients in tab_patients.opened.items():
        if source == UPLOAD:
            found[UPLOAD] = (Words("Your file: {file}", "您的文件：{file}").format(file=patients.file), patients)
        elif not is_bundled(patients):
            title = cohorts.cohorts()[source].name + Words("as edited in Diagnose", "（在“诊断”中修改过）")
            found[source + EDITED] = (title, patients)
    return found
