"""One table becomes one task, whoever asks for it: the page, the estimator or the evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data import NO_CLASS, Cohort, Column, Panel, PatientEncoder, PatientRecords, Role, Task
from metamed_core.diagnosis import start
from metamed_core.estimator import FewShotClassifier
from metamed_core.evaluation import EpisodeIndices, task_of
from metamed_core.learners import LEARNERS

RAW = pd.DataFrame(
    {
        "patient": ["A-1", "A-2", "B-1", "B-2", "Q-1", "Q-2"],
        "sodium": ["120", "122", "140", None, "121", None],
        "stage": ["I", "II", "III", "I", None, None],
        "diagnosis": ["low", "low", "high", "high", None, None],
    }
)


@pytest.fixture
def records() -> PatientRecords:
    columns = (
        Column("patient", Role.IDENTIFIER),
        Column("sodium", Role.NUMBER, "mmol/L", 135.0, 145.0),
        Column("stage", Role.CATEGORY),
        Column("diagnosis", Role.LABEL),
    )
    return PatientRecords.from_table(RAW, columns)


def test_an_upload_as_a_task(records: PatientRecords) -> None:
    task = Task.of_records(records)
    assert (task.classes, task.n_way) == (("high", "low"), 2)
    assert (task.support_rows, task.query_rows) == ((0, 1, 2, 3), (4, 5))
    assert (task.support_names, task.query_names) == (("A-1", "A-2", "B-1", "B-2"), ("Q-1", "Q-2"))
    assert task.support.y.tolist() == [1, 1, 0, 0]
    assert task.query.y.tolist() == [NO_CLASS, NO_CLASS]
    assert task.query_is_empty.tolist() == [False, True]
    encoder = PatientEncoder.fit(records.features, {"sodium": (135.0, 145.0)})
    assert torch.equal(task.support.x, encoder.encode(records.features.iloc[:4]))
    assert torch.equal(task.query.x, encoder.encode(records.features.iloc[4:]))
    assert torch.equal(task.encoder.encode(records.features), encoder.encode(records.features))
    assert (task.episode.support, task.episode.query, task.episode.n_way) == (task.support, task.query, 2)


def test_page_evaluation_and_estimator_make_the_same_task(records: PatientRecords) -> None:
    page = start(records, LEARNERS["prototypical"]()).task
    cohort = Cohort.of_records(records)
    evaluation = task_of(cohort, EpisodeIndices(("high", "low"), np.arange(4), np.arange(0)))
    assert torch.equal(page.support.x, evaluation.support.x)
    bare = Cohort.of_table(records.features, cohort.labels)
    without_ranges = task_of(bare, EpisodeIndices(("high", "low"), np.arange(4), np.arange(0)))
    X, y = records.features[:4], records.labels[:4]
    estimator = FewShotClassifier("prototypical").fit(X, y, undiagnosed=records.features[4:]).trace_.task
    assert torch.equal(estimator.support.x, without_ranges.support.x)
    assert estimator.classes == page.classes == evaluation.classes


def test_true_diagnoses_of_the_query_set_are_numbered_like_the_support_set() -> None:
    features = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}, index=["p", "q", "r", "s"])
    task = Task.of(features, ["b", "a", "a", "elsewhere"], np.array([0, 1]), np.array([2, 3]))
    assert task.query.y.tolist() == [0, NO_CLASS]
    assert task.query_names == ("r", "s"), "the row labels, where no names are given"


def test_only_the_patients_at_hand_set_the_scale() -> None:
    features = pd.DataFrame({"x": [1.0, 2.0, 3.0, 1000.0]})
    task = Task.of(features, ["a", "b", None, None], np.array([0, 1]), np.array([2]), scale=np.array([0, 1, 2]))
    assert torch.equal(task.support.x, PatientEncoder.fit(features[:3]).encode(features[:2]))


def test_a_panel_decides_which_columns_are_read() -> None:
    features = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [3.0, 2.0, 1.0]})
    task = Task.of(features, ["a", "b", None], np.array([0, 1]), np.array([2]), panel=Panel(("y",), {}))
    assert task.support.x.shape[-2] == 1
    assert torch.equal(task.support.x, PatientEncoder.fit(features[["y"]]).encode(features[["y"]][:2]))
