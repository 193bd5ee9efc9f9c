"""Calibration by the undiagnosed patients of one table: how often two halves of its columns name the same diagnosis for them.

With one labeled patient of each diagnosis nobody can be held out, and of three they tell little. But the columns can be dealt to two halves, and
a learner that sees one half only names a diagnosis for each undiagnosed patient. Where the two halves agree more often than each is sure, the
answers are better than they say (Blum and Mitchell 1998, https://doi.org/10.1145/279943.279962, learn from two such views). Nothing here is
fitted, but up to how many labeled patients it is asked was chosen by measurement on public tables.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from metamed_core.data import LabeledSet
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.initialization import Initialization
from metamed_core.learners.learner import Learner
from metamed_core.statistics import sharpness_of_confidence

DEALS = 2
"""How often the columns are dealt to two halves; the mean of the deals counts."""
HALF_BELIEVED = 25
"""Undiagnosed patients at which half of what the agreement says is believed: their number alone moves it by 0.1, as much as tables differ."""
MOST = 100
"""Undiagnosed patients who are asked, evenly over the table; more of them tell little more."""
MOST_SHOTS, MOST_CELLS = 3, 10_000
"""Labeled patients of each diagnosis, on average, and their cells, up to which it is asked. At ten of each the learner itself knows better
(docs/explanation/reliable-answers.md), and who has more of them can hold some out; a large table adapts for too long to do it anew."""
SURE = 0.985
"""No agreement says that the answers are surer than this on average."""


def agreement_sharpness(last: Calibrated, learner: Learner, start: Initialization, support: LabeledSet, undiagnosed: Tensor) -> float:
    """How much to sharpen or soften the answers by the agreement of two halves of the columns; above 1 sharpens, 1 if it says nothing.

    The mean probability of the most probable diagnosis becomes what it is plus the agreement's excess over what the halves say of themselves.

    Parameters
    ----------
    last
        The classifier after the last step of `start.adapt(learner, support, n_way)`.
    learner, start, support
        What it was adapted with; adapted again to each half of the columns.
    undiagnosed
        Cells of undiagnosed patients, `(n, n_columns, n_channels)`.
    """
    n_columns = support.x.shape[-2]
    too_many = len(support) > MOST_SHOTS * last.n_way or len(support) * n_columns > MOST_CELLS
    if too_many or not start.reads_any_columns or n_columns < 2 or not len(undiagnosed):
        return 1.0
    asked = undiagnosed[torch.linspace(0, len(undiagnosed) - 1, min(len(undiagnosed), MOST)).round().long()]
    rng, excess = torch.Generator().manual_seed(0), 0.0
    for _ in range(DEALS):
        one, other = (
            _told(learner, start, support, last.n_way, asked, half) for half in torch.randperm(n_columns, generator=rng).tensor_split(2)
        )
        agreed = (one.argmax(-1) == other.argmax(-1)).double().mean()
        excess += float(agreed - torch.cat([one, other]).amax(-1).double().mean()) / DEALS
    with torch.no_grad():
        log_proba = last.sharpened(1.0).log_proba(asked)
    said = float(log_proba.double().exp().amax(-1).mean())
    believed = len(asked) / (len(asked) + HALF_BELIEVED)
    # Where the learner itself is surer than `SURE`, it may stay so.
    return sharpness_of_confidence(log_proba, min(said + believed * excess, max(said, SURE)))


@torch.no_grad()
def _told(learner: Learner, start: Initialization, support: LabeledSet, n_way: int, asked: Tensor, half: Tensor) -> Tensor:
    """Probabilities of a learner that sees these columns only, `(n, n_way)`."""
    half = half.sort().values
    *_, made = start.adapt(learner, dataclasses.replace(support, x=support.x[:, half]), n_way)
    return made.predict_proba(asked[:, half])
