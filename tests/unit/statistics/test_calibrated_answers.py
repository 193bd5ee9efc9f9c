"""Calibrated probabilities reach everybody who asks: the estimator, and the trace at each step."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data.encoding import PatientEncoder
from metamed_core.data.episode import LabeledSet
from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.statistics.calibration import Calibration
from tests.helpers.calibrations import STRONG
from tests.helpers.tasks import small_episode, task_of_cells


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
    *_, raw = learner.adapt(origin.backbone, origin.weights, LabeledSet(cells[:6], torch.tensor([1, 1, 1, 0, 0, 0])), 2)
    temperature = 2.0 * (0.5 / 2.0) ** (math.log(3 / 2) / math.log(10 / 2)) * (2 / 3) ** 0.3 * (2 / 10) ** -0.2
    power = raw.predict_proba(cells[6:]).numpy() ** (1 / temperature)
    return power / power.sum(1, keepdims=True)


def test_the_estimator_gives_calibrated_probabilities(calibrated_file: tuple[str, Path]) -> None:
    name, path = calibrated_file
    model = FewShotClassifier(name, weights=str(path)).fit(X[:6], Y, undiagnosed=X[6:])
    power = by_hand(name, path) ** model.trace_.steps[-1].classifier.sharpness
    np.testing.assert_allclose(model.predict_proba(X[6:]), power / power.sum(1, keepdims=True), rtol=1e-7)
    assert model.trace_.calibrated


def test_the_trace_gives_calibrated_probabilities_at_each_step(calibrated_file: tuple[str, Path]) -> None:
    name, path = calibrated_file
    raw = X.astype(str).assign(dx=[*Y, None, None])
    learner = LEARNERS[name]()
    trace = start(PatientRecords.from_table(raw), learner, str(path)).run()
    last = trace.steps[-1]
    power = by_hand(name, path) ** last.classifier.sharpness
    np.testing.assert_allclose(last.proba, power / power.sum(1, keepdims=True), rtol=1e-7)
    assert trace.calibrated
    for step in trace.steps:
        assert isinstance(step.classifier, Calibrated)
        np.testing.assert_array_equal(step.proba, step.classifier.predict_proba(trace.task.query.x).numpy())
        assert not np.allclose(step.proba, step.classifier.raw.predict_proba(trace.task.query.x).numpy())


def test_each_round_has_the_temperature_of_the_patients_read_so_far() -> None:
    learner, task = LEARNERS["prototypical"](), small_episode()
    origin = dataclasses.replace(load_weights("none", learner), calibration=Calibration((1.0, 2.0, 3.0), (3.0, 2.0, 0.5)))
    for temperature, classifier in zip((3.0, 2.0, 0.5), origin.adapt(learner, task.support, 3), strict=True):
        expected = (classifier.raw.log_proba(task.query.x) / temperature).softmax(-1)
        torch.testing.assert_close(classifier.predict_proba(task.query.x), expected, rtol=1e-9, atol=1e-12)


def test_other_settings_than_those_of_the_fit_are_told_apart() -> None:
    origin, task = load_weights("universal", LEARNERS["maml"]()), small_episode()
    for learner, expected in ((LEARNERS["maml"](), True), (LEARNERS["maml"](inner_steps=2), False)):
        assert AdaptationTrace(learner, origin, task_of_cells(task.support, task.query.x), held_out=False).calibrated is expected
    untrained = load_weights("none", LEARNERS["maml"]())
    assert not AdaptationTrace(LEARNERS["maml"](), untrained, task_of_cells(task.support, task.query.x), held_out=False).calibrated
