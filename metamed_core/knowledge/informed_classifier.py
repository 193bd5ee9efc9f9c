"""A classifier that weighs several answers: adapted without and with the rows of the knowledge table."""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.knowledge.trust import Trust
from metamed_core.learners import Calibrated, Classifier
from metamed_core.statistics import Calibration


class InformedClassifier(Calibrated):
    """The mean of the probabilities of several calibrated classifiers, each diagnosis with shares of its own.

    Parameters
    ----------
    parts
        The classifiers after the same step, adapted with 0, 1, ... pseudo-patients for each row.
    trust
        How far the labeled patients bear the rows out.
    shares
        The share of each part in the answer for each class, `(n_parts, n_way)`.
    sharpness
        See `Calibrated`.
    """

    def __init__(self, parts: tuple[Calibrated, ...], trust: Trust, shares: Tensor, sharpness: float = 1.0) -> None:
        super().__init__(_Mixture(parts, shares), Calibration.none(), sharpness)
        self.parts, self.trust, self.shares = parts, trust, shares

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        told = mixed([part.log_proba(x) for part in self.parts], self.shares)
        return told if self.sharpness == 1.0 else (self.sharpness * told).log_softmax(-1)

    def embed_and_log_proba(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """See `Classifier.embed_and_log_proba`; each part is calibrated before the mean is taken."""
        return Classifier.embed_and_log_proba(self, x)

    def sharpened(self, sharpness: float) -> InformedClassifier:
        """The same classifier with another `sharpness`."""
        return InformedClassifier(self.parts, self.trust, self.shares, sharpness)


class _Mixture(Classifier):
    """The same of uncalibrated classifiers; embeddings are those of the part with the largest share."""

    def __init__(self, parts: tuple[Calibrated, ...], shares: Tensor) -> None:
        self._parts, self._shares = [part.raw for part in parts], shares
        self._main = self._parts[int(shares.mean(1).argmax())]
        super().__init__(self._main.backbone, self._main.weights, parts[0].support, parts[0].n_way)
        self.passes = sum(part.passes for part in parts)

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`."""
        return mixed([part.log_proba(x) for part in self._parts], self._shares)

    @torch.no_grad()
    def embed(self, x: Tensor) -> Tensor:
        """See `Classifier.embed`."""
        return self._main.embed(x)

    def prototypes(self, embedded: Tensor | None = None) -> Tensor:
        """See `Classifier.prototypes`; those given are of the labeled patients, and the main part may have read more."""
        return self._main.prototypes(embedded if len(self._main.support) == len(self.support) else None)


def mixed(log_proba: list[Tensor], shares: Tensor) -> Tensor:
    """The logarithm of a mean of probabilities.

    Parameters
    ----------
    log_proba
        Log-probabilities of each part, `(n, n_way)`.
    shares
        Share of each part in each class, `(n_parts, n_way)`; columns sum to 1.
    """
    logs = shares.to(log_proba[0].dtype).log().unsqueeze(1)
    return (torch.stack(log_proba) + logs).logsumexp(0).log_softmax(-1)
