"""PatientRecords: a table of patients with the results of the upload check."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from metamed_core.data.records import quality
from metamed_core.data.records.checks import task
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.checks.missing_codes import with_missing
from metamed_core.data.records.columns.plain_numbers import plain_value
from metamed_core.data.records.columns.texts import clean
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

    def with_reading(self, text: str, column: str | None = None, *, missing: bool) -> PatientRecords:
        """Return the records with a text read as missing or, for `missing=False`, as a value.

        Parameters
        ----------
        text
            The text, such as `999` or `ND`.
        column
            The column; None for all columns that hold the text.
        missing
            Whether the text stands for a missing value.
        """
        records = self
        for one in self.columns:
            if column in {None, one.name} and (column is not None or _holds(self.raw[one.name], text)):
                gone = (*one.missing, text) if missing else tuple(known for known in one.missing if known != text)
                kept = tuple(known for known in one.kept if known != text) if missing else (*one.kept, text)
                records = with_missing(records, one.name, gone, kept)
        return records

    def with_remedy(self, finding: Finding) -> PatientRecords:
        """Return the records after a finding's remedy: a column or repeated rows dropped, values converted or capped."""
        return quality.remedied(self, finding)


def _holds(column: pd.Series, text: str) -> bool:
    """Whether a cell of a column is this text, or the same number."""
    wanted, amount = clean(text).lower(), plain_value(text)
    there = {clean(str(one)) for one in column.dropna().unique()}
    return any(one.lower() == wanted or (amount is not None and plain_value(one) == amount) for one in there)
