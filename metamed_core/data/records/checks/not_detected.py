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
        cells = records.raw[column.name]
        # Nearly all cells of a large table are numbers: their last character says so, and spares the cleaning.
        odd = {text for text in map(str, cells.dropna().unique()) if _may_be(text) and clean(text).lower() in TWO_MEANINGS}
        if odd and not odd & set(column.kept):
            counts = cells[cells.isin(odd)].value_counts()
            found[column.name] = int(counts.sum())
            texts |= dict.fromkeys(map(str, counts.index))
    if found:
        name = next(iter(found)) if len(found) == 1 else None
        message = _ND.format(texts=listed(texts), names=listed(found), n=patients(sum(found.values())))
        yield Finding("not_detected", name, message, None)


def _may_be(text: str) -> bool:
    return len(text) < 6 and not text[-1:].isdigit()


_ND = Words(
    "{texts} in {names} ({n}) is read as missing: write 0 or a limit such as <5 if it means that nothing was detected.",
    "{names}中的{texts}（{n}）按缺失处理：若表示未检出，请改写为 0 或检测限（如 <5）。",
)
