"""The numbers of the lesson on prototypes against means and distances written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pages.lessons import geometry
from pages.lessons.l05_prototypes import computation as world
from pages.lessons.l05_prototypes.computation import TALL, WIDE, PrototypesState
from pages.lessons.l05_prototypes.story import LESSON

MOVED = world.relabel(world.pick(world.move(PrototypesState(), "3", 2.345, -1.0), "1"))
STATES = [PrototypesState(), PrototypesState(seed=3, shots=1), PrototypesState(faces=2, shots=6), MOVED]


def naive_prototypes(state: PrototypesState) -> dict[int, tuple[float, float]]:
    groups: dict[int, list[list[float]]] = {}
    patients = world.labeled(state)
    for values, k in zip(patients.values.tolist(), patients.y.tolist(), strict=True):
        groups.setdefault(k, []).append(values)
    return {k: (sum(x for x, _ in own) / len(own), sum(y for _, y in own) / len(own)) for k, own in groups.items()}


@pytest.mark.parametrize("state", STATES)
def test_a_prototype_is_the_mean_of_its_patients(state: PrototypesState) -> None:
    np.testing.assert_allclose(world.prototypes(state), [value for _, value in sorted(naive_prototypes(state).items())], atol=1e-12)


@pytest.mark.parametrize("state", STATES)
def test_probabilities_are_a_softmax_of_negative_squared_distances(state: PrototypesState) -> None:
    here = (state.x, state.y)
    gaps = {k: (here[0] - x) ** 2 + (here[1] - y) ** 2 for k, (x, y) in naive_prototypes(state).items()}
    total = sum(math.exp(-gap) for gap in gaps.values())
    assert world.squared_distances(state, here) == pytest.approx(gaps)
    assert world.probabilities(state, here) == pytest.approx({k: math.exp(-gap) / total for k, gap in gaps.items()})
    told = LESSON.screens[1].formula(state).numbers
    for k, gap in gaps.items():
        assert rf"p_{k + 1} = \frac{{e^{{-{gap:.2f}}}}}{{\sum}} = {math.exp(-gap) / total:.2f}" in told


@pytest.mark.parametrize("state", STATES)
def test_the_regions_are_where_the_library_says_so(state: PrototypesState) -> None:
    """Each point of a grid lies in the polygon of the diagnosis that the posterior finds most probable."""
    regions = geometry.nearest_regions(world.prototypes(state).numpy(), WIDE, TALL)
    rng = np.random.default_rng(0)
    for point in rng.uniform((-WIDE, -TALL), (WIDE, TALL), (200, 2)):
        proba = world.probabilities(state, (float(point[0]), float(point[1])))
        best = max(proba, key=proba.__getitem__)
        assert inside(regions[world.present(state).index(best)], point)
    area = sum(abs(shoelace(region)) for region in regions)
    assert area == pytest.approx(4 * WIDE * TALL), "the regions fill the plane and do not overlap"


def shoelace(corners: tuple[tuple[float, float], ...]) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True)) / 2


def inside(corners: tuple[tuple[float, float], ...], point: np.ndarray) -> bool:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return all((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0) >= -1e-9 for (x0, y0), (x1, y1) in pairs)


@pytest.mark.parametrize("state", STATES)
def test_the_share_of_right_answers_is_counted(state: PrototypesState) -> None:
    centers = naive_prototypes(state)
    values, truth = world.asked(state)
    right = sum(
        min(centers, key=lambda k: (x - centers[k][0]) ** 2 + (y - centers[k][1]) ** 2) == k0
        for (x, y), k0 in zip(values.tolist(), truth.tolist(), strict=True)
    )
    assert world.n_right(state) == (right, 60)
    assert LESSON.screens[3].formula(state).numbers == rf"\frac{{{right}}}{{60}} = {100 * right / 60:.0f}\,\%"


def test_a_quarter_of_the_way() -> None:
    """The third screen's answer: one of four patients moves by 1, the prototype by 1/4."""
    state = PrototypesState()
    x, y = world.labeled(state).values[3].tolist()
    k = int(world.labeled(state).y[3])
    before, after = (naive_prototypes(s)[k] for s in (state, world.move(state, "3", x + 1, y)))
    assert after[0] - before[0] == pytest.approx(0.25)
    assert after[1] == pytest.approx(before[1])


def test_a_diagnosis_without_patients_has_no_prototype() -> None:
    state = world.relabel(PrototypesState(shots=1))
    assert world.present(state) == [1, 2]
    assert set(world.probabilities(state, (0.0, 0.0))) == {1, 2}


def test_moves_and_labels_are_kept_for_a_link() -> None:
    assert MOVED.edits.count(";") == 2
    assert PrototypesState.from_address(MOVED.to_address()) == MOVED
    assert world.edited(MOVED)[3][:2] == (2.35, -1.0) or world.edited(MOVED)[3][:2] == (2.34, -1.0)
    assert world.move(PrototypesState(), "3", 99, -99).edits.startswith("3:6.00,-3.20")
