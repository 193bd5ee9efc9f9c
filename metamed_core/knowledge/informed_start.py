"""Adaptation that knows what the knowledge table says: the only place at which it enters a learner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice

import torch

from metamed_core.data import LabeledSet
from metamed_core.knowledge.informed_classifier import InformedClassifier
from metamed_core.knowledge.known_rows import KnownRows
from metamed_core.knowledge.trust import Trust, probably_right
from metamed_core.learners import Calibrated, Initialization, Learner

NEGLIGIBLE = 0.02
"""An answer with a smaller share for every diagnosis is not computed."""


@dataclass(frozen=True, slots=True)
class InformedInitialization(Initialization):
    """An initialization whose adaptations know the rows of a knowledge table; made by `informed`.

    Parameters
    ----------
    rows
        What is known, encoded for the task.
    alone
        Numbers of the classes without any patient: their row stands among the labeled patients.
    fixed
        How many patients each row counts as, where the user has fixed it; None: as far as the labeled patients bear it out.
    """

    rows: KnownRows = field(kw_only=True)
    alone: frozenset[int] = frozenset()
    fixed: int | None = None

    @property
    def reads_any_columns(self) -> bool:
        """No: the rows of the knowledge table have all columns."""
        return False

    def adapt(self, learner: Learner, support: LabeledSet, n_way: int) -> Iterator[Calibrated]:
        """`Initialization.adapt` without and with the rows as pseudo-patients; yields their mixture after each step."""
        if not self._checked or self.fixed == 0:
            yield from Initialization.adapt(self, learner, support, n_way)
            return
        trust = self.trust(learner, support, n_way)
        shares = {m: share for m, share in trust.shares().items() if float(share.max()) > NEGLIGIBLE}
        runs = [self._adapted(learner, support, n_way, m) for m in shares]
        total = torch.stack(list(shares.values()))
        for parts in zip(*runs, strict=True):
            yield InformedClassifier(parts, trust, total / total.sum(0))

    def trust(self, learner: Learner, support: LabeledSet, n_way: int) -> Trust:
        """How far these labeled patients bear the rows out: the learner is shown the rows alone, and asked for the patients.

        A diagnosis without a row is shown by its patients.
        """
        right = torch.full((n_way,), torch.nan, dtype=torch.float64)
        right[list(self.rows.known)] = 1.0
        if checked := self._checked:
            asked = torch.isin(support.y, torch.tensor(checked))
            shown = support_with(self.rows, support.take(~asked), [int(k in checked) for k in range(n_way)])
            *_, last = Initialization.adapt(self, learner.lighter(), shown, n_way)
            with torch.no_grad():
                told = last.log_proba(support.x[asked])
            right[checked] = probably_right(told, support.y[asked], checked)
        return Trust(right, self.fixed)

    @property
    def _checked(self) -> list[int]:
        """Numbers of the classes with a row and with patients."""
        return [k for k in self.rows.known if k not in self.alone]

    def _adapted(self, learner: Learner, support: LabeledSet, n_way: int, m: int) -> Iterator[Calibrated]:
        """Adapt with `m` pseudo-patients for each row; yields as many steps as without them."""
        more = support_with(self.rows, support, [max(0, m - 1) if k in self.alone else m for k in range(n_way)])
        n_more = learner.steps(more, n_way) - learner.steps(support, n_way)
        # The rows stand first in their class, so the steps that are left out are those that see little else.
        return islice(Initialization.adapt(self, learner, more, n_way), max(0, n_more), None)


def without_patients(start: Initialization) -> frozenset[int]:
    """Numbers of the classes without any patient, whose row stands among the labeled patients."""
    return start.alone if isinstance(start, InformedInitialization) else frozenset()


def support_with(rows: KnownRows, support: LabeledSet, copies: Sequence[int]) -> LabeledSet:
    """The way of statements into a learner: the labeled patients after `copies` pseudo-patients for the row of each class."""
    told = rows.patients(copies, support.x.dtype)
    return support.after(told) if len(told) else support


def informed(start: Initialization, rows: KnownRows, alone: Iterable[int] = (), fixed: int | None = None) -> Initialization:
    """Return what an adaptation starts from if it knows these rows; `start` itself if nothing is known.

    Parameters
    ----------
    start
        Network, weights and calibration.
    rows
        What is known, encoded for the task.
    alone
        Numbers of the classes without any patient: their row stands in the support set.
    fixed
        How many patients each row counts as; None: as far as the labeled patients bear it out.
    """
    if not rows.known:
        return start
    values = {one.name: getattr(start, one.name) for one in fields(start)}
    return InformedInitialization(**values, rows=rows, alone=frozenset(alone), fixed=fixed)
