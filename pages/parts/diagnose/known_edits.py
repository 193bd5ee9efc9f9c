"""What an edit of the knowledge does: a statement is checked against its column first, and one that does not fit changes nothing.

The knowledge belongs to its table and is a part of `Patients`; so it is saved, replaced and forgotten with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metamed_core.data import PatientEncoder, shown, with_typed_cell
from metamed_core.knowledge import Knowledge, Statement, canonical, fold, known_rows, read_knowledge
from metamed_core.words import UserError, Words, without_controls
from pages.parts.common.apart import Job
from pages.parts.common.patients_state import Patients
from pages.parts.common.reading import result_of
from pages.parts.common.sign_in import check_may_open_tables
from pages.parts.diagnose.adaptation_state import Adaptation
from pages.parts.diagnose.rows_and_columns import diagnoses

KNOWN = "known"
"""The part of the page that shows the errors of these edits."""
GRID, ROW = "known_grid", "known_row"
"""The two editors; the other one is drawn anew after an edit, or it would repeat an older edit of its own."""
MOST_WEIGHT = 10.0

_NO_STATEMENT = Words(
    "Nothing is said of “{column}” in “{diagnosis}”, so it can have no weight and no source: make the statement first.",
    "尚未陈述“{diagnosis}”的“{column}”，因此不能填写权重或来源：请先填写陈述。",
)
_TWICE = Words(
    "{file} makes two statements on “{diagnosis}” and “{column}”, which differ in case or blanks only: keep one of them.",
    "{file} 对“{diagnosis}”的“{column}”有两条陈述（仅大小写或空格不同）：请只保留一条。",
)
_EMPTY = Words("{file} makes no statement: fill in its column “statement”.", "{file} 中没有任何陈述：请填写“statement”列。")
_NO_NAME = Words("No diagnosis was typed: type its name.", "未输入诊断：请输入其名称。")
_THERE = Words("“{diagnosis}” has a row already: fill it in.", "“{diagnosis}”已有一行：请直接填写。")
_NO_LABEL = Words(
    "The table has no column of diagnoses: choose one under “Roles, units and reference ranges”.",
    "表格没有诊断列：请在“角色、单位与参考区间”中指定。",
)
_MORE = Words("And {n} more {n:cell was|cells were} refused.", "另有 {n} 个单元格未被采用。")


def rows_of(patients: Patients) -> list[str]:
    """The diagnoses of which something can be said: those of the table, those added, and those of a file."""
    return list(dict.fromkeys([*diagnoses(patients), *patients.knowledge.diagnoses]))


def said_in(patients: Patients, diagnosis: str, column: str, changes: Mapping[str, Any]) -> Patients:
    """The patients after a change of one statement: its `text`, `weight` or `source`. Raises UserError if it does not fit its column."""
    before = patients.knowledge.cell(diagnosis, column) or Statement(diagnosis, column, "")
    text = canonical(_typed(changes.get("text", before.text)))
    weight, source = changes.get("weight", before.weight), _typed(changes.get("source", before.source))
    one = Statement(diagnosis, column, text, min(max(1.0 if weight is None else float(weight), 0.0), MOST_WEIGHT), source)
    if one == before:  # an editor reports its earlier edits again
        return patients
    if not before.text and not text:
        if "text" in changes:  # an emptied cell, reported again
            return patients
        raise UserError(_NO_STATEMENT.format(diagnosis=shown(diagnosis), column=shown(column)))
    changed = _in_order(patients.knowledge.with_statement(one))
    _check_fit(patients, Knowledge((one,) if text else ()))
    return replace(patients, knowledge=changed)


def take_over(state: Adaptation, typed: Mapping[tuple[str, str], Mapping[str, Any]], editor: str) -> None:
    """Make statements part of the knowledge, by diagnosis and column; each that does not fit is refused with a sentence, all others are kept."""
    patients, refused = state.patients, []
    for (diagnosis, column), changes in typed.items():
        try:
            changed = said_in(patients.current, diagnosis, column, changes)
        except UserError as error:
            refused.append(error.words)
        else:
            if changed is not patients.current:
                patients.work_on(changed)
    draw_anew(state, ROW if editor == GRID else GRID)
    if refused:
        more = _MORE.format(n=len(refused) - 1)
        patients.error, patients.error_place = refused[0] + more if len(refused) > 1 else refused[0], KNOWN
        draw_anew(state, editor)  # one that does not hold the refused text any more


def open_file(state: Adaptation, name: str, data: bytes) -> None:
    """The knowledge of a file takes the place of what was said. Raises UserError, and then changes nothing."""
    check_may_open_tables()
    take(state, name, result_of(Job(read_knowledge, name, data)))


def take(state: Adaptation, name: str, told: Knowledge) -> None:
    """This knowledge, of the file `name`, takes the place of what was said. Raises UserError, and then changes nothing."""
    here = state.patients.current
    found = _spelled(here, name, told)
    if not found.statements:
        raise UserError(_EMPTY.format(file=name))
    _check_fit(here, found)
    change(state, replace(here, knowledge=_in_order(Knowledge(tuple(replace(one, line=None) for one in found.statements)))))


def add_diagnosis(state: Adaptation, name: str) -> None:
    """A row for a diagnosis that no patient has. Raises UserError."""
    here, name = state.patients.current, _typed(name)
    if not name:
        raise UserError(_NO_NAME)
    if fold(name) in map(fold, rows_of(here)):
        raise UserError(_THERE.format(diagnosis=shown(name)))
    label = here.records.label
    if label is None:
        raise UserError(_NO_LABEL)
    with_typed_cell(here.records, here.records.raw.index[0], label.name, name)  # refuses what could not be chosen later
    change(state, replace(here, levels={**here.levels, label.name: (*here.levels.get(label.name, ()), name)}))


def change(state: Adaptation, patients: Patients) -> None:
    """Work on the same patients with other knowledge; both editors are drawn anew."""
    state.patients.work_on(patients)
    draw_anew(state, GRID)
    draw_anew(state, ROW)


def draw_anew(state: Adaptation, editor: str) -> None:
    """Another editor in the place of this one."""
    state.view[editor] = str(int(state.view.get(editor, "0")) + 1)


def key_of(state: Adaptation, editor: str) -> str:
    """The key of an editor in the browser."""
    return f"{editor}_{state.patients.current.source}_{state.view.get(editor, '0')}"


def _typed(text: object) -> str:
    return "" if text is None else without_controls(str(text)).strip()


def _in_order(told: Knowledge) -> Knowledge:
    """The same in the order of the file, so that knowledge that says the same is equal."""
    return Knowledge(tuple(sorted(told.statements, key=lambda one: (one.diagnosis, one.column))))


def _check_fit(patients: Patients, told: Knowledge) -> None:
    """Raise UserError for a statement that does not fit its column."""
    records = patients.in_use
    if told.statements:
        encoder = PatientEncoder.fit(records.features, records.reference_ranges)
        known_rows(told, encoder, records.features, told.diagnoses, records.reference_ranges)


def _spelled(patients: Patients, file: str, told: Knowledge) -> Knowledge:
    """Diagnoses and columns as the table spells them, where they differ in case and blanks only."""
    names = {fold(name): name for name in rows_of(replace(patients, knowledge=Knowledge()))}
    columns = {fold(column.name): column.name for column in patients.records.feature_columns}
    found: dict[tuple[str, str], Statement] = {}
    for one in told.statements:
        at = names.setdefault(fold(one.diagnosis), one.diagnosis), columns.setdefault(fold(one.column), one.column)
        if at in found:
            raise UserError(_TWICE.format(file=shown(file), diagnosis=shown(at[0]), column=shown(at[1])))
        found[at] = replace(one, diagnosis=at[0], column=at[1])
    return Knowledge(tuple(found.values()))
