"""Tables to take away, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral

import pandas as pd

from metamed_core.diagnosis.diagnosis import Diagnosis
from metamed_core.words import INTENDED_USE

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is run by Excel, LibreOffice or Sheets (OWASP, CSV injection); the full-width forms too."""


def harmless(text: object) -> str:
    """The text with a leading apostrophe where a spreadsheet would read a formula."""
    cell = "" if text is None else str(text)
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def predictions_table(diagnoses: Sequence[Diagnosis], classes: Sequence[str], run: Mapping[str, object]) -> pd.DataFrame:
    """One row a patient; the column names are the same in every language, so that a script can read them.

    patient, row (1: the first patient of the file), predicted, probability, p(<class>)..., nearest_1, nearest_1_diagnosis,
    nearest_1_distance, ..., then `run` (what produced the answers: algorithm, step, seed, ...), intended_use.
    """
    n_nearest, told = max((len(one.nearest) for one in diagnoses), default=0), {**run, "intended_use": INTENDED_USE.en}
    rows = [_row(one, classes, n_nearest) | told for one in diagnoses]
    return pd.DataFrame(rows, columns=[*_columns(classes, n_nearest), *told])


def predictions_csv(diagnoses: Sequence[Diagnosis], classes: Sequence[str], run: Mapping[str, object]) -> bytes:
    """`predictions_table` as CSV; UTF-8 with a byte order mark, without which Excel garbles Chinese."""
    table = predictions_table(diagnoses, classes, {name: harmless(value) for name, value in run.items()})
    return table.to_csv(index=False, lineterminator="\r\n", float_format="%.6f").encode("utf-8-sig")


def _columns(classes: Sequence[str], n_nearest: int) -> list[str]:
    nearest = [f"nearest_{k + 1}{part}" for k in range(n_nearest) for part in ("", "_diagnosis", "_distance")]
    return ["patient", "row", "predicted", "probability", *(f"p({name})" for name in classes), *nearest]


def _row(one: Diagnosis, classes: Sequence[str], n_nearest: int) -> dict[str, object]:
    proba = dict(one.ranked)
    number = int(one.row) + 1 if isinstance(one.row, Integral) else harmless(one.row)
    row: dict[str, object] = {"patient": harmless(one.name), "row": number, "predicted": harmless(one.top), "probability": one.probability}
    row |= {f"p({name})": proba[name] for name in classes}
    for k, neighbour in enumerate(one.nearest[:n_nearest]):
        row[f"nearest_{k + 1}"] = harmless(neighbour.name)
        row[f"nearest_{k + 1}_diagnosis"] = harmless(neighbour.diagnosis)
        row[f"nearest_{k + 1}_distance"] = neighbour.distance
    return row
