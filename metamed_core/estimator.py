"""The scikit-learn face of the house: `fit` on a few labeled patients, `predict` the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_feature_names, _check_n_features, _check_y, check_is_fitted, validate_data

from metamed_core.data import Task
from metamed_core.diagnosis import AdaptationTrace, most_frequent
from metamed_core.learners import LEARNERS, UNIVERSAL, Learner, load_weights, settings
from metamed_core.words import UserError, Words

MAX_CLASSES = 50


class FewShotClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Few-shot classifier: a meta-learned start, adapted to a handful of labeled patients.

    algorithm: a learner's name, see `metamed_core.learners.LEARNERS`; the default was the most accurate on 19 real tables
    (docs/explanation/evaluation.md).
    weights: "universal" (shipped), "none" (random, no meta-training) or the path of a file made by meta-training.
    settings: the learner's hyperparameters by name; those not given keep their defaults.
    random_state: seed (int), numpy RandomState or None (0) for weights="none"; nothing else is random.

    After `fit`: `classes_`; `prototypes_` (DataFrame, classes x original columns: mean of numbers, share of True, most frequent word);
    `trace_` (AdaptationTrace: the adaptation); `n_features_in_`, `feature_names_in_`.

    >>> FewShotClassifier("prototypical").fit([[0.0, 1], [9.0, 1]], ["a", "b"]).predict([[8.0, 1]]).tolist()
    ['b']
    """

    def __init__(
        self,
        algorithm: str = "prior_fitted",
        weights: str = UNIVERSAL,
        random_state: int | np.random.RandomState | None = None,
        settings: Mapping[str, float] | None = None,
    ) -> None:
        self.algorithm = algorithm
        self.weights = weights
        self.random_state = random_state
        self.settings = settings

    def fit(self, X: Any, y: Any, undiagnosed: Any = None) -> FewShotClassifier:
        """Adapt to labeled patients.

        X: DataFrame `(n_patients, n_columns)` of numbers, booleans and words with missing values, or an array.
        y: `(n_patients,)` diagnoses, words or whole numbers, at least two different.
        undiagnosed: further patients like X, without labels; used for the scale of the columns only.
        Raises UserError (a ValueError) for a table that allows no task.
        """
        features = self._features(X, reset=True)
        _refuse_missing_labels(y)
        y = _check_y(y, multi_output=False, estimator=self)
        # Thrice, for scikit-learn takes many diagnoses with a patient or two each for a regression in disguise, and warns.
        check_classification_targets(np.tile(y, 3))
        self.classes_ = np.unique(y)
        self._check_sizes(features, y)
        self._names = list(features.columns)
        everyone = features if undiagnosed is None else _joined(features, self._features(undiagnosed, reset=False))
        learner = self._learner()
        initialization = load_weights(self.weights, learner, self._seed())
        self._task = Task.of(everyone, list(y), np.arange(len(features)), np.arange(0), panel=initialization.panel)
        self._adaptation = (learner, initialization)
        *_, self._classifier = initialization.adapt(learner, self._task.support, self._task.n_way)
        self._trace: AdaptationTrace | None = None
        self.prototypes_ = _prototypes(features, np.asarray(y))
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Probability of each class, `(n_patients, n_classes)`, in the order of `classes_`; each patient on their own.

        Calibrated on synthetic tasks if the card of the weights holds a calibration, as that of the shipped weights does.
        """
        check_is_fitted(self)
        cells = self._task.encoder.encode(self._features(X, reset=False))
        return self._classifier.predict_proba(cells).double().numpy()

    @property
    def trace_(self) -> AdaptationTrace:
        """The adaptation, step by step; watched at the first request, because watching takes longer than adapting."""
        check_is_fitted(self)
        if self._trace is None:
            self._trace = AdaptationTrace(*self._adaptation, self._task, held_out=False).run()
        return self._trace

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable class of each patient, `(n_patients,)`."""
        check_is_fitted(self)
        return np.asarray(self.classes_[self.predict_proba(X).argmax(1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags

    def _features(self, X: Any, *, reset: bool) -> pd.DataFrame:
        """X as a DataFrame whose columns are known by position; scikit-learn's own checks of shape and names."""
        if isinstance(X, pd.DataFrame):
            _refuse_columns_alike(X)
            _check_feature_names(self, X, reset=reset)
            _check_n_features(self, X, reset=reset)
            # A column of Python objects may hold nothing but numbers.
            frame = X.reset_index(drop=True).infer_objects()
            names = [str(name) for name in frame.columns]
            # scikit-learn has compared the names of two tables above; a table and an array are matched by position.
            frame.columns = names if reset else self._names_at_fit(names)
            return frame.apply(_dates_as_days)
        words = np.asarray(X).dtype.kind in "OUS"
        array = validate_data(self, X, reset=reset, dtype=None if words else np.float64, ensure_all_finite="allow-nan")
        names = [f"x{i}" for i in range(array.shape[1])]
        return pd.DataFrame(array, columns=names if reset else self._names_at_fit(names)).infer_objects()

    def _names_at_fit(self, names: list[str]) -> list[str]:
        return getattr(self, "_names", names)

    def _check_sizes(self, features: pd.DataFrame, y: npt.NDArray[Any]) -> None:
        if len(features) != len(y):
            raise ValueError(f"X has {len(features)} patients but y has {len(y)} labels: give one label for each patient.")
        if not 2 <= len(self.classes_) <= MAX_CLASSES:
            raise UserError(
                Words(
                    "The labeled patients have {n} class(es); 2 to {most} classes are needed: add patients of other diagnoses, or merge some.",
                    "已确诊患者共有 {n} 个类别；需要 2 到 {most} 个：请补充其他诊断的患者，或合并部分诊断。",
                ).format(n=len(self.classes_), most=MAX_CLASSES)
            )

    def _learner(self) -> Learner:
        if self.algorithm not in LEARNERS:
            raise UserError(
                Words("There is no algorithm “{name}”: choose one of {known}.", "没有名为“{name}”的算法：请从 {known} 中选择。").format(
                    name=self.algorithm, known=", ".join(LEARNERS)
                )
            )
        learner, chosen = LEARNERS[self.algorithm], dict(self.settings or {})
        unknown = sorted(set(chosen) - {known.name for known in settings(learner)})
        if unknown:
            raise UserError(
                Words("“{name}” has no setting {unknown}: choose from {known}.", "“{name}”没有设置项 {unknown}：可用的有 {known}。").format(
                    name=self.algorithm, unknown=", ".join(unknown), known=", ".join(s.name for s in settings(learner)) or "-"
                )
            )
        return learner(**chosen)

    def _seed(self) -> int:
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31))
        return int(self.random_state or 0)


def _refuse_columns_alike(frame: pd.DataFrame) -> None:
    if not len(frame.columns):
        raise UserError(Words("The table has no feature column: give at least one.", "表中没有任何特征列：请至少提供一列。"))
    if frame.columns.has_duplicates:
        raise UserError(
            Words(
                "Two columns are named “{name}”: give each column a name of its own.", "有两列都名为“{name}”：请为每列取不同的名称。"
            ).format(name=frame.columns[frame.columns.duplicated()][0])
        )


def _refuse_missing_labels(y: Any) -> None:
    labels = np.asarray(y, dtype=object)
    missing: list[int] = np.flatnonzero(pd.isna(labels)).tolist() if labels.ndim == 1 else []
    if missing:
        raise UserError(
            Words(
                "Patient {row} of y has no diagnosis ({n} in all): fit on labeled patients, and give the others as `undiagnosed`.",
                "y 中第 {row} 位患者没有诊断（共 {n} 位）：请只用已确诊患者拟合，其余的作为 `undiagnosed` 传入。",
            ).format(row=missing[0] + 1, n=len(missing))
        )


def _joined(features: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """All patients; a column of numbers in X stays one, whatever the undiagnosed patients hold there."""
    everyone = pd.concat([features, others], ignore_index=True)
    for name in features:
        if pd.api.types.is_numeric_dtype(features[name]) and everyone[name].dtype == object:
            numbers = pd.to_numeric(everyone[name], errors="coerce").astype("float64")
            unread = everyone[name][everyone[name].notna() & numbers.isna()]
            if len(unread):
                raise UserError(
                    Words(
                        "The column “{name}” holds numbers in X and “{text}” in `undiagnosed`: give numbers, or leave cells empty.",
                        "列“{name}”在 X 中为数字，在 `undiagnosed` 中却是“{text}”：请填数字，或留空。",
                    ).format(name=name, text=str(unread.iloc[0])[:40])
                )
            everyone[name] = numbers
    return everyone


def _dates_as_days(column: pd.Series) -> pd.Series:
    """Dates and spans of time as days, as in an upload; other columns as they are."""
    if pd.api.types.is_datetime64_any_dtype(column):
        naive = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return (naive - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    return column.dt.total_seconds() / 86_400 if pd.api.types.is_timedelta64_dtype(column) else column


def _prototypes(features: pd.DataFrame, y: npt.NDArray[Any]) -> pd.DataFrame:
    """Classes x columns in the columns' own units: the mean of numbers, the most frequent word."""
    columns = {}
    for name, column in features.items():
        if pd.api.types.is_numeric_dtype(column):
            values = pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))
            # An infinite value counts as missing, here as in the encoder.
            columns[name] = values.where(np.isfinite(values)).groupby(y).mean()
        else:
            columns[name] = pd.Series({label: most_frequent(cells) for label, cells in column.groupby(y)}, dtype=object)
    return pd.DataFrame(columns)
