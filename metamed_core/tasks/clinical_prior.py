"""The clinical prior: synthetic tasks that look like small clinical tables, drawn from a seed, nothing stored.

A task is made in four acts, each a short function below: who has which diagnosis; what the body does (a latent value for
every patient and column); what the laboratory reports of it (skew, rounding, yes/no findings, detection limits); what
is missing. All tasks of a meta-batch share their shape (ways, shots, columns) and are drawn together.

Floor 4 of the house.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from metamed_core.encoding import ColumnScale
from metamed_core.episode import Episode, LabelledSet

VERSION = 3
"""Written into the card of every weight file: a change of the distribution is a new version."""


@dataclass(frozen=True)
class ClinicalPrior:
    """Draws meta-batches of synthetic clinical tasks; see the module's docstring.

    max_way, max_shot, max_columns: largest diagnoses, labelled patients a diagnosis and columns of a task.
    n_query: patients to be judged on in a task, over all diagnoses, about.
    """

    max_way: int = 10
    max_shot: int = 10
    max_columns: int = 60
    n_query: int = 40

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """`n_tasks` tasks of one shape: support x `(n_tasks, n_way * k_shot, n_columns, n_channels)`, query likewise."""
        n_way = 2 + int(_uniform(rng) ** 2 * (self.max_way - 1))
        k_shot = round(self.max_shot ** float(_uniform(rng)))
        n_columns = int(2 * (self.max_columns / 2) ** float(_uniform(rng)))
        n_support = n_way * k_shot
        y = _labels(n_tasks, n_way, n_support, max(2, self.n_query // n_way), rng)
        body = _gaussian(y, n_way, n_columns, rng) if _uniform(rng) < 0.5 else _causal(y, n_way, n_columns, rng)
        values = _with_missing(_reported(body, rng), y, n_way, rng)
        cells = _scale(values, y, rng).cells(values)
        support = LabelledSet(cells[:, :n_support], y[:, :n_support])
        return Episode(support, LabelledSet(cells[:, n_support:], y[:, n_support:]), n_way)


def _uniform(rng: torch.Generator, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=rng)


def _normal(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=rng)


def _labels(n_tasks: int, n_way: int, n_support: int, n_query: int, rng: torch.Generator) -> Tensor:
    """Class numbers, `(n_tasks, n_support + n_way * n_query)`: at least one labelled patient of each, the query balanced."""
    classes = torch.arange(n_way)
    balanced = classes.repeat(n_support // n_way).expand(n_tasks, -1).clone()
    if _uniform(rng) < 0.3:
        prevalence = _uniform(rng, n_tasks, n_way).square() + 0.05
        drawn = torch.multinomial(prevalence, n_support - n_way, replacement=True, generator=rng) if n_support > n_way else balanced[:, :0]
        balanced[:, n_way:] = drawn
    return torch.cat([balanced, classes.repeat(n_query).expand(n_tasks, -1)], 1)


def _gaussian(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """Low-rank Gaussian classes: shared pathways (factors), sparse shifts of single columns, class-wise spread.

    y `(n_tasks, n)` -> latent values `(n_tasks, n, n_columns)`.
    """
    n_tasks, n = y.shape
    rank = int(1 + 5 * _uniform(rng))
    loading = _normal(rng, n_tasks, rank, n_columns) * (_uniform(rng, n_tasks, rank, n_columns) < _uniform(rng, n_tasks, 1, 1, low=0.2))
    pathway = _normal(rng, n_tasks, n_way, rank) * _uniform(rng, n_tasks, 1, 1, high=1.5)
    relevant = _uniform(rng, n_tasks, n_way, n_columns) < _uniform(rng, n_tasks, 1, 1).square() + 0.05
    effect = (0.7 * _normal(rng, n_tasks, 1, 1)).exp()
    shift = _normal(rng, n_tasks, n_way, n_columns) * relevant * effect + pathway @ loading
    spread = (_uniform(rng, n_tasks, 1, 1, high=0.6) * _normal(rng, n_tasks, n_way, n_columns)).exp()
    common = _normal(rng, n_tasks, n, rank) @ loading * _uniform(rng, n_tasks, 1, 1, high=1.2)
    own = _normal(rng, n_tasks, n, n_columns) * _of_class(spread, y)
    return _of_class(shift, y) + common + own


def _causal(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """A random structural causal model: causes -> mechanisms -> columns, and a diagnosis is a region of the mechanisms.

    Mechanisms are smooth (tanh), one-sided (relu) or switch at a threshold. From a pool of people those are taken in
    whom a diagnosis is pronounced. y `(n_tasks, n)` -> latent values `(n_tasks, n, n_columns)`.
    """
    n_tasks, n = y.shape
    n_people, n_causes, n_mechanisms = 4 * n, int(2 + 5 * _uniform(rng)), int(4 + 12 * _uniform(rng))
    causes = _normal(rng, n_tasks, n_people, n_causes)
    drive = causes @ _normal(rng, n_tasks, n_causes, n_mechanisms) / n_causes**0.5 + _normal(rng, n_tasks, 1, n_mechanisms) / 2
    kind = torch.randint(0, 3, (n_tasks, 1, n_mechanisms), generator=rng)
    mechanisms = torch.where(kind == 0, (2 * drive).tanh(), torch.where(kind == 1, 1.5 * drive.relu(), 2.0 * (drive > 0)))
    # A diagnosis listens to a few mechanisms only.
    listens = _uniform(rng, n_tasks, n_mechanisms, n_way) < _uniform(rng, n_tasks, 1, 1, low=0.15, high=0.7)
    score = mechanisms @ (_normal(rng, n_tasks, n_mechanisms, n_way) * listens) + 0.05 * _normal(rng, n_tasks, n_people, n_way)
    people = _pronounced(score, y, rng)
    connected = _uniform(rng, n_tasks, n_mechanisms, n_columns) < _uniform(rng, n_tasks, 1, 1, low=0.05, high=0.5)
    weight = _normal(rng, n_tasks, n_mechanisms, n_columns) * connected
    chosen = mechanisms.gather(1, people.unsqueeze(-1).expand(-1, -1, n_mechanisms))
    noise = _normal(rng, n_tasks, n, n_columns) * _uniform(rng, n_tasks, 1, n_columns, low=0.1, high=1.2)
    return chosen @ weight + noise


def _pronounced(score: Tensor, y: Tensor, rng: torch.Generator) -> Tensor:
    """For every patient of y a person of the pool, among those whose own diagnosis scores most above the others.

    score `(n_tasks, n_people, n_way)`, y `(n_tasks, n)` -> positions in the pool `(n_tasks, n)`.
    """
    best = score.topk(2, -1).values
    rival = torch.where(score == best[..., :1], best[..., 1:], best[..., :1])
    blur = score.std((1, 2), keepdim=True) * _uniform(rng, len(y), 1, 1, high=1.0)
    order = (score - rival + blur * _normal(rng, *score.shape)).argsort(1, descending=True)
    # A patient's place in their class is drawn, so that the labelled are not the more pronounced.
    drawn = torch.rand(y.shape, generator=rng)
    same = y.unsqueeze(-1) == y.unsqueeze(-2)
    place = (same & (drawn.unsqueeze(-2) < drawn.unsqueeze(-1))).sum(-1)
    return order.gather(1, place.unsqueeze(-1).expand(-1, -1, score.shape[-1])).gather(2, y.unsqueeze(-1)).squeeze(-1)


def _reported(body: Tensor, rng: torch.Generator) -> Tensor:
    """What the laboratory and the notes report: each column is of one kind, in proportions that differ by task."""
    n_tasks, _, n_columns = body.shape
    scaled = (body - body.mean(1, keepdim=True)) / body.std(1, keepdim=True).clamp_min(1e-6)
    skew = _uniform(rng, n_tasks, 1, n_columns, low=0.2, high=1.5)
    cut = _uniform(rng, n_tasks, 1, n_columns, low=-1.5, high=1.5)
    step = _uniform(rng, n_tasks, 1, n_columns, low=0.3, high=1.2)
    kinds = torch.stack(
        [
            scaled,
            (skew * scaled).exp(),  # log-normal, as most enzymes and hormones
            (skew * scaled).sinh(),  # heavy tails both ways
            scaled.maximum(cut - 0.5),  # a detection limit
            (scaled / step).round(),  # ordinal, or rounded
            (scaled > cut).to(scaled.dtype),  # a finding: yes or no
        ]
    )
    affinity = torch.distributions.utils.probs_to_logits(_uniform(rng, n_tasks, len(kinds)).pow(3) + 0.02)
    gumbel = -torch.log(-torch.log(_uniform(rng, n_tasks, n_columns, len(kinds), low=1e-6, high=1 - 1e-6)))
    choice = (affinity.unsqueeze(1) + gumbel).argmax(-1)
    return kinds.gather(0, choice.unsqueeze(1).expand_as(body).unsqueeze(0)).squeeze(0)


def _with_missing(values: Tensor, y: Tensor, n_way: int, rng: torch.Generator) -> Tensor:
    """Half of the tasks have gaps: at a rate of the column, and for some columns of the class (a test done on suspicion)."""
    n_tasks, _, n_columns = values.shape
    has_gaps = _uniform(rng, n_tasks, 1, 1) < 0.5
    rate = _uniform(rng, n_tasks, 1, n_columns).pow(3) * 0.5
    by_class = 0.3 * _uniform(rng, n_tasks, n_way, n_columns) * (_uniform(rng, n_tasks, 1, n_columns) < 0.1)
    gone = _uniform(rng, *values.shape) < (rate + _of_class(by_class, y)) * has_gaps
    return torch.where(gone, torch.full_like(values, torch.nan), values)


def _scale(values: Tensor, y: Tensor, rng: torch.Generator) -> ColumnScale:
    """The scale of the patients at hand; in a third of the tasks most columns have a reference range instead.

    Healthy people are played by class 0, whose spread must not be tiny; in half of these tasks they lie elsewhere,
    because a clinic's table often holds nobody who is healthy.
    """
    scale = ColumnScale.fit(values)
    healthy = ColumnScale.fit(torch.where((y == 0).unsqueeze(-1), values, torch.full_like(values, torch.nan)))
    known = _uniform(rng, len(y), 1, values.shape[-1]) < 0.8
    referenced = known & (_uniform(rng, len(y), 1, 1) < 0.33)
    elsewhere = _normal(rng, *scale.centre.shape) * scale.spread * (_uniform(rng, len(y), 1, 1) < 0.5)
    return scale.with_reference(healthy.centre + elsewhere, healthy.spread.maximum(0.1 * scale.spread), referenced)


def _of_class(by_class: Tensor, y: Tensor) -> Tensor:
    """Pick each patient's row: `(n_tasks, n_way, n_columns)`, `(n_tasks, n)` -> `(n_tasks, n, n_columns)`."""
    return by_class.gather(1, y.unsqueeze(-1).expand(-1, -1, by_class.shape[-1]))
