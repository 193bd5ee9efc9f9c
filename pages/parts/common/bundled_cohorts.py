"""The patients of a comparison or a meta-training as a `Cohort`; that of a bundled table is built once for all visitors."""

from __future__ import annotations

from functools import cache

from metamed_core.data import Cohort
from pages.parts.common import cohorts
from pages.parts.common.patients_state import Patients


def is_bundled(patients: Patients) -> bool:
    """Whether these are the unedited patients of a bundled table: only their results may be shared with other visitors."""
    return patients.source in cohorts.cohorts() and patients.records is cohorts.records_of(patients.source) and not patients.dropped


@cache
def bundled_cohort(key: str) -> Cohort:
    """Return the cohort of a bundled table, including the diagnoses that Diagnose hides."""
    return Cohort.of_records(cohorts.records_of(key), cohorts.truth_of(key))


def cohort_of(patients: Patients) -> Cohort:
    """Return the cohort of a table. Raises UserError if it allows no task."""
    return bundled_cohort(patients.source) if is_bundled(patients) else Cohort.of_records(patients.in_use, patients.truth)
