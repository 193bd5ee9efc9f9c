"""FewShotClassifier and its columns: numbers, words, yes and no, dates and gaps, as tables and as arrays."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from metamed_core.estimator import FewShotClassifier
from metamed_core.words import UserError
from tests.helpers.estimating import LABELS, numbers_only, on_each, patients


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


def test_missing_answers_to_a_yes_no_question_may_appear_later() -> None:
    model = FewShotClassifier().fit(pd.DataFrame({"fever": [True, True, False, False]}), LABELS)
    assert np.isfinite(model.predict_proba(pd.DataFrame({"fever": [True, None]}))).all()


@pytest.mark.parametrize("empty", [[None, None], [np.nan, np.nan], ["", "x"], ["1.5", "2"]])
def test_a_column_of_numbers_stays_one_whatever_the_undiagnosed_hold(empty: list[object]) -> None:
    X, y = numbers_only()
    others = pd.DataFrame({"a": empty, "b": [1.0, 2.0]})
    if "x" in empty:
        with pytest.raises(UserError, match="The column “a” holds numbers in X and “x” in `undiagnosed`"):
            FewShotClassifier().fit(X, y, undiagnosed=others)
        return
    model = FewShotClassifier().fit(X, y, undiagnosed=others)
    assert model._task.encoder.n_cells == 2
    assert model._task.encoder.panel.levels == {}


def test_yes_no_columns_stay_so_beside_undiagnosed_without_any_value() -> None:
    X, y = numbers_only()
    model = FewShotClassifier().fit(X.assign(a=X["a"] > 3), y, undiagnosed=pd.DataFrame({"a": [None], "b": [1.0]}))
    assert model._task.encoder.panel.levels == {}


def test_a_table_and_an_array_are_matched_by_position() -> None:
    X, y = numbers_only()
    model = FewShotClassifier().fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn says that an array has no feature names
        np.testing.assert_array_equal(model.predict_proba(X.to_numpy()), model.predict_proba(X))
        other = FewShotClassifier().fit(X.to_numpy(), y)
        np.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))


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
