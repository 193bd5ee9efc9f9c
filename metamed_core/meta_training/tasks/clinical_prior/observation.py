"""What the laboratory and the notes report of the body: repeats, skew, detection limits, rounding, yes and no, and gaps."""

from __future__ import annotations

import torch
from torch import Tensor

from metamed_core.meta_training.tasks.clinical_prior.random_draws import integers, normal, of_class, standardized, uniform

LEVELS = 4
"""A category is spread over so many neighboring yes/no columns."""
_FREQUENCY = (1.0, 1.0, 1.0, 1.0, 1.0, 1.3, 0.7, 0.4)
"""How common the kinds of `reported` are, in its order."""


def with_repeats(body: Tensor, rng: torch.Generator) -> Tensor:
    """In some tasks columns repeat each other with noise, as weight and body mass index do. `(n_tasks, n, n_columns)` -> the same."""
    n_tasks, n, n_columns = body.shape
    source = integers(rng, n_columns, n_tasks, 1, n_columns)
    repeats = (uniform(rng, n_tasks, 1, n_columns) < 0.4 * uniform(rng, n_tasks, 1, 1)) & (uniform(rng, n_tasks, 1, 1) < 0.4)
    spread = body.std(1, keepdim=True).gather(2, source)
    original = body.gather(2, source.expand(-1, n, -1))
    repeated = original + normal(rng, n_tasks, n, n_columns) * spread * uniform(rng, n_tasks, 1, n_columns, high=0.6)
    return torch.where(repeats, repeated, body)


def reported(body: Tensor, rng: torch.Generator) -> Tensor:
    """Each column is reported in one of eight ways, in proportions that differ by task. `(n_tasks, n, n_columns)` -> the same."""
    n_tasks, _, n_columns = body.shape
    scaled = standardized(body)
    skew = uniform(rng, n_tasks, 1, n_columns, low=0.2, high=1.5)
    cut = uniform(rng, n_tasks, 1, n_columns, low=-2, high=2)
    step = uniform(rng, n_tasks, 1, n_columns, low=0.3, high=1.5)
    column = torch.arange(n_columns)
    category, level = scaled[..., column // LEVELS * LEVELS], column % LEVELS - (LEVELS - 1) / 2
    kinds = torch.stack(
        [
            scaled,
            (skew * scaled).exp(),  # log-normal, as most enzymes and hormones
            (skew * scaled).sinh(),  # heavy tails both ways
            scaled.maximum(cut - 0.5),  # a detection limit
            (scaled / step).round(),  # ordinal, or rounded
            (scaled > cut).to(scaled.dtype),  # a finding: yes or no
            (scaled / step).round().maximum((cut / step).round()),  # graded from "none" upwards
            ((1.2 * category - level).abs() < 0.5).to(scaled.dtype),  # one level of a category that the neighbors share
        ]
    )
    affinity = torch.distributions.utils.probs_to_logits(uniform(rng, n_tasks, len(kinds)).pow(3) * torch.tensor(_FREQUENCY) + 0.02)
    gumbel = -torch.log(-torch.log(uniform(rng, n_tasks, n_columns, len(kinds), low=1e-6, high=1 - 1e-6)))
    choice = (affinity.unsqueeze(1) + gumbel).argmax(-1)
    return kinds.gather(0, choice.unsqueeze(1).expand_as(body).unsqueeze(0)).squeeze(0)


def with_gaps(values: Tensor, y: Tensor, n_way: int, rng: torch.Generator) -> Tensor:
    """Half of the tasks have gaps by column and, for some columns, by class (a test done on suspicion); a sixth have them anywhere.

    values `(n_tasks, n, n_columns)` -> the same with NaN where missing.
    """
    n_tasks, _, n_columns = values.shape
    has_gaps = uniform(rng, n_tasks, 1, 1) < 0.5
    of_column = uniform(rng, n_tasks, 1, n_columns).pow(3) * 0.5
    of_group = 0.3 * uniform(rng, n_tasks, n_way, n_columns) * (uniform(rng, n_tasks, 1, n_columns) < 0.1)
    gone = uniform(rng, *values.shape) < (of_column + of_class(of_group, y)) * has_gaps
    anywhere = uniform(rng, n_tasks, 1, 1, high=0.5) * (uniform(rng, n_tasks, 1, 1) < 0.17)
    gone = gone | (uniform(rng, *values.shape) < anywhere)
    return torch.where(gone, torch.full_like(values, torch.nan), values)
