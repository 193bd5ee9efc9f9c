"""Accuracy and coverage on held-out patients by sex, age band and site, where the table has such a column and enough patients are in a group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from metamed_core.data import Column, PatientRecords, Role
from metamed_core.diagnosis.as_written import column_words
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.statistics import COVERAGE, Interval, coverage_sets, wilson_interval
from metamed_core.words import Words

LEAST = 10
"""Patients in a group whose accuracy is told; of fewer, an interval covers nearly everything."""
BANDS = ((0, 17), (18, 39), (40, 64), (65, None))
"""Age bands in whole years, both ends included."""
_SEX = re.compile(r"(?:.* )?(?:sex|gender)(?: .*)?|.*性别.*|female|male|女性?|男性?")
_AGE = re.compile(
    r"(?:patient )?age(?: (?:in )?(?:years?|yrs?|y|a))?(?: at (?:diagnosis|admission|visit|inclusion|enrolment))?|年[龄齡](?: ?岁| ?歲)?"
)
_YEARS = frozenset(("", "year", "years", "yr", "yrs", "y", "a", "岁", "歲"))
_SITE = re.compile(
    r"(?:study |recruiting )?(?:site|cent(?:re|er)|hospital|clinic|institution)(?: (?:name|id|code|no))?|医院|院区|(?:分)?中心|机构"
)


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The held-out patients of one group.

    Parameters
    ----------
    kind
        What the column holds.
    column
        The column that tells the groups apart.
    name
        The value, or the age band.
    n, n_right, n_covered
        How many patients were held out, how many of them were predicted correctly, and how many have their diagnosis in the prediction set.
    coverage
        The share of patients that the prediction sets were made for.
    """

    kind: Literal["sex", "age", "site"]
    column: Column
    name: Words
    n: int
    n_right: int
    n_covered: int
    coverage: float

    @property
    def large_enough(self) -> bool:
        """Whether the accuracy in this group is told."""
        return self.n >= LEAST

    @property
    def written_n(self) -> str:
        """How many patients there are, not told to the last one of a small group."""
        return str(self.n) if self.large_enough else f"<{LEAST}"

    @property
    def accuracy(self) -> Interval:
        """The accuracy, 0..1, with its 95% interval (Wilson)."""
        return wilson_interval(self.n_right / self.n, self.n)

    @property
    def title(self) -> Words:
        """The column and the value."""
        return Words("{column}: {name}", "{column}：{name}").format(column=column_words(self.column), name=self.name)


def subgroups(trace: AdaptationTrace, step_index: int, records: PatientRecords, coverage: float = COVERAGE) -> tuple[Subgroup, ...]:
    """The groups of every column of sex, age or site, in the order of the table; nothing without such a column or held-out patients.

    Parameters
    ----------
    trace, step_index
        The adaptation, and an index into `trace.steps`.
    records
        The table that the trace adapted to.
    coverage
        The share of patients whose diagnosis their prediction set should hold, 0..1.
    """
    step = trace.steps[step_index]
    if step.held_out is None or not len(step.held_out.y):
        return ()
    y, proba = step.held_out.y.numpy(), step.held_out.proba(step.classifier.sharpness).numpy()
    right, covered = proba.argmax(-1) == y, coverage_sets(proba, coverage)[range(len(y)), y]
    places = records.raw.index.get_indexer(pd.Index([trace.task.support_rows[at] for at in step.held_out.position.tolist()]))
    found = []
    for column in records.columns:
        if (kind := _kind(column)) is None:
            continue
        names = _groups(records, column)
        for name in sorted(dict.fromkeys(names), key=lambda one: (one is NOT_RECORDED, one.en)):
            inside = np.array([names[at] == name for at in places], dtype=np.bool_)
            if inside.any():
                found.append(
                    Subgroup(kind, column, name, int(inside.sum()), int(right[inside].sum()), int(covered[inside].sum()), coverage)
                )
    return tuple(found)


def too_small(groups: tuple[Subgroup, ...]) -> Words | None:
    """Which groups have too few held-out patients for an accuracy of their own; None if none has."""
    few = [one for one in groups if not one.large_enough]
    if not few:
        return None
    named = [Words("{title} ({n})", "{title}（{n}）").format(title=one.title, n=one.n) for one in few[:MOST_NAMED]]
    names = Words(", ".join(one.en for one in named), "、".join(one.zh for one in named))
    said = TOO_SMALL if len(few) <= MOST_NAMED else TOO_SMALL_AND_MORE
    return said.format(names=names, least=LEAST, more=len(few) - MOST_NAMED)


def subgroup_table(groups: tuple[Subgroup, ...]) -> dict[str, Any] | None:
    """The groups as a table: title, heads, rows of those that are large enough, and which are too small; None without any group."""
    if not groups:
        return None
    heads = (*HEADS, COVERED.format(share=f"{groups[0].coverage:.0%}"))
    rows = [
        (
            one.title,
            f"{one.n_right} / {one.n}",
            f"{one.accuracy.mean:.0%} ({one.accuracy.low:.0%}–{one.accuracy.high:.0%})",
            f"{one.n_covered / one.n:.0%}",
        )
        for one in groups
        if one.large_enough
    ]
    return {"title": TITLE, "heads": heads, "rows": rows, "small": too_small(groups)}


def subgroup_values(groups: tuple[Subgroup, ...]) -> list[dict[str, Any]]:
    """The groups as JSON types: column, group, n, and where n is large enough right, covered, accuracy, low, high; else these are null."""
    return [
        {"column": one.column.name, "group": one.name.en, "n": one.n}
        | dict(zip(("right", "covered", "accuracy", "low", "high"), _figures(one) if one.large_enough else (None,) * 5, strict=True))
        for one in groups
    ]


def _figures(one: Subgroup) -> tuple[float, ...]:
    return one.n_right, one.n_covered, one.accuracy.mean, one.accuracy.low, one.accuracy.high


def _kind(column: Column) -> Literal["sex", "age", "site"] | None:
    """What groups of patients a column tells apart, by its name and role; None for most."""
    words = " ".join(re.sub(r"[^a-z\u4e00-\u9fff]+", " ", re.sub(r"\(.*?\)|（.*?）", "", column.name.lower())).split())
    if column.role is Role.NUMBER and _AGE.fullmatch(words) and column.unit.lower() in _YEARS:
        return "age"
    if column.role is Role.GROUP:
        return "site"
    if column.role in _NEVER:
        return None
    return "sex" if _SEX.fullmatch(words) else "site" if _SITE.fullmatch(words) else None


def _groups(records: PatientRecords, column: Column) -> list[Words]:
    """The group of each patient of the table, for a column of some kind."""
    if column.role is Role.NUMBER:
        return [_band(age) for age in records.features[column.name].tolist()]
    cells = records.cells(column.name)
    levels = [*map(_verbatim, cells.levels), NOT_RECORDED]  # the last is addressed by code -1: a missing cell
    return [levels[code] for code in cells.codes.tolist()]


def _band(age: float) -> Words:
    for low, high in BANDS:
        if age >= low and (high is None or age < high + 1):
            return _verbatim(f"{low}–{high}" if high is not None else f"≥ {low}")
    return NOT_RECORDED


def _verbatim(text: str) -> Words:
    return Words(text, text)


TITLE = Words("Held-out accuracy by group", "各组的留出准确率")
HEADS = (
    Words("Group", "分组"),
    Words("Correct / held out", "正确数 / 留出数"),
    Words("Accuracy (95% interval)", "准确率（95% 区间）"),
)
COVERED = Words("Own diagnosis in the {share} set", "自身诊断在 {share} 预测集中")
MOST_NAMED = 8
"""Groups named in the sentence of those that are too small."""
_NEVER = frozenset((Role.LABEL, Role.NUMBER, Role.DATE, Role.TEXT, Role.FILE_NUMBER))
NOT_RECORDED = Words("not recorded", "未记录")
TOO_SMALL = Words(
    "Too small for a figure of their own (fewer than {least} held-out patients): {names}.",
    "人数过少（留出患者不足 {least} 位），不单独列出：{names}。",
)
TOO_SMALL_AND_MORE = Words(
    "Too small for a figure of their own (fewer than {least} held-out patients): {names} and {more} more.",
    "人数过少（留出患者不足 {least} 位），不单独列出：{names}，以及另外 {more} 组。",
)
