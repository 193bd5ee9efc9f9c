"""A classifier whose probabilities are corrected: by what synthetic tasks taught about the learner, and by this table's own patients."""

from __future__ import annotations

from torch import Tensor

from metamed_core.learners.learner import Classifier
from metamed_core.statistics import Calibration


class Calibrated(Classifier):
    """A classifier with temperature-scaled probabilities; embeddings and prototypes are those of `raw`.

    Parameters
    ----------
    raw
        The classifier to correct.
    calibration
        Gives the temperature as a function of the task size (Guo et al. 2017).
    sharpness
        What the held-out patients of this very table add: a multiplier of the calibrated log-probabilities; see `fit_sharpness`.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks", ICML.
    """

    def __init__(self, raw: Classifier, calibration: Calibration, sharpness: float = 1.0) -> None:
        super().__init__(raw.backbone, raw.weights, raw.support, raw.n_way)
        self.raw, self.calibration, self.sharpness, self.passes = raw, calibration, sharpness, raw.passes

    def log_proba(self, x: Tensor) -> Tensor:
        """See `Classifier.log_proba`; the ranking of the classes is that of `raw`."""
        return self._corrected(self.raw.log_proba(x))

    def embed_and_log_proba(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """See `Classifier.embed_and_log_proba`."""
        embedded, told = self.raw.embed_and_log_proba(x)
        return embedded, self._corrected(told)

    def _corrected(self, told: Tensor) -> Tensor:
        tempered = self.calibration.apply(told, len(self.support), self.n_way, self.support.x.shape[-2])
        return tempered if self.sharpness == 1.0 else (self.sharpness * tempered).log_softmax(-1)

    def sharpened(self, sharpness: float) -> Calibrated:
        """The same classifier with another `sharpness`."""
        return Calibrated(self.raw, self.calibration, sharpness)

    def embed(self, x: Tensor) -> Tensor:
        """See `Classifier.embed`."""
        return self.raw.embed(x)

    def prototypes(self, embedded: Tensor | None = None) -> Tensor:
        """See `Classifier.prototypes`."""
        return self.raw.prototypes(embedded)
