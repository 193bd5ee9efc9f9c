"""FewShotClassifier: what cannot work is refused in one sentence."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metamed_core.estimator import FewShotClassifier
from metamed_core.words import UserError
from tests.helpers.estimating import LABELS, numbers_only, patients

NUMBERS = pd.DataFrame({"a": [1.0, 2, 8, 9]})
REFUSED: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "unknown algorithm": (
        {"algorithm": "forest"},
        NUMBERS,
        LABELS,
        "There is no algorithm “forest”: choose one of prior_fitted, prototypical, matching, maml, reptile.",
    ),
    "unknown setting": (
        {"algorithm": "maml", "settings": {"depth": 3}},
        NUMBERS,
        LABELS,
        "“maml” has no setting depth: choose from inner_lr, inner_steps, scaled_metric.",
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
        "The labeled patients have 1 class(es); 2 to 50 classes are needed: add patients of other diagnoses, or merge some.",
    ),
    "51 classes": (
        {},
        np.arange(51.0)[:, None],
        np.arange(51),
        "The labeled patients have 51 class(es); 2 to 50 classes are needed: add patients of other diagnoses, or merge some.",
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


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_label_is_named(missing: object) -> None:
    X, y = numbers_only()
    with pytest.raises(UserError, match="Patient 3 of y has no diagnosis \\(1 in all\\): fit on labeled patients"):
        FewShotClassifier().fit(X, [*y[:2], missing, *y[3:]])
