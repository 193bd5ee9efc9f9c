"""How a support is read round by round: one patient of each diagnosis first, everybody at the end, never too many rounds."""

from __future__ import annotations

import itertools

import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.learners.support_schedule import (
    MAX_ROUNDS,
    doubling_schedule,
    n_doubling_steps,
    n_schedule_steps,
    places,
    support_schedule,
)


def labeled(y: list[int]) -> LabeledSet:
    """Patients whose only cell is their row number."""
    return LabeledSet(torch.arange(len(y), dtype=torch.float64).reshape(-1, 1, 1), torch.tensor(y))


def test_places_count_the_earlier_patients_of_the_same_class() -> None:
    y = torch.randint(0, 4, (50,), generator=torch.Generator().manual_seed(0))
    expected = [sum(int(y[j]) == int(y[i]) for j in range(i)) for i in range(50)]
    assert places(y).tolist() == expected


def test_a_round_reads_one_more_patient_of_every_diagnosis() -> None:
    read = [each.x[:, 0, 0].tolist() for each in support_schedule(labeled([0, 0, 1, 0, 1]))]
    assert read == [[0, 2], [0, 1, 2, 4], [0, 1, 2, 3, 4]]


@pytest.mark.parametrize("most", [1, 2, MAX_ROUNDS, MAX_ROUNDS + 1, 57, 1000])
def test_large_diagnoses_are_read_in_a_bounded_number_of_growing_rounds(most: int) -> None:
    support = labeled([0] * most + [1] * 2)
    sizes = [len(each) for each in support_schedule(support)]
    assert len(sizes) == n_schedule_steps(support) <= max(MAX_ROUNDS, 2)
    assert sizes[0] == 2
    assert sizes[-1] == len(support)
    assert all(a < b for a, b in itertools.pairwise(sizes))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 1), [2]),
        ((3, 1), [2, 4]),
        ((8, 2), [2, 4, 6, 10]),
        ((8, 5), [2, 4, 8, 13]),
        ((100, 4), [2, 4, 8, 12, 104]),
        ((5, 5), [2, 4, 10]),
    ],
    ids=["single", "uneven", "short of enough", "just enough", "many", "nearly all"],
)
def test_the_doubling_ends_with_everybody_once_enough_are_read(counts: tuple[int, int], expected: list[int]) -> None:
    support = labeled([0] * counts[0] + [1] * counts[1])
    read = [len(each) for each in doubling_schedule(support, 10)]
    assert read == expected
    assert len(read) == n_doubling_steps(support, 10)
