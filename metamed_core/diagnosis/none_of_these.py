"""Why a patient may have none of the table's diagnoses: unlike every labeled patient, or healthy by every reference range."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from metamed_core.data import CHANNELS, Task
from metamed_core.diagnosis.healthy_names import means_healthy
from metamed_core.words import Words

if TYPE_CHECKING:
    from metamed_core.diagnosis.watched_step import Step

VALUE, MISSING, REFERENCED = (CHANNELS.index(name) for name in ("value", "missing", "referenced"))
MOST_COLUMNS = 3
"""Columns named as a reason."""
MARGIN = 0.25
"""How far beyond the labeled patients' values a value must lie to be named, in spreads of its column."""
SAME = 1e-6
"""Values that differ by less are the same: a column with one value has no width to measure by."""
FAR, FEWEST_VALUES = 3.0, 8
"""How far beyond all labeled patients a single value must lie to be enough alone: so many times the distance between their lowest and highest
value, of at least so many values. On the nineteen public tables at most 1 in 250 patients has such a value (docs/explanation/reliable-answers.md)."""
IN_RANGE = math.asinh(1.96) + 1e-6
"""The value channel at the ends of a reference range, asinh(1.96), with room for rounding."""
FEWEST_RANGES = 5
"""Values with a reference range that are asked for before a patient is called healthy by them."""
UNLIKE = Words(
    "Unlike every labeled patient of this table: {why}. The patient may have none of the table's {n:diagnosis|diagnoses} (it is set so that at most about 1 in 10 who have one of them get this warning).",
    "与本表格中所有已确诊患者均不相似：{why}。该患者可能不属于这 {n} 种诊断中的任何一种（设定为确有其中一种诊断的患者中，每 10 位至多约 1 位会被如此提示）。",
)
FAR_BEYOND = Words(
    "Unlike every labeled patient of this table: {columns} {k:lies|lie} far beyond what any of them shows. Check the {k:value|values} and the unit; "
    "if {k:it is|they are} right, the patient may have none of the table's {n:diagnosis|diagnoses}.",
    "与本表格中所有已确诊患者均不相似：{columns} 远远超出他们所有人的数值。请核对数值与单位；若无误，该患者可能不属于这 {n} 种诊断中的任何一种。",
)
BEYOND = Words(
    "{columns} {k:lies|lie} beyond what any labeled patient with {top} shows",
    "{columns} 超出诊断为 {top} 的所有已确诊患者的数值",
)
TOGETHER = Words("no single value stands out, but together they are far from all of them", "没有单个数值突出，但整体上与他们都相距甚远")
ALL_IN_RANGE = Words(
    "Not sick by these values: each of the {k} {k:value|values} with a reference range lies within it, as in {m} of {n} labeled {n:patient|patients}. "
    "None of the diagnoses may be present.",
    "就这些数值而言未见疾病：{k} 个有参考范围的数值全部在范围内，{n} 位已确诊患者中有 {m} 位如此。可能不属于其中任何一种诊断。",
)
CHOICE = Words(
    "The algorithm can only choose among the {n} {n:diagnosis|diagnoses} of the table: a patient may have none of them.",
    "只能在这 {n} 种诊断中选择：患者也可能不属于其中任何一种。",
)
ADD_CONTROLS = Words(
    "No healthy controls are among the labeled patients: add some, and “healthy” becomes one of the answers.",
    "已确诊患者中没有健康对照：加入一些，“健康”即可成为答案之一。",
)


def can_only_choose(classes: tuple[str, ...]) -> Words:
    """That a patient may have none of these diagnoses, and a hint if healthy controls are not among them."""
    said = CHOICE.format(n=len(classes))
    return said if any(means_healthy(str(name)) for name in classes) else said + ADD_CONTROLS


def none_of_these(task: Task, step: Step, position: int) -> Words | None:
    """Why the patient at this position of the query set may have none of the diagnoses; None if nothing says so."""
    if (healthy := _healthy(task, step, position)) is not None:
        return healthy
    if far := columns_far_beyond(task, position):
        return FAR_BEYOND.format(columns=", ".join(far), k=len(far), n=task.n_way)
    if step.unlikeness[position] > 0:
        top = int(step.proba[position].argmax())
        columns = columns_beyond(task, position, top)
        why = BEYOND.format(columns=", ".join(columns), k=len(columns), top=task.classes[top]) if columns else TOGETHER
        return UNLIKE.format(why=why, n=task.n_way)
    return None


def columns_beyond(task: Task, position: int, class_number: int) -> tuple[str, ...]:
    """The columns whose value lies beyond those of all labeled patients of a class, the farthest first, at most `MOST_COLUMNS`."""
    apart, _ = _beyond(task, position, task.support.x[task.support.y == class_number])
    return _named(task, apart, apart > MARGIN)


def columns_far_beyond(task: Task, position: int) -> tuple[str, ...]:
    """The columns whose value lies so `FAR` beyond those of all labeled patients that it is hardly one of theirs, the farthest first."""
    apart, width = _beyond(task, position, task.support.x)
    n_known = (~task.support.x[..., MISSING].bool()).sum(0)
    return _named(task, apart, (n_known >= FEWEST_VALUES) & (width > SAME) & (apart > FAR * width))


def _beyond(task: Task, position: int, members: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far each value lies beyond those of some labeled patients, and how far apart their lowest and highest are, `(n_cells,)` each."""
    x, missing, value = task.query.x[position], members[..., MISSING].bool(), members[..., VALUE]
    low = value.masked_fill(missing, torch.inf).amin(0)
    high = value.masked_fill(missing, -torch.inf).amax(0)
    # Where nobody has a value, both ends are infinite: nothing can lie beyond them.
    unknown = x[:, MISSING].bool() | missing.all(0)
    return torch.maximum(low - x[:, VALUE], x[:, VALUE] - high).masked_fill(unknown, 0.0), (high - low).masked_fill(unknown, 0.0)


def _named(task: Task, apart: torch.Tensor, told: torch.Tensor) -> tuple[str, ...]:
    panel = task.encoder.panel
    names = [name for name in panel.columns for _ in range(panel.width(name))]
    found = [names[at] for at in apart.argsort(descending=True, stable=True).tolist() if told[at]]
    return tuple(dict.fromkeys(found))[:MOST_COLUMNS]


def _healthy(task: Task, step: Step, position: int) -> Words | None:
    """Whether all values lie within their reference ranges, while the first diagnosis is of patients whose values do not."""
    if means_healthy(str(task.classes[int(step.proba[position].argmax())])):
        return None
    n_known, inside = _in_range(task.query.x[position : position + 1])
    if not bool(inside) or int(n_known) < FEWEST_RANGES:
        return None
    of_labeled = int(_in_range(task.support.x)[1].sum())
    return ALL_IN_RANGE.format(k=int(n_known), m=of_labeled, n=len(task.support))


def _in_range(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How many values with a reference range are known, and whether all of them lie within it, `(n,)` each."""
    asked = x[..., REFERENCED].bool() & ~x[..., MISSING].bool()
    return asked.sum(-1), ((x[..., VALUE].abs() <= IN_RANGE) | ~asked).all(-1)
