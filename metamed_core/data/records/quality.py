"""The upload check: what in a table of patients is wrong, odd or unwise, one sentence each, and the remedies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metamed_core.data.records.checks import content, duplicates, labels, mixed_units, privacy
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.roles import Role
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from metamed_core.data.records.patient_records import PatientRecords

__all__ = ["Finding", "find", "remedied"]

ERASED = frozenset({"identifier", "free_text"})
"""Kinds whose column is taken out of the table for good when it is dropped; others merely are not used any more."""


def find(records: PatientRecords) -> tuple[Finding, ...]:
    """All findings, the gravest kinds first; empty for a table of no patients."""
    if records.raw.empty:
        return ()
    checks = (privacy.check, labels.check, mixed_units.check, duplicates.check, content.check)
    return tuple(finding for check in checks for finding in check(records))


def remedied(records: PatientRecords, finding: Finding) -> PatientRecords:
    """The records after a finding's remedy. Raises UserError where the finding has none."""
    if finding.remedy == "drop":
        return _dropped(records, finding)
    if finding.remedy == "cap" and finding.column is not None:
        return privacy.capped(records, finding.column)
    if finding.remedy == "convert" and finding.kind == "label_variants":
        return labels.one_spelling(records)
    if finding.remedy == "convert" and finding.column is not None:
        return mixed_units.converted(records, finding.column)
    raise UserError(_NO_REMEDY)


def _dropped(records: PatientRecords, finding: Finding) -> PatientRecords:
    if finding.column is None:
        return records.without(duplicates.repeated_rows(records))
    column = records.column(finding.column)
    if finding.kind in ERASED or records.cells(column.name).n_known == 0:
        columns = tuple(one for one in records.columns if one.name != column.name)
        return replace(records, raw=records.raw.drop(columns=column.name), columns=columns)
    return records.with_columns([replace(one, role=Role.IGNORE) if one.name == column.name else one for one in records.columns])


_NO_REMEDY = Words(
    "This finding has no automatic remedy: correct the cells in the table yourself.",
    "该问题无法自动处理：请自行在表格中更正。",
)
