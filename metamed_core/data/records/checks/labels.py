"""Checks the diagnoses: variant spellings, classes of one patient, and columns that leak the diagnosis."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks.finding import Finding, listed, patients
from metamed_core.data.records.columns.identifiers import words_of
from metamed_core.data.records.columns.plain_numbers import plain_value
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.texts import clean
from metamed_core.data.records.patient_table import PatientTable, Records
from metamed_core.words import Words

RANK = 1

Texts = npt.NDArray[np.object_]

NEAR_COPY = 0.95
"""A column leaks the diagnosis if its cells name the diagnosis of at least this share of the patients."""

LIKE = 0.8
"""Similarity of two spellings at and above which a level counts as a name of the diagnosis."""

_TELLING = (
    "diagnos",
    "icd",
    "dx",
    "label",
    "outcome",
    "disease",
    "class",
    "treatment",
    "therapy",
    "诊断",
    "疾病",
    "病名",
    "结局",
    "治疗",
    "编码",
)


def check(records: PatientTable) -> Iterator[Finding]:
    """Yield findings of kind `leak`, `none_label`, `label_variants` and `single_patient_class`."""
    if records.label is None:
        return
    blank = records.raw.loc[records.undiagnosed, records.label.name].dropna()
    if n := sum(clean(text).lower() == "none" for text in blank):
        yield Finding("none_label", records.label.name, _NONE.format(label=shown(records.label.name), n=patients(n)), None)
    for column in records.feature_columns:
        if _is_copy(records, column):
            yield Finding("leak", column.name, _LEAK.format(name=shown(column.name), label=shown(records.label.name)), "drop")
    for names in variants(records):
        yield Finding("label_variants", records.label.name, _VARIANTS.format(names=listed(names), first=shown(names[0])), "convert")
    single = [name for name, n in records.counts.items() if n == 1]
    if single:
        yield Finding("single_patient_class", records.label.name, _SINGLE.format(names=listed(single)), None)


def variants(records: PatientTable) -> list[list[str]]:
    """Return groups of diagnoses that differ only in case, spaces, hyphens or underscores, the most frequent spelling first."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for name in sorted(records.counts, key=lambda one: -records.counts[one]):
        spelled[_spelling(name)].append(name)
    return [names for names in spelled.values() if len(names) > 1]


def one_spelling(records: Records, _finding: Finding | None = None) -> Records:
    """Return the records with every diagnosis in its most frequent spelling."""
    if records.label is None:
        return records
    first = {name: names[0] for names in variants(records) for name in names[1:]}
    changed = records.labels.map(first)
    raw = records.raw.copy()
    raw.loc[changed.notna(), records.label.name] = changed.dropna()
    return replace(records, raw=raw)


REMEDIES = {"label_variants": one_spelling}


def _spelling(name: str) -> str:
    narrow = unicodedata.normalize("NFKC", name).casefold()
    if plain_value(narrow) is not None:  # -1 is not a spelling of 1
        return narrow
    return "".join(letter for letter in narrow if letter not in " -_" and unicodedata.category(letter) != "Cf")


def _is_copy(records: PatientTable, column: Column) -> bool:
    """Whether a column leaks the diagnosis: it repeats the diagnoses, maps one to one to them, or subdivides them.

    With two diagnoses, a yes/no sign may legitimately separate them: in that case the column must also look like a name of the diagnosis.
    """
    name = column.name
    values, labels = records.features[name].to_numpy(), records.labels.to_numpy(dtype=object)
    known = pd.notna(values) & pd.notna(labels)
    values, labels = values[known], labels[known]
    if column.role is Role.CATEGORY and (_repeats(values, labels) or _divides(values, labels, records.n_way)):
        return True
    if records.n_way < 2 or len(pd.unique(values)) != records.n_way or (pd.Series(labels).value_counts() > 1).sum() < 2:
        return False
    table = pd.crosstab(values, labels)
    matched = table.idxmax(axis=1)
    if matched.nunique() < records.n_way or table.max(axis=1).sum() < NEAR_COPY * len(labels):
        return False
    return records.n_way > 2 or _names_it(name, matched)


def _repeats(values: Texts, labels: Texts) -> bool:
    """Whether nearly every patient's cell is the name of the patient's own diagnosis."""
    same = [_spelling(value) == _spelling(label) for value, label in zip(values, labels, strict=True)]
    return len(same) > 3 and sum(same) >= NEAR_COPY * len(same)


def _divides(values: Texts, labels: Texts, n_way: int) -> bool:
    """Whether each level belongs to one diagnosis and several patients, as subtype codes do (D50.0, D50.1); no diagnosis lacks one."""
    if n_way < 3 or len(values) < 4 * n_way:
        return False
    table = pd.crosstab(values, labels)
    pure = table.max(axis=1).sum() >= NEAR_COPY * len(labels)
    return bool(pure and len(table) <= 3 * n_way and table.sum(axis=1).min() > 1 and table.idxmax(axis=1).nunique() == n_way)


def _names_it(column: str, matched: pd.Series) -> bool:
    if any(telling in words_of(column) for telling in _TELLING):
        return True
    return all(SequenceMatcher(None, str(level).casefold(), str(label).casefold()).ratio() >= LIKE for level, label in matched.items())


_LEAK = Words(
    "“{name}” gives away the diagnosis in “{label}”, one to one: drop the column, or the predictions mean nothing.",
    "“{name}”与“{label}”一一对应，等于直接给出了诊断：请删除该列，否则预测没有意义。",
)
_NONE = Words(
    "“none” in “{label}” is read as not diagnosed yet ({n}): write “healthy” or the like for people without the disease.",
    "“{label}”中的“none”按尚未诊断处理（{n}）：若指未患病者，请改写为“健康”等名称。",
)
_VARIANTS = Words(
    "{names} look like one diagnosis written in different ways: write all of them as “{first}”.",
    "{names}似乎是同一诊断的不同写法：请统一写为“{first}”。",
)
_SINGLE = Words(
    "Only one labeled patient for {names}: add a second one if you can, a single one is little to learn from.",
    "{names}只有一位已确诊患者：依据较弱，如有可能请再添加一位。",
)
