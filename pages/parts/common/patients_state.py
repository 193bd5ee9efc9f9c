"""The patients in this browser tab, on every page: the current table, those opened before, and one awaiting the upload check.

One value in `st.session_state`, independent of the language.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import streamlit as st

from metamed_core.data import Column, PatientRecords
from metamed_core.knowledge import Knowledge
from metamed_core.statistics import COVERAGE
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts

if TYPE_CHECKING:
    from metamed_core.diagnosis import SavedWork

KEY = "patients"
UPLOAD = "upload"  # the source that is not a bundled cohort

Doubt = tuple[str, str | None]
"""Kind and column of a finding that has several plausible readings."""

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Patients:
    """A table of patients with the user's edits.

    Parameters
    ----------
    source
        Key of a bundled cohort, or `UPLOAD`.
    records, original
        The records with and without edits.
    file, sheet
        File name and sheet of an upload.
    truth
        Held-out diagnoses by row label.
    dropped
        Row labels of excluded patients.
    edited
        Whether a cell was edited.
    levels
        Diagnoses and categories by column that can be chosen although no patient has them yet.
    knowledge, counts_as
        What the user knows of the diagnoses, and how many patients each row of it counts as; None: as far as the patients bear it out.
    named
        By row label, the diagnoses given before the answer was shown.
    """

    source: str
    records: PatientRecords
    original: PatientRecords
    file: str = ""
    truth: Mapping[Hashable, str] = field(default_factory=dict)
    sheet: str | None = None
    dropped: frozenset[Hashable] = frozenset()
    edited: bool = False
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)
    counts_as: int | None = None
    named: Mapping[Hashable, str] = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether it is the visitor's own table, or one that they have edited or said something of."""
        return self.source == UPLOAD or self.edited or bool(self.knowledge.statements)

    @cached_property
    def in_use(self) -> PatientRecords:
        """The records without excluded patients."""
        if self.dropped:
            return self.records.without(sorted(self.dropped, key=str))
        # What follows from knowledge is its user's own: a copy counts as no bundled table, so nothing of it is shared between visitors.
        return replace(self.records) if self.knowledge.statements else self.records


@dataclass
class Pending:
    """A table whose columns are not confirmed yet.

    Parameters
    ----------
    file, data, sheets, sheet
        Name, content, sheet names and selected sheet of the file.
    records, original
        The records with and without edits of cells; both are changed together.
    source
        Key of a bundled cohort, or `UPLOAD`.
    guessed
        The columns as they were read, before the user changed any.
    on_disk
        Whether the table is a file of the user, rather than pasted or typed.
    work
        The saved work that was opened, if it is such a file.
    answered
        Kind and column of the doubts for which the user has chosen a reading.
    number
        A unique number, part of widget keys.
    """

    file: str
    data: bytes
    sheets: list[str]
    sheet: str | None
    records: PatientRecords
    original: PatientRecords
    source: str = UPLOAD
    guessed: tuple[Column, ...] = ()
    on_disk: bool = False
    work: SavedWork | None = None
    answered: frozenset[Doubt] = frozenset()
    number: int = field(default_factory=_NUMBERS.__next__)

    def __post_init__(self) -> None:
        # Before a page holds the table: what fails here fails once, and not again at every run of the page.
        _ = self.records.findings

    @property
    def set_by_user(self) -> tuple[Column, ...]:
        """The columns whose role, unit or range the user has changed."""
        return tuple(column for column in self.records.columns if column not in self.guessed)

    def renew(self) -> None:
        """Change the number, so that widgets keyed by it are replaced."""
        self.number = next(_NUMBERS)

    def change(self, act: Callable[[PatientRecords], PatientRecords]) -> None:
        """Apply `act` to the records and to the original, which may lack a column. If it raises for the records, nothing is changed."""
        changed = act(self.records)
        _ = changed.findings
        if self.original is self.records:
            self.original = changed
        else:
            with suppress(UserError):  # a column that was added later, say: it stays in the list of edits
                self.original = act(self.original)
        self.records = changed


@dataclass
class PatientsState:
    """The patients of one browser tab; see the top of this file.

    Parameters
    ----------
    current
        The current table.
    opened
        All opened tables by source.
    pending
        The table in the upload check, if any.
    error, error_place
        The last error, and the part of the page that shows it; empty for the top of the page.
    version
        Increases with every change of the current patients.
    saved
        By source, the patients as a file of the user holds them.
    step, wanted_step
        The step of the adaptation that is shown, and the one to show next because saved work was opened.
    coverage
        The share of patients whose set of possible diagnoses should hold theirs.
    notice
        Something about opened work that the user must be told.
    """

    current: Patients
    opened: dict[str, Patients] = field(default_factory=dict)
    pending: Pending | None = None
    error: Words | None = None
    error_place: str = ""
    version: int = 0
    saved: dict[str, Patients] = field(default_factory=dict)
    step: int = 0
    wanted_step: int | None = None
    coverage: float = COVERAGE
    notice: Words | None = None

    def unsaved(self, source: str) -> Patients | None:
        """Return the table of this source if it is the user's own or was edited, and no file of the user holds it as it is."""
        here, saved = self.opened.get(source), self.saved.get(source)
        if here is None or not here.is_own:
            return None
        same = all(getattr(saved, each, None) == getattr(here, each) for each in ("dropped", "knowledge", "counts_as", "named"))
        return None if same and saved is not None and saved.records is here.records else here

    @property
    def has_unsaved(self) -> bool:
        """Whether leaving the page would lose work."""
        return any(self.unsaved(source) is not None for source in self.opened)

    @property
    def holds_own_data(self) -> bool:
        """Whether there is a table of the visitor's own, or an edited one, or one that is being checked."""
        new = self.pending is not None and (bool(self.pending.data) or self.pending.source == UPLOAD)
        return new or any(one.is_own for one in self.opened.values())

    def work_on(self, patients: Patients) -> None:
        """Set the current table: another one, or the same after an edit."""
        self.opened[patients.source] = self.current = patients
        self.version, self.error, self.notice = self.version + 1, None, None

    def name_first(self, row: Hashable, diagnosis: str) -> None:
        """Keep a diagnosis that was given before the answer was shown; no answer changes by it."""
        here = replace(self.current, named={**self.current.named, row: diagnosis})
        self.opened[here.source] = self.current = here

    def check_again(self) -> None:
        """Open the upload check for the current patients."""
        here, self.error = self.current, None
        self.pending = Pending(here.file, b"", [], None, here.records, here.original, source=here.source)

    def close_check(self) -> None:
        """Close the upload check; the current patients are kept."""
        self.pending = self.error = None

    def attempt(self, act: Callable[[], object], error_place: str = "") -> bool:
        """Call `act` and return True. On UserError, store its message for `error_place` and return False."""
        try:
            act()
        except UserError as error:
            self.error, self.error_place = error.words, error_place
            return False
        self.error = None
        return True


def patients_state() -> PatientsState:
    """Return this tab's patients; initially the bundled cohort in the address, or else the first one."""
    if KEY not in st.session_state:
        asked = st.query_params.get("cohort", "")
        first = bundled(asked if asked in cohorts.cohorts() else next(iter(cohorts.cohorts())))
        st.session_state[KEY] = PatientsState(first, {first.source: first})
    held: PatientsState = st.session_state[KEY]
    return held


def bundled(key: str) -> Patients:
    """Return an unedited bundled cohort."""
    records = cohorts.records_of(key)
    return Patients(key, records, records, truth=cohorts.truth_of(key))
