"""What `PatientTable` says when an edit or a role is not possible."""

from __future__ import annotations

from metamed_core.words import Words

NO_LABEL = Words(
    "No column holds the diagnoses: give one column the role “diagnosis” in the upload check's list of columns.",
    "没有诊断列：请在上传检查的各列列表中，将某一列的角色设为“诊断”。",
)
NO_COLUMN = Words("There is no column “{name}”: choose one of {names}.", "没有“{name}”这一列：请从以下列中选择：{names}。")
NO_ROW = Words("There is no patient in row {row} any more: choose a patient of the table.", "第 {row} 行已没有患者：请选择表中的患者。")
NO_ROLE = Words("No role is given for {names}: give every column one role.", "以下列没有角色：{names}。请为每一列指定一个角色。")
TWO_LABELS = Words(
    "Several columns have the role “diagnosis” ({names}): leave it to one of them.",
    "有多列的角色为“诊断”（{names}）：请只保留其中一列。",
)
