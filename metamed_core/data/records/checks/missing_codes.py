"""Checks for numbers that may stand for a missing value (999, -9), and for values that no patient can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.missing_codes import Code, day_codes, missing_codes
from metamed_core.data.records.columns.plausible import possible
from metamed_core.data.records.columns.roles import Column, Role, guess_role
from metamed_core.data.records.columns.values import Cells, numbers
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 0

MISSING, KEEP = "missing", "keep"
"""Remedies: read the texts as missing, or as values."""
ZEROS = 0.02
"""Share of zeros in a column at and above which they are no rare measurements but stand for something else."""
FEW = 0.2
"""Largest share of distinct impossible values, or a single one, at which they are taken for errors."""
CHOICES = (
    Choice(Words("Read as missing", "按缺失处理"), remedy=MISSING),
    Choice(Words("It is a value", "是真实取值"), remedy=KEEP),
)
_ROLES = frozenset({Role.NUMBER, Role.YES_NO, Role.CATEGORY})


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `missing_code` (asked), `read_as_missing` (decided) and `impossible`."""
    for column in records.columns:
        if column.missing:
            yield from _read_as_missing(records, column)
        if column.role in _ROLES:
            yield from _asked(column, missing_codes(column.name, _without_kept(records, column)))
            yield from _impossible(records, column)
        elif column.role is Role.DATE:
            yield from _asked(column, day_codes(_without_kept(records, column)))


def _read_as_missing(records: PatientTable, column: Column) -> Iterator[Finding]:
    there = Cells(records.raw[column.name])
    places = [place for place, text in enumerate(there.levels) if text in column.missing]
    n = int(there.counts[places].sum()) if places else 0
    if n:
        known = numbers(records.cells(column.name)).values
        told = _TAKEN_LABEL if column.role is Role.LABEL else _TAKEN if np.isfinite(known).any() else _TAKEN_WORDS
        low, high = (f"{bound:g}" for bound in (np.nanmin(known), np.nanmax(known))) if np.isfinite(known).any() else ("", "")
        codes = listed([there.levels[place] for place in places], most=MOST)
        message = told.format(codes=codes, k=len(places), name=shown(column.name), n=patients(n), low=low, high=high)
        yield Finding("read_as_missing", column.name, message, KEEP)


def _asked(column: Column, codes: Sequence[Code]) -> Iterator[Finding]:
    if codes:
        listing, n = listed([code.text for code in codes], most=MOST), patients(sum(code.n for code in codes))
        message = _ASKED.format(codes=listing, k=len(codes), name=shown(column.name), n=n)
        yield Finding("missing_code", column.name, message, MISSING, CHOICES)


def _without_kept(records: PatientTable, column: Column) -> Cells:
    """The cells without those that the user called values."""
    if not column.kept:
        return records.cells(column.name)
    return Cells(records.raw[column.name], read_as_missing=(*column.missing, *column.kept))


def impossible_texts(records: PatientTable, column: Column) -> list[str]:
    """Return the distinct texts of a number column whose value no patient can have, except those that the user called values."""
    if column.role is not Role.NUMBER:
        return []
    cells = records.cells(column.name)
    values = numbers(cells).of_levels
    odd = np.isfinite(values) & ~_within(values, possible(column.name)) | _sign_slips(values)
    odd &= (values != 0) | (
        cells.counts >= ZEROS * cells.n_known
    )  # in a large table, a few zeros are a pressure that could not be measured
    if not odd.any():
        return []
    coded = {code.text for code in missing_codes(column.name, cells)}
    return [text for text, out in zip(cells.levels, odd, strict=True) if out and text not in column.kept and text not in coded]


def _impossible(records: PatientTable, column: Column) -> Iterator[Finding]:
    texts = impossible_texts(records, column)
    if texts:
        cells = records.cells(column.name)
        where = records.patient_names.to_numpy()[np.isin(cells.texts().astype(str), texts)]
        message = _IMPOSSIBLE.format(texts=listed(texts), k=len(texts), name=shown(column.name), who=listed(map(str, where)))
        yield Finding("impossible", column.name, message, MISSING, CHOICES)


def _within(values: np.ndarray, spans: Sequence[tuple[float, float]]) -> np.ndarray:
    if not spans:
        return np.ones(len(values), dtype=np.bool_)
    inside: np.ndarray = np.any([(values >= low) & (values <= high) for low, high in spans], axis=0)
    # Where more than a few lie outside, the column is in another unit, standardized or a change: nothing is known about it.
    known = np.isfinite(values)
    few = (~inside & known).sum() <= max(1, FEW * known.sum())
    return inside if few else np.ones(len(values), dtype=np.bool_)


def _sign_slips(values: np.ndarray) -> np.ndarray:
    """Negative values, where all others lie far above zero."""
    positive = values[values > 0]
    negative: np.ndarray = values < 0
    few = 0 < negative.sum() <= max(1, 0.1 * len(values)) and len(positive) >= 6
    return negative if few and not (values == 0).any() and positive.min() >= 0.3 * positive.max() else negative & False


def read_as_missing(records: Records, finding: Finding) -> Records:
    """Return the records with the texts of a finding read as missing or, for the remedy `keep`, as values."""
    if finding.column is None:
        return records
    column = records.column(finding.column)
    if finding.kind == "read_as_missing":
        return with_missing(records, column.name, (), kept=(*column.kept, *column.missing))
    if finding.kind == "impossible":
        texts = impossible_texts(records, column)
    else:
        cells = _without_kept(records, column)
        texts = [code.text for code in (day_codes(cells) if column.role is Role.DATE else missing_codes(column.name, cells))]
    if finding.remedy == KEEP:
        return with_missing(records, column.name, column.missing, kept=(*column.kept, *texts))
    return with_missing(records, column.name, (*column.missing, *texts), kept=column.kept)


def with_missing(records: Records, name: str, missing: Sequence[str], kept: Sequence[str] = ()) -> Records:
    """Return the records with `missing` as the texts of a column that stand for a missing value; its role is guessed again."""
    column = replace(records.column(name), missing=tuple(dict.fromkeys(missing)), kept=tuple(dict.fromkeys(kept)))
    if column.role in _ROLES:
        role = guess_role(name, Cells(records.raw[name], read_as_missing=column.missing, kept=column.kept))
        column = replace(column, role=role if role in _ROLES else column.role)
    return records.with_columns([column if one.name == name else one for one in records.columns])


REMEDIES = dict.fromkeys(("missing_code", "read_as_missing", "impossible"), read_as_missing)
MOST = 5

_ASKED = Words(
    "{codes} in “{name}” ({n}) may be {k:a code|codes} for a missing value, as {k:it is|they are} far from the other values or below zero: read {k:it|them} as missing, unless {k:it is a real value|they are real values}.",
    "“{name}”中的{codes}（{n}）可能是缺失代码，因其远离其他取值或小于零：除非确为真实数值，请按缺失处理。",
)
_TAKEN = Words(
    "{codes} in “{name}” ({n}) {k:is read as a code|are read as codes} for a missing value, as the other values lie between {low} and {high}: if {k:it is a real value, keep it|they are real values, keep them}.",
    "“{name}”中的{codes}（{n}）按缺失代码处理，因其他取值在 {low} 至 {high} 之间：若确为真实数值，请保留。",
)
_TAKEN_WORDS = Words(
    "{codes} in “{name}” ({n}) {k:is read as a code|are read as codes} for a missing value: if {k:it is a real value, keep it|they are real values, keep them}.",
    "“{name}”中的{codes}（{n}）按缺失代码处理：若确为真实取值，请保留。",
)
_TAKEN_LABEL = Words(
    "{codes} in “{name}” {k:is read as a code|are read as codes} for an unknown diagnosis ({n} to diagnose): if {k:it is a diagnosis, keep it|they are diagnoses, keep them}.",
    "“{name}”中的{codes}按诊断未知的代码处理（{n}待诊断）：若确为一种诊断，请保留。",
)
_IMPOSSIBLE = Words(
    "{texts} in “{name}” ({who}) {k:is a value|are values} that no patient can have: correct the table, or read {k:it|them} as missing.",
    "“{name}”中的{texts}（{who}）是患者不可能有的数值：请更正表格，或按缺失处理。",
)
