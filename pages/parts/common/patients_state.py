"""The patients that this browser tab is working with, on every page: the table at hand, others opened before, and one still to be checked.

One value in `st.session_state`, free of language.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts

KEY = "patients"
UPLOAD = "upload"  # the source that is not a bundled cohort

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Patients:
    """A table: where it comes from, its records with all edits and without any, and the rows that are left out."""

    source: str
    records: PatientRecords
    original: PatientRecords
    file: str = ""
    truth: Mapping[Hashable, str] = field(default_factory=dict)
    sheet: str | None = None
    dropped: frozenset[Hashable] = frozenset()
    edited: bool = False

    @cached_property
    def in_use(self) -> PatientRecords:
        """The records that a learner sees: without the rows that are left out."""
        return self.records.without(sorted(self.dropped, key=str)) if self.dropped else self.records


@dataclass
class Pending:
    """A table that is read but whose columns are not yet confirmed; `number` tells one from the next.

    original: the same without the edits of cells, for undo; changed with the records.
    """

    file: str
    data: bytes
    sheets: list[str]
    sheet: str | None
    records: PatientRecords
    original: PatientRecords
    source: str = UPLOAD
    number: int = field(default_factory=_NUMBERS.__next__)

    def renew(self) -> None:
        """Another number, so that widgets keyed by it are drawn anew."""
        self.number = next(_NUMBERS)

    def change(self, act: Callable[[PatientRecords], PatientRecords]) -> None:
        """Do the same to the records and to the original. Raises what `act` raises, and then nothing is changed."""
        changed = act(self.records)
        self.original = changed if self.original is self.records else act(self.original)
        self.records = changed


@dataclass
class PatientsState:
    """The patients of one tab; see the top of this file.

    opened: every table that was opened, by its source. version: goes up when the patients at hand change in any way.
    error, error_place: what went wrong last, and the part of the page that it is about; no place means the head of the page.
    """

    current: Patients
    opened: dict[str, Patients] = field(default_factory=dict)
    pending: Pending | None = None
    error: Words | None = None
    error_place: str = ""
    version: int = 0

    def work_on(self, patients: Patients) -> None:
        """Make these the patients at hand: another table, or the same after an edit."""
        self.opened[patients.source] = self.current = patients
        self.version, self.error = self.version + 1, None

    def check_again(self) -> None:
        """Open the upload check for the patients at hand."""
        here, self.error = self.current, None
        self.pending = Pending(here.file, b"", [], None, here.records, here.original, source=here.source)

    def close_check(self) -> None:
        """Leave the upload check; the patients at hand stay."""
        self.pending = self.error = None

    def attempt(self, act: Callable[[], object], error_place: str = "") -> bool:
        """Do something that may fail by the user's input; keep the sentence for its place on the page and all else as it was."""
        try:
            act()
        except UserError as error:
            self.error, self.error_place = error.words, error_place
            return False
        self.error = None
        return True

    def forget(self) -> None:
        """Hold no patient any more; whoever still holds this value holds nothing."""
        self.current, self.opened = bundled(next(iter(cohorts.cohorts()))), {}
        self.pending = self.error = None
        self.version += 1


def patients_state() -> PatientsState:
    """This tab's patients; at first the bundled cohort that the address asks for, or the first one."""
    if KEY not in st.session_state:
        asked = st.query_params.get("cohort", "")
        first = bundled(asked if asked in cohorts.cohorts() else next(iter(cohorts.cohorts())))
        st.session_state[KEY] = PatientsState(first, {first.source: first})
    held: PatientsState = st.session_state[KEY]
    return held


def bundled(key: str) -> Patients:
    """A bundled cohort as it is shipped."""
    records = cohorts.records_of(key)
    return Patients(key, records, records, truth=cohorts.truth_of(key))
