"""A scikit-learn classifier for few-shot tasks: `fit` on a few labeled patients, `predict` the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_feature_names, _check_n_features, _check_y, check_is_fitted, validate_data

from metamed_core.data import Task, features_of, frame_of, kinds_of, labels_of, refuse_columns_alike, refuse_missing_labels
from metamed_core.diagnosis import AdaptationTrace, most_frequent
from metamed_core.knowledge import Knowledge, RowReport, further_diagnoses, knowledge_of, row_reports, with_knowledge
from metamed_core.learners import LEARNERS, UNIVERSAL, Learner, last_classifier, settings
from metamed_core.meta_training import load_named_weights
from metamed_core.words import UserError, Words

MAX_CLASSES = 50


class FewShotClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Few-shot classifier for tables with few labeled rows: adapts meta-learned weights to the training data.

    Parameters
    ----------
    algorithm : str, default="prior_fitted"
        A key of `metamed_core.learners.LEARNERS`. The default was the most accurate on 19 real tables (docs/explanation/evaluation.md).
    weights : str, default="universal"
        "universal" (shipped), "none" (random), the path of a file made by meta-training, or a name in the library (`metamed weights list`).
    random_state : int, RandomState instance or None, default=None
        Seed of the random weights of `weights="none"`; None means 0. Nothing else is random.
    settings : mapping or None, default=None
        Hyperparameters of the learner by name, such as `{"inner_steps": 20}`; the others keep their defaults.
    knowledge : Knowledge, path of a knowledge file or None, default=None
        What is known of diagnoses, patients or none: `fit(X.iloc[:0], [], undiagnosed=X)`. A diagnosis that stands only there is a class, too.
    counts_as : int or None, default=None
        Patients that each row of the knowledge counts as; None: up to one, as far as the labeled patients bear it out.
    held_out : bool, default=False
        Whether to calibrate the probabilities by labeled patients held out in turn, as the app does; `fit` then adapts up to 26 times.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.
    prototypes_ : DataFrame of shape (n_classes, n_columns)
        Per class and column: the mean of numbers, the share of True, or the most frequent category, in original units.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_columns,)
        Names of these columns; only if `X` is a DataFrame whose column names are all strings.

    Notes
    -----
    Missing values, categories and dates need no preprocessing. Columns are standardized without labels; `predict` treats each row
    independently of the other rows.

    Examples
    --------
    >>> FewShotClassifier("prototypical").fit([[0.0, 1], [9.0, 1]], ["a", "b"]).predict([[8.0, 1]]).tolist()
    ['b']
    """

    def __init__(
        self,
        algorithm: str = "prior_fitted",
        weights: str = UNIVERSAL,
        random_state: int | np.random.RandomState | None = None,
        settings: Mapping[str, float] | None = None,
        held_out: bool = False,
        knowledge: Knowledge | str | Path | None = None,
        counts_as: int | None = None,
    ) -> None:
        self.algorithm = algorithm
        self.weights = weights
        self.random_state = random_state
        self.settings = settings
        self.held_out = held_out
        self.knowledge = knowledge
        self.counts_as = counts_as

    def fit(self, X: Any, y: Any, undiagnosed: Any = None) -> FewShotClassifier:
        """Adapt to labeled patients; returns the fitted estimator.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_patients, n_columns)
            Numbers, booleans, strings or dates, in any dtype of pandas, Arrow or polars; cells may be missing. A number or an ISO date that is
            written as text is read as what it means. A column of the dtype category stays one.
        y : array-like of shape (n_patients,)
            Class labels, strings or integers; 2 to 50 classes. May be empty where there is `knowledge`.
        undiagnosed : DataFrame, array-like or None
            Unlabeled rows with the columns of `X`. They standardize the columns, and tell how sure the answers may be (`agreement_sharpness`).

        Raises
        ------
        UserError
            A ValueError; if labels are missing, a table has invalid columns, a column mixes kinds (numbers and dates, say), or algorithm,
            settings or weights are unknown.
        """
        X, y = self._table(X, reset=True), labels_of(y)
        knowledge = knowledge_of(self.knowledge)
        y = self._checked_labels(y, may_be_empty=bool(knowledge.statements))
        further = further_diagnoses(knowledge, list(np.unique(y)), list(X.columns))
        self.classes_ = np.unique([*y, *further]) if further else np.unique(y)
        self._check_sizes(X, y)
        self._names = list(X.columns)
        others = None if undiagnosed is None else self._table(undiagnosed, reset=False)
        self._kinds = kinds_of(X, others)
        features = features_of(X, self._kinds, _IN_X)
        everyone = features if others is None else pd.concat([features, features_of(others, self._kinds, _UNDIAGNOSED)], ignore_index=True)
        learner = self._learner()
        initialization = load_named_weights(self.weights, learner, self._seed())
        labels, parts = [*y, *[None] * (len(everyone) - len(y))], np.split(np.arange(len(everyone)), [len(y)])
        plain = Task.of(everyone, labels, *parts, panel=initialization.panel, further=further)
        self._task, initialization = with_knowledge(plain, knowledge, everyone, initialization, fixed=self.counts_as)
        self._adaptation = (learner, initialization)
        self._trace: AdaptationTrace | None = None
        self._classifier = last_classifier(learner, initialization, self._task, held_out=self.held_out)
        self.prototypes_ = _prototypes(features, np.asarray(y), self.classes_)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Probability of each class, `(n_patients, n_classes)`, in the order of `classes_`; `X` as in `fit`.

        Calibrated on synthetic tasks if the card of the weights holds a calibration (the shipped cards do), and as `held_out` says.
        """
        check_is_fitted(self)
        cells = self._task.encoder.encode(features_of(self._table(X, reset=False), self._kinds, _NOW))
        return self._classifier.predict_proba(cells).double().numpy()

    @property
    def trace_(self) -> AdaptationTrace:
        """The adaptation step by step (`AdaptationTrace`); computed at first access, because recording takes longer than adapting."""
        check_is_fitted(self)
        if self._trace is None:
            self._trace = AdaptationTrace(*self._adaptation, self._task, held_out=self.held_out).run()
        return self._trace

    @property
    def knowledge_reports_(self) -> tuple[RowReport, ...]:
        """How far each row of the knowledge was trusted, and what contradicts it (`RowReport`); computed at each access."""
        check_is_fitted(self)
        learner, initialization = self._adaptation
        return row_reports(self._task, initialization, learner)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The most probable class of each patient, `(n_patients,)`."""
        check_is_fitted(self)
        return np.asarray(self.classes_[self.predict_proba(X).argmax(1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags

    def _table(self, X: Any, *, reset: bool) -> pd.DataFrame:
        """`X` as a DataFrame with columns matched by position, after scikit-learn's checks of shape and names."""
        X = frame_of(X)
        if isinstance(X, pd.DataFrame):
            names = [str(name) for name in X.columns]
            refuse_columns_alike(names)
            _check_feature_names(self, X, reset=reset)
            _check_n_features(self, X, reset=reset)
            self._check_order(X.columns, reset=reset)
            # scikit-learn has compared the names of two DataFrames above; a DataFrame and an array are matched by position.
            return X.reset_index(drop=True).set_axis(names if reset else self._names_at_fit(names), axis=1)
        words = np.asarray(X).dtype.kind in "OUS"
        array = validate_data(self, X, reset=reset, dtype=None if words else np.float64, ensure_all_finite="allow-nan")
        names = [f"x{i}" for i in range(array.shape[1])]
        self._check_order(None, reset=reset)
        return pd.DataFrame(array, columns=names if reset else self._names_at_fit(names))

    def _check_order(self, columns: pd.Index | None, *, reset: bool) -> None:
        """Refuse the columns of `fit` in another order; scikit-learn does so only where all names are strings."""
        if reset:
            self._order = None if columns is None else list(columns)
        elif columns is not None and self._order and list(columns) != self._order and set(columns) == set(self._order):
            raise UserError(_ORDER.format(names=", ".join(map(str, self._order[:5]))))

    def _names_at_fit(self, names: list[str]) -> list[str]:
        return getattr(self, "_names", names)

    def _checked_labels(self, y: Any, *, may_be_empty: bool) -> Any:
        refuse_missing_labels(y)
        if not may_be_empty or len(y):
            y = _check_y(y, multi_output=False, estimator=self)
            # Tiled, because scikit-learn warns of a possible regression target if most classes have a single patient.
            check_classification_targets(np.tile(y, 3))
        return y

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


def _prototypes(features: pd.DataFrame, y: npt.NDArray[Any], classes: npt.NDArray[Any]) -> pd.DataFrame:
    """Table `(n_classes, n_columns)` in original units: the mean of numbers, the most frequent category; NaN for a class without patients."""
    numeric = {
        name: column.to_numpy(np.float64, na_value=np.nan) for name, column in features.items() if pd.api.types.is_numeric_dtype(column)
    }
    values = pd.DataFrame(numeric, index=range(len(y)))
    # An infinite value counts as missing, here as in the encoder.
    columns = dict(values.where(np.isfinite(values)).groupby(y).mean().items())
    for name in features.columns.difference(list(numeric), sort=False):
        columns[name] = pd.Series({label: most_frequent(cells) for label, cells in features[name].groupby(y)}, dtype=object)
    return pd.DataFrame(columns).reindex(index=classes, columns=features.columns)


_IN_X = Words("in X", "在 X 中")
_NOW = Words("now", "现在")
_UNDIAGNOSED = Words("in `undiagnosed`", "在 `undiagnosed` 中")
_ORDER = Words(
    "The columns stand in another order than at `fit`: give them in the same order ({names}, ...).",
    "列的顺序与 `fit` 时不同：请按相同顺序给出（{names} 等）。",
)
