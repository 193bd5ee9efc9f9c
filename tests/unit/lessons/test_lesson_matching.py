"""The numbers of the lesson on matching against cosines and sums written out, and its claims for several seeds."""

from __future__ import annotations

import math

import pytest

from metamed_core.drawing import Area, Line
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.matching import SHARPNESS
from metamed_core.learners.matching import Matching as Learner
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching import pictures, story
from pages.lessons.l06_matching.computation import NAMES, MatchingState
from pages.lessons.l06_matching.story import LESSON

STATES = [
    MatchingState(),
    MatchingState(seed=3, shots=2, sharpness=20.0),
    MatchingState(crowd=16, x=-1.4, y=1.4),
    world.copy(world.copy(MatchingState(faces=2))),
]
SEEDS = (7, 1, 2, 3, 4)


def naive_weights(state: MatchingState) -> list[float]:
    own, size = (state.x, state.y), math.hypot(state.x, state.y)
    scores = []
    for x, y in world.labeled(state).values.tolist():
        cosine = (own[0] * x + own[1] * y) / (size * math.hypot(x, y))
        scores.append(math.exp(state.sharpness * cosine))
    return [score / sum(scores) for score in scores]


def naive_votes(state: MatchingState, *, divided: bool) -> list[float]:
    sums = [0.0, 0.0, 0.0]
    counts = [0, 0, 0]
    for weight, k in zip(naive_weights(state), world.labeled(state).y.tolist(), strict=True):
        sums[k] += weight
        counts[k] += 1
    mass = [a / n if divided else a for a, n in zip(sums, counts, strict=True)]
    return [value / sum(mass) for value in mass]


@pytest.mark.parametrize("state", STATES)
def test_weights_and_votes_are_sums_written_out(state: MatchingState) -> None:
    assert world.weights(state) == pytest.approx(naive_weights(state))
    for divided in (True, False):
        assert world.votes(state, divided=divided) == pytest.approx(naive_votes(state, divided=divided))


@pytest.mark.parametrize("state", STATES)
def test_the_numbers_under_the_formulas_are_these(state: MatchingState) -> None:
    top = max(naive_weights(state))
    assert LESSON.screens[0].formula(state).numbers.endswith(f"= {top:.3f}")
    assert math.exp(state.sharpness * max(world.cosines(state))) / world.likeness(state) == pytest.approx(top, abs=5e-4)
    told = LESSON.screens[1].formula(state).numbers
    assert all(f"= {value:.3f}" in told for value in naive_votes(state, divided=True))
    assert rf"\max a = {top:.3f}" in LESSON.screens[2].formula(state).numbers
    yes, no = (100 * naive_votes(state, divided=divided)[0] for divided in (True, False))
    assert LESSON.screens[4].formula(state).numbers.endswith(rf"<divided>: {yes:.0f}\,\% \qquad <plain>: {no:.0f}\,\%")


@pytest.mark.parametrize("state", STATES)
def test_a_line_is_as_wide_as_its_weight(state: MatchingState) -> None:
    drawn = [mark for mark in story.who_is_looked_at(state, True)[0].marks if isinstance(mark, Line) and mark.name is None]
    assert [line.width for line in drawn] == pytest.approx([max(0.5, pictures.WIDEST * w) for w in naive_weights(state)])
    bare = story.who_is_looked_at(state, False)[0].marks
    assert not [mark for mark in bare if isinstance(mark, Line)], "the answer is not given away"


def test_the_sharpness_is_that_of_the_shipped_network() -> None:
    learned = float(load_weights("universal", Learner()).weights[SHARPNESS].exp())
    assert round(learned, 1) == world.SHIPPED_SHARPNESS


@pytest.mark.parametrize("seed", SEEDS)
def test_no_sharpness_knows_nothing_and_a_great_one_is_the_nearest_neighbor(seed: int) -> None:
    assert world.votes(MatchingState(seed=seed, sharpness=0.0)) == pytest.approx([1 / 3] * 3)
    sharp = MatchingState(seed=seed, sharpness=60.0)
    turn = world.cosines(sharp)
    assert world.most_attended(sharp) == turn.index(max(turn))
    assert max(world.weights(sharp)) > 3 / len(turn)


@pytest.mark.parametrize("seed", range(12))
def test_with_two_faces_matching_is_the_better_and_with_one_they_are_alike(seed: int) -> None:
    prototypes, matching = world.n_right(world.with_two_faces(MatchingState(seed=seed)))
    assert matching >= prototypes
    assert LESSON.screens[3].question.correct_option(MatchingState(seed=seed)) == (1 if matching > prototypes else 2)
    one = world.n_right(MatchingState(seed=seed))
    assert abs(one[0] - one[1]) <= 4


def test_matching_is_mostly_better_not_always_equal() -> None:
    gains = [b - a for a, b in (world.n_right(world.with_two_faces(MatchingState(seed=seed))) for seed in range(12))]
    assert sum(gain > 0 for gain in gains) >= 9
    assert sum(gains) / len(gains) > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crowd_wins_votes_unless_they_are_divided(seed: int) -> None:
    crowd = world.crowded(MatchingState(seed=seed))
    assert world.class_sizes(crowd) == [20, 4, 4]
    odds = []
    for divided in (True, False):
        share = world.votes(crowd, divided=divided)
        odds.append(share[0] / share[2])
    assert odds[1] == pytest.approx(5 * odds[0]), "twenty against four"
    even = crowd.updated(crowd=0)
    assert world.votes(even, divided=True) == pytest.approx(world.votes(even, divided=False))


def test_a_copied_patient_counts_more_within_their_diagnosis() -> None:
    for seed in SEEDS:
        state = world.crowded(MatchingState(seed=seed)).updated(crowd=0)
        copied = state
        for _ in range(4):
            copied = world.copy(copied)
        k = int(world.labeled(state).y[world.most_attended(state)])
        assert world.votes(copied)[k] > world.votes(state)[k], "although votes are divided by class size"
        assert copied.copied == world.most_attended(state)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_direction_counts(seed: int) -> None:
    """Also: the tenth of a severe case gets the same answer as the case itself."""
    state = MatchingState(seed=seed, x=3.0, y=1.5)
    assert world.votes(state.updated(x=0.3, y=0.15)) == pytest.approx(world.votes(state))


@pytest.mark.parametrize("state", STATES)
def test_the_slices_fill_the_plane_and_say_what_the_library_says(state: MatchingState) -> None:
    slices = [mark for mark in pictures.regions(state, matching=True, revealed=True).marks if isinstance(mark, Area)]
    area = 0.0
    for mark in slices:
        ends = list(zip(mark.corners, (*mark.corners[1:], mark.corners[0]), strict=True))
        area += abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in ends)) / 2
    assert area == pytest.approx(4 * world.WIDE * world.TALL, rel=1e-9)
    assert len(slices) >= len(NAMES)


def test_a_move_is_kept_for_a_link() -> None:
    moved = world.move(MatchingState(), "asked", 1.23456, -9.0)
    assert (moved.x, moved.y) == (1.23, -world.TALL)
    assert MatchingState.from_address(moved.to_address()) == moved
