"""The numbers of the lesson on the textbook against sums written out, and its claims for every seed that a class may use."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from metamed_core.knowledge import Trust, probably_right
from pages.lessons.l11_textbook import answers
from pages.lessons.l11_textbook import computation as world
from pages.lessons.l11_textbook.computation import N_COLUMNS, N_WAY, SHOTS, TextbookState
from pages.lessons.l11_textbook.story import LESSON


def draw(k: int) -> tuple[world.Clinic, torch.Tensor, torch.Tensor]:
    clinic = world.clinics(7)[0]
    return clinic, *world.drawn(clinic, k, np.random.default_rng([7, 0, 0]))


def test_a_prototype_mixes_patients_and_row_cell_by_cell() -> None:
    clinic, support, query = draw(3)
    assert not set(support.tolist()) & set(query.tolist())
    found = world.prototypes(clinic, support, clinic.rows(), 2)
    for k in range(N_WAY):
        own = [clinic.values[i] for i in support.tolist() if clinic.y[i] == k]
        for c in range(N_COLUMNS):
            mean, said = sum(float(one[c]) for one in own) / 3, float(clinic.said[k, c])
            expected = (3 * mean + 2 * said) / 5 if said else mean
            assert float(found[k, c]) == pytest.approx(expected)


def test_accuracy_and_trust_are_written_out() -> None:
    """One draw by hand, and the mean over all by the loops of one who trusts nothing that is cached."""
    clinic, support, query = draw(1)
    rows = clinic.rows(N_WAY)
    centers = [[float(v) for v in row] for row in rows]

    def log_posterior(values: list[float]) -> list[float]:
        scores = np.array([-0.5 * sum((a - b) ** 2 for a, b in zip(values, center, strict=True)) for center in centers])
        return list(scores - np.log(np.exp(scores).sum()))

    told = torch.tensor([log_posterior(clinic.values[i].tolist()) for i in support.tolist()])
    right = probably_right(told, clinic.y[support], range(N_WAY))
    torch.testing.assert_close(world.trust(clinic, support, rows).right, right)
    named = [int(np.argmax(log_posterior(clinic.values[i].tolist()))) for i in query.tolist()]
    share = sum(k == int(clinic.y[i]) for k, i in zip(named, query.tolist(), strict=True)) / len(query)
    assert world.share_right(clinic, world.answers(clinic, support[:0], query, rows, 1), query) == pytest.approx(share)
    assert world.measured(7).without[0] == 1 / N_WAY, "without patients and rows one guesses"
    assert world.measured(7, 4).read[0] == world.measured(7, 4).believed[0], "without patients nobody objects"
    assert Trust(right).shares()[0].tolist() == pytest.approx((1 - right).tolist())


def test_the_formulas_say_what_is_drawn() -> None:
    state, found = TextbookState(), world.measured(7)
    told = LESSON.screens[2].formula(state).numbers
    for k, a, b in zip(SHOTS, found.believed, found.without, strict=True):
        assert f"g({k}): & {100 * a:.0f} - {100 * b:.0f} = " in told
    at, (_, said, patients, prototype) = world.told_test(state), world.one_diagnosis(state)
    assert float(prototype[at]) == pytest.approx(float(patients[at] + said[at]) / 2)
    assert f"= {float(prototype[at]):.2f}" in LESSON.screens[1].formula(state).numbers
    assert f"w(1) = {found.counted[1]:.2f}" in LESSON.screens[4].formula(state).numbers


@pytest.mark.parametrize("seed", range(10))
def test_what_the_lesson_says_holds_for_any_class(seed: int) -> None:
    """The revealed figures support the answers, whatever seed a teacher chooses."""
    state, right, wrong = TextbookState(seed=seed), world.measured(seed), world.measured(seed, N_WAY)
    assert answers.by_rows(state) == 2
    assert min(world.alone(seed)) > 1.5 / N_WAY
    gains = [a - b for a, b in zip(right.believed, right.without, strict=True)]
    assert gains[0] > gains[1] > gains[2] > 0, "the fewer the patients, the more the page is worth"
    assert gains[1] > 0.04
    assert answers.at_ten(state) == 2
    assert answers.how_much_lost(state) == 1
    assert answers.still_lost(state) == 2
    assert wrong.read[0] < 1 / N_WAY, "without patients wrong rows are worse than guessing"
    assert right.counted[1] > 0.8
    assert wrong.counted[1] < 0.2
    assert right.read[1] > right.without[1] + 0.03, "right rows keep their gain"
