"""The upload check on pages that cannot continue before it: Compare and Meta-train."""

from __future__ import annotations

from pages.parts.common.forms import complain
from pages.parts.common.own_data import is_table_gone
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import PatientsState
from pages.parts.common.upload_check import upload_check


def check_pending(say: Say, tab_patients: PatientsState) -> bool:
    """Draw the error or the upload check of a new table, and return whether the page must wait: for its confirmation, or because the visitor's table is gone."""
    if not tab_patients.error_place:
        complain(say, tab_patients.error)
    if tab_patients.pending is None:
        return is_table_gone()
    upload_check(say, tab_patients, tab_patients.pending)
    return True
