"""What each labeled patient does for an answer: the votes where the learner counts votes, and the answer without that patient."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from metamed_core.data import LabeledSet
from metamed_core.diagnosis.case import Case
from metamed_core.knowledge import labeled_name, without_patients
from metamed_core.learners import Voting
from metamed_core.words import Words


@dataclass(frozen=True, slots=True)
class Vote:
    """The vote of one labeled patient: a share, 0..1, of all votes."""

    row: Hashable
    name: str
    diagnosis: str
    share: float

    @property
    def called(self) -> Words:
        """The name for a reader; of a row of knowledge in both languages."""
        return labeled_name(self.name, self.diagnosis)


@dataclass(frozen=True, slots=True)
class Without:
    """The answer without one labeled patient.

    Parameters
    ----------
    row, name, diagnosis
        The labeled patient who is left out.
    first
        The most probable diagnosis without them; None for the only patient of a diagnosis, who cannot be left out.
    shift
        By how much their presence moves log p(first) - log p(second) of the shown answer; positive speaks for its first diagnosis. Natural
        logarithm, NaN where `first` is None.
    """

    row: Hashable
    name: str
    diagnosis: str
    first: str | None
    shift: float


def votes(case: Case) -> tuple[Vote, ...]:
    """The vote of each labeled patient, the largest first; they sum to 1. Empty for a learner that counts no votes."""
    raw, task = case.classifier.raw, case.trace.task
    if not isinstance(raw, Voting):
        return ()
    shares = raw.votes(case.x)[0].tolist()
    found = [
        Vote(task.support_rows[at], task.support_names[at], task.classes[int(task.support.y[at])], share)
        for at, share in zip(_seen(case), shares, strict=True)
    ]
    return tuple(sorted(found, key=lambda vote: -vote.share))


def deciding_patients(case: Case) -> list[int]:
    """Positions of the labeled patients of the two leading diagnoses that this step has seen, the nearest to the patient first."""
    classes, y = case.classes, case.trace.task.support.y
    leading = {classes.index(name) for name, _ in case.ranked[:2]} - without_patients(case.trace.initialization)
    seen = [at for at in _seen(case) if int(y[at]) in leading]
    if not seen:
        return []
    apart = torch.cdist(case.classifier.embed(case.trace.task.support.x[seen]), case.classifier.embed(case.x)).squeeze(1)
    return [seen[k] for k in apart.argsort(stable=True).tolist()]


def without_each(case: Case, positions: Sequence[int]) -> Iterator[Without]:
    """Adapt anew without each of some labeled patients in turn; yields the answer of the same step to this patient.

    Parameters
    ----------
    case
        The patient.
    positions
        Positions in the support set of the task, see `deciding_patients`.
    """
    task, whole = case.trace.task, case.trace.task.support
    first, second = (case.classes.index(name) for name, _ in case.ranked[:2])
    with torch.no_grad():
        told, before = case.classifier.log_proba(case.x)[0], case.classifier.raw.log_proba(case.x)[0]
    apart = float(before[first] - before[second])
    scale = float(told[first] - told[second]) / apart if abs(apart) > 1e-9 else 1.0
    for at in positions:
        name = task.classes[int(whole.y[at])]
        if int((whole.y == whole.y[at]).sum()) == 1:
            yield Without(task.support_rows[at], task.support_names[at], name, None, float("nan"))
            continue
        left = [k for k in range(len(whole)) if k != at]
        after = _asked(case, whole.take(left))
        shift = scale * (apart - float(after[first] - after[second]))
        yield Without(task.support_rows[at], task.support_names[at], name, task.classes[int(after.argmax())], shift)


def _asked(case: Case, support: LabeledSet) -> Tensor:
    """Uncalibrated log-probabilities `(n_way,)` for this patient, adapted to another support set up to the same step."""
    adapted = list(islice(case.trace.initialization.adapt(case.trace.learner, support, case.trace.task.n_way), case.step_index + 1))
    with torch.no_grad():
        return adapted[-1].raw.log_proba(case.x)[0]


def _seen(case: Case) -> list[int]:
    """Positions in the support set of the task of the labeled patients that the classifier of this step has seen.

    Learners without gradient steps see the first patients of each class at first, in the order of the table.
    """
    y, n_seen = case.trace.task.support.y, torch.bincount(case.classifier.support.y, minlength=case.trace.task.n_way)
    taken, found = [0] * len(n_seen), []
    for at, k in enumerate(y.tolist()):
        if taken[k] < int(n_seen[k]):
            found.append(at)
            taken[k] += 1
    return found
