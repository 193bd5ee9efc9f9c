"""PatientRecords: a table of patients with the results of the upload check."""

from __future__ import annotations

from functools import cached_property

from metamed_core.data.records import quality
from metamed_core.data.records.checks import task
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.words import Words


class PatientRecords(PatientTable):
    """A table of patients with the role of each column and the results of the upload check; see `PatientTable` for the parameters."""

    @cached_property
    def task_sentence(self) -> Words:
        """One sentence on the N-way K-shot task that the table allows."""
        return task.task_sentence(self)

    @cached_property
    def problem(self) -> Words | None:
        """The reason why the records allow no adaptation, with a remedy; None if they allow one."""
        return task.problem(self)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the upload check, the most serious first."""
        return quality.find(self)

    def with_remedy(self, finding: Finding) -> PatientRecords:
        """Return the records after a finding's remedy: a column or repeated rows dropped, values converted or capped."""
        return quality.remedied(self, finding)
