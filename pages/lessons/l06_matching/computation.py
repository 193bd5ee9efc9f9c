"""Matching in a plane: how much an asked patient looks at each labeled one, and what their votes come to.

The embedding is the pair of laboratory values itself, measured from healthy people, so that it can be drawn; attention, posterior and
the prototypes it is compared with are the library's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from metamed_core.data import class_means, one_hot
from metamed_core.drawing import Point
from metamed_core.learners import attention, matching_posterior, prototypical_log_posterior
from metamed_core.words import Words
from pages.lessons.lesson_state import State, integer_field, real_field

WIDE, TALL = 4.6, 3.6  # the plane's half width and height: one scale on both axes, so that an angle looks as large as it is
MOST_SHOTS, MOST_CROWD, MOST_COPIES, N_QUERY = 6, 16, 12, 20
NAMES = (Words("iron deficiency", "缺铁"), Words("inflammation", "炎症"), Words("B12 deficiency", "B12 缺乏"))
MEANS = ((-2.4, -1.1), (2.6, 0.5), (-0.3, 2.0))  # ferritin and MCV in standard deviations from healthy people
OTHER_FACE = (2.4, -1.8)  # iron deficiency during an inflammation: MCV still low, ferritin no longer
SPREAD = 0.75
SHIPPED_SHARPNESS = 8.9  # what the shipped network has learned, to one decimal; a test compares
SHARPEST = 60.0
FAR_OUT = 3.0  # from the healthy average, where a place for the asked patient is sought


@dataclass(frozen=True)
class MatchingState(State):
    """x, y: the asked patient. faces: 2 if the first diagnosis shows in two ways. crowd: further labeled patients of the first diagnosis.

    copies, copied: how often which labeled patient stands in the table once more. divided: 1 if votes are divided by class size.
    """

    shots: int = integer_field(4, 2, MOST_SHOTS)
    x: float = real_field(2.2, -WIDE, WIDE)
    y: float = real_field(2.3, -TALL, TALL)
    sharpness: float = real_field(SHIPPED_SHARPNESS, 0.0, SHARPEST)
    faces: int = integer_field(1, 1, 2)
    crowd: int = integer_field(0, 0, MOST_CROWD)
    copies: int = integer_field(0, 0, MOST_COPIES)
    copied: int = integer_field(0, 0, len(NAMES) * MOST_SHOTS - 1)
    divided: int = integer_field(1, 0, 1)


@dataclass(frozen=True)
class Patients:
    """Values `(n, 2)` and diagnosis numbers `(n,)`."""

    values: Tensor
    y: Tensor


@lru_cache(maxsize=128)
def _drawn(seed: int, faces: int) -> tuple[Patients, Patients, Patients]:
    """Labeled patients, those asked about, and the crowd: patients of the first diagnosis, all from the seed alone."""
    rng = torch.Generator().manual_seed(seed)
    counts = (
        torch.arange(len(NAMES)).repeat(MOST_SHOTS),
        torch.arange(len(NAMES)).repeat(N_QUERY),
        torch.zeros(MOST_CROWD, dtype=torch.int64),
    )
    parts = []
    for y in counts:
        middle = torch.tensor(MEANS, dtype=torch.float64)[y]
        # Of a two-faced diagnosis every other patient shows the other face.
        turn = torch.arange(len(y)) // (len(NAMES) if len(y) != MOST_CROWD else 1) % 2 == 1
        middle[(y == 0) & turn & (faces == 2)] = torch.tensor(OTHER_FACE, dtype=torch.float64)
        values = middle + SPREAD * torch.randn(len(y), 2, generator=rng, dtype=torch.float64)
        held = torch.stack([values[:, 0].clamp(-WIDE, WIDE), values[:, 1].clamp(-TALL, TALL)], 1)
        parts.append(Patients(held.mul(100).round().div(100), y))
    return parts[0], parts[1], parts[2]


def labeled(state: MatchingState) -> Patients:
    """The labeled patients as they stand: `shots` of each diagnosis, then the crowd, then the copies."""
    first, _, crowd = _drawn(state.seed, state.faces)
    n, c = len(NAMES) * state.shots, min(state.copied, len(NAMES) * state.shots - 1)
    values = torch.cat([first.values[:n], crowd.values[: state.crowd], first.values[c : c + 1].expand(state.copies, -1)])
    return Patients(values, torch.cat([first.y[:n], crowd.y[: state.crowd], first.y[c : c + 1].expand(state.copies)]))


def asked(state: MatchingState) -> Patients:
    """Patients to be judged on, with their true diagnoses."""
    return _drawn(state.seed, state.faces)[1]


def _tensor(at: Point) -> Tensor:
    return torch.tensor([at], dtype=torch.float64)


def here(state: MatchingState) -> Point:
    """Where the asked patient is."""
    return state.x, state.y


def cosines(state: MatchingState) -> list[float]:
    """Of the angle at the healthy average between the asked patient and each labeled one."""
    own, others = _tensor(here(state)), labeled(state).values
    return torch.nn.functional.cosine_similarity(own, others).tolist()


def weights(state: MatchingState) -> list[float]:
    """How much the asked patient looks at each labeled one; the library's `attention`."""
    return attention(_tensor(here(state)), labeled(state).values, state.sharpness)[0].tolist()


def likeness(state: MatchingState) -> float:
    """What all labeled patients have before their weights are shared out, added up: the denominator of a weight."""
    return sum(math.exp(state.sharpness * each) for each in cosines(state))


def votes(state: MatchingState, *, divided: bool | None = None) -> list[float]:
    """Probability of each diagnosis: the library's `matching_posterior`, or the same without the division by class size (eq. 1 as printed)."""
    patients = labeled(state)
    if divided if divided is not None else state.divided:
        return matching_posterior(_tensor(here(state)), patients.values, patients.y, len(NAMES), state.sharpness)[0].tolist()
    members = one_hot(patients.y, len(NAMES), patients.values.dtype)
    return (attention(_tensor(here(state)), patients.values, state.sharpness) @ members)[0].tolist()


def class_sizes(state: MatchingState) -> list[int]:
    """Labeled patients of each diagnosis."""
    return torch.bincount(labeled(state).y, minlength=len(NAMES)).tolist()


def most_attended(state: MatchingState) -> int:
    """The labeled patient the asked one looks at most."""
    own = weights(state)
    return own.index(max(own))


def said_by_matching(state: MatchingState, values: Tensor) -> Tensor:
    """The most probable diagnosis of each patient, `(n,)`."""
    patients = labeled(state)
    return matching_posterior(values, patients.values, patients.y, len(NAMES), state.sharpness).argmax(-1)


def centers(state: MatchingState) -> Tensor:
    """The prototypes, `(n_way, 2)`."""
    patients = labeled(state)
    return class_means(patients.values, patients.y, len(NAMES))


def said_by_prototypes(state: MatchingState, values: Tensor) -> Tensor:
    """The same by the nearest prototype."""
    return prototypical_log_posterior(values, centers(state)).argmax(-1)


def n_right(state: MatchingState) -> tuple[int, int]:
    """How many asked patients prototypes and matching name rightly."""
    patients = asked(state)
    prototypes, matching = (says(state, patients.values) for says in (said_by_prototypes, said_by_matching))
    return int((prototypes == patients.y).sum()), int((matching == patients.y).sum())


def copy(state: MatchingState) -> MatchingState:
    """The most attended patient, of the crowd none, stands in the table once more; after the first time the same patient again."""
    copied = state.copied if state.copies else most_attended(state.updated(crowd=0))
    return state.updated(copied=copied, copies=state.copies + 1)


def move(state: MatchingState, name: str, x: float, y: float) -> MatchingState:
    """The asked patient at another place; rounded, so that a link can hold it to the bit."""
    return state.updated(x=round(x, 2) + 0.0, y=round(y, 2) + 0.0)


def outvoted(state: MatchingState) -> MatchingState:
    """The asked patient where the widest line is of one diagnosis and the votes are for another, by most; stays if there is no such place."""
    state = state.updated(faces=1, sharpness=SHIPPED_SHARPNESS, crowd=0, copies=0, divided=1)
    patients, angles = labeled(state), torch.linspace(0, 2 * math.pi, 361, dtype=torch.float64)[:-1]
    places = (FAR_OUT * torch.stack([angles.cos(), angles.sin()], 1)).mul(100).round().div(100)  # as `move` rounds them
    widest = patients.y[attention(places, patients.values, state.sharpness).argmax(1)]
    for_each = matching_posterior(places, patients.values, patients.y, len(NAMES), state.sharpness)
    lead = for_each.max(1).values - for_each.gather(1, widest.unsqueeze(1)).squeeze(1)
    if float(lead.max()) <= 0:
        return state
    return move(state, "asked", *places[int(lead.argmax())].tolist())


def with_two_faces(state: MatchingState) -> MatchingState:
    """Iron deficiency with two faces; nothing else out of the ordinary."""
    return state.updated(faces=2, sharpness=SHIPPED_SHARPNESS, crowd=0, copies=0)


def crowded(state: MatchingState) -> MatchingState:
    """The asked patient between two diagnoses, one of which has many more labeled patients."""
    return state.updated(faces=1, sharpness=SHIPPED_SHARPNESS, crowd=max(state.crowd, MOST_CROWD), x=-1.4, y=1.4)
