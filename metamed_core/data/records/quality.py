"""Runs all checks on a table of patients and applies the remedies of their findings."""

from __future__ import annotations

from dataclasses import replace

from metamed_core.data.records import checks
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.roles import Role
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import UserError, Words

CHECKS = checks.found(checks.__path__)
REMEDIES = checks.remedies(CHECKS)
ERASED = frozenset({"identifier", "free_text"})
"""Kinds of finding whose remedy deletes the column; for others the column is kept with the role IGNORE."""


def find(records: PatientTable) -> tuple[Finding, ...]:
    """Return all findings, the most serious first; empty for a table without patients."""
    if records.raw.empty:
        return ()
    return tuple(finding for one in CHECKS for finding in one.check(records))


def remedied(records: Records, finding: Finding) -> Records:
    """Return the records after a finding's remedy. Raises UserError if the finding has none."""
    erased = finding.remedy == "drop" and finding.kind in ERASED
    if finding.remedy is not None and finding.kind in REMEDIES and not erased:
        mended: Records = REMEDIES[finding.kind](records, finding)
        return mended
    if finding.remedy != "drop" or finding.column is None:
        raise UserError(_NO_REMEDY)
    column = records.column(finding.column)
    if erased or records.cells(column.name).n_known == 0:
        columns = tuple(one for one in records.columns if one.name != column.name)
        return replace(records, raw=records.raw.drop(columns=column.name), columns=columns)
    return records.with_columns([replace(one, role=Role.IGNORE) if one.name == column.name else one for one in records.columns])


_NO_REMEDY = Words(
    "This problem cannot be fixed automatically: correct the cells in the table yourself.",
    "该问题无法自动处理：请自行在表格中更正。",
)
