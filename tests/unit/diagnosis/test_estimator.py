"""The scikit-learn face: its own checks, mixed tables, and one sentence where something does not work."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from metamed_core.data.encoding import PatientEncoder
from metamed_core.data.episode import LabeledSet
from metamed_core.estimator import MAX_CLASSES, FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import SHIPPED
from tests.helpers.estimating import numbers_only, on_each, patients


@on_each
def test_it_passes_scikit_learns_own_checks(name: str) -> None:
    failed = [
        each["check_name"] for each in check_estimator(FewShotClassifier(name), on_skip=None, on_fail=None) if each["status"] == "failed"
    ]
    assert failed == []


@on_each
def test_it_is_the_last_classifier_of_the_adaptation(name: str) -> None:
    X, y = patients()
    X = X.astype({"maybe": "boolean"})
    learner, cells = LEARNERS[name](), PatientEncoder.fit(X).encode(X)
    support = LabeledSet(cells, torch.tensor([sorted(set(y)).index(each) for each in y]))
    *_, last = load_weights("universal", learner).adapt(learner, support, 3)
    np.testing.assert_allclose(FewShotClassifier(name).fit(X, y).predict_proba(X), last.predict_proba(cells).numpy(), rtol=1e-9)


@on_each
def test_an_answer_does_not_depend_on_who_else_is_asked(name: str) -> None:
    X, y = patients()
    model = FewShotClassifier(name).fit(X, y)
    alone = np.concatenate([model.predict_proba(X.iloc[[i]]) for i in range(len(X))])
    np.testing.assert_allclose(model.predict_proba(X), alone, rtol=1e-9, atol=1e-12)
    assert model.predict_proba(X.iloc[:0]).shape == (0, 3)


def test_undiagnosed_patients_change_the_scale_only() -> None:
    X, y = patients()
    more = patients(30, seed=1)[0].assign(number=lambda frame: 10 * frame["number"])
    without, given = (FewShotClassifier().fit(X, y, undiagnosed=each) for each in (None, more))
    assert not np.allclose(without.predict_proba(X), given.predict_proba(X))
    pd.testing.assert_frame_equal(without.prototypes_, given.prototypes_)
    X, more = (each.astype({"maybe": "boolean"}) for each in (X, more))
    everyone = PatientEncoder.fit(pd.concat([X, more], ignore_index=True))
    assert torch.equal(given.trace_.task.support.x, everyone.encode(X))
    np.testing.assert_allclose(
        given.predict_proba(X), FewShotClassifier().fit(X, y, undiagnosed=more.iloc[::-1]).predict_proba(X), rtol=1e-9
    )


def test_prototypes_are_in_the_columns_own_units() -> None:
    X = pd.DataFrame(
        {
            "mcv": [60.0, 64.0, np.nan, 100.0, np.inf],
            "yes": [True, False, True, True, True],
            "word": ["u", "v", "v", None, None],
            "none": [np.nan] * 5,
        }
    )
    prototypes = FewShotClassifier().fit(X, ["b", "b", "b", "a", "a"]).prototypes_
    assert prototypes.index.tolist() == ["a", "b"]
    assert prototypes.columns.tolist() == list(X.columns)
    assert prototypes["mcv"].tolist() == [100.0, 62.0]
    assert prototypes["yes"].tolist() == pytest.approx([1.0, 2 / 3])
    assert prototypes.loc["b", "word"] == "v"
    assert pd.isna(prototypes.loc["a", "word"])
    assert prototypes["none"].isna().all()


def test_random_state_decides_the_weights_of_none_and_nothing_of_universal() -> None:
    X, y = patients()

    def answer(weights: str, random_state: Any) -> np.ndarray:
        return FewShotClassifier("maml", weights, random_state).fit(X, y).predict_proba(X)

    np.testing.assert_array_equal(answer("none", 3), answer("none", 3))
    np.testing.assert_array_equal(answer("none", None), answer("none", 0))
    np.testing.assert_array_equal(answer("none", np.random.RandomState(3)), answer("none", np.random.RandomState(3)))
    assert not np.allclose(answer("none", 3), answer("none", 4))
    np.testing.assert_array_equal(answer("universal", 3), answer("universal", 4))


def test_a_path_to_weights_is_the_third_choice() -> None:
    X, y = patients()
    named, shipped = (
        FewShotClassifier("prototypical", each).fit(X, y).predict_proba(X)
        for each in (str(SHIPPED / "prototypical.safetensors"), "universal")
    )
    np.testing.assert_array_equal(named, shipped)


def test_settings_reach_the_learner_and_survive_a_clone() -> None:
    X, y = patients()
    model = clone(FewShotClassifier("maml", settings={"inner_steps": 3, "inner_lr": 0.01}))
    trace = model.fit(X, y).trace_
    assert trace.total_steps == 3
    assert (trace.learner.inner_steps, trace.learner.inner_lr) == (3, 0.01)


@on_each
def test_a_fitted_model_can_be_pickled(name: str) -> None:
    X, y = patients()
    model = FewShotClassifier(name).fit(X, y)
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own
    np.testing.assert_array_equal(copy.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("name", ["prototypical", "matching"])
def test_a_thousand_columns(name: str) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(4) % 2
    X = rng.normal(size=(4, 1000)) + y[:, None]
    assert FewShotClassifier(name).fit(X, y).predict(rng.normal(size=(2, 1000)) + np.array([[0], [1]])).tolist() == [0, 1]


@on_each
def test_fifty_classes(name: str) -> None:
    y = np.arange(MAX_CLASSES)
    X = np.random.default_rng(0).normal(size=(MAX_CLASSES, 8))
    model = FewShotClassifier(name).fit(X, y)
    assert model.score(X, y) > 0.9, "chance is 0.02"
    np.testing.assert_allclose(model.predict_proba(X).sum(1), 1, rtol=1e-9)


def test_a_thousand_patients() -> None:
    X = np.random.default_rng(0).normal(size=(1000, 2))
    model = FewShotClassifier().fit(X, X[:, 0] > 0)
    assert len(model.trace_.steps) <= 20
    assert model.score(X[:200], X[:200, 0] > 0) > 0.9


def test_nobody_to_ask_about_is_no_error() -> None:
    X, y = numbers_only()
    assert FewShotClassifier().fit(X, y).predict_proba(X.iloc[:0]).shape == (0, 2)
