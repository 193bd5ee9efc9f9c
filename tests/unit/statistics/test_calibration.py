"""Calibration: a known temperature is found again, the order of answers never changes, and everybody sees the calibrated numbers."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.optimize import minimize_scalar

from metamed_core.__main__ import main
from metamed_core.cli import meta_train
from metamed_core.data.encoding import PatientEncoder
from metamed_core.data.episode import LabelledSet
from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import SHIPPED, Initialization, load_weights, read_card
from metamed_core.learners.learner import Calibrated
from metamed_core.learners.support_cross_validator import SupportCrossValidator
from metamed_core.meta_training.calibrate import CALIBRATION_SEED, JUDGING_SEED, answers_of, judge
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.meta_training.tasks.clinical_prior.prior import ClinicalPrior
from metamed_core.statistics.calibration import SHOTS, Answers, Calibration, expected_calibration_error, fit, log_loss, nearest_shots
from tests.helpers.tasks import small_episode

on_each = pytest.mark.parametrize("name", list(LEARNERS))
STRONG = Calibration((1.0, 2.0, 10.0), (4.0, 2.0, 0.5), 0.3, -0.2, (2.0, 10.0), (2.0, 60.0), {})


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
    found = fit(tempered_tasks(known), {"inner_lr": 0.1})
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
    found = fit(answers, {})
    assert found.temperature_of(6, 2, 10) == pytest.approx(1 / best.x, rel=1e-3)
    assert log_loss(answers.calibrated(found)) == pytest.approx(best.fun, abs=1e-7)


def test_two_answers_have_a_closed_form() -> None:
    """Three of four right at odds e^2 each: the best odds are 3, so 2 / T = log 3."""
    said = torch.tensor([[0.0, -2.0]], dtype=torch.float64).log_softmax(-1).repeat(4, 1)
    found = fit(Answers.of_task(said, torch.tensor([0, 0, 0, 1]), 4, 10), {})
    assert found.temperature_of(4, 2, 10) == pytest.approx(2 / math.log(3), rel=1e-4)


def test_shots_without_any_task_follow_their_neighbours() -> None:
    found = fit(of_one_size(), {})
    assert all(each == pytest.approx(found.temperature[2], rel=0.02) for each in found.temperature)
    assert found.temperature[2] > 1.5


def test_answers_that_are_all_right_ask_for_no_infinite_certainty() -> None:
    said = torch.tensor([[0.0, -1.0]], dtype=torch.float64).log_softmax(-1).repeat(8, 1)
    found = fit(Answers.of_task(said, torch.zeros(8, dtype=torch.int64), 2, 10), {})
    assert 1 / 21 < found.temperature_of(2, 2, 10) < 0.2


def test_every_task_weighs_the_same_however_many_patients_it_asks() -> None:
    sure = torch.tensor([[0.0, -3.0]], dtype=torch.float64).log_softmax(-1)
    tasks = [Answers.of_task(sure.repeat(n, 1), torch.full((n,), y), 2, 10) for n, y in ((5, 0), (5, 0), (5, 0), (500, 1))]
    assert fit(Answers.joined(tasks), {}).temperature_of(2, 2, 10) == pytest.approx(3 / math.log(3), rel=1e-3)


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
        trace = AdaptationTrace(learner, origin, support, 3, support.x).run()
        assert trace.calibrated == (calibration.fitted_with(dataclasses.asdict(learner)))
        curves.append([(step.held_out_accuracy, step.support_loss) for step in trace.steps])
    assert curves[0] == curves[1]
    alone = SupportCrossValidator(learner, origin.backbone, origin.weights, support)
    assert [first for first, _ in curves[0]] == [alone.advance() for _ in curves[0]]


# -- how far from calibrated -------------------------------------------------------------------------------------------


def test_expected_calibration_error_by_hand() -> None:
    """Two at 0.9, one right: gap 0.4; two at 0.6, both right: gap 0.4; one at 1, right: in the bin of 0.9 (Guo et al. 2017, eq. 3)."""
    p = torch.tensor([0.91, 0.93, 0.61, 0.67, 1.0], dtype=torch.float64)
    log_proba = torch.stack([p, 1 - p], 1).clamp_min(1e-300).log()
    answers = Answers.of_task(log_proba, torch.tensor([0, 1, 0, 0, 0]), 2, 10)
    nine, six = abs((0.91 + 0.93 + 1.0) / 3 - 2 / 3), abs(0.64 - 1)
    assert expected_calibration_error(answers) == pytest.approx(3 / 5 * nine + 2 / 5 * six, abs=1e-12)


def test_log_loss_is_the_mean_over_tasks() -> None:
    half, sure = (torch.tensor([[p, 1 - p]], dtype=torch.float64).log() for p in (0.5, 0.8))
    tasks = [Answers.of_task(half.repeat(3, 1), torch.tensor([0, 1, 0]), 2, 10), Answers.of_task(sure, torch.tensor([1]), 2, 10)]
    assert log_loss(Answers.joined(tasks)) == pytest.approx((math.log(2) - math.log(0.2)) / 2)


def test_tasks_are_reported_with_those_of_like_size() -> None:
    half = torch.zeros(1, 2, dtype=torch.float64).log_softmax(-1)
    tasks = Answers.joined([Answers.of_task(half, torch.tensor([0]), 2 * shots, 10) for shots in range(1, 12)])
    assert [SHOTS[i] for i in nearest_shots(tasks).tolist()] == [1, 2, 3, 5, 5, 5, 5, 10, 10, 10, 10]
    found = judge(Calibration.none(), tasks.take(tasks.shots < 3))
    assert found["log_loss_before"] == [round(math.log(2), 4)] * 2 + [None] * 3
    assert found["ece_before_overall"] == found["ece_after_overall"]


# -- everybody sees the calibrated numbers -------------------------------------------------------------------------------


@pytest.fixture(params=list(LEARNERS))
def calibrated_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """A learner, and its shipped weights with a calibration that nobody can overlook."""
    name = request.param
    for end in ("json", "safetensors"):
        shutil.copy(SHIPPED / f"{name}.{end}", tmp_path / f"mine.{end}")
    card = json.loads((tmp_path / "mine.json").read_text())
    strong = dataclasses.replace(STRONG, settings=dataclasses.asdict(LEARNERS[name]()))
    (tmp_path / "mine.json").write_text(json.dumps(card | {"calibration": dataclasses.asdict(strong)}))
    return name, tmp_path / "mine.safetensors"


X = pd.DataFrame({"mcv": [60.0, 62, 80, 100, 102, 90, 71, 99], "crp": [1.0, 5, 3, 2, 8, 7, 1, 2]})
Y = ["b", "b", "b", "a", "a", "a"]


def by_hand(name: str, path: Path) -> np.ndarray:
    """The learner's own answers to the last two patients, tempered as the definition says: p^(1/T), scaled to sum to 1."""
    learner, cells = LEARNERS[name](), PatientEncoder.fit(X).encode(X)
    origin = load_weights(str(path), learner)
    *_, raw = learner.adapt(origin.backbone, origin.weights, LabelledSet(cells[:6], torch.tensor([1, 1, 1, 0, 0, 0])), 2)
    temperature = 2.0 * (0.5 / 2.0) ** (math.log(3 / 2) / math.log(10 / 2)) * (2 / 3) ** 0.3 * (2 / 10) ** -0.2
    power = raw.predict_proba(cells[6:]).numpy() ** (1 / temperature)
    return power / power.sum(1, keepdims=True)


def test_the_estimator_gives_calibrated_probabilities(calibrated_file: tuple[str, Path]) -> None:
    name, path = calibrated_file
    model = FewShotClassifier(name, weights=str(path)).fit(X[:6], Y, undiagnosed=X[6:])
    np.testing.assert_allclose(model.predict_proba(X[6:]), by_hand(name, path), rtol=1e-7)
    assert model.trace_.calibrated


def test_the_trace_gives_calibrated_probabilities_at_each_step(calibrated_file: tuple[str, Path]) -> None:
    name, path = calibrated_file
    raw = X.astype(str).assign(dx=[*Y, None, None])
    learner = LEARNERS[name]()
    trace = start(PatientRecords.from_table(raw), learner, str(path)).run()
    np.testing.assert_allclose(trace.steps[-1].proba, by_hand(name, path), rtol=1e-7)
    assert trace.calibrated
    for step in trace.steps:
        assert isinstance(step.classifier, Calibrated)
        np.testing.assert_array_equal(step.proba, step.classifier.predict_proba(trace.query).numpy())
        assert not np.allclose(step.proba, step.classifier.raw.predict_proba(trace.query).numpy())


def test_each_round_has_the_temperature_of_the_patients_read_so_far() -> None:
    learner, task = LEARNERS["prototypical"](), small_episode()
    origin = dataclasses.replace(load_weights("none", learner), calibration=Calibration((1.0, 2.0, 3.0), (3.0, 2.0, 0.5)))
    for temperature, classifier in zip((3.0, 2.0, 0.5), origin.adapt(learner, task.support, 3), strict=True):
        expected = (classifier.raw.log_proba(task.query.x) / temperature).softmax(-1)
        torch.testing.assert_close(classifier.predict_proba(task.query.x), expected, rtol=1e-9, atol=1e-12)


def test_other_settings_than_those_of_the_fit_are_told_apart() -> None:
    origin, task = load_weights("universal", LEARNERS["maml"]()), small_episode()
    for learner, expected in ((LEARNERS["maml"](), True), (LEARNERS["maml"](inner_steps=2), False)):
        assert AdaptationTrace(learner, origin, task.support, 3, task.query.x, held_out=False).calibrated is expected
    untrained = load_weights("none", LEARNERS["maml"]())
    assert not AdaptationTrace(LEARNERS["maml"](), untrained, task.support, 3, task.query.x, held_out=False).calibrated


# -- the command and the shipped cards -----------------------------------------------------------------------------------


def test_the_command_writes_what_it_measured_and_leaves_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for end in ("json", "safetensors"):
        shutil.copy(SHIPPED / f"prototypical.{end}", tmp_path / f"mine.{end}")
    path = tmp_path / "mine.safetensors"
    before = read_card(path)
    assert main(["calibrate", "--learner", "prototypical", "--weights", str(path), "--tasks", "150"]) == 0
    after, learner = read_card(path), LEARNERS["prototypical"]()
    assert {key: value for key, value in after.items() if key != "calibration"} == {k: v for k, v in before.items() if k != "calibration"}
    card, origin = after["calibration"], load_weights(str(path), learner)
    assert (card["seed"], card["judged_seed"], card["tasks"]) == (CALIBRATION_SEED, JUDGING_SEED, 150)
    assert card["command"] == "python -m metamed_core calibrate --learner prototypical --tasks 150"
    assert list(origin.calibration.temperature) == card["temperature"]
    assert path.read_bytes() == (SHIPPED / "prototypical.safetensors").read_bytes()
    seen, unseen = (
        answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 150, torch.Generator().manual_seed(seed))
        for seed in (CALIBRATION_SEED, JUDGING_SEED)
    )
    assert fit(seen, {}).temperature == pytest.approx(card["temperature"], abs=1e-3)
    assert log_loss(unseen) == pytest.approx(card["log_loss_before_overall"], abs=1e-3)
    assert log_loss(unseen.calibrated(origin.calibration)) == pytest.approx(card["log_loss_after_overall"], abs=1e-3)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["1", "2", "3", "5", "10", "all"]
    assert f"{card['ece_before'][0]:.4f} -> {card['ece_after'][0]:8.4f}" in lines[1]


@pytest.mark.parametrize("options", [["--learner", "forest"], ["--learner", "maml", "--tasks", "3"], []], ids=" ".join)
def test_bad_options_exit_with_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calibrate", *options])
    assert caught.value.code == 2
    assert "usage: python -m metamed_core" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--learner", "maml", "--weights", str(tmp_path / "no.safetensors")]) == 2
    assert "cannot be read: check the path" in capsys.readouterr().err


def test_answers_are_the_learners_own_whatever_the_card_holds_already() -> None:
    """Calibrating twice must not calibrate the calibrated."""
    learner = LEARNERS["prototypical"]()
    origin = load_weights("universal", learner)
    assert origin.calibration != Calibration.none()
    found = answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 3, torch.Generator().manual_seed(5))
    rng, weights = torch.Generator().manual_seed(5), {name: weight.float() for name, weight in origin.weights.items()}
    task = ClinicalPrior().sample_batch(1, rng)
    *_, last = learner.adapt(origin.backbone, weights, LabelledSet(task.support.x[0], task.support.y[0]), task.n_way)
    n = task.query.y.shape[1]
    torch.testing.assert_close(found.log_proba[:n, : task.n_way], last.log_proba(task.query.x[0]).double())
    assert torch.equal(found.y[:n], task.query.y[0])
    assert float(found.shots[0]) == task.support.y.shape[1] / task.n_way
    assert float(found.weight.sum()) == pytest.approx(3)


def test_no_two_purposes_share_a_seed_or_a_task() -> None:
    trained = {read_card(SHIPPED / f"{name}.safetensors")["plan"]["seed"] for name in LEARNERS} | {MetaTraining().seed}
    seeds = [CALIBRATION_SEED, JUDGING_SEED, meta_train.VALIDATION_SEED, *trained]
    assert len(set(seeds)) == len(seeds)
    drawn = [ClinicalPrior().sample_batch(1, torch.Generator().manual_seed(seed)).query.x for seed in seeds]
    assert not any(torch.equal(one, other) for one, other in itertools.combinations(drawn, 2))


@on_each
def test_each_shipped_card_holds_a_calibration_that_helps(name: str) -> None:
    learner = LEARNERS[name]()
    origin, card = load_weights("universal", learner), read_card(SHIPPED / f"{name}.safetensors")["calibration"]
    assert isinstance(origin, Initialization)
    assert origin.calibration.fitted_with(dataclasses.asdict(learner))
    assert origin.calibration.shots == SHOTS
    # The prior-fitted network learnt the posterior itself: it comes calibrated, and a temperature has nothing to mend.
    gained = card["log_loss_before_overall"] - card["log_loss_after_overall"]
    assert abs(gained) < 0.002 if name == "prior_fitted" else gained > 0.01
    assert max(card["ece_after"]) < 0.05, "of the prior's own tasks, at every number of shots"
    assert card["command"] == f"python -m metamed_core calibrate --learner {name} --tasks {card['tasks']}"
    # The file's own answers, on other tasks than the card's.
    found = answers_of(learner, origin.backbone, origin.weights, ClinicalPrior(), 60, torch.Generator().manual_seed(50_000_000))
    assert log_loss(found.calibrated(origin.calibration)) < log_loss(found) + (0.01 if name == "prior_fitted" else 0.0)
