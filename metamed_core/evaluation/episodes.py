"""The episodes of a comparison: who is labelled and who is asked, drawn so that every contestant meets the same ones.

An episode follows from (cohort, seed, shots, its number) alone: not from how many episodes, which other shots or which contestants
were asked for. The columns are scaled anew in each by its own patients and the undiagnosed, without labels, as a clinic with
so many patients would have to; scaling once with the whole table would lend every contestant knowledge that a small clinic lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from metamed_core.cohort import Cohort, Positions
from metamed_core.encoding import Panel, PatientEncoder
from metamed_core.episode import Episode, LabelledSet

SHOTS = (1, 3, 5, 10)
LEAVE_ONE_OUT = 0
"""Stands for a number of shots: all labelled patients but the one who is asked about."""
N_WAY, N_QUERY, LEAST_QUERY = 5, 15, 3
"""At most so many diagnoses in an episode, and so many patients of each who are asked about; a diagnosis with fewer than the last is not drawn."""
MAX_LEFT_OUT = 100


@dataclass(frozen=True, eq=False, slots=True)
class Draw:
    """One episode: its diagnoses, sorted, and the positions in the cohort of the labelled (support) and the asked (query)."""

    classes: tuple[str, ...]
    support: Positions
    query: Positions


def eligible(cohort: Cohort, k_shot: int) -> tuple[str, ...]:
    """Diagnoses with enough patients for this number of shots, sorted."""
    return tuple(name for name, n in cohort.counts.items() if n >= k_shot + LEAST_QUERY)


def shots_allowed(cohort: Cohort, shots: Sequence[int] = SHOTS) -> tuple[int, ...]:
    """Those of `shots` for which at least two diagnoses have enough patients."""
    return tuple(k for k in shots if len(eligible(cohort, k)) >= 2)


def n_left_out(cohort: Cohort) -> int:
    """How many patients leave-one-out can judge: those of diagnoses with two or more, if these are two or more; at most MAX_LEFT_OUT."""
    able = [n for n in cohort.counts.values() if n >= 2]
    return min(sum(able), MAX_LEFT_OUT) if len(able) >= 2 else 0


def draw(cohort: Cohort, k_shot: int, index: int, seed: int = 0) -> Draw:
    """The episode with this number, from 0; k_shot LEAVE_ONE_OUT leaves out the patient with this number."""
    return _left_out(cohort, index, seed) if k_shot == LEAVE_ONE_OUT else _drawn(cohort, k_shot, index, seed)


def _drawn(cohort: Cohort, k_shot: int, index: int, seed: int) -> Draw:
    rng = np.random.default_rng([seed, k_shot, index])
    names = eligible(cohort, k_shot)
    chosen = rng.choice(len(names), min(N_WAY, len(names)), replace=False)
    classes = tuple(sorted(names[i] for i in chosen))
    labelled, others = cohort.apart(classes, k_shot, rng)
    support, query = np.concatenate(labelled), np.concatenate([rows[:N_QUERY] for rows in others])
    return Draw(classes, rng.permutation(support), rng.permutation(query))


def _left_out(cohort: Cohort, index: int, seed: int) -> Draw:
    """All but one; the diagnoses take turns, so that a stopped run has judged each about equally often."""
    rng = np.random.default_rng([seed, LEAVE_ONE_OUT])
    queues = [rng.permutation(rows).tolist() for rows in cohort.members.values() if len(rows) >= 2]
    order = [queue[turn] for turn in range(max(map(len, queues))) for queue in queues if turn < len(queue)]
    labelled = np.sort(np.concatenate(list(cohort.members.values())))
    return Draw(tuple(cohort.members), labelled[labelled != order[index]], np.array([order[index]]))


def encoded(cohort: Cohort, episode: Draw, panel: Panel | None = None) -> Episode:
    """The episode in cells, scaled by its own patients and the undiagnosed without looking at a label; panel: see `PatientEncoder.fit`."""
    at_hand = np.concatenate([episode.support, episode.query, cohort.undiagnosed])
    encoder = PatientEncoder.fit(cohort.features.iloc[at_hand], cohort.ranges, panel)
    support, query = (_labelled(cohort, encoder, episode, rows) for rows in (episode.support, episode.query))
    return Episode(support, query, len(episode.classes))


def _labelled(cohort: Cohort, encoder: PatientEncoder, episode: Draw, rows: Positions) -> LabelledSet:
    number = {name: i for i, name in enumerate(episode.classes)}
    y = [number[label] for row in rows if (label := cohort.labels[row]) is not None]
    return LabelledSet(encoder.encode(cohort.features.iloc[rows]), torch.tensor(y))
