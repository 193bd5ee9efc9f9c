"""Whose confirmed diagnosis would tell most about the other undiagnosed patients: tried, for each diagnosis they may have, by the learner's own adaptation."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from metamed_core.data import LabeledSet
from metamed_core.diagnosis.next_test import entropy
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.words import Words

Array = npt.NDArray[np.float64]
CANDIDATES, OTHERS = 12, 100
"""Patients whose diagnosis is tried, the least certain first, and patients whose answers are watched; at most."""
UNLIKELY = 0.02
"""A diagnosis that is less probable than this is not tried."""


@dataclass(frozen=True, slots=True)
class Instructive:
    """What the confirmed diagnosis of one patient is expected to tell about the others.

    Parameters
    ----------
    row, name
        The patient.
    gain
        Mutual information between their diagnosis and that of another patient, in bits, mean over the others; at most the entropy of their own answer.
    share
        The gain as a share, 0..1, of the others' mean entropy.
    changed
        Expected number of other patients who would get another first diagnosis.
    """

    row: Hashable
    name: str
    gain: float
    share: float
    changed: float


def candidates(trace: AdaptationTrace) -> list[int]:
    """Positions in the query set of the patients to try, the least certain first; nobody where there is no other patient, or no value to learn from."""
    task, doubt = trace.task, entropy(trace.steps[-1].proba)
    able = [at for at in np.argsort(-doubt, kind="stable").tolist() if not task.query_is_empty[at]]
    return able[:CANDIDATES] if len(task.query) > 1 else []


def most_instructive(trace: AdaptationTrace) -> Iterator[Instructive | None]:
    """Confirm each of the `candidates` in turn as each diagnosis that they may have, by the probabilities of the last step.

    Scale and sharpness stay as they are. One adaptation for each patient and diagnosis, so whoever waits may stop at any time. It ends
    early once nobody is left who could tell more than the best so far: a diagnosis that is nearly known cannot tell much.

    Yields
    ------
    Instructive or None
        What was found for one patient after the other; None after each adaptation before.
    """
    doubt, best = entropy(trace.steps[-1].proba), 0.0
    for at in candidates(trace):
        if doubt[at] <= best:
            return
        possible, after = _possible(trace.steps[-1].proba[at]), []
        others = _others(trace, at)
        for k in possible:
            after.append(_answers(trace, at, k, others))
            yield None
        found = _found(trace, at, others, trace.steps[-1].proba[at, possible], np.stack(after))
        best = max(best, found.gain)
        yield found


def _possible(proba: Array) -> list[int]:
    """The classes to try for one patient."""
    return [k for k, p in enumerate(proba.tolist()) if p >= min(UNLIKELY, float(proba.max()))]


def _others(trace: AdaptationTrace, at: int) -> list[int]:
    """Positions of the patients whose answers are watched, evenly over the table."""
    rest = [k for k in range(len(trace.task.query)) if k != at]
    return [rest[k] for k in np.linspace(0, len(rest) - 1, min(OTHERS, len(rest))).astype(int).tolist()]


def _answers(trace: AdaptationTrace, at: int, k: int, others: list[int]) -> Array:
    """Probabilities of the others, `(n, n_way)`, once the patient is labeled with class `k`."""
    task, query = trace.task, trace.task.query.x
    confirmed = LabeledSet(query[[at]], torch.tensor([k])).after(task.support)
    (last,) = deque(trace.initialization.adapt(trace.learner, confirmed, task.n_way), maxlen=1)
    return np.asarray(last.sharpened(trace.steps[-1].classifier.sharpness).predict_proba(query[others]).double().numpy(), dtype=np.float64)


def _found(trace: AdaptationTrace, at: int, others: list[int], proba: Array, after: Array) -> Instructive:
    """The result for one patient from the answers `after` each of their diagnoses, `(n_tried, n_others, n_way)`, with probabilities `proba`."""
    weight = proba / proba.sum()
    gain = float((entropy(np.tensordot(weight, after, 1)) - weight @ entropy(after)).mean())
    now = trace.steps[-1].proba[others]
    uncertain = float(entropy(now).mean())
    changed = float(weight @ (after.argmax(2) != now.argmax(1)).sum(1))
    share = min(1.0, gain / uncertain) if uncertain > 0 else 0.0
    return Instructive(trace.task.query_rows[at], trace.task.query_names[at], max(0.0, gain), share, changed)


def whom_to_confirm(best: Instructive) -> Words:
    """The most instructive patient as a sentence."""
    return _CONFIRM.format(name=best.name, share=f"{best.share:.0%}", changed=f"{best.changed:.1f}")


_CONFIRM = Words(
    "Confirm the diagnosis of {name} first: it is expected to remove {share} of the uncertainty about the other undiagnosed patients, and to change "
    "the first diagnosis of {changed} of them.",
    "建议首先确诊{name}：预计可消除其他待诊断患者 {share} 的不确定性，并改变其中 {changed} 位的第一种诊断。",
)
