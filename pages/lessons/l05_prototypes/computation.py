"""Prototypes in a plane: patients with two laboratory values, the mean of each diagnosis, and the region nearest to it.

The embedding is the pair of values itself, so that it can be drawn; means and posterior are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from metamed_core.data import class_means
from metamed_core.drawing import Point
from metamed_core.learners import prototypical_log_posterior
from metamed_core.words import Words
from pages.lessons.lesson_state import State, integer_field, real_field, text_field

WIDE, TALL = 6.0, 3.2  # the plane's half width and height: one scale on both axes, so that halfway looks halfway
MOST_SHOTS, N_QUERY = 6, 20
NAMES = (
    Words("iron deficiency", "缺铁"),
    Words("inflammation", "炎症"),
    Words("B12 deficiency", "B12 缺乏"),
)
MEANS = ((-2.4, -1.1), (2.2, -0.9), (0.3, 1.5))  # ferritin and MCV in standard deviations from healthy people
SPREAD = 0.85
APART = 2.4  # how far the two faces of a two-faced diagnosis lie from its mean
NUMBER = r"-?[0-6]\.\d\d"


@dataclass(frozen=True)
class PrototypesState(State):
    """edits: what was moved or relabeled, `patient:x,y,diagnosis;...`; x, y: the patient who is asked about; picked: a labeled one.

    faces: 2 if the first diagnosis shows in two different ways.
    """

    shots: int = integer_field(4, 1, MOST_SHOTS)
    x: float = real_field(0.4, -WIDE, WIDE)
    y: float = real_field(0.3, -TALL, TALL)
    picked: int = integer_field(0, 0, len(NAMES) * MOST_SHOTS - 1)
    faces: int = integer_field(1, 1, 2)
    edits: str = text_field("", rf"(\d\d?:{NUMBER},{NUMBER},[0-2];)*")


@dataclass(frozen=True)
class Patients:
    """Labeled patients: values `(n, 2)`, diagnosis numbers `(n,)`, and each one's fixed number."""

    values: Tensor
    y: Tensor
    numbers: tuple[int, ...]


@lru_cache(maxsize=128)
def _drawn(seed: int, faces: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Labeled patients `(n_way * MOST_SHOTS, 2)` and those asked about, with their diagnoses, from the seed alone."""
    rng = torch.Generator().manual_seed(seed)
    parts = []
    for n in (MOST_SHOTS, N_QUERY):
        y = torch.arange(len(NAMES)).repeat(n)
        values = torch.tensor(MEANS, dtype=torch.float64)[y] + SPREAD * torch.randn(len(y), 2, generator=rng, dtype=torch.float64)
        # Of a two-faced diagnosis every other patient lies on the other side of the plane.
        side = torch.where(torch.arange(len(y)) // len(NAMES) % 2 == 0, 1.0, -1.0).double()
        values[:, 0] += (faces == 2) * (y == 0) * (side * APART + APART)
        parts += [_inside(values).mul(100).round().div(100), y]
    return parts[0], parts[1], parts[2], parts[3]


def _inside(values: Tensor) -> Tensor:
    return torch.stack([values[:, 0].clamp(-WIDE, WIDE), values[:, 1].clamp(-TALL, TALL)], 1)


def edited(state: PrototypesState) -> dict[int, tuple[float, float, int]]:
    """Number of a patient -> the values and diagnosis that the reader has given them."""
    found = {}
    for part in filter(None, state.edits.split(";")):
        number, rest = part.split(":")
        x, y, diagnosis = rest.split(",")
        found[int(number)] = (float(x), float(y), int(diagnosis))
    return found


def labeled(state: PrototypesState) -> Patients:
    """The labeled patients as they stand."""
    values, y = (part.clone() for part in _drawn(state.seed, state.faces)[:2])
    for number, (a, b, diagnosis) in edited(state).items():
        if number < len(y):
            values[number], y[number] = torch.tensor([a, b], dtype=torch.float64), diagnosis
    n = len(NAMES) * state.shots
    return Patients(values[:n], y[:n], tuple(range(n)))


def asked(state: PrototypesState) -> tuple[Tensor, Tensor]:
    """Patients to be judged on, `(n, 2)`, and their true diagnoses."""
    return _drawn(state.seed, state.faces)[2:]


def present(state: PrototypesState) -> list[int]:
    """Diagnoses with at least one labeled patient: only these have a prototype."""
    return sorted(set(labeled(state).y.tolist()))


def prototypes(state: PrototypesState) -> Tensor:
    """The mean of each diagnosis that is present, `(n, 2)`; the library's `class_means`."""
    patients = labeled(state)
    return class_means(patients.values, patients.y, len(NAMES))[present(state)]


def probabilities(state: PrototypesState, at: Point) -> dict[int, float]:
    """Diagnosis -> probability of a patient with these two values; the library's `prototypical_log_posterior`."""
    log_proba = prototypical_log_posterior(torch.tensor([at], dtype=torch.float64), prototypes(state))
    return dict(zip(present(state), log_proba.exp()[0].tolist(), strict=True))


def squared_distances(state: PrototypesState, at: Point) -> dict[int, float]:
    """Diagnosis -> squared distance of its prototype from a point."""
    gaps = (torch.tensor(at, dtype=torch.float64) - prototypes(state)).square().sum(-1)
    return dict(zip(present(state), gaps.tolist(), strict=True))


def answers(state: PrototypesState) -> Tensor:
    """The most probable diagnosis of each asked patient, `(n,)`."""
    values, _ = asked(state)
    return torch.tensor(present(state))[prototypical_log_posterior(values, prototypes(state)).argmax(-1)]


def n_right(state: PrototypesState) -> tuple[int, int]:
    """How many asked patients are predicted correctly, and how many are asked."""
    y = asked(state)[1]
    return int((answers(state) == y).sum()), len(y)


def move(state: PrototypesState, name: str, x: float, y: float) -> PrototypesState:
    """A patient at another place: `asked`, or the number of a labeled one. Rounded, so that a link can hold it to the bit."""
    x, y = (round(min(max(value, -end), end), 2) + 0.0 for value, end in ((x, WIDE), (y, TALL)))
    if name == "asked":
        return state.updated(x=x, y=y)
    number = int(name)
    return _with(state, number, (x, y, int(labeled(state).y[number]))) if number in labeled(state).numbers else state


def pick(state: PrototypesState, name: str) -> PrototypesState:
    """Another labeled patient is spoken of."""
    return state.updated(picked=int(name)) if name.isdigit() else state


def relabel(state: PrototypesState) -> PrototypesState:
    """The picked patient gets the next diagnosis."""
    patients, number = labeled(state), picked(state)
    x, y = patients.values[number].tolist()
    return _with(state, number, (x, y, (int(patients.y[number]) + 1) % len(NAMES)))


def _with(state: PrototypesState, number: int, patient: tuple[float, float, int]) -> PrototypesState:
    every = {**edited(state), number: patient}
    return state.updated(picked=number, edits="".join(f"{i}:{x:.2f},{y:.2f},{k};" for i, (x, y, k) in sorted(every.items())))


def correctly_labeled(state: PrototypesState) -> PrototypesState:
    """Everybody where they are, with the diagnosis they were drawn with."""
    truth = _drawn(state.seed, state.faces)[1]
    return state.updated(
        edits="".join(f"{i}:{x:.2f},{y:.2f},{int(truth[i])};" for i, (x, y, _) in sorted(edited(state).items()) if i < len(truth))
    )


def one_to_the_right(state: PrototypesState) -> PrototypesState:
    """Four labeled patients of each, one of whom lies 1 farther to the right than drawn, if nobody has been moved yet."""
    state = correctly_labeled(state).updated(shots=4)
    if state.edits:
        return state
    values = labeled(state).values
    number = next(i for i in (picked(state), *range(len(values))) if float(values[i, 0]) <= WIDE - 1)
    return move(state, str(number), float(values[number, 0]) + 1, float(values[number, 1]))


def moved_and_pulled(state: PrototypesState) -> tuple[float, float]:
    """How far the picked patient lies from where they were drawn, and how far that alone pulls the prototype."""
    number = picked(state)
    before = correctly_labeled(
        state.updated(edits="".join(f"{part};" for part in state.edits.split(";") if part and not part.startswith(f"{number}:")))
    )
    now = correctly_labeled(state)
    at = present(now).index(int(labeled(now).y[number]))
    patient, prototype = labeled(now).values[number] - labeled(before).values[number], prototypes(now)[at] - prototypes(before)[at]
    return float(patient.square().sum().sqrt()), float(prototype.square().sum().sqrt())


def mislabeled(state: PrototypesState) -> PrototypesState:
    """One of the labels is wrong, if none is yet."""
    state = state.updated(faces=1)
    return relabel(state) if bool((labeled(state).y == labeled(correctly_labeled(state)).y).all()) else state


def n_changed_by_labels(state: PrototypesState) -> tuple[int, int]:
    """How many asked patients get another answer than with correct labels, and how many are asked."""
    now, correct = answers(state), answers(correctly_labeled(state))
    return int((now != correct).sum()), len(now)


def picked(state: PrototypesState) -> int:
    """The number of the picked patient, among those that are labeled now."""
    return min(state.picked, len(labeled(state).y) - 1)


def picked_diagnosis(state: PrototypesState) -> int:
    """The diagnosis of the picked patient."""
    return int(labeled(state).y[picked(state)])
