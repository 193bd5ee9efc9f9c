"""One adaptation step as it is recorded: made in parts, so that a step over many patients can be watched and stopped."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from metamed_core.data import Task
from metamed_core.diagnosis.embedding_map import Axes
from metamed_core.diagnosis.nearest_patients import nearest_patients
from metamed_core.diagnosis.unlike import Likeness, threshold
from metamed_core.learners import Calibrated, HeldOut, SupportCrossValidator, cross_entropy, in_parts

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """The record of one adaptation step; immutable.

    Parameters
    ----------
    index
        Number of the step; 0 is before the first.
    support_loss
        Class-balanced cross-entropy on the support set, natural logarithm, uncalibrated: the loss that gradient-based learners minimize.
    held_out_accuracy
        Cross-validated accuracy on the support set, 0..1; NaN if no diagnosis has two patients.
    held_out
        What the held-out patients were answered, before the sharpness below; None if nobody was held out.
    proba
        Probabilities of the query set, `(n_query, n_way)`, calibrated if the initialization is, and by the held-out patients.
    support_map, query_map, prototype_map
        Coordinates on the map of the embedding, `(n, 2)`.
    nearest
        Positions in the support set of the nearest labeled patients, `(n_query, n_nearest)`, at most 3.
    distance
        Their Euclidean distances in the embedding (no unit), same shape.
    unlikeness
        After the last step: how much farther a query patient lies from all labeled patients than 9 in 10 of these would, `(n_query,)`.
        Above 0 the patient is unlike every one of them. NaN before, and if too few can be left out to say. See `Likeness`.
    classifier
        The classifier after this step; its `sharpness` is what the held-out and, after the last step, the undiagnosed patients ask for.
    """

    index: int
    support_loss: float
    held_out_accuracy: float
    held_out: HeldOut | None
    proba: Array
    support_map: Array
    query_map: Array
    prototype_map: Array
    nearest: npt.NDArray[np.int64]
    distance: Array
    unlikeness: Array
    classifier: Calibrated


@dataclass(frozen=True, slots=True)
class StepMaker:
    """What a step is made of; `make` works on it in parts.

    Parameters
    ----------
    classifier
        The classifier after this step.
    task
        The support set, on which it is judged, and the query set, which it predicts.
    held_out
        Cross-validates on the support set; None to leave it out.
    width
        How far the held-out patients may move the probabilities; see `fit_sharpness`.
    center
        The sharpness without any held-out patient: what the undiagnosed patients say; see `agreement_sharpness`.
    last
        Whether it is the last step.
    """

    classifier: Calibrated
    task: Task
    held_out: SupportCrossValidator | None
    width: float
    center: float
    last: bool

    @property
    def divided(self) -> bool:
        """Whether the patients are so many that the step is worth watching in parts."""
        return any(len(in_parts(patients.x)) > 1 for patients in (self.task.support, self.task.query))

    @property
    def work(self) -> int:
        """The work of the step, in passes of one patient through the network."""
        n_known, n_query, passes = len(self.task.support), len(self.task.query), self.classifier.passes
        n_held_out = sum(len(group) for group in self.held_out.groups) if self.held_out else 0
        return n_known * (1 + passes) + n_query * (1 + passes) + len(self.classifier.support) + n_held_out

    def make(self, index: int, axes: Axes | None) -> Generator[int, None, tuple[Step, Axes]]:
        """Make the step; yields the work of each part and returns the step with the axes of its map.

        Without `axes`, those of the first step, they are fitted.
        """
        known, query, passes = self.task.support, self.task.query.x, self.classifier.passes
        classifier, held_out = yield from self._sharpened()
        support, told = yield from self._embedded_and_told(known.x)
        likeness, beyond = Likeness.fit(support, known.y, self.task.n_way), self._beyond()
        placed, distances, positions, proba, unlikeness = [], [], [], [], []
        parts = in_parts(query)
        first = classifier.embed_and_log_proba(parts[0])
        axes = axes or Axes.fit(torch.cat([support, first[0][:500] if len(parts) == 1 else self.classifier.embed(query[:500])]))
        for x in parts:
            embedded, log_proba = first if x is parts[0] else classifier.embed_and_log_proba(x)
            placed.append(axes.place(embedded))
            distance, position = nearest_patients(embedded, support)
            distances.append(distance)
            positions.append(position)
            unlikeness.append(likeness.distance(embedded, log_proba / classifier.sharpness) - beyond)
            proba.append(log_proba.exp())
            yield len(x) * (1 + passes)
        prototypes = yield from self._prototypes(support)
        step = Step(
            index=index,
            support_loss=float(cross_entropy(told, known.y)),
            held_out_accuracy=self.held_out.accuracy if self.held_out else math.nan,
            held_out=held_out,
            proba=torch.cat(proba).double().numpy(),
            support_map=axes.place(support),
            query_map=np.concatenate(placed),
            prototype_map=axes.place(prototypes),
            nearest=torch.cat(positions).numpy(),
            distance=torch.cat(distances).double().numpy(),
            unlikeness=torch.cat(unlikeness).double().numpy(),
            classifier=classifier,
        )
        return step, axes

    def _beyond(self) -> float:
        """The distance beyond which a patient is unlike all labeled ones; told after the last step only, since it embeds every fold anew."""
        return math.nan if self.held_out is None or not self.last else threshold(self.held_out)

    def _sharpened(self) -> Generator[int, None, tuple[Calibrated, HeldOut | None]]:
        """The classifier, calibrated by the held-out patients of this step."""
        if self.held_out is None:
            return self.classifier.sharpened(self.center), None
        yield from self.held_out.advance_in_parts()
        held_out = self.held_out.answers
        return self.classifier.sharpened(held_out.sharpness(self.width, self.center)), held_out

    def _embedded_and_told(self, x: Tensor) -> Generator[int, None, tuple[Tensor, Tensor]]:
        """Embeddings and uncalibrated log-probabilities of patients, in parts."""
        found = []
        for part in in_parts(x):
            found.append(self.classifier.raw.embed_and_log_proba(part))
            yield len(part) * (1 + self.classifier.passes)
        embedded, told = (torch.cat(each) for each in zip(*found, strict=True))
        return embedded, told

    def _prototypes(self, support: Tensor) -> Generator[int, None, Tensor]:
        """`Classifier.prototypes`, in parts; `support`: the embeddings of all labeled patients."""
        seen = self.classifier.support
        if len(seen) == len(support):
            yield len(seen)
            return self.classifier.prototypes(support)
        embedded = []
        for part in in_parts(seen.x):
            embedded.append(self.classifier.embed(part))
            yield len(part)
        return self.classifier.prototypes(torch.cat(embedded))
