"""Twelve patients, eight of them diagnosed, with columns of a test's own."""

from __future__ import annotations

from itertools import cycle, islice

import pandas as pd

from metamed_core.data.records import PatientRecords

AGES = (61, 58, 66, 70, 24, 31, 28, 35, 64, 29, 57, 33)
DIAGNOSES = [*["gout"] * 4, *["lupus"] * 4, *[None] * 4]


def patients(diagnosis: list[str | None] | None = None, **columns: str) -> PatientRecords:
    """Records with columns written as `13.9|14.2|`: their cells are repeated to twelve, an empty one is a blank."""
    texts = {name.replace("__", " "): [cell or None for cell in islice(cycle(cells.split("|")), 12)] for name, cells in columns.items()}
    table = pd.DataFrame({"patient": [f"P{row:02d}" for row in range(1, 13)], "age": list(map(str, AGES)), **texts}, dtype=object)
    table["diagnosis"] = DIAGNOSES if diagnosis is None else diagnosis
    return PatientRecords.from_table(table)


def told(records: PatientRecords, kind: str) -> str:
    """The English sentence of the one finding of a kind; empty if there is none."""
    sentences = [finding.message.en for finding in records.findings if finding.kind == kind]
    assert len(sentences) <= 1, sentences
    return sentences[0] if sentences else ""


def values(records: PatientRecords, name: str, n: int) -> list[object]:
    """The first values of a column; a missing one is None."""
    return [None if pd.isna(value) else value for value in records.features[name].tolist()[:n]]
