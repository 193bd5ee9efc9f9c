"""A table of patients as JSON values and back: cells as they stand in the file, roles, units, ranges, and the account of the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metamed_core.data.formats.reading import Reading
from metamed_core.data.formats.table import check_size
from metamed_core.data.records.columns.roles import Column
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.data.typed_json import from_json


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
    rows = table["rows"]
    check_size(n_rows=len(rows), n_columns=len(table["columns"]))
    columns = tuple(from_json(Column, column) for column in table["columns"])
    names = [column.name for column in columns]
    texts = all(cell is None or isinstance(cell, str) for row in table["cells"] for cell in row)
    if not texts or len(set(rows)) < len(rows) or not all(type(row) in {int, str} for row in rows):
        raise ValueError
    cells = np.array(table["cells"], dtype=object).reshape(len(rows), len(names))
    raw = pd.DataFrame(cells, index=pd.Index(rows), columns=pd.Index(names, dtype=object), dtype=object)
    records = PatientRecords(raw, (), None if table["reading"] is None else from_json(Reading, table["reading"])).with_columns(columns)
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
