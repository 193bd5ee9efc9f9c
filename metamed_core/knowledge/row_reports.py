"""What each row of the knowledge table counts as in an adaptation, and which columns of which patients contradict it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.data import CHANNELS, LabeledSet, Task, shown
from metamed_core.knowledge.informed_start import InformedInitialization
from metamed_core.knowledge.known_rows import KnownRows
from metamed_core.knowledge.statement import Grade, Statement, read_statement
from metamed_core.knowledge.trust import Trust
from metamed_core.learners import Initialization, Learner
from metamed_core.words import Words

VALUE, MISSING = CHANNELS.index("value"), CHANNELS.index("missing")
APART = 1.0
"""How far the patients' mean must lie from what was said, beyond its standard error, on the scale of the cells (about one spread)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A statement that labeled patients contradict.

    Parameters
    ----------
    statement
        What was said.
    patients
        Positions in the support set of the patients who contradict it.
    strength
        How far their mean lies from what was said, on the scale of the cells.
    """

    statement: Statement
    patients: tuple[int, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class RowReport:
    """How far one row is trusted.

    Parameters
    ----------
    diagnosis
        Its diagnosis.
    counts_as
        How many patients it counts as.
    n_patients
        How many labeled patients the diagnosis has.
    in_conflict
        Whether the labeled patients contradict the row.
    conflicts
        The statements that they contradict, the most contradicted first.
    """

    diagnosis: str
    counts_as: float
    n_patients: int
    in_conflict: bool
    conflicts: tuple[Conflict, ...]

    @property
    def sentence(self) -> Words:
        """The report in one sentence, without the name of the diagnosis."""
        if not self.n_patients:
            return _ALONE
        said = _COUNTS.format(n=f"{self.counts_as:.1f}")
        if not self.conflicts:
            return (_NOT_BORNE_OUT if self.in_conflict else _BORNE_OUT).format(said=said)
        names = [shown(one.statement.column) for one in self.conflicts]
        return (_CONFLICT if self.in_conflict else _DIFFERENT).format(said=said, columns=Words(", ".join(names), "、".join(names)))


def row_reports(task: Task, start: Initialization, learner: Learner) -> tuple[RowReport, ...]:
    """How far each row was trusted in an adaptation.

    Parameters
    ----------
    task, start
        The task, and what the adaptation started from (see `informed_task`).
    learner
        The algorithm, which judged the rows.

    Returns
    -------
    tuple of RowReport
        One for each row, in the order of the classes; none if the adaptation knew nothing.
    """
    if not isinstance(start, InformedInitialization):
        return ()
    trust = start.trust(learner, task.support, task.n_way)
    return tuple(_report(task, start, trust, k) for k in start.rows.known)


def left_aside(start: Initialization) -> tuple[Words, ...]:
    """Sentences on what the knowledge table says of columns and diagnoses that are not in question."""
    return start.rows.unused if isinstance(start, InformedInitialization) else ()


def _report(task: Task, start: InformedInitialization, trust: Trust, k: int) -> RowReport:
    alone = k in start.alone
    n_patients = 0 if alone else int((task.support.y == k).sum())
    conflicts = () if alone else conflicts_of(start.rows, task.support, k)
    counts_as = 1.0 if alone else float(trust.counts_as[k])
    return RowReport(str(task.classes[k]), counts_as, n_patients, k in trust.in_conflict, conflicts)


def conflicts_of(rows: KnownRows, support: LabeledSet, k: int) -> tuple[Conflict, ...]:
    """The statements on class `k` that its labeled patients contradict, the most contradicted first."""
    found = [_conflict(rows, support, k, one) for one in rows.statements[k]]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.strength, one.statement.column)))


def _conflict(rows: KnownRows, support: LabeledSet, k: int, one: Statement) -> Conflict | None:
    cells = rows.cells_of[one.column]
    apart = (support.x[:, cells, VALUE] - rows.x[k, cells, VALUE]).to(torch.float64)
    # The cell of a column of words on which the patients differ most.
    members = (support.y == k) & (support.x[:, cells.start, MISSING] == 0)
    at = members.nonzero().squeeze(1)
    if not len(at):
        return None
    cell = int(apart[at].mean(0).abs().argmax())
    own = _beyond(one, apart[at, cell])
    strength = abs(float(own.mean()))
    contrary = at[(own * own.mean().sign()) > APART / 2].tolist()
    if strength <= APART + _within(support, cells.start + cell) / math.sqrt(len(at)):
        return None
    return Conflict(one, tuple(contrary), strength)


def _beyond(one: Statement, apart: Tensor) -> Tensor:
    """Differences from what was said; none where a value is still higher than "high", or still lower than "low"."""
    meaning = read_statement(one.text)
    if isinstance(meaning, Grade) and meaning.spreads > 0:
        return apart.clamp_max(0)
    return apart.clamp_min(0) if isinstance(meaning, Grade) and meaning.spreads < 0 else apart


def _within(support: LabeledSet, cell: int) -> float:
    """Standard deviation of a cell within the classes; with a weak prior of half a spread."""
    known = support.x[:, cell, MISSING] == 0
    values, y = support.x[known, cell, VALUE].to(torch.float64), support.y[known]
    classes = sorted(set(y.tolist()))
    squares = sum(float((values[y == k] - values[y == k].mean()).square().sum()) for k in classes)
    return math.sqrt((squares + 0.5) / (len(y) - len(classes) + 2))


_ALONE = Words("No labeled patient: the answer rests on the row alone.", "没有已确诊患者：答案只依据这一行知识。")
_COUNTS = Words("Your row counts as {n} {n:patient|patients}", "这一行知识相当于 {n} 位患者")
_BORNE_OUT = Words("{said}.", "{said}。")
_CONFLICT = Words("{said}; conflict: {columns}.", "{said}；冲突：{columns}。")
_DIFFERENT = Words("{said}; otherwise in your patients: {columns}.", "{said}；与您的患者不同：{columns}。")
_NOT_BORNE_OUT = Words("{said}; conflict: the rows together name your patients wrongly.", "{said}；冲突：仅凭各行知识会把您的患者判错。")
