"""Prototypes in a plane: patients with two laboratory values, the mean of each diagnosis, and the region nearest to it.

The embedding is the pair of values itself, so that it can be drawn; means and posterior are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from metamed_core.data import class_means
from metamed_core.drawing import SeriesStyle, styles
from metamed_core.drawing.picture import GREY, Area, Axis, Dots, Line, Mark, Picture, Point, points
from metamed_core.learners import prototypical_log_posterior
from metamed_core.words import Words
from pages.lessons import geometry
from pages.lessons.state import State, real, whole, word

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
STYLES = styles(len(NAMES))
BORDER = SeriesStyle(GREY.colour, "circle", (1, 0))
NUMBER = r"-?[0-6]\.\d\d"


@dataclass(frozen=True)
class Prototypes(State):
    """edits: what was moved or relabelled, `patient:x,y,diagnosis;...`; x, y: the patient who is asked about; picked: a labelled one.

    faces: 2 if the first diagnosis shows in two different ways.
    """

    shots: int = whole(4, 1, MOST_SHOTS)
    x: float = real(0.4, -WIDE, WIDE)
    y: float = real(0.3, -TALL, TALL)
    picked: int = whole(0, 0, len(NAMES) * MOST_SHOTS - 1)
    faces: int = whole(1, 1, 2)
    edits: str = word("", rf"(\d\d?:{NUMBER},{NUMBER},[0-2];)*")


@dataclass(frozen=True)
class Patients:
    """Labelled patients: values `(n, 2)`, diagnosis numbers `(n,)`, and each one's fixed number."""

    values: Tensor
    y: Tensor
    numbers: tuple[int, ...]


@lru_cache(maxsize=128)
def _drawn(seed: int, faces: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Labelled patients `(n_way * MOST_SHOTS, 2)` and those asked about, with their diagnoses, from the seed alone."""
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


def edited(state: Prototypes) -> dict[int, tuple[float, float, int]]:
    """Number of a patient -> the values and diagnosis that the reader has given them."""
    found = {}
    for part in filter(None, state.edits.split(";")):
        number, rest = part.split(":")
        x, y, diagnosis = rest.split(",")
        found[int(number)] = (float(x), float(y), int(diagnosis))
    return found


def labelled(state: Prototypes) -> Patients:
    """The labelled patients as they stand."""
    values, y = (part.clone() for part in _drawn(state.seed, state.faces)[:2])
    for number, (a, b, diagnosis) in edited(state).items():
        if number < len(y):
            values[number], y[number] = torch.tensor([a, b], dtype=torch.float64), diagnosis
    n = len(NAMES) * state.shots
    return Patients(values[:n], y[:n], tuple(range(n)))


def asked(state: Prototypes) -> tuple[Tensor, Tensor]:
    """Patients to be judged on, `(n, 2)`, and their true diagnoses."""
    return _drawn(state.seed, state.faces)[2:]


def present(state: Prototypes) -> list[int]:
    """Diagnoses with at least one labelled patient: only these have a prototype."""
    return sorted(set(labelled(state).y.tolist()))


def prototypes(state: Prototypes) -> Tensor:
    """The mean of each diagnosis that is present, `(n, 2)`; the library's `class_means`."""
    patients = labelled(state)
    return class_means(patients.values, patients.y, len(NAMES))[present(state)]


def probabilities(state: Prototypes, at: Point) -> dict[int, float]:
    """Diagnosis -> probability of a patient with these two values; the library's `prototypical_log_posterior`."""
    log_proba = prototypical_log_posterior(torch.tensor([at], dtype=torch.float64), prototypes(state))
    return dict(zip(present(state), log_proba.exp()[0].tolist(), strict=True))


def squared_distances(state: Prototypes, at: Point) -> dict[int, float]:
    """Diagnosis -> squared distance of its prototype from a point."""
    gaps = (torch.tensor(at, dtype=torch.float64) - prototypes(state)).square().sum(-1)
    return dict(zip(present(state), gaps.tolist(), strict=True))


def answers(state: Prototypes) -> Tensor:
    """The most probable diagnosis of each asked patient, `(n,)`."""
    values, _ = asked(state)
    return torch.tensor(present(state))[prototypical_log_posterior(values, prototypes(state)).argmax(-1)]


def n_right(state: Prototypes) -> tuple[int, int]:
    """How many asked patients are named rightly, and how many are asked."""
    y = asked(state)[1]
    return int((answers(state) == y).sum()), len(y)


def move(state: Prototypes, name: str, x: float, y: float) -> Prototypes:
    """A patient at another place: `asked`, or the number of a labelled one. Rounded, so that a link can hold it to the bit."""
    x, y = (round(min(max(value, -end), end), 2) + 0.0 for value, end in ((x, WIDE), (y, TALL)))
    if name == "asked":
        return state.but(x=x, y=y)
    number = int(name)
    return _with(state, number, (x, y, int(labelled(state).y[number]))) if number in labelled(state).numbers else state


def pick(state: Prototypes, name: str) -> Prototypes:
    """Another labelled patient is spoken of."""
    return state.but(picked=int(name)) if name.isdigit() else state


def relabel(state: Prototypes) -> Prototypes:
    """The picked patient gets the next diagnosis."""
    patients, number = labelled(state), _picked(state)
    x, y = patients.values[number].tolist()
    return _with(state, number, (x, y, (int(patients.y[number]) + 1) % len(NAMES)))


def _with(state: Prototypes, number: int, patient: tuple[float, float, int]) -> Prototypes:
    every = {**edited(state), number: patient}
    return state.but(picked=number, edits="".join(f"{i}:{x:.2f},{y:.2f},{k};" for i, (x, y, k) in sorted(every.items())))


def _picked(state: Prototypes) -> int:
    return min(state.picked, len(labelled(state).y) - 1)


def picked_diagnosis(state: Prototypes) -> int:
    """The diagnosis of the picked patient."""
    return int(labelled(state).y[_picked(state)])


# -- pictures --------------------------------------------------------------------------------------------------------

X = Axis(Words("ferritin (standard deviations from healthy)", "铁蛋白（偏离健康人的标准差数）"), -WIDE, WIDE)
Y = Axis(Words("MCV (standard deviations)", "MCV（标准差数）"), -TALL, TALL)
HOW = Words(
    "How to read: filled marks are labelled patients, large outlines the prototypes (means), tinted areas what lies nearest to each.",
    "读法：实心标记为已确诊患者，大空心标记为原型（均值），着色区域为离各原型最近的部分。",
)


def plane(
    state: Prototypes,
    title: Words,
    *,
    means: bool = True,
    regions: bool = True,
    ask: bool = False,
    judged: bool = False,
    hand: bool = False,
) -> Picture:
    """The patients; means, regions: of the prototypes; ask: the one who is asked about; judged: all asked patients, right or wrong."""
    marks: list[Mark] = []
    centres = prototypes(state).numpy()
    if regions:
        for k, corners in zip(present(state), geometry.nearest_regions(centres, WIDE, TALL), strict=True):
            marks.append(Area(corners, STYLES[k], 0.16))
            marks.append(Line((*corners, *corners[:1]), BORDER, width=1, opacity=0.7))
    if judged:
        marks += _judged(state)
    marks += _labelled(state, threads=means)
    if means:
        marks += [
            Dots((point,), STYLES[k], Words("prototype of {name}", "{name}的原型").format(name=NAMES[k]), 11, filled=False)
            for k, point in zip(present(state), points(centres.tolist()), strict=True)
        ]
    if ask:
        marks += _asked_one(state)
    alt = Words("Plane of ferritin and MCV with labelled patients and prototypes", "铁蛋白与 MCV 平面，含已确诊患者与原型")
    return Picture(title, HOW, alt, X, Y, tuple(marks), "asked" if ask else "", str(_picked(state)) if hand else "", (760, 420))


def _labelled(state: Prototypes, *, threads: bool) -> list[Mark]:
    """Filled marks, each diagnosis with its own; threads lead from a patient to the prototype they belong to."""
    patients, marks = labelled(state), list[Mark]()
    centres = dict(zip(present(state), points(prototypes(state).tolist()), strict=True))
    for k, name in enumerate(NAMES):
        rows = [i for i in patients.numbers if int(patients.y[i]) == k]
        at = points(patients.values[rows].tolist())
        if threads:
            marks += [Line((point, centres[k]), STYLES[k], width=1, opacity=0.55) for point in at]
        told = tuple(
            Words("patient {i}: {name}, ferritin {x}, MCV {y}", "患者 {i}：{name}，铁蛋白 {x}，MCV {y}").format(
                i=i + 1, name=name, x=f"{x:.2f}", y=f"{y:.2f}"
            )
            for i, (x, y) in zip(rows, at, strict=True)
        )
        marks.append(Dots(at, STYLES[k], name, 6, names=tuple(map(str, rows)), told=told))
    return marks


def _judged(state: Prototypes) -> list[Mark]:
    """All asked patients: small marks of their true diagnosis, a cross where the answer is wrong."""
    values, y = asked(state)
    wrong = answers(state) != y
    marks: list[Mark] = [Dots(points(values[(y == k) & ~wrong].tolist()), STYLES[k], size=3, opacity=0.75) for k in range(len(NAMES))]
    cross = SeriesStyle("#D55E00", "cross", (1, 0))
    return [*marks, Dots(points(values[wrong].tolist()), cross, Words("asked, named wrongly", "待判断，判断错误"), 4)]


def _asked_one(state: Prototypes) -> list[Mark]:
    here = (state.x, state.y)
    lines = [Line((here, point), GREY, width=1.5) for point in points(prototypes(state).tolist())]
    told = Words("the patient who is asked about: ferritin {x}, MCV {y}", "待诊断患者：铁蛋白 {x}，MCV {y}")
    named = told.format(x=f"{here[0]:.2f}", y=f"{here[1]:.2f}")
    return [*lines, Dots((here,), BORDER, Words("not diagnosed yet", "尚未诊断"), 8, names=("asked",), told=(named,))]
