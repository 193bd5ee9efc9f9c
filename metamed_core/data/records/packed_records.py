"""A table of patients as JSON values and back: cells as they stand in the file, roles, units, ranges, and the account of the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.data.formats.reading import LeftOut, Note, Reading, ReadOptions, RowKind
from metamed_core.data.formats.table import check_size
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.words import Words


def packed_records(records: PatientRecords) -> dict[str, Any]:
    """Return the table as values that JSON can hold; `unpacked_records` makes the same records of them, to the digit."""
    return {
        "columns": [
            {field.name: _packed(getattr(column, field.name)) for field in dataclasses.fields(column)} for column in records.columns
        ],
        "rows": [row if isinstance(row, str) else int(row) for row in records.raw.index],
        "cells": records.raw.to_numpy(dtype=object).tolist(),
        "reading": None if records.reading is None else _packed(records.reading),
        "sha256": records.sha256,
    }


def unpacked_records(table: Mapping[str, Any]) -> PatientRecords:
    """Return the records of `packed_records`. Raises ValueError, KeyError or TypeError if the values are not such a table."""
    columns = tuple(_column(column) for column in table["columns"])
    names, rows = [column.name for column in columns], table["rows"]
    check_size(n_rows=len(rows), n_columns=len(names))
    texts = all(cell is None or isinstance(cell, str) for row in table["cells"] for cell in row)
    if not texts or len(set(rows)) < len(rows) or not all(isinstance(row, int | str) for row in rows):
        raise ValueError
    cells = np.array(table["cells"], dtype=object).reshape(len(rows), len(names))
    raw = pd.DataFrame(cells, index=pd.Index(rows), columns=pd.Index(names, dtype=object), dtype=object)
    records = PatientRecords(raw, (), _reading(table["reading"])).with_columns(columns)
    if records.sha256 != table["sha256"]:
        raise ValueError
    return records


def _packed(value: Any) -> Any:
    """Dataclasses as objects, tuples as lists; the choices of a note are left out, since they need the file itself."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _packed(getattr(value, one.name)) for one in dataclasses.fields(value) if one.name != "choices"}
    if isinstance(value, list | tuple):
        return [_packed(one) for one in value]
    return {str(name): _packed(one) for name, one in value.items()} if isinstance(value, dict) else value


def _column(packed: Mapping[str, Any]) -> Column:
    title = packed["title"]
    return Column(**{**_with_tuples(packed), "role": Role(packed["role"]), "title": None if title is None else Words(**title)})


def _reading(packed: Mapping[str, Any] | None) -> Reading | None:
    if packed is None:
        return None
    made = _with_tuples(packed)
    made["left_out"] = tuple(LeftOut(**{**row, "kind": RowKind(row["kind"])}) for row in packed["left_out"])
    made["notes"] = tuple(Note(**{**note, "message": Words(**note["message"])}) for note in packed["notes"])
    made["options"] = ReadOptions(**_with_tuples(packed["options"]))
    return Reading(**made)


def _with_tuples(packed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in packed.items()}
