"""The episodes of a comparison: support and query patients, drawn so that every method meets the same ones.

An episode follows from (cohort, seed, shots, its number) alone: not from how many episodes, which other shots or which methods
were asked for. The columns are scaled anew in each by its own patients and the undiagnosed, without labels, as a clinic with
so many patients would have to; scaling once with the whole table would lend every method knowledge that a small clinic lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.data import Cohort, Panel, Positions, Task
from metamed_core.words import UserError, Words

SHOTS = (1, 3, 5, 10)
LEAVE_ONE_OUT = 0
"""Stands for a number of shots: all labeled patients but the one who is asked about."""
N_WAY, N_QUERY, LEAST_QUERY = 5, 15, 3
"""At most so many diagnoses in an episode, and so many patients of each who are asked about; a diagnosis with fewer than the last is not drawn."""
MAX_LEFT_OUT = 100
CHOICES = 10
"""How many choices of so many diagnoses are tried where groups must be kept apart, before fewer diagnoses are drawn."""


@dataclass(frozen=True, eq=False, slots=True)
class EpisodeIndices:
    """One episode: its diagnoses, sorted, and the positions in the cohort of support and query patients."""

    classes: tuple[str, ...]
    support: Positions
    query: Positions


def eligible(cohort: Cohort, k_shot: int) -> tuple[str, ...]:
    """Diagnoses with enough patients for this number of shots, sorted; with groups, also outside one of its groups."""
    enough = tuple(name for name, n in cohort.counts.items() if n >= k_shot + LEAST_QUERY)
    return tuple(name for name in enough if _outside_a_group(cohort, name) >= k_shot) if cohort.groups else enough


def _outside_a_group(cohort: Cohort, name: str) -> int:
    """How many patients of a diagnosis can be labeled at most while one of another group is left to be asked about."""
    sizes = np.unique(cohort.group_numbers[cohort.members[name]], return_counts=True)[1]
    return int(sizes.sum() - sizes.min())


def shots_allowed(cohort: Cohort, shots: Sequence[int] = SHOTS) -> tuple[int, ...]:
    """Those of `shots` for which at least two diagnoses have enough patients, and can be drawn together if there are groups."""
    return tuple(k for k in shots if len(eligible(cohort, k)) >= 2 and (not cohort.groups or _go_together(cohort, k)))


def _go_together(cohort: Cohort, k_shot: int) -> bool:
    try:
        draw(cohort, k_shot, 0)
    except UserError:
        return False
    return True


def n_left_out(cohort: Cohort) -> int:
    """How many patients leave-one-out can predict; 0 if these are of one diagnosis only; at most MAX_LEFT_OUT."""
    able = [len(rows) for rows in _askable(cohort) if len(rows)]
    return min(sum(able), MAX_LEFT_OUT) if len(able) >= 2 else 0


def _askable(cohort: Cohort) -> list[Positions]:
    """Of each diagnosis the patients who can be left out: another of it, of another group, and another diagnosis remain without their group."""
    members = list(cohort.members.values())
    if not cohort.groups:
        return [rows if len(rows) >= 2 else rows[:0] for rows in members]
    group_of = cohort.group_numbers
    inside = np.stack([np.bincount(group_of[rows], minlength=group_of.max() + 1) for rows in members])
    left = inside.sum(1, keepdims=True) - inside  # of each diagnosis without each group, (n_diagnoses, n_groups)
    several = (left > 0).sum(0) >= 2
    return [rows[(left[i, group_of[rows]] > 0) & several[group_of[rows]]] for i, rows in enumerate(members)]


def draw(cohort: Cohort, k_shot: int, index: int, seed: int = 0) -> EpisodeIndices:
    """The episode with this number, from 0; k_shot LEAVE_ONE_OUT leaves out the patient with this number."""
    return _left_out(cohort, index, seed) if k_shot == LEAVE_ONE_OUT else _drawn(cohort, k_shot, index, seed)


def _drawn(cohort: Cohort, k_shot: int, index: int, seed: int) -> EpisodeIndices:
    rng = np.random.default_rng([seed, k_shot, index])
    names = eligible(cohort, k_shot)
    classes, labeled, others = _chosen(cohort, names, k_shot, rng)
    support, query = np.concatenate(labeled), np.concatenate([rows[:N_QUERY] for rows in others])
    return EpisodeIndices(classes, rng.permutation(support), rng.permutation(query))


def _chosen(
    cohort: Cohort, names: Sequence[str], k_shot: int, rng: np.random.Generator
) -> tuple[tuple[str, ...], list[Positions], list[Positions]]:
    """Diagnoses whose groups go together, the patients to be labeled and those who may be asked about; fewer diagnoses where none do.

    One disease may be of one hospital and another of another. Without groups the first choice is always good.
    """
    problem = None
    for n_way in range(min(N_WAY, len(names)), 1, -1):
        for _ in range(CHOICES):
            chosen = rng.choice(len(names), n_way, replace=False)
            classes = tuple(sorted(names[i] for i in chosen))
            try:
                return classes, *cohort.apart(classes, k_shot, rng)
            except UserError as error:
                problem = error
    raise problem or UserError(
        Words(
            "{n} diagnosis has enough patients for {k} labeled ones: choose fewer, or add patients of a second one.",
            "只有 {n} 种诊断的患者足够取 {k} 位作为已确诊患者：请减少每类样本数，或补充另一种诊断的患者。",
        ).format(n=len(names), k=k_shot)
    )


def _left_out(cohort: Cohort, index: int, seed: int) -> EpisodeIndices:
    """All but one and those of the same group; the diagnoses take turns, so that a stopped run has judged each about equally often."""
    rng = np.random.default_rng([seed, LEAVE_ONE_OUT])
    queues = [rng.permutation(rows).tolist() for rows in _askable(cohort) if len(rows)]
    order = [queue[turn] for turn in range(max(map(len, queues))) for queue in queues if turn < len(queue)]
    asked, group_of = order[index], cohort.group_numbers
    labeled = np.sort(np.concatenate(list(cohort.members.values())))
    support = labeled[group_of[labeled] != group_of[asked]]
    return EpisodeIndices(tuple(name for name, rows in cohort.members.items() if np.isin(rows, support).any()), support, np.array([asked]))


def task_of(cohort: Cohort, episode: EpisodeIndices, panel: Panel | None = None) -> Task:
    """Encode an episode; its own and the undiagnosed patients set the scale of the columns, without their labels.

    Parameters
    ----------
    cohort, episode
        The table and the positions in it.
    panel
        The columns of weights for one panel; None: those of the table.

    Raises
    ------
    UserError
        If a column of the panel is missing.
    """
    scale = np.concatenate([episode.support, episode.query, cohort.undiagnosed])
    return Task.of(cohort.features, cohort.labels, episode.support, episode.query, scale=scale, ranges=cohort.ranges, panel=panel)
