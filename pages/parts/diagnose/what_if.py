"""What if: other values of the chosen patient, tried beside the answer. The table stays as it is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import Column, PatientRecords, Role, with_typed_cell
from metamed_core.diagnosis import NO_VALUE, Answer, Case, Change, Value, evidence, smallest_change
from metamed_core.drawing import SeriesStyle
from metamed_core.words import UserError, Words, chance
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import bound, choice
from pages.parts.common.forms import complain
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.value_text import value_text

AT_HAND, MOST = 6, 60  # columns with the largest contributions, and all that have a field
LISTED = 4  # diagnoses
BAR = 24
HOW = Words(
    "Type other values: the answer moves at once. It is only tried: the table, the labeled patients and the scale of the columns stay as they are.",
    "输入其他数值，答案随即变化。仅作尝试：表格、已确诊患者与各列的尺度均保持不变。",
)
SMALLEST = Words(
    "The smallest single change that would change the answer: {column} from {before} to {after} gives {answer}.",
    "足以改变答案的最小单项变化：{column}由 {before} 变为 {after}，答案即为{answer}。",
)
NONE_CHANGES = Words(
    "No change of a single value, within the range of this table, would change the answer.",
    "在本表取值范围内，任何单项变化都不会改变答案。",
)


def what_if(say: Say, state: Adaptation, case: Case, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """The smallest change, the answer with the values that were typed beside the one without, and the fields."""
    row, source = answer.diagnosis.row, state.patients.current.source
    smallest = cached("smallest_change", (case.records, case.trace, case.step_index, case.position), lambda: smallest_change(case))
    st.markdown(_smallest(say, source, smallest, styles))
    tried, error = tried_case(state, case, row)
    complain(say, error)
    if tried.changed:
        _both(say, case, tried, styles)
        st.button(
            say(Words("Back to the values of the table", "恢复表中的数值")),
            key="try_none",
            on_click=state.tried.clear,
            icon=":material/undo:",
        )
    st.caption(say(HOW))
    columns = _by_weight(case)
    _fields(say, state, case.records, row, columns[:AT_HAND])
    if rest := columns[AT_HAND:MOST]:
        with st.expander(say(Words("All other columns ({n})", "其余各列（{n}）").format(n=len(rest))), key="try_all"):
            _fields(say, state, case.records, row, rest)


def _by_weight(case: Case) -> list[Column]:
    """The columns, those that weigh most between the first and the second diagnosis first."""
    rival = case.ranked[1][0]
    told = cached("evidence", (case.records, case.trace, case.step_index, case.position, rival), lambda: evidence(case, second=rival))
    return [one.column for one in told.columns]


def tried_case(state: Adaptation, case: Case, row: Hashable) -> tuple[Case, Words | None]:
    """The patient with the values that were typed, and what is wrong with the last one that cannot be read; that one is left out."""
    values: dict[str, Value] = {}
    error = None
    for (whose, name), text in state.tried.items():
        if whose == row:
            try:
                typed = with_typed_cell(case.records, row, name, text)
            except UserError as found:
                error = found.words
                continue
            cell: Any = typed.features.at[row, name]
            values[name] = None if pd.isna(cell) else cell
    return (case.with_values(values) if values else case), error


def _smallest(say: Say, source: str, change: Change | None, styles: dict[str, SeriesStyle]) -> str:
    if change is None:
        return say(NONE_CHANGES)
    before, after = (_as_written(say, source, change.column, value) for value in (change.before, change.after))
    named = f"{mark(styles[change.first])}\u00a0{plain(styles[change.first].name)}"
    return say(SMALLEST).format(column=plain(heading(say, change.column)), before=before, after=after, answer=named)


def _as_written(say: Say, source: str, column: Column, value: object) -> str:
    if column.role is Role.YES_NO and value is not None:
        return say(Words("yes", "是") if value == 1.0 else Words("no", "否"))
    return plain(value_text(say, source, column, value)) if column.role is not Role.NUMBER else plain(f"{value:.4g}")


def _both(say: Say, case: Case, tried: Case, styles: dict[str, SeriesStyle]) -> None:
    """The answer of the table and the one that was tried."""
    before, after = dict(case.ranked), dict(tried.ranked)
    names = list(dict.fromkeys([name for name, _ in tried.ranked[:LISTED]] + [name for name, _ in case.ranked[:2]]))
    diagnosis, table, what = (
        say(words)
        for words in (Words("Diagnosis", "诊断"), Words("As in the table", "按表中数值"), Words("With your values", "按您的数值"))
    )
    rows = [
        {
            diagnosis: f"{mark(styles[name])}\u00a0{plain(styles[name].name)}",
            table: plain(chance(before[name])),
            what: f"{plain(chance(after[name]))}\u00a0{bar(after[name], '#15807D', BAR)}",
        }
        for name in names
    ]
    alt = say(Words("The answer with other values", "采用其他数值时的答案"))
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, width="content", alt=alt)


def _fields(say: Say, state: Adaptation, records: PatientRecords, row: Hashable, columns: Sequence[Column]) -> None:
    with st.grid(3, gap="small"):
        for column in columns:
            _field(say, state, records, row, column)


def _field(say: Say, state: Adaptation, records: PatientRecords, row: Hashable, column: Column) -> None:
    name = column.name
    raw = records.raw.at[row, name]
    told = "" if raw is None else str(raw)
    key, label = f"try_{row}_{list(records.raw.columns).index(name)}", plain(heading(say, column))
    now = state.tried.get((row, name), told)
    write = partial(_take, state, row, name, told)
    if column.role is Role.NUMBER or column.role is Role.DATE:
        bound(st.text_input, label, key=key, value=now, write=write, placeholder=NO_VALUE)
        return
    levels = sorted({str(level) for level in records.raw[name].dropna().unique()})
    offered = {"": NO_VALUE} | {level: say(cohorts.called(state.patients.current.source, level)) for level in levels}
    choice(st.selectbox, label, offered, key=key, value=now, write=write)


def _take(state: Adaptation, row: Hashable, name: str, told: str, text: str | None) -> None:
    if (text or "") == told:
        state.tried.pop((row, name), None)
    else:
        state.tried[row, name] = text or ""
