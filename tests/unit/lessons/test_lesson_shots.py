"""The numbers of the lesson on shots against learners and sums run by themselves, and its claims for several seeds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.prototypical import Prototypical
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots import small_clinics, unusual_patient
from pages.lessons.l08_shots.computation import N_WAY, SHOTS, ShotsState
from pages.lessons.l08_shots.story import LESSON

SEEDS = [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))]


@pytest.mark.parametrize("k", [1, 5])
def test_the_network_is_the_library_s_learner(k: int) -> None:
    clinic, learner = world.one_clinic(7), Prototypical(scaled_metric=0)
    support, query = world.drawn(clinic, k, np.random.default_rng(1))
    assert not set(support.tolist()) & set(query.tolist())
    *_, last = load_weights("universal", learner).adapt(learner, LabeledSet(clinic.cells[support], clinic.y[support]), N_WAY)
    expected = last.raw.predict_proba(clinic.cells[query])
    torch.testing.assert_close(world.answers(clinic, "network", support, query).exp(), expected)
    right = float((expected.argmax(-1) == clinic.y[query]).double().mean())
    assert world.share_right(clinic, world.answers(clinic, "network", support, query), query) == pytest.approx(right)


def test_the_untrained_prototype_is_the_nearest_mean() -> None:
    clinic = world.one_clinic(7)
    support, query = world.drawn(clinic, 3, np.random.default_rng(2))
    values = clinic.cells[..., 0].numpy()
    means = [values[[i for i in support.tolist() if clinic.y[i] == d]].mean(0) for d in range(N_WAY)]
    nearest = [min(range(N_WAY), key=lambda d: float(((values[i] - means[d]) ** 2).sum())) for i in query.tolist()]
    assert world.answers(clinic, "prototype", support, query).argmax(-1).tolist() == nearest


def test_the_spread_is_written_out() -> None:
    values = world.luck(7, 1)
    mean = sum(values) / len(values)
    assert world.spread(values) == pytest.approx((sum((a - mean) ** 2 for a in values) / (len(values) - 1)) ** 0.5)
    assert f"K = 1: s = {100 * world.spread(values):.1f}" in LESSON.screens[0].formula(ShotsState()).numbers


def test_the_formula_of_the_curves_says_what_they_are() -> None:
    told, found = LESSON.screens[1].formula(ShotsState()).numbers, world.curves(7)
    for k in (3, 10, 50):
        for method in ("network", "regression"):
            assert rf"a({k}) = {100 * found[method][SHOTS.index(k)]:.0f}\,\%" in told


def test_the_two_way_error_is_the_sum_over_pairs_that_share_a_patient_or_an_episode() -> None:
    one = small_clinics.small_clinics(7, 6)[0].first(10)
    n, mean = len(one.right), one.right.mean()
    by_class = {c: one.right[one.stratum == c].mean() for c in range(N_WAY)}
    total = 0.0
    for e in range(10):
        total += sum((one.right[i] - mean) / n for i in np.flatnonzero(one.episode == e)) ** 2 * 10 / 9
    correction = 6 / 5
    for c in range(N_WAY):
        for p in {int(each) for each in one.patient[one.stratum == c]}:
            rows = np.flatnonzero((one.patient == p) & (one.stratum == c))
            u = [(one.right[i] - by_class[c]) / n for i in rows]
            total += correction * (sum(u) ** 2 - sum(each**2 for each in u))
    assert small_clinics.counted(one).error[0] == pytest.approx(total**0.5, rel=1e-9)
    held = small_clinics.n_holding(ShotsState())
    aim, both = small_clinics.truth(7), small_clinics.both_intervals(7, 12, 100)
    assert held == tuple(sum(pair[i].low <= aim <= pair[i].high for pair in both) for i in (0, 1))
    told = LESSON.screens[2].formula(ShotsState()).numbers
    assert f"{held[0]}/20" in told
    assert rf"{100 * both[0][1].half_width:.1f}\,\%" in told


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_lesson_says_holds_for_any_class(seed: int) -> None:
    """What the explanations say, whatever seed a teacher chooses; the answers are in `test_predictions`."""
    one, ten = (world.luck(seed, k) for k in (1, 10))
    assert world.spread(one) > 1.8 * world.spread(ten)
    found = world.curves(seed)
    assert found["network"][0] > found["regression"][0] + 0.02
    few_shots, fifty = world.ahead(seed)
    assert few_shots > fifty - 0.005, "worth most where fewest"
    few, many = (small_clinics.both_intervals(seed, 12, n) for n in (10, 100))
    for i, least, least_held in ((0, 2.5, 0), (1, 1.0, 14)):
        assert np.mean([pair[i].half_width for pair in few]) > least * np.mean([pair[i].half_width for pair in many])
        assert small_clinics.n_holding(ShotsState(seed=seed))[i] >= least_held
    assert np.mean([pair[1].half_width for pair in many]) > 0.6 * np.mean([pair[1].half_width for pair in few]), "it hardly narrows"
    assert small_clinics.n_holding(ShotsState(seed=seed))[0] <= 10
    wider = small_clinics.both_intervals(seed, 6, 100)
    assert np.mean([pair[1].half_width for pair in wider]) > 1.2 * np.mean([pair[1].half_width for pair in many]), "patients narrow it"
    usual, odd = unusual_patient.with_first(seed, 5), unusual_patient.with_first(seed, 95)
    assert odd[0] < usual[0] - 0.05
    assert np.mean(odd[5:]) > np.mean(usual[5:]) - 0.06, "a handful outvotes it"
    plain = world.curves(seed, one_each=True)
    for overlap in (0.25, 0.5, 1.0):
        alike = world.curves(seed, overlap)
        assert all(max(values) <= world.ceiling(overlap) for values in alike.values())
        assert alike["network"][-1] < plain["network"][-1] - 0.08 * overlap


def test_an_unusual_patient_is_farther_from_the_mean() -> None:
    diagnosis = unusual_patient.diagnosis_of(7)
    gaps, first = unusual_patient.off_center(7, diagnosis), world.one_clinic(7).rows(diagnosis)
    for unusual in (0, 50, 100):
        place = int(np.flatnonzero(first == unusual_patient.first_patient(7, unusual, diagnosis))[0])
        assert int((gaps < gaps[place]).sum()) == round(unusual / 100 * 49)
    alone, of_three = unusual_patient.displaced(ShotsState())
    assert alone == pytest.approx(float(gaps[int(np.flatnonzero(first == unusual_patient.first_patient(7, 95, diagnosis))[0])]))
    assert of_three == pytest.approx(alone / 3, abs=alone / 6)


def test_only_disguised_patients_change_with_the_overlap() -> None:
    """The curve “before the change” is of the same clinics and the same labeled patients."""
    before, after = world.clinics(7)[::2], world.clinics(7, 0.25)
    assert len(before) == len(after) == len(world.KINDS)
    for one, other in zip(before, after, strict=True):
        rows = [row for diagnosis in (0, 2, 3) for row in one.rows(diagnosis)]
        values = [each.cells[rows][..., 0].numpy() for each in (one, other)]
        alike = [np.corrcoef(*(each[:, column] for each in values))[0, 1] for column in range(world.N_COLUMNS)]
        assert np.mean(alike) > 0.6, "columns are scaled anew and findings vote anew, but by the same patients"
    half = world.measured(7, 0.0)["prototype"][::2].mean(0)
    assert world.curves(7, one_each=True)["prototype"] == pytest.approx(half.tolist())
