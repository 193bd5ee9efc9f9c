"""Checks for `ND` among measurements: it is read as missing, but may mean not detected."""

from __future__ import annotations

from collections.abc import Iterator

from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.words import Words

RANK = 4

TWO_MEANINGS = frozenset({"nd", "n.d.", "n. d.", "nil"})


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield one finding of kind `not_detected` for the whole table."""
    found: dict[str, int] = {}
    texts: dict[str, None] = {}
    for column in records.feature_columns:
        if records.cells(column.name).are_digits:
            continue
        counts = records.raw[column.name].value_counts()
        odd = [str(text) for text in counts.index if len(str(text)) < 6 and clean(str(text)).lower() in TWO_MEANINGS]
        if odd and not set(odd) & set(column.kept):
            found[column.name] = int(counts[odd].sum())
            texts |= dict.fromkeys(odd)
    if found:
        name = next(iter(found)) if len(found) == 1 else None
        message = _ND.format(texts=listed(texts), names=listed(found), n=patients(sum(found.values())))
        yield Finding("not_detected", name, message, None)


_ND = Words(
    "{texts} in {names} ({n}) is read as missing: write 0 or a limit such as <5 if it means that nothing was detected.",
    "{names}中的{texts}（{n}）按缺失处理：若表示未检出，请改写为 0 或检测限（如 <5）。",
)
