"""The scikit-learn face: its own checks, mixed tables, and one sentence where something does not work."""

from __future__ import annotations

import pickle
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from metamed_core.data.encoding import PatientEncoder
from metamed_core.data.episode import LabelledSet
from metamed_core.estimator import MAX_CLASSES, FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import SHIPPED, load_weights
from metamed_core.words import UserError

on_each = pytest.mark.parametrize("name", list(LEARNERS))


def patients(n: int = 12, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """Numbers, whole numbers, booleans, words, categories; a fifth missing where that is possible."""
    rng = np.random.default_rng(seed)
    y = [("flu", "anaemia", "gout")[i % 3] for i in range(n)]
    number = np.arange(n) % 3 * 3.0 + rng.normal(size=n)
    number[rng.random(n) < 0.2] = np.nan
    frame = pd.DataFrame(
        {
            "number": number,
            "whole": pd.array([None, *rng.integers(0, 9, n - 1)], dtype="Int64"),
            "yes": rng.random(n) < 0.5,
            "maybe": [None, *[bool(v) for v in rng.random(n - 1) < 0.5]],
            "word": rng.choice(["u", "v", "w", None], n),
            "kind": pd.Categorical(rng.choice(["p", "q"], n)),
        }
    )
    return frame, y


@on_each
def test_it_passes_scikit_learns_own_checks(name: str) -> None:
    failed = [
        each["check_name"] for each in check_estimator(FewShotClassifier(name), on_skip=None, on_fail=None) if each["status"] == "failed"
    ]
    assert failed == []


@on_each
@pytest.mark.parametrize("weights", ["universal", "none"])
def test_a_mixed_table_with_gaps(name: str, weights: str) -> None:
    X, y = patients()
    model = FewShotClassifier(name, weights).fit(X, y)
    proba = model.predict_proba(X)
    assert model.classes_.tolist() == ["anaemia", "flu", "gout"]
    assert proba.shape == (12, 3)
    np.testing.assert_allclose(proba.sum(1), 1, rtol=1e-9)
    assert model.predict(X).tolist() == model.classes_[proba.argmax(1)].tolist()
    if (name, weights) != ("prior_fitted", "none"):  # which knows nothing but what meta-training teaches
        assert model.score(X, y) > 0.5
    assert model.feature_names_in_.tolist() == list(X.columns)
    assert model.n_features_in_ == 6
    assert model.trace_.finished


@on_each
def test_it_is_the_last_classifier_of_the_adaptation(name: str) -> None:
    X, y = patients()
    learner, cells = LEARNERS[name](), PatientEncoder.fit(X).encode(X)
    support = LabelledSet(cells, torch.tensor([sorted(set(y)).index(each) for each in y]))
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
    everyone = PatientEncoder.fit(pd.concat([X, more], ignore_index=True))
    assert torch.equal(given.trace_.support.x, everyone.encode(X))
    np.testing.assert_allclose(
        given.predict_proba(X), FewShotClassifier().fit(X, y, undiagnosed=more.iloc[::-1]).predict_proba(X), rtol=1e-9
    )


def test_arrays_and_tables_of_the_same_numbers_agree() -> None:
    X = np.random.default_rng(0).normal(size=(9, 4))
    X[2, 1] = np.nan
    y = np.arange(9) % 3
    more = X[:3] + 5
    array = FewShotClassifier().fit(X, y, undiagnosed=more).predict_proba(X)
    for same in (pd.DataFrame(X), pd.DataFrame(X, dtype=object), pd.DataFrame(X, columns=list("abcd")), X.astype(object)):
        undiagnosed = pd.DataFrame(more, columns=same.columns) if isinstance(same, pd.DataFrame) else more
        np.testing.assert_array_equal(FewShotClassifier().fit(same, y, undiagnosed=undiagnosed).predict_proba(same), array)


def test_an_array_of_words_and_numbers() -> None:
    X = np.array([["m", 1.0], ["f", 2.0], ["m", 8.0], [None, 9.0]], dtype=object)
    assert FewShotClassifier().fit(X, [0, 0, 1, 1]).predict(np.array([["m", 1.5], ["f", 8.5]], dtype=object)).tolist() == [0, 1]


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


def test_some_thousands_of_patients() -> None:
    X = np.random.default_rng(0).normal(size=(2000, 2))
    model = FewShotClassifier().fit(X, X[:, 0] > 0)
    assert len(model.trace_.steps) <= 20
    assert model.score(X, X[:, 0] > 0) > 0.9


NUMBERS = pd.DataFrame({"a": [1.0, 2, 8, 9]})
LABELS = ["u", "u", "v", "v"]
REFUSED: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "unknown algorithm": (
        {"algorithm": "forest"},
        NUMBERS,
        LABELS,
        "There is no algorithm “forest”: choose one of prototypical, matching, maml, reptile, prior_fitted.",
    ),
    "unknown setting": (
        {"algorithm": "maml", "settings": {"depth": 3}},
        NUMBERS,
        LABELS,
        "“maml” has no setting depth: choose from inner_lr, inner_steps.",
    ),
    "setting of a learner without any": (
        {"algorithm": "prototypical", "settings": {"depth": 3}},
        NUMBERS,
        LABELS,
        "“prototypical” has no setting depth: choose from -.",
    ),
    "setting out of range": (
        {"algorithm": "maml", "settings": {"inner_steps": 1000}},
        NUMBERS,
        LABELS,
        "Steps is 1000; it must lie between 0 and 200: choose a value in this range.",
    ),
    "half a step": (
        {"algorithm": "maml", "settings": {"inner_steps": 2.5}},
        NUMBERS,
        LABELS,
        "Steps is 2.5; it must be a whole number: choose one between 0 and 200.",
    ),
    "one class": (
        {},
        NUMBERS,
        ["u"] * 4,
        "The labelled patients have 1 class(es); 2 to 50 classes are needed: add patients of other diagnoses, or merge some.",
    ),
    "51 classes": (
        {},
        np.arange(51.0)[:, None],
        np.arange(51),
        "The labelled patients have 51 class(es); 2 to 50 classes are needed: add patients of other diagnoses, or merge some.",
    ),
    "no columns": ({}, pd.DataFrame(index=range(4)), LABELS, "The table has no feature column: give at least one."),
    "two columns of one name": (
        {},
        pd.DataFrame([[1, 2], [2, 3], [8, 9], [9, 9]], columns=["mcv", "mcv"]),
        LABELS,
        "Two columns are named “mcv”: give each column a name of its own.",
    ),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_cannot_work_is_said_in_one_sentence_in_both_languages(case: str) -> None:
    arguments, X, y, sentence = REFUSED[case]
    with pytest.raises(UserError) as caught:
        FewShotClassifier(**arguments).fit(X, y)
    assert caught.value.words.en == sentence == str(caught.value)
    assert re.search("[一-龥].*[：，]", caught.value.words.zh)


def test_other_columns_than_at_fit_are_refused_by_name() -> None:
    X, y = patients()
    model = FewShotClassifier().fit(X, y)
    with pytest.raises(ValueError, match="Feature names seen at fit time, yet now missing"):
        model.predict(X.drop(columns="number"))
    with pytest.raises(ValueError, match="in the same order"):
        model.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="3 patients but y has 4 labels"):
        FewShotClassifier().fit(NUMBERS.iloc[:3], LABELS)


def test_missing_answers_to_a_yes_no_question_may_appear_later() -> None:
    model = FewShotClassifier().fit(pd.DataFrame({"fever": [True, True, False, False]}), LABELS)
    assert np.isfinite(model.predict_proba(pd.DataFrame({"fever": [True, None]}))).all()


def numbers_only(seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(8, 2)) + np.arange(8)[:, None], columns=["a", "b"]), list("ppppqqqq")


@pytest.mark.parametrize("empty", [[None, None], [np.nan, np.nan], ["", "x"], ["1.5", "2"]])
def test_a_column_of_numbers_stays_one_whatever_the_undiagnosed_hold(empty: list[object]) -> None:
    X, y = numbers_only()
    others = pd.DataFrame({"a": empty, "b": [1.0, 2.0]})
    if "x" in empty:
        with pytest.raises(UserError, match="The column “a” holds numbers in X and “” in `undiagnosed`"):
            FewShotClassifier().fit(X, y, undiagnosed=others)
        return
    model = FewShotClassifier().fit(X, y, undiagnosed=others)
    assert model._encoder.n_cells == 2
    assert model._encoder.panel.levels == {}


def test_yes_no_columns_stay_so_beside_undiagnosed_without_any_value() -> None:
    X, y = numbers_only()
    model = FewShotClassifier().fit(X.assign(a=X["a"] > 3), y, undiagnosed=pd.DataFrame({"a": [None], "b": [1.0]}))
    assert model._encoder.panel.levels == {}


def test_a_table_and_an_array_are_matched_by_position() -> None:
    X, y = numbers_only()
    model = FewShotClassifier().fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn says that an array has no feature names
        np.testing.assert_array_equal(model.predict_proba(X.to_numpy()), model.predict_proba(X))
        other = FewShotClassifier().fit(X.to_numpy(), y)
        np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))


def test_nobody_to_ask_about_is_no_error() -> None:
    X, y = numbers_only()
    assert FewShotClassifier().fit(X, y).predict_proba(X.iloc[:0]).shape == (0, 2)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_label_is_named(missing: object) -> None:
    X, y = numbers_only()
    with pytest.raises(UserError, match="Patient 3 of y has no diagnosis \\(1 in all\\): fit on labelled patients"):
        FewShotClassifier().fit(X, [*y[:2], missing, *y[3:]])


def test_dates_are_days() -> None:
    _, y = numbers_only()
    days = pd.DataFrame({"seen": pd.to_datetime("2020-01-01") + pd.to_timedelta([0, 3, 6, 9, 500, 503, 506, 509], unit="D")})
    model = FewShotClassifier().fit(days, y)
    new = pd.DataFrame({"seen": pd.to_datetime(["2020-01-05", "2021-05-20"])})
    assert model.predict(new).tolist() == ["p", "q"]


def test_a_tie_between_words_does_not_hang_on_the_order_of_rows() -> None:
    words = pd.DataFrame({"w": ["b", "a", "c", "c"]})
    for rows in ([0, 1, 2, 3], [1, 0, 3, 2]):
        model = FewShotClassifier().fit(words.iloc[rows], ["x", "x", "y", "y"])
        assert model.prototypes_["w"].tolist() == ["a", "c"]
