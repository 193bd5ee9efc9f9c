"""Calibration: a known temperature is found again, the order of answers never changes, and everybody sees the calibrated numbers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import Initialization, load_weights
from metamed_core.learners.support_cross_validator import SupportCrossValidator
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.learn_temperatures import answers_of, judge
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.statistics import expected_calibration_error
from metamed_core.statistics.calibration import SHOTS, Answers, Calibration, fit_calibration, nearest_shots, recalibrated, task_log_loss
from tests.helpers.calibrations import STRONG
from tests.helpers.tasks import small_episode, task_of_cells

on_each = pytest.mark.parametrize("name", list(LEARNERS))


def tempered_tasks(calibration: Calibration, n_tasks: int = 600, n_query: int = 60) -> Answers:
    """Labels drawn from true probabilities; the learner's answers are those at temperature 1 / T, which only T can set right."""
    rng, tasks = torch.Generator().manual_seed(0), []
    for i in range(n_tasks):
        n_way, shots, n_columns = 2 + i % 4, SHOTS[i % len(SHOTS)], (2, 10, 50)[i % 3]
        n_support = int(n_way * shots)
        true = (1.5 * torch.randn(n_query, n_way, generator=rng, dtype=torch.float64)).log_softmax(-1)
        y = torch.multinomial(true.exp(), 1, generator=rng).squeeze(1)
        said = (true * calibration.temperature_of(n_support, n_way, n_columns)).log_softmax(-1)
        tasks.append(Answers.of_task(said, y, n_support, n_columns))
    return Answers.joined(tasks)


def of_one_size(n_tasks: int = 30) -> Answers:
    """2 diagnoses, 3 shots, 10 columns; answers that are too sure."""
    rng, tasks = torch.Generator().manual_seed(1), []
    for _ in range(n_tasks):
        logits = torch.randn(20, 2, generator=rng, dtype=torch.float64)
        y = torch.multinomial(logits.softmax(-1), 1, generator=rng).squeeze(1)
        tasks.append(Answers.of_task((2.5 * logits).log_softmax(-1), y, 6, 10))
    return Answers.joined(tasks)


# -- the fit -----------------------------------------------------------------------------------------------------------


def test_a_known_calibration_is_found_again() -> None:
    known = Calibration(SHOTS, (2.0, 1.4, 1.1, 0.8, 0.5), 0.3, -0.2, (2.0, 5.0), (2.0, 50.0), {"inner_lr": 0.1})
    found = fit_calibration(tempered_tasks(known), {"inner_lr": 0.1})
    assert found.temperature == pytest.approx(known.temperature, rel=0.06)
    assert (found.way_exponent, found.column_exponent) == pytest.approx((0.3, -0.2), abs=0.05)
    assert (found.shots, found.n_way, found.n_columns) == (SHOTS, (2.0, 5.0), (2.0, 50.0))
    assert found.fitted_with({"inner_lr": 0.1})
    assert not found.fitted_with({"inner_lr": 0.2})
    assert found.fitted_with({"inner_lr": 0.1, "came_later": False}), "an option that the card does not know is off"
    assert not found.fitted_with({"inner_lr": 0.1, "came_later": True})
    assert not found.fitted_with({"inner_lr": 0.1, "came_later": 0})
    assert not Calibration.none().fitted_with({})


def test_for_one_size_of_task_it_is_the_best_single_temperature() -> None:
    """Against a search along the convex line of 1/T, written without our code."""
    answers = of_one_size()
    log_proba, y = answers.log_proba.numpy(), answers.y.numpy()

    def loss(inverse: float) -> float:
        scores = inverse * log_proba
        return float(np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(len(y)), y]))

    best = minimize_scalar(loss, bounds=(0.05, 5), method="bounded", options={"xatol": 1e-10})
    found = fit_calibration(answers, {})
    assert found.temperature_of(6, 2, 10) == pytest.approx(1 / best.x, rel=1e-3)
    assert task_log_loss(answers.calibrated(found)) == pytest.approx(best.fun, abs=1e-7)


def test_fitted_anew_on_one_table_it_is_only_softened_and_the_fit_alone_where_nothing_was_known() -> None:
    """Answers at a temperature of about 2.5: from 1 it is softened to the best single one, from 5 it stays."""
    answers = of_one_size()
    best = fit_calibration(answers, {}, (3.0,)).temperature_of(6, 2, 10)
    sharp, soft = (Calibration((1.0, 10.0), (t, t), 0.2, 0.0, (2.0, 5.0), (2.0, 50.0), {}) for t in (1.0, 5.0))
    found = recalibrated(sharp, answers, {"inner_lr": 0.1})
    assert found.temperature_of(6, 2, 10) == pytest.approx(best, rel=1e-3)
    assert (found.way_exponent, found.n_columns, found.settings) == (0.2, (2.0, 50.0), {"inner_lr": 0.1})
    assert recalibrated(soft, answers, {}).temperature == soft.temperature
    assert recalibrated(Calibration.none(), answers, {}).temperature_of(6, 2, 10) == pytest.approx(best, rel=1e-3)


def test_two_answers_have_a_closed_form() -> None:
    """Three of four right at odds e^2 each: the best odds are 3, so 2 / T = log 3."""
    said = torch.tensor([[0.0, -2.0]], dtype=torch.float64).log_softmax(-1).repeat(4, 1)
    found = fit_calibration(Answers.of_task(said, torch.tensor([0, 0, 0, 1]), 4, 10), {})
    assert found.temperature_of(4, 2, 10) == pytest.approx(2 / math.log(3), rel=1e-4)


def test_shots_without_any_task_follow_their_neighbors() -> None:
    found = fit_calibration(of_one_size(), {})
    assert all(each == pytest.approx(found.temperature[2], rel=0.02) for each in found.temperature)
    assert found.temperature[2] > 1.5


def test_answers_that_are_all_right_ask_for_no_infinite_certainty() -> None:
    said = torch.tensor([[0.0, -1.0]], dtype=torch.float64).log_softmax(-1).repeat(8, 1)
    found = fit_calibration(Answers.of_task(said, torch.zeros(8, dtype=torch.int64), 2, 10), {})
    assert 1 / 21 < found.temperature_of(2, 2, 10) < 0.2


def test_every_task_weighs_the_same_however_many_patients_it_asks() -> None:
    sure = torch.tensor([[0.0, -3.0]], dtype=torch.float64).log_softmax(-1)
    tasks = [Answers.of_task(sure.repeat(n, 1), torch.full((n,), y), 2, 10) for n, y in ((5, 0), (5, 0), (5, 0), (500, 1))]
    assert fit_calibration(Answers.joined(tasks), {}).temperature_of(2, 2, 10) == pytest.approx(3 / math.log(3), rel=1e-3)


# -- the temperature of a task -----------------------------------------------------------------------------------------


def test_between_two_shots_it_is_linear_in_logarithms_and_beyond_them_constant() -> None:
    shots = Calibration((1.0, 4.0), (4.0, 1.0))
    assert [shots.temperature_of(n, 1, 10) for n in (1, 2, 4, 50)] == pytest.approx([4, 2, 1, 1])
    assert shots.temperature_of(3, 4, 10) == pytest.approx(4), "fewer than one patient a diagnosis cannot be, but must not break"
    assert shots.temperature_of(5, 2, 10) == pytest.approx(4 * 4 ** (-math.log(2.5) / math.log(4))), "mean shots where classes differ"
    powers = Calibration((1.0,), (2.0,), 1.0, -1.0, (2.0, 6.0), (5.0, 20.0))
    assert [powers.temperature_of(9, n, 10) for n in (2, 3, 6, 40)] == pytest.approx([4 / 3, 2, 4, 4])
    assert [powers.temperature_of(9, 3, n) for n in (1, 5, 10, 20, 900)] == pytest.approx([4, 4, 2, 1, 1])


def test_all_tasks_at_once_equal_one_after_the_other() -> None:
    answers = tempered_tasks(STRONG, 30, 4)
    together = answers.calibrated(STRONG)
    for i in range(len(answers.y)):
        n_way = int(answers.n_way[i])
        alone = STRONG.apply(answers.log_proba[i, :n_way], round(float(answers.shots[i]) * n_way), n_way, int(answers.n_columns[i]))
        torch.testing.assert_close(together.log_proba[i, :n_way], alone, rtol=1e-10, atol=1e-12)
        assert bool((together.log_proba[i, n_way:].exp() == 0).all()), "a class that the task does not have gets nothing"


@pytest.mark.parametrize(
    "fault",
    [
        {"shots": (1.0, 2.0)},
        {"shots": (2.0, 1.0), "temperature": (1.0, 1.0)},
        {"shots": (0.0,)},
        {"temperature": (-1.0,)},
        {"n_way": (0.0, 3.0)},
        {"way_exponent": math.nan},
    ],
    ids=str,
)
def test_what_is_no_calibration_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        dataclasses.replace(Calibration.none(), **fault)


# -- the order of answers ----------------------------------------------------------------------------------------------


@on_each
@pytest.mark.parametrize("rows", [list(range(9)), [0, 1, 2], [0, 3, 6, 1, 2]], ids=["3 shots", "1 shot", "uneven"])
def test_the_order_of_the_diagnoses_never_changes(name: str, rows: list[int]) -> None:
    learner, task = LEARNERS[name](), small_episode(n_query=30)
    origin, support = load_weights("universal", learner), task.support.take(rows)
    *_, last = dataclasses.replace(origin, calibration=STRONG).adapt(learner, support, 3)
    *_, raw = learner.adapt(origin.backbone, origin.weights, support, 3)
    tempered, own = last.predict_proba(task.query.x), raw.predict_proba(task.query.x)
    assert torch.equal(tempered.argsort(1), own.argsort(1))
    assert not torch.allclose(tempered, own)
    power = own ** (1 / STRONG.temperature_of(len(support), 3, 5))
    torch.testing.assert_close(tempered, power / power.sum(1, keepdim=True), rtol=1e-8, atol=1e-10)
    assert torch.equal(last.embed(task.query.x), raw.embed(task.query.x))
    assert torch.equal(last.prototypes(), raw.prototypes())


@on_each
def test_held_out_accuracy_needs_no_calibration(name: str) -> None:
    learner, support = LEARNERS[name](), small_episode(seed=2).support
    curves = []
    for calibration in (Calibration.none(), STRONG):
        origin = dataclasses.replace(load_weights("universal", learner), calibration=calibration)
        trace = AdaptationTrace(learner, origin, task_of_cells(support, support.x)).run()
        assert trace.calibrated == (calibration.fitted_with(dataclasses.asdict(learner)))
        curves.append([(step.held_out_accuracy, step.support_loss) for step in trace.steps])
    assert curves[0] == curves[1]
    alone = SupportCrossValidator(learner, origin, support)
    assert [first for first, _ in curves[0]] == [alone.advance() for _ in curves[0]]


# -- how far from calibrated -------------------------------------------------------------------------------------------


def test_expected_calibration_error_by_hand() -> None:
    """Two at 0.9, one right: gap 0.4; two at 0.6, both right: gap 0.4; one at 1, right: in the bin of 0.9 (Guo et al. 2017, eq. 3)."""
    p = torch.tensor([0.91, 0.93, 0.61, 0.67, 1.0], dtype=torch.float64)
    log_proba = torch.stack([p, 1 - p], 1).clamp_min(1e-300).log()
    answers = Answers.of_task(log_proba, torch.tensor([0, 1, 0, 0, 0]), 2, 10)
    nine, six = abs((0.91 + 0.93 + 1.0) / 3 - 2 / 3), abs(0.64 - 1)
    assert expected_calibration_error(*answers.y_and_proba()) == pytest.approx(3 / 5 * nine + 2 / 5 * six, abs=1e-12)


def test_log_loss_is_the_mean_over_tasks() -> None:
    half, sure = (torch.tensor([[p, 1 - p]], dtype=torch.float64).log() for p in (0.5, 0.8))
    tasks = [Answers.of_task(half.repeat(3, 1), torch.tensor([0, 1, 0]), 2, 10), Answers.of_task(sure, torch.tensor([1]), 2, 10)]
    assert task_log_loss(Answers.joined(tasks)) == pytest.approx((math.log(2) - math.log(0.2)) / 2)


def test_tasks_are_reported_with_those_of_like_size() -> None:
    half = torch.zeros(1, 2, dtype=torch.float64).log_softmax(-1)
    tasks = Answers.joined([Answers.of_task(half, torch.tensor([0]), 2 * shots, 10) for shots in range(1, 12)])
    assert [SHOTS[i] for i in nearest_shots(tasks).tolist()] == [1, 2, 3, 5, 5, 5, 5, 10, 10, 10, 10]
    found = judge(Calibration.none(), tasks.take(tasks.shots < 3))
    assert found["log_loss_before"] == [round(math.log(2), 4)] * 2 + [None] * 3
    assert found["ece_before_overall"] == found["ece_after_overall"]


@on_each
def test_each_shipped_card_holds_a_calibration_that_helps(name: str) -> None:
    learner = LEARNERS[name]()
    origin, card = load_weights("universal", learner), read_card(SHIPPED / f"{name}.safetensors")["calibration"]
    assert isinstance(origin, Initialization)
    assert origin.calibration.fitted_with(dataclasses.asdict(learner))
    assert origin.calibration.shots == SHOTS
    # The prior-fitted network learned the posterior itself: it comes calibrated, and a temperature has nothing to mend.
    gained = card["log_loss_before_overall"] - card["log_loss_after_overall"]
    assert abs(gained) < 0.002 if name == "prior_fitted" else gained > 0.001
    assert max(card["ece_after"]) < 0.05, "of the prior's own tasks, at every number of shots"
    assert card["command"] == f"python -m metamed_core calibrate --learner {name} --tasks {card['tasks']}"
    # The file's own answers, on other tasks than the card's.
    found = answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 40, torch.Generator().manual_seed(50_000_000))
    assert task_log_loss(found.calibrated(origin.calibration)) < task_log_loss(found) + (0.01 if name == "prior_fitted" else 0.0)
