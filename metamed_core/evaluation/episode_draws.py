"""The episodes of a comparison: support and query patients, the same for every method.

An episode depends only on (cohort, seed, shots, its number), not on the number of episodes, the other shots or the methods. Columns
are standardized in each episode on its own patients and the undiagnosed ones, without labels; standardizing once on the whole table
would leak information that a clinic with so few patients does not have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from metamed_core.data import Cohort, Panel, Positions, Task
from metamed_core.words import UserError, Words

SHOTS = (1, 3, 5, 10)
LEAVE_ONE_OUT = 0
"""Value of `k_shot` for leave-one-out: the support set is all labeled patients but the query patient."""
NO_PATIENT = -1
"""Value of `k_shot` for no labeled patient at all: a method answers from knowledge, or guesses."""
N_WAY, N_QUERY, LEAST_QUERY = 5, 15, 3
"""Maximum number of diagnoses per episode; maximum and minimum number of query patients per diagnosis."""
MAX_LEFT_OUT = 100
CHOICES = 10
"""Draws of a set of diagnoses to try if groups must be kept apart, before a smaller set is tried."""


@dataclass(frozen=True, eq=False, slots=True)
class EpisodeIndices:
    """One episode: its diagnoses, sorted, and the positions of support and query patients in the cohort."""

    classes: tuple[str, ...]
    support: Positions
    query: Positions


def eligible(cohort: Cohort, k_shot: int) -> tuple[str, ...]:
    """Diagnoses with enough patients for this number of shots, sorted; with groups, enough even without its smallest group."""
    enough = tuple(name for name, n in cohort.counts.items() if n >= k_shot + LEAST_QUERY)
    return tuple(name for name in enough if _outside_a_group(cohort, name) >= k_shot) if cohort.groups else enough


def _outside_a_group(cohort: Cohort, name: str) -> int:
    """Largest support size of a diagnosis that leaves a query patient from another group."""
    sizes = np.unique(cohort.group_numbers[cohort.members[name]], return_counts=True)[1]
    return int(sizes.sum() - sizes.min())


def shots_allowed(cohort: Cohort, shots: Sequence[int] = SHOTS) -> tuple[int, ...]:
    """Those of `shots` for which at least two diagnoses have enough patients and, with groups, can be drawn in one episode."""
    return tuple(k for k in shots if len(eligible(cohort, k)) >= 2 and (not cohort.groups or _go_together(cohort, k)))


def _go_together(cohort: Cohort, k_shot: int) -> bool:
    try:
        draw(cohort, k_shot, 0)
    except UserError:
        return False
    return True


def n_left_out(cohort: Cohort) -> int:
    """Number of patients that leave-one-out can predict, at most MAX_LEFT_OUT; 0 if they have only one diagnosis."""
    able = [len(rows) for rows in _askable(cohort) if len(rows)]
    return min(sum(able), MAX_LEFT_OUT) if len(able) >= 2 else 0


def missing_shots(cohort: Cohort, shots: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Numbers of shots at which a diagnosis takes no part, by diagnosis; those that always take part are not listed."""
    askable = tuple(name for name, rows in zip(cohort.members, _askable(cohort), strict=True) if len(rows))
    able = {k: askable if k == LEAVE_ONE_OUT else eligible(cohort, k) for k in shots}
    missing = {name: tuple(k for k in shots if name not in able[k]) for name in cohort.counts}
    return {name: at for name, at in missing.items() if at}


def _askable(cohort: Cohort) -> list[Positions]:
    """Per diagnosis, patients who can be held out: without their group, their diagnosis and at least one other remain."""
    members = list(cohort.members.values())
    if not cohort.groups:
        return [rows if len(rows) >= 2 else rows[:0] for rows in members]
    group_of = cohort.group_numbers
    inside = np.stack([np.bincount(group_of[rows], minlength=group_of.max() + 1) for rows in members])
    left = inside.sum(1, keepdims=True) - inside  # of each diagnosis without each group, (n_diagnoses, n_groups)
    several = (left > 0).sum(0) >= 2
    return [rows[(left[i, group_of[rows]] > 0) & several[group_of[rows]]] for i, rows in enumerate(members)]


def draw(cohort: Cohort, k_shot: int, index: int, seed: int = 0, known: Collection[str] = ()) -> EpisodeIndices:
    """Draw one episode.

    Parameters
    ----------
    cohort
        The patients.
    k_shot
        Support patients per diagnosis, `LEAVE_ONE_OUT`, or `NO_PATIENT`.
    index
        Number of the episode, from 0; for leave-one-out, number of the held-out patient.
    seed
        Random seed.
    known
        The diagnoses of which something is known; the others are not drawn for `NO_PATIENT`.

    Returns
    -------
    EpisodeIndices
        The episode.

    Raises
    ------
    UserError
        If no two diagnoses have enough patients.
    """
    if k_shot == LEAVE_ONE_OUT:
        return _left_out(cohort, index, seed)
    if k_shot == NO_PATIENT:
        return _drawn(cohort, eligible_unlabeled(cohort, known), 0, index, seed)
    return _drawn(cohort, eligible(cohort, k_shot), k_shot, index, seed)


def eligible_unlabeled(cohort: Cohort, known: Collection[str]) -> tuple[str, ...]:
    """Diagnoses of which something is known, with enough patients to ask for; sorted."""
    return tuple(name for name in eligible(cohort, 0) if name in known)


def _drawn(cohort: Cohort, names: Sequence[str], k_shot: int, index: int, seed: int) -> EpisodeIndices:
    rng = np.random.default_rng([seed, k_shot, index])
    classes, labeled, others = _chosen(cohort, names, k_shot, rng)
    support, query = np.concatenate(labeled), np.concatenate([rows[:N_QUERY] for rows in others])
    return EpisodeIndices(classes, rng.permutation(support), rng.permutation(query))


def _chosen(
    cohort: Cohort, names: Sequence[str], k_shot: int, rng: np.random.Generator
) -> tuple[tuple[str, ...], list[Positions], list[Positions]]:
    """Draw diagnoses, support candidates and query candidates; with groups, retry until no group is in both, with fewer diagnoses if needed.

    Retries are needed if, for example, each disease comes from a different hospital. Without groups the first draw succeeds.
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
    """Hold out one patient and exclude the rest of their group; diagnoses alternate, so that a stopped run covers them about equally."""
    rng = np.random.default_rng([seed, LEAVE_ONE_OUT])
    queues = [rng.permutation(rows).tolist() for rows in _askable(cohort) if len(rows)]
    order = [queue[turn] for turn in range(max(map(len, queues))) for queue in queues if turn < len(queue)]
    asked, group_of = order[index], cohort.group_numbers
    labeled = np.sort(np.concatenate(list(cohort.members.values())))
    support = labeled[group_of[labeled] != group_of[asked]]
    return EpisodeIndices(tuple(name for name, rows in cohort.members.items() if np.isin(rows, support).any()), support, np.array([asked]))


def task_of(cohort: Cohort, episode: EpisodeIndices, panel: Panel | None = None) -> Task:
    """Encode an episode; columns are standardized on its own and the undiagnosed patients, without labels.

    Parameters
    ----------
    cohort, episode
        The table, and the positions in it.
    panel
        The columns that the weights were meta-trained on; None: the columns of the table.

    Returns
    -------
    Task
        Encoded support and query sets.

    Raises
    ------
    UserError
        If a column of the panel is missing.
    """
    scale = np.concatenate([episode.support, episode.query, cohort.undiagnosed])
    return Task.of(
        cohort.features,
        cohort.labels,
        episode.support,
        episode.query,
        scale=scale,
        ranges=cohort.ranges,
        panel=panel,
        further=episode.classes,
    )
