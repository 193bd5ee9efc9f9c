"""The patients of a comparison or of a meta-training as a `Cohort`; that of a bundled table is made once for all visitors."""

from __future__ import annotations

from functools import cache

from metamed_core.data import Cohort
from pages.parts.common import cohorts
from pages.parts.common.patients_state import Patients


def is_bundled(patients: Patients) -> bool:
    """Whether these are the patients of a bundled table without any edit: only results on them may be shown to other visitors."""
    return patients.source in cohorts.cohorts() and patients.records is cohorts.records_of(patients.source) and not patients.dropped


@cache
def bundled_cohort(key: str) -> Cohort:
    """The cohort of a bundled table, with the diagnoses that Diagnose keeps aside."""
    return Cohort.of_records(cohorts.records_of(key), cohorts.truth_of(key))


def cohort_of(patients: Patients) -> Cohort:
    """The cohort of a table. Raises UserError where no task can be drawn from it."""
    return bundled_cohort(patients.source) if is_bundled(patients) else Cohort.of_records(patients.in_use, patients.truth)
