"""What an edit of a table does to the patients, the list of all edits with before and after, and undo of one or all."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from metamed_core.data import Column, Edit, EditKind, edits, shown, undone, with_typed_cell
from metamed_core.words import UserError, Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients
from pages.parts.common.session_cache import cached
from pages.parts.diagnose.adaptation_state import Adaptation

MOST_EDITS = 20  # edits that are listed
EMPTY = Words("empty", "空")
TITLES = {
    EditKind.PATIENT_ADDED: Words("patient added", "已添加患者"),
    EditKind.PATIENT_REMOVED: Words("patient removed", "已删除患者"),
    EditKind.COLUMN_ADDED: Words("column added", "已添加列"),
    EditKind.COLUMN_REMOVED: Words("column removed", "已删除列"),
}


@dataclass(frozen=True)
class Shown:
    """The part of the table that is on the screen; features are keyed by their place in the table so that no name can clash with ours."""

    rows: tuple[Hashable, ...]
    columns: dict[str, Column]


def take_over(state: Adaptation, on_screen: Shown, typed: dict[int, dict[str, Any]], which: str = "labeled") -> None:
    """Make the edits part of the patients; each that cannot be read is refused with a sentence, and all others are kept."""
    patients, refused = state.patients, []
    for place, changes in typed.items():
        for key, value in changes.items():
            try:
                changed = _edited(patients.current, on_screen.rows[place], key, value, on_screen.columns)
            except UserError as error:
                refused.append(error.words)
            else:
                patients.work_on(changed)
    if refused:
        more = Words("And {n} more {n:cell was|cells were} refused.", "另有 {n} 个单元格未被采用。").format(n=len(refused) - 1)
        patients.error, patients.error_place = refused[0] + more if len(refused) > 1 else refused[0], which
        state.editors += 1  # a new editor, which does not hold the refused value any more


def _edited(patients: Patients, row: Any, key: str, value: Any, columns: dict[str, Column]) -> Patients:
    if key == "use":
        return replace(patients, dropped=patients.dropped - {row} if value else patients.dropped | {row})
    text = None if value is None else str(value)
    if key == "label" and patients.records.label is not None:
        # A patient who loses the diagnosis is asked about from now on, so nothing may leave them out.
        records = with_typed_cell(patients.records, row, patients.records.label.name, text)
        return replace(patients, records=records, dropped=patients.dropped - {row}, edited=True)
    return replace(patients, records=with_typed_cell(patients.records, row, columns[key].name, text), edited=True)


def edits_of(patients: Patients) -> tuple[Edit, ...]:
    """All differences of the table from the one that was opened."""
    found: tuple[Edit, ...] = cached("edits", (patients.original, patients.records), lambda: edits(patients.original, patients.records))
    return found


def edit_list(say: Say, state: Adaptation) -> None:
    """The edits, each with before and after and a button to undo it; then a button to undo all."""
    patients = state.patients.current
    found = edits_of(patients)
    if not (found or patients.dropped):
        return
    if found:
        st.markdown(f"**{say(Words('Edited ({n}), marked ✎ in the tables', '已修改（{n} 处，表中以 ✎ 标出）').format(n=len(found)))}**")
    for at, edit in enumerate(found[:MOST_EDITS]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(plain(_told(say, patients, edit)), width="content")
            title = say(Words("Undo", "撤销"))
            st.button(title, key=f"undo_{at}", icon=":material/undo:", type="tertiary", on_click=_undo_one, args=(state, at))
    if len(found) > MOST_EDITS:
        st.caption(say(Words("And {n} more edits.", "另有 {n} 处修改。").format(n=len(found) - MOST_EDITS)))
    back = Words("Undo all edits", "撤销全部修改")
    st.button(say(back), key="undo", icon=":material/undo:", type="tertiary", on_click=undo_all, args=(state,))


def _told(say: Say, patients: Patients, edit: Edit) -> str:
    if edit.kind in TITLES:
        about = shown(edit.column) if edit.column is not None else name_of(patients, edit.row)
        return f"{about}: {say(TITLES[edit.kind])}"
    before, after = (say(EMPTY) if text is None else shown(text) for text in (edit.before, edit.after))
    return f"{name_of(patients, edit.row)} · {shown(str(edit.column))}: {before} → {after}"


def name_of(patients: Patients, row: Hashable) -> str:
    """What a patient is called, also one who was removed."""
    names: Any = patients.records.patient_names if row in patients.records.raw.index else patients.original.patient_names
    return str(names.get(row, ""))


def _undo_one(state: Adaptation, at: int) -> None:
    here = state.patients.current
    found = edits(here.original, here.records)
    if at < len(found):
        state.patients.attempt(lambda: restructure(state, undone(here.original, here.records, found[at])))


def undo_all(state: Adaptation) -> None:
    """Go back to the table as it was opened."""
    here = state.patients.current
    state.patients.work_on(replace(here, records=here.original, dropped=frozenset(), edited=False))
    state.editors += 1


def restructure(state: Adaptation, records: Any) -> None:
    """Work on records with other rows or columns: the tables are drawn anew."""
    here = state.patients.current
    dropped = frozenset(here.dropped & set(records.raw.index))
    state.patients.work_on(replace(here, records=records, dropped=dropped, edited=True))
    state.editors += 1
