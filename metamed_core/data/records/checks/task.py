"""Which few-shot task a table allows, in one sentence, or why none yet."""

from __future__ import annotations

from metamed_core.data.formats.table import shown
from metamed_core.data.records.columns.roles import MAX_CLASSES
from metamed_core.data.records.patient_table import NO_LABEL, PatientTable
from metamed_core.words import Words


def task_sentence(records: PatientTable) -> Words:
    """Which N-way K-shot task the table allows."""
    counts = list(records.counts.values()) or [0]
    each = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)}–{max(counts)}"
    return _TASK.format(
        diagnoses=_count(records.n_way, "diagnosis", "diagnoses"),
        each=each,
        patients="patient" if each == "1" else "patients",
        n_way=records.n_way,
        k_shot=records.k_shot,
        columns=_count(len(records.feature_columns), "column", "columns"),
        n_columns=len(records.feature_columns),
        open=len(records.undiagnosed),
    )


def problem(records: PatientTable) -> Words | None:
    """Why no adaptation is possible yet and what to do; None if one is."""
    if records.label is None:
        return NO_LABEL
    if records.n_way < 2:
        return _ONE_CLASS.format(column=shown(records.label.name), n=records.n_way)
    if records.n_way > MAX_CLASSES:
        return _MANY_CLASSES.format(column=shown(records.label.name), n=records.n_way, most=MAX_CLASSES)
    labelled = records.features.loc[records.diagnosed]
    return None if labelled.notna().to_numpy().any() else _NO_FEATURE


def _count(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"


_TASK = Words(
    "{diagnoses} × {each} labelled {patients} ({n_way}-way {k_shot}-shot), {columns}, {open} to diagnose.",
    "{n_way} 种诊断，每种 {each} 位已确诊患者（{n_way} 类 {k_shot} 样本任务），{n_columns} 列数据，{open} 位待诊断。",
)
_ONE_CLASS = Words(
    "The column “{column}” names {n} of the at least 2 diagnoses that are needed: fill in the diagnosis of a few patients of each.",
    "“{column}”列只有 {n} 种诊断，至少需要 2 种：请为每种疾病填写几位患者的诊断。",
)
_MANY_CLASSES = Words(
    "The column “{column}” names {n} diagnoses, more than {most}: choose the column that holds the diagnosis, or join rare ones.",
    "“{column}”列有 {n} 种诊断，超过上限 {most} 种：请选择真正的诊断列，或合并少见的诊断。",
)
_NO_FEATURE = Words(
    "No labelled patient has a value besides the diagnosis: give at least one filled column the role number, yes/no or category.",
    "已确诊患者除诊断外没有可用的数据：请至少将一个有值的列设为数值、是/否或类别。",
)
