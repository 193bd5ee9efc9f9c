"""What the nearest class mean achieves without any network: the mark that a learner has to beat."""

from __future__ import annotations

import math

import torch

from metamed_core.data import LabeledSet, class_means


def untrained_prototype_held_out(support: LabeledSet, groups: list[list[int]]) -> float:
    """Cross-validated accuracy (0..1) of the nearest class mean on standardized values, without network; `groups` are the folds."""
    values, right = support.x[..., 0], 0
    for group in groups:
        rest = torch.ones(len(support), dtype=torch.bool)
        rest[group] = False
        classes, y = torch.unique(support.y[rest], return_inverse=True)
        centers = class_means(values[rest], y, len(classes))
        named = classes[(values[group].unsqueeze(1) - centers).square().sum(-1).argmin(-1)]
        right += int((named == support.y[group]).sum())
    n_patients = sum(len(group) for group in groups)
    return right / n_patients if n_patients else math.nan
