"""The table of the upload check in which role, unit, reference range and cost of each column can be edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import Column, Role
from metamed_core.words import UserError, Words
from pages.parts.common.forms import complain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import PatientsState, Pending

MOST_HEIGHT = 760  # pixels of the table: twenty columns
COST = Words(
    "What it costs to measure a value, in any unit that all columns share (money, minutes, a score of burden); may stay empty. “What next” then sorts by gain for the cost.",
    "测定一项的费用，各列单位须一致（金额、分钟或负担评分），可留空。填写后，“下一步”按增益与费用之比排序。",
)


def roles_table(say: Say, patients: PatientsState, pending: Pending) -> None:
    """Draw the table of roles, units, reference ranges and costs."""
    columns = pending.records.columns
    key = f"roles_{pending.number}"

    number = pending.number

    def take_over() -> None:
        if key in st.session_state:  # an editor that was removed may still report once
            _take_over(patients, number, st.session_state[key]["edited_rows"])

    if patients.error_place == "roles":
        complain(say, patients.error)
    table = pd.DataFrame(
        {
            "column": [column.name for column in columns],
            "role": [column.role.value for column in columns],
            "unit": [column.unit for column in columns],
            "low": pd.Series([column.low for column in columns], dtype="float64"),
            "high": pd.Series([column.high for column in columns], dtype="float64"),
            "cost": pd.Series([column.cost for column in columns], dtype="float64"),
            "example": [_example(pending.records.raw[column.name]) for column in columns],
        }
    )
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        num_rows="fixed",
        disabled=["column", "example"],
        column_config=_role_columns(say),
        placeholder="",
        alt=say(Words("Role, unit, reference range and cost of each column", "各列的角色、单位、参考区间与费用")),
        on_change=take_over,
        height=min(35 * (len(table) + 1) + 3, MOST_HEIGHT),
    )


def _role_columns(say: Say) -> dict[str, Any]:
    show = st.column_config
    return {
        "column": show.TextColumn(say(Words("Column", "列")), pinned=True, width="medium"),
        "role": show.SelectboxColumn(
            say(Words("Role", "角色")),
            options=[role.value for role in Role],
            format_func=lambda value: say(Role(str(value)).title),
            required=True,
        ),
        "unit": show.TextColumn(say(Words("Unit", "单位")), max_chars=30),
        "low": show.NumberColumn(say(Words("Normal from", "参考下限"))),
        "high": show.NumberColumn(say(Words("Normal to", "参考上限"))),
        "cost": show.NumberColumn(say(Words("Cost", "费用")), min_value=0.0, help=say(COST)),
        "example": show.TextColumn(say(Words("Some values", "部分取值"))),
    }


def _example(cells: pd.Series) -> str:
    found: dict[str, None] = {}
    for cell in cells.array:  # the whole column is looked through only where it holds few texts
        if len(found) == 4:
            break
        if cell is not None:
            found[cell] = None
    return " · ".join(cell[:24] for cell in found)


def _take_over(patients: PatientsState, number: int, edits: dict[int, dict[str, Any]]) -> None:
    """Apply the edits of the table `number` to the pending records; after an invalid edit, a new editor discards it."""
    pending = patients.pending
    # An editor of another table may still report once after its removal.
    if pending is not None and pending.number == number and not patients.attempt(lambda: _apply(pending, edits), error_place="roles"):
        pending.renew()


def _apply(pending: Pending, edits: dict[int, dict[str, Any]]) -> None:
    """Apply the edits of the table of roles. Raises UserError for two columns of diagnoses or an invalid range."""
    columns = list(pending.records.columns)
    for place, change in edits.items():
        columns[place] = _changed(columns[place], change)
    # The role of diagnosis moves from the previous column to the newly selected one.
    fresh = [
        place
        for place, change in edits.items()
        if change.get("role") == Role.LABEL.value and pending.records.columns[place].role != Role.LABEL
    ]
    if fresh:
        columns = [replace(c, role=Role.IGNORE) if c.role is Role.LABEL and at != fresh[-1] else c for at, c in enumerate(columns)]
    pending.change(lambda records: records.with_columns((*records.columns, *columns)))  # the last of a name counts


def _changed(column: Column, change: dict[str, Any]) -> Column:
    role = Role(change["role"]) if change.get("role") else column.role
    low, high = change.get("low", column.low), change.get("high", column.high)
    if low is not None and high is not None and low >= high:
        said = Words(
            "The reference range of {column} ends ({high}) before it begins ({low}): put the lower value first.",
            "“{column}”的参考区间下限（{low}）不小于上限（{high}）：请先填较小的值。",
        )
        raise UserError(said.format(column=column.name, low=f"{low:g}", high=f"{high:g}"))
    cost = change.get("cost", column.cost)
    confirmed = column.confirmed or change.get("role") == Role.LABEL.value
    return replace(column, role=role, confirmed=confirmed, unit=change.get("unit", column.unit) or "", low=low, high=high, cost=cost)
