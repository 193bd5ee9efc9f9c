"""What the body does: four kinds of disease, each a latent value for every patient and column, given who has which diagnosis.

- `pathways`: Gaussian classes. A diagnosis shifts a few columns and, through shared pathways, many at once.
- `mechanisms`: a structural causal model. Causes drive mechanisms, columns measure them, a diagnosis is a region of them.
- `rules`: thresholds on single columns, joined by "and", that vote for diagnoses: sharp, axis-aligned borders, as in a
  diagnostic criterion and as trees draw them.
- `spectra`: diagnoses lie along axes of disease (too little, normal, too much) that columns read bent, saturated or exploded.

All take y `(n_tasks, n)` and give latent values `(n_tasks, n, n_columns)`. Every one of them leaves some columns idle.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from metamed_core.meta_training.tasks.clinical_prior.random_draws import integers, normal, of_class, of_person, standardized, uniform


def pathways(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """Low-rank Gaussian classes: shared pathways (factors), sparse shifts of single columns, spread by class and column."""
    n_tasks, n = y.shape
    rank = int(1 + 5 * uniform(rng))
    loading = loadings(n_tasks, rank, n_columns, rng)
    pathway = normal(rng, n_tasks, n_way, rank) * uniform(rng, n_tasks, 1, 1, high=1.5)
    relevant = uniform(rng, n_tasks, n_way, n_columns) < uniform(rng, n_tasks, 1, 1).square() + 0.05
    # Real tables of many diagnoses are not hopeless: the more there are, the further apart they are drawn.
    effect = (0.7 * normal(rng, n_tasks, 1, 1) + 0.35 * math.log(n_way / 2)).exp() * (0.4 * normal(rng, n_tasks, 1, n_columns)).exp()
    shift = normal(rng, n_tasks, n_way, n_columns) * relevant * effect + pathway @ loading
    spread = (uniform(rng, n_tasks, 1, 1, high=0.8) * normal(rng, n_tasks, n_way, n_columns)).exp()
    # Some diagnoses are wide in all columns, as diseases are beside health.
    spread = spread * (uniform(rng, n_tasks, 1, 1, high=0.5) * normal(rng, n_tasks, n_way, 1)).exp()
    common = normal(rng, n_tasks, n, rank) @ loading * uniform(rng, n_tasks, 1, 1, high=1.2)
    return of_class(shift, y) + common + normal(rng, n_tasks, n, n_columns) * of_class(spread, y)


def mechanisms(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """A random structural causal model, one or two layers deep; from a pool of people those are taken whose diagnosis is pronounced."""
    n_tasks, n = y.shape
    n_people, n_causes, n_mechanisms = 6 * n, int(2 + 5 * uniform(rng)), int(4 + n_way + 10 * uniform(rng))
    causes = normal(rng, n_tasks, n_people, max(n_causes, math.ceil(n_way / 2) + 1))
    state = _driven(causes, n_mechanisms, 1 + int(2 * uniform(rng)), rng)
    # A diagnosis listens to a few mechanisms only.
    listens = uniform(rng, n_tasks, n_mechanisms, n_way) < uniform(rng, n_tasks, 1, 1, low=0.1, high=0.6)
    score = state @ (normal(rng, n_tasks, n_mechanisms, n_way) * listens) + 0.05 * normal(rng, n_tasks, n_people, n_way)
    people = _pronounced(score, y, rng)
    connected = uniform(rng, n_tasks, n_mechanisms, n_columns) < uniform(rng, n_tasks, 1, 1, low=0.05, high=0.4)
    # In some tasks every column measures one mechanism alone.
    single = one_hot(integers(rng, n_mechanisms, n_tasks, n_columns), n_mechanisms).transpose(1, 2).bool()
    connected = torch.where(uniform(rng, n_tasks, 1, 1) < 0.4, single, connected)
    noise = normal(rng, n_tasks, n, n_columns) * uniform(rng, n_tasks, 1, n_columns, low=0.05, high=1.2)
    noise = noise * uniform(rng, n_tasks, 1, 1, low=0.2)
    return of_person(state, people) @ (normal(rng, n_tasks, n_mechanisms, n_columns) * connected) + noise


def rules(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """Findings (one column above or below a threshold), rules (one to a few findings together), votes of rules for diagnoses."""
    n_tasks, n = y.shape
    n_people, n_findings = 6 * n, int(max(1, n_way // 2) + 5 * uniform(rng))
    n_rules = int(max(n_findings, math.ceil(math.log2(n_way))) + 4 * uniform(rng))
    people = _background(n_tasks, n_people, n_columns, rng)
    column = integers(rng, n_columns, n_tasks, 1, n_findings)
    finding = standardized(people.gather(2, column.expand(-1, n_people, -1)), 0.0) > 0.9 * normal(rng, n_tasks, 1, n_findings)
    asks = uniform(rng, n_tasks, n_rules, n_findings) < 1.5 / n_findings
    each = torch.eye(n_findings, dtype=torch.bool)
    asks[:, :n_findings] |= each
    # In some tasks the first rules ask for one finding alone: a single laboratory value decides.
    first = torch.cat([each, each.new_zeros(n_rules - n_findings, n_findings)])
    later = torch.arange(n_rules).unsqueeze(-1) >= n_findings
    asks = torch.where(uniform(rng, n_tasks, 1, 1) < 0.4, first | (asks & later), asks)
    present = uniform(rng, n_tasks, n_rules, n_findings) < 0.5
    holds = ((finding.unsqueeze(2) == present.unsqueeze(1)) | ~asks.unsqueeze(1)).all(-1).to(people.dtype)
    own_rule = uniform(rng, n_tasks, n_way, max(n_rules, n_way)).argsort(-1)[..., 0] % n_rules
    vote = normal(rng, n_tasks, n_rules, n_way) * uniform(rng, n_tasks, 1, 1) + 1.5 * one_hot(own_rule, n_rules).transpose(1, 2)
    score = holds @ vote + 0.02 * normal(rng, n_tasks, n_people, n_way)
    return of_person(people, _pronounced(score, y, rng))


def spectra(y: Tensor, n_way: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """One to a few axes of disease; in half of the tasks class 0 is the healthy middle of all, and narrow."""
    n_tasks, n = y.shape
    n_axes = int(1 + math.log2(n_way / 2) * uniform(rng) + 2 * uniform(rng))
    center = normal(rng, n_tasks, n_way, n_axes) * uniform(rng, n_tasks, 1, 1, low=1.0, high=5.0)
    width = (0.7 * normal(rng, n_tasks, n_way, n_axes) - 0.3).exp()
    middle = (uniform(rng, n_tasks, 1, 1) < 0.5) & (torch.arange(n_way).view(1, -1, 1) == 0)
    center, width = center.masked_fill(middle, 0.0), width.masked_fill(middle, 0.3)
    within = normal(rng, n_tasks, n, n_axes)
    within = torch.where(uniform(rng, n_tasks, 1, n_axes) < 0.4, (0.7 * within).sinh(), within)
    gain = normal(rng, n_tasks, n_axes, n_columns) * (uniform(rng, n_tasks, n_axes, n_columns) < uniform(rng, n_tasks, 1, 1, low=0.25))
    drive = (of_class(center, y) + of_class(width, y) * within) @ gain
    kind = integers(rng, 5, n_tasks, 1, n_columns)
    drive = drive + 0.3 * normal(rng, n_tasks, 1, n_columns)
    read = _chosen(kind, drive, drive.clamp(-4, 4).sinh() / 2, drive.relu(), 2 * drive.tanh(), drive.abs())
    noise = _background(n_tasks, n, n_columns, rng)
    return read + noise * (0.6 * normal(rng, n_tasks, 1, n_columns) - 0.3 - uniform(rng, n_tasks, 1, 1)).exp()


def loadings(n_tasks: int, rank: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """How shared factors reach the columns, sparsely: `(n_tasks, rank, n_columns)`."""
    weight = normal(rng, n_tasks, rank, n_columns)
    return weight * (uniform(rng, n_tasks, rank, n_columns) < uniform(rng, n_tasks, 1, 1, low=0.2))


def _background(n_tasks: int, n: int, n_columns: int, rng: torch.Generator) -> Tensor:
    """How people differ whatever they have: correlated columns, `(n_tasks, n, n_columns)`."""
    rank = int(1 + 5 * uniform(rng))
    loading = loadings(n_tasks, rank, n_columns, rng)
    common = normal(rng, n_tasks, n, rank) @ loading * uniform(rng, n_tasks, 1, 1, high=1.2)
    return common + normal(rng, n_tasks, n, n_columns)


def _driven(causes: Tensor, n_mechanisms: int, depth: int, rng: torch.Generator) -> Tensor:
    """Mechanisms driven by a few causes each, and those of the next layer by them; smooth, one-sided, switching, plain, two-sided."""
    n_tasks, state = len(causes), causes
    for _ in range(depth):
        width = state.shape[-1]
        keep = uniform(rng, n_tasks, width, n_mechanisms) < max(0.3, 1.5 / width)
        weight = normal(rng, n_tasks, width, n_mechanisms) * keep / max(1, 0.5 * width) ** 0.5
        drive = state @ weight + normal(rng, n_tasks, 1, n_mechanisms) / 2
        kind = integers(rng, 5, n_tasks, 1, n_mechanisms)
        state = _chosen(kind, (2 * drive).tanh(), 1.5 * drive.relu(), 2.0 * (drive > 0), drive, drive.square() - 1)
        state = state + 0.1 * normal(rng, n_tasks, 1, n_mechanisms)
    return standardized(state, 1e-3)


def _chosen(kind: Tensor, *options: Tensor) -> Tensor:
    """Of each column the option that its kind says."""
    picked = options[-1]
    for i, option in enumerate(options[:-1]):
        picked = torch.where(kind == i, option, picked)
    return picked


def _pronounced(score: Tensor, y: Tensor, rng: torch.Generator) -> Tensor:
    """For every patient of y a person of the pool, among those whose own diagnosis scores most above the others.

    score `(n_tasks, n_people, n_way)`, y `(n_tasks, n)` -> positions in the pool `(n_tasks, n)`.
    """
    best = score.topk(2, -1).values
    rival = torch.where(score == best[..., :1], best[..., 1:], best[..., :1])
    # Blurred: doctors err, and mild cases are diagnosed too.
    blur = score.std((1, 2), keepdim=True) * uniform(rng, len(y), 1, 1).square()
    order = (score - rival + blur * normal(rng, *score.shape)).argsort(1, descending=True)
    # A patient's place in their class is drawn, so that the labeled are not the more pronounced.
    drawn = torch.rand(y.shape, generator=rng)
    same = y.unsqueeze(-1) == y.unsqueeze(-2)
    place = (same & (drawn.unsqueeze(-2) < drawn.unsqueeze(-1))).sum(-1)
    return order.gather(1, place.unsqueeze(-1).expand(-1, -1, score.shape[-1])).gather(2, y.unsqueeze(-1)).squeeze(-1)
