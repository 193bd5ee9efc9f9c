"""Asks which column holds the diagnoses where several are plausible, where none says so, and where it is spread over tick columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from metamed_core.data.formats.reading import Choice
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed
from metamed_core.data.records.columns.label_choice import guess_label, is_ticked, option_of, tick_columns
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 1
MOST_CHOICES = 4
USE = "use:"
"""A remedy that begins so gives the column behind it the role of the diagnosis."""
JOIN = "join"


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield a finding of kind `guessed_label`, `which_label`, `tick_label` or `no_label`; none if the user chose the column."""
    label = records.label
    if label is not None and label.confirmed:
        return
    in_use = [column for column in records.columns if column.role not in {Role.IDENTIFIER, Role.IGNORE, Role.FILE_NUMBER}]
    cells = {column.name: records.cells(column.name) for column in in_use}
    words = {column.name for column in in_use if column.role in {Role.CATEGORY, Role.LABEL}}
    guess = guess_label(cells, words, cells.keys() - words)
    plausible = [name for name in (guess.name, *guess.others) if name is not None and (label is None or name != label.name)]
    if label is None:
        if guess.ticks:
            choices = (Choice(_JOIN, remedy=JOIN), *_choices([*guess.ticks, *plausible]))
            yield Finding("tick_label", None, _TICKS.format(names=listed(guess.ticks, MOST_CHOICES)), None, choices[:MOST_CHOICES])
        elif plausible:
            yield Finding("no_label", None, _NO_LABEL.format(names=listed(plausible)), None, _choices(plausible))
        return
    said = {"label": shown(label.name), "others": listed(plausible)}
    choices = _choices([label.name, *plausible])
    if guess.named and guess.name == label.name:
        if plausible:
            yield Finding("which_label", label.name, _WHICH.format(**said), None, choices)
    else:
        yield Finding("guessed_label", label.name, (_GUESSED_OF if plausible else _GUESSED).format(**said), None, choices)


def chosen(records: Records, finding: Finding) -> Records:
    """Return the records with the column that the user chose as the diagnosis, or with tick columns joined to one."""
    if finding.remedy == JOIN:
        return _joined(records)
    name = (finding.remedy or "").removeprefix(USE)
    return records.with_columns([_as_chosen(column, name) for column in records.columns])


REMEDIES = {"guessed_label": chosen, "which_label": chosen, "tick_label": chosen, "no_label": chosen}


def _choices(names: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(Words(f"“{shown(name)}”", f"“{shown(name)}”"), remedy=USE + name) for name in names[:MOST_CHOICES])


def _as_chosen(column: Column, name: str) -> Column:
    if column.name == name:
        return replace(column, role=Role.LABEL, confirmed=True)
    return replace(column, role=Role.IGNORE) if column.role is Role.LABEL else column


def _joined(records: Records) -> Records:
    """The records with one column of diagnoses made of the tick columns; patients with no tick, or with several, stay undiagnosed."""
    ticks = tick_columns({column.name: records.cells(column.name) for column in records.columns})
    options = [option_of(name) or (name, name) for name in ticks]
    ticked = np.array([list(map(is_ticked, records.cells(name).texts())) for name in ticks]).T
    names = np.array([answer for _, answer in options], dtype=object)
    label = options[0][0] if options[0][0] not in records.raw.columns else f"{options[0][0]} (joined)"
    texts = pd.Series(np.where(ticked.sum(1) == 1, names[ticked.argmax(1)], None), index=records.raw.index, dtype=object)
    columns = [replace(column, role=Role.IGNORE) if column.name in ticks else column for column in records.columns]
    return replace(records, raw=records.raw.assign(**{label: texts}), columns=(*columns, Column(label, Role.LABEL, confirmed=True)))


_GUESSED = Words(
    "“{label}” is used as the diagnosis, though its header does not say so: make sure that it is, or give another column that role.",
    "“{label}”被用作诊断列，但列名并未表明这一点：请确认，或将另一列的角色设为诊断。",
)
_GUESSED_OF = Words(
    "“{label}” is used as the diagnosis, though its header does not say so; it may also be {others}: make sure which column it is.",
    "“{label}”被用作诊断列，但列名并未表明这一点；诊断列也可能是{others}：请确认是哪一列。",
)
_WHICH = Words(
    "“{label}” is used as the diagnosis, but {others} may be meant as well: make sure which column holds the diagnosis to find.",
    "“{label}”被用作诊断列，但也可能是{others}：请确认哪一列是要判断的诊断。",
)
_NO_LABEL = Words(
    "No header names the diagnosis; it may be {names}: choose the column that holds it.",
    "没有列名表明哪一列是诊断；可能是{names}：请选择诊断列。",
)
_TICKS = Words(
    "The diagnosis is spread over several tick columns ({names}), and no single column holds it: join them, which leaves patients with "
    "several ticks or none undiagnosed, or choose one column.",
    "诊断分散在多个勾选列（{names}）中，没有单独的诊断列：请合并这些列（没有勾选或有多个勾选的患者按未诊断处理），或选择其中一列。",
)
_JOIN = Words("Join the tick columns", "合并勾选列")
