"""PatientRecords: a table of patients with what the upload check makes of it. This is the value that everybody else knows."""

from __future__ import annotations

from functools import cached_property

from metamed_core.data.records import quality
from metamed_core.data.records.checks import task
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.words import Words


class PatientRecords(PatientTable):
    """A table of patients with the role of each column, and what the upload check has to say about it.

    raw: one row a patient, cells `str` or None, as read from the file; its row labels name the patients for good.
    columns: one for each column of `raw`, in the same order.
    """

    @cached_property
    def task_sentence(self) -> Words:
        """Which N-way K-shot task the table allows."""
        return task.task_sentence(self)

    @cached_property
    def problem(self) -> Words | None:
        """Why no adaptation is possible yet and what to do; None if one is."""
        return task.problem(self)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the upload check has to say, the gravest first."""
        return quality.find(self)

    def with_remedy(self, finding: Finding) -> PatientRecords:
        """These records after the finding's remedy: a column or repeated rows dropped, values converted or capped."""
        return quality.remedied(self, finding)
