"""The task of a table together with what is known: diagnoses without a patient take part by their row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from metamed_core.data import PatientRecords, Task
from metamed_core.knowledge.informed_start import informed
from metamed_core.knowledge.knowledge_table import Knowledge
from metamed_core.knowledge.known_rows import known_rows
from metamed_core.knowledge.statement import fold
from metamed_core.learners import Initialization
from metamed_core.words import UserError, Words

MAX_CLASSES = 50


def further_diagnoses(knowledge: Knowledge, present: Sequence[Any], columns: Sequence[str]) -> tuple[str, ...]:
    """The diagnoses of which something is said in these columns, and which no patient has; sorted.

    Raises UserError where there are some and the labels that are `present` are no text.
    """
    there = {fold(str(name)) for name in present}
    said = known_diagnoses(knowledge, columns)
    further = tuple(name for name in knowledge.diagnoses if fold(name) in said - there)
    if further and not all(isinstance(name, str) for name in present):
        raise UserError(_NUMBERS.format(name=further[0]))
    return further


def known_diagnoses(knowledge: Knowledge, columns: Iterable[str]) -> set[str]:
    """The diagnoses of which something is said in these columns, spelled as `fold` does."""
    there = {fold(str(name)) for name in columns}
    return {fold(one.diagnosis) for one in knowledge.statements if one.weight > 0 and fold(one.column) in there}


def informed_task(
    records: PatientRecords, knowledge: Knowledge, start: Initialization, fixed: int | None = None
) -> tuple[Task, Initialization]:
    """The task of an upload, and what an adaptation to it starts from.

    Parameters
    ----------
    records
        The patients; none needs a diagnosis.
    knowledge
        What is known. A diagnosis that no patient has takes part.
    start
        Network, weights and calibration.
    fixed
        How many patients each row counts as; None: as far as the labeled patients bear it out.

    Raises
    ------
    UserError
        If there are not at least two diagnoses, known or of patients, or a statement does not fit its column.
    """
    further = further_diagnoses(knowledge, records.classes, list(records.features.columns))
    check_diagnoses([*records.classes, *further])
    task = Task.of_records(records, start.panel, further)
    return with_knowledge(task, knowledge, records.features, start, records.reference_ranges, fixed)


def with_knowledge(
    task: Task,
    knowledge: Knowledge,
    features: pd.DataFrame,
    start: Initialization,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    fixed: int | None = None,
) -> tuple[Task, Initialization]:
    """A task with a row for each class that no patient has, and what an adaptation to it starts from; parameters as in `informed_task`.

    `features`, `ranges`: all patients of the table and the reference ranges that the encoder of `task` was fitted with.
    """
    if not knowledge.statements:
        return task, start
    rows = known_rows(knowledge, task.encoder, features, task.classes, ranges)
    without = sorted(set(range(task.n_way)) - set(task.support.y.tolist()))
    told = rows.patients([int(k in without) for k in range(task.n_way)], task.support.x.dtype)
    if len(told):
        names = [row_name(task.classes[k]).en for k in told.y.tolist()]
        task = task.with_support(names, names, told)
    return task, informed(start, rows, without, fixed)


def row_name(diagnosis: object) -> Words:
    """What a row of knowledge that stands among the labeled patients is called; the English text is its name in the task."""
    return Words("knowledge: {diagnosis}", "知识：{diagnosis}").format(diagnosis=diagnosis)


def labeled_name(name: str, diagnosis: object, called: object = None) -> Words:
    """The name of a labeled patient for a reader: of a row of knowledge in both languages, any other as it is.

    Parameters
    ----------
    name, diagnosis
        Name and diagnosis in the task.
    called
        What the diagnosis is called, `Words` or a text; None: as in the task.
    """
    is_row = name == row_name(diagnosis).en
    return row_name(diagnosis if called is None else called) if is_row else Words(name, name)


def check_diagnoses(names: Sequence[Any]) -> None:
    """Refuse fewer than two diagnoses, or more than `MAX_CLASSES`. Raises UserError."""
    if len(names) < 2:
        raise UserError(_TOO_FEW.format(n=len(names)))
    if len(names) > MAX_CLASSES:
        raise UserError(_TOO_MANY.format(n=len(names), most=MAX_CLASSES))


_NUMBERS = Words(
    "The labels are numbers, and the knowledge names “{name}”, which no patient has: give the labels as text.",
    "标签为数字，而知识中的“{name}”没有患者：请以文字给出标签。",
)
_TOO_FEW = Words(
    "The patients and the knowledge table together have {n} {n:diagnosis|diagnoses} that can be told by the columns of this table, and at "
    "least 2 are needed: say something of another diagnosis, or label patients.",
    "患者与知识表合计只有 {n} 种可用本表各列判断的诊断，至少需要 2 种：请补充另一种诊断的知识，或标注患者的诊断。",
)
_TOO_MANY = Words(
    "The patients and the knowledge table together have {n} {n:diagnosis|diagnoses}, more than {most}: leave those out that are not in question.",
    "患者与知识表合计有 {n} 种诊断，超过上限 {most} 种：请去掉不在考虑范围内的诊断。",
)
