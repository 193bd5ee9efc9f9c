"""Read a file that describes columns: role, unit, reference range, cost, and names in two languages."""

from __future__ import annotations

import csv
import io
import math

from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.words import UserError, Words

FIELDS = ("column", "role", "unit", "low", "high", "en", "zh", "missing", "cost")


def read_columns(name: str, data: bytes) -> tuple[Column, ...]:
    """Read column descriptions from a CSV file.

    Parameters
    ----------
    name
        The file name, for error messages.
    data
        UTF-8 CSV with the fields `column`, `role` and optionally `unit`, `low`, `high`, `en`, `zh`, `missing` (codes, separated by `|`),
        `cost` (of measuring a value, in any unit that all columns share).

    Raises
    ------
    UserError
        If these fields are missing, a role does not exist, or a limit of a range or a cost is not a number.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(_NO_FIELDS.format(file=name)) from error
    if not rows or not {"column", "role"} <= set(rows[0]):
        raise UserError(_NO_FIELDS.format(file=name))
    return tuple(_column(name, row) for row in rows)


def _column(file: str, row: dict[str, str]) -> Column:
    cell = {field: (row.get(field) or "").strip() for field in FIELDS}
    try:
        low, high = (float(cell[end]) if cell[end] else None for end in ("low", "high"))
        role, cost = Role(cell["role"]), _cost(cell["cost"])
    except ValueError as error:
        raise UserError(_BAD_ROW.format(file=file, column=cell["column"], roles=", ".join(Role))) from error
    title = Words(cell["en"], cell["zh"]) if cell["en"] else None
    missing = tuple(code.strip() for code in cell["missing"].split("|") if code.strip())
    return Column(name=cell["column"], role=role, unit=cell["unit"], low=low, high=high, title=title, missing=missing, cost=cost)


def _cost(text: str) -> float | None:
    """A cost, None for no text. Raises ValueError for what is no number of 0 or more."""
    if not text:
        return None
    cost = float(text)
    if not 0 <= cost < math.inf:
        raise ValueError(text)
    return cost


_NO_FIELDS = Words(
    "{file} does not describe columns: give a CSV with the fields column, role and, where known, unit, low, high, en, zh, cost.",
    "{file} 没有说明各列：请提供含有 column、role 字段（以及已知的 unit、low、high、en、zh、cost）的 CSV 文件。",
)
_BAD_ROW = Words(
    "{file} describes the column “{column}” wrongly: the role must be one of {roles}, and low, high and cost numbers or empty, no cost below 0.",
    "{file} 对列“{column}”的说明有误：role 应为 {roles} 之一，low、high 与 cost 应为数字或留空，cost 不得小于 0。",
)
