"""Describes the few-shot task that a table allows, or the reason why there is none."""

from __future__ import annotations

from metamed_core.data.formats.table import shown
from metamed_core.data.records.columns.label_choice import MAX_CLASSES
from metamed_core.data.records.patient_table import PatientTable
from metamed_core.data.records.refusals import NO_LABEL
from metamed_core.words import Words


def task_sentence(records: PatientTable) -> Words:
    """Return one sentence with the numbers of diagnoses, labeled patients, columns and undiagnosed patients."""
    counts = list(records.counts.values()) or [0]
    sentence = _BALANCED if min(counts) == max(counts) else _UNBALANCED
    return sentence.format(
        diagnoses=records.n_way, n=sum(counts), k=min(counts), columns=len(records.feature_columns), open=len(records.undiagnosed)
    )


def problem(records: PatientTable) -> Words | None:
    """Return the reason why the records allow no adaptation, with a remedy; None if they allow one."""
    if records.label is None:
        return NO_LABEL
    if records.n_way < 2:
        return _ONE_CLASS.format(column=shown(records.label.name), n=records.n_way)
    if records.n_way > MAX_CLASSES:
        return _MANY_CLASSES.format(column=shown(records.label.name), n=records.n_way, most=MAX_CLASSES)
    labeled = records.features.loc[records.diagnosed]
    return None if labeled.notna().to_numpy().any() else _NO_FEATURE


_BALANCED = Words(
    "{diagnoses} {diagnoses:diagnosis|diagnoses} with {k} labeled {k:patient|patients} each; {columns} {columns:column|columns}; {open} to diagnose.",
    "{diagnoses} 种诊断，每种 {k} 位已确诊患者；{columns} 列数据；{open} 位待诊断。",
)
_UNBALANCED = Words(
    "{diagnoses} {diagnoses:diagnosis|diagnoses}, {n} labeled {n:patient|patients}, at least {k} each; {columns} {columns:column|columns}; {open} to diagnose.",
    "{diagnoses} 种诊断，共 {n} 位已确诊患者，每种至少 {k} 位；{columns} 列数据；{open} 位待诊断。",
)
_ONE_CLASS = Words(
    "The column “{column}” has {n} {n:diagnosis|diagnoses}, and at least 2 are needed: fill in the diagnosis of a few patients of each.",
    "“{column}”列只有 {n} 种诊断，至少需要 2 种：请为每种疾病填写几位患者的诊断。",
)
_MANY_CLASSES = Words(
    "The column “{column}” has {n} {n:diagnosis|diagnoses}, more than {most}: choose the column that holds the diagnosis, or join rare ones.",
    "“{column}”列有 {n} 种诊断，超过上限 {most} 种：请选择真正的诊断列，或合并少见的诊断。",
)
_NO_FEATURE = Words(
    "No labeled patient has a value besides the diagnosis: give at least one filled column the role number, yes/no or category.",
    "已确诊患者除诊断外没有可用的数据：请至少将一个有值的列设为数值、是/否或类别。",
)
