"""The plain classifiers keep the contract of a learner, and equal what scikit-learn alone would say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from metamed_core.data.encoding import CHANNELS, ColumnScale
from metamed_core.data.episode import LabeledSet
from metamed_core.learners import LEARNERS
from metamed_core.learners.baselines import BASELINES, NoNetwork
from metamed_core.learners.baselines.base import MISSING, balanced
from metamed_core.learners.initialization import Initialization
from metamed_core.learners.learner import Classifier
from metamed_core.networks.backbones import BACKBONES
from metamed_core.statistics.calibration import Calibration
from metamed_core.words import UserError
from tests.helpers.tasks import small_episode

each = pytest.mark.parametrize("name", list(BASELINES))
START = Initialization(NoNetwork(), {}, Calibration.none())


def adapted(name: str, support: LabeledSet, n_way: int = 3) -> Classifier:
    (only,) = START.adapt(BASELINES[name](), support, n_way)
    return only


def no_gaps(n_way: int = 3, k_shot: int = 4) -> tuple[LabeledSet, np.ndarray, np.ndarray]:
    """A support without gaps, its features and those of some query patients."""
    task = small_episode(n_way, k_shot)
    support, query = (LabeledSet(each.x.clone(), each.y) for each in (task.support, task.query))
    support.x[..., MISSING] = 0
    return support, support.x[..., 0].numpy(), query.x[..., 0].numpy()


def test_none_of_them_is_in_the_menu() -> None:
    assert not set(BASELINES) & set(LEARNERS)
    assert len(BASELINES) == 10
    assert CHANNELS[MISSING] == "missing"
    assert BACKBONES["no_network"]().init(torch.Generator()) == {}


@each
@pytest.mark.parametrize("rows", [list(range(9)), [0, 1, 2], [0, 1, 2, 3, 6], [0, 3, 6, 1, 2]])
def test_probabilities_for_any_support(name: str, rows: list[int]) -> None:
    task = small_episode()
    proba = adapted(name, task.support.take(rows)).predict_proba(task.query.x)
    assert proba.dtype == torch.float64
    assert proba.shape == (len(task.query), 3)
    assert bool((proba >= 0).all())
    torch.testing.assert_close(proba.sum(1), torch.ones(len(task.query), dtype=torch.float64))


@each
def test_the_same_twice_and_on_their_own(name: str) -> None:
    task = small_episode()
    one, other = adapted(name, task.support), adapted(name, task.support)
    together = one.predict_proba(task.query.x)
    assert torch.equal(together, other.predict_proba(task.query.x))
    alone = torch.cat([one.predict_proba(task.query.x[i : i + 1]) for i in range(len(task.query))])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-12)


@each
@pytest.mark.parametrize("n_way", [2, 5])
def test_it_learns_an_easy_task_and_even_one_patient_each(name: str, n_way: int) -> None:
    y = torch.arange(12 * n_way) % n_way
    noise = torch.randn(len(y), n_way, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    values = 6.0 * torch.eye(n_way, dtype=torch.float64)[y] + noise / 2
    cells = ColumnScale.fit(values).cells(values)
    for k_shot, least in ((1, 1 / n_way), (6, 0.9)):
        n = k_shot * n_way
        last = adapted(name, LabeledSet(cells[:n], y[:n]), n_way)
        right = (last.predict_proba(cells[6 * n_way :]).argmax(1) == y[6 * n_way :]).double().mean()
        assert float(right) >= least - 1e-9


@each
def test_a_constant_table_is_no_error(name: str) -> None:
    cells = ColumnScale.fit(torch.ones(6, 2, dtype=torch.float64)).cells(torch.ones(6, 2, dtype=torch.float64))
    proba = adapted(name, LabeledSet(cells[:4], torch.tensor([0, 1, 0, 1])), 2).predict_proba(cells[4:])
    assert bool(proba.isfinite().all())


@each
def test_missingness_is_seen(name: str) -> None:
    """The value says nothing (it is always the same); that it is missing says all."""
    values = torch.ones(16, 1, dtype=torch.float64)
    values[1::2] = torch.nan
    cells, y = ColumnScale.fit(values).cells(values), torch.arange(16) % 2
    assert torch.equal(adapted(name, LabeledSet(cells[:12], y[:12]), 2).predict_proba(cells[12:]).argmax(1), y[12:])


@each
def test_what_they_say_and_what_they_refuse(name: str) -> None:
    learner, task = BASELINES[name](), small_episode()
    assert learner.steps(task.support, 3) == 0
    assert learner.title.zh != learner.title.en
    assert learner.summary.zh != learner.summary.en
    assert learner.link.startswith("https://")
    with pytest.raises(UserError, match="is not meta-trained") as error:
        learner.meta_loss(NoNetwork(), {}, task)
    assert "不做元训练" in error.value.words.zh


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("logistic_regression", LogisticRegression(class_weight="balanced", max_iter=1000)),
        ("nearest_neighbours", KNeighborsClassifier(4, weights="distance")),
        ("decision_tree", DecisionTreeClassifier(class_weight="balanced", random_state=0)),
        ("support_vectors", CalibratedClassifierCV(SVC(class_weight="balanced"), cv=4, ensemble=False)),
        (
            "logistic_regression_cv",
            GridSearchCV(
                LogisticRegression(class_weight="balanced", max_iter=1000), {"C": [0.01, 0.1, 1, 10, 100]}, scoring="neg_log_loss", cv=4
            ),
        ),
        ("naive_bayes", GaussianNB(priors=[1 / 3] * 3, var_smoothing=0.1)),
        ("random_forest", RandomForestClassifier(class_weight="balanced", random_state=0)),
        (
            "gradient_boosting",
            GradientBoostingClassifier(n_estimators=50, max_depth=2, subsample=0.8, max_features="sqrt", random_state=0),
        ),
    ],
)
def test_equal_to_scikit_learn(name: str, theirs: object) -> None:
    support, X, asked = no_gaps()
    expected = theirs.fit(X, support.y.numpy()).predict_proba(asked)
    cells = torch.zeros(*asked.shape, len(CHANNELS), dtype=torch.float64)
    cells[..., 0] = torch.from_numpy(asked)
    np.testing.assert_allclose(adapted(name, support).predict_proba(cells).numpy(), expected, rtol=1e-9, atol=1e-15)


def asked_cells(asked: np.ndarray) -> torch.Tensor:
    cells = torch.zeros(*asked.shape, len(CHANNELS), dtype=torch.float64)
    cells[..., 0] = torch.from_numpy(asked)
    return cells


def test_nearest_centroid_names_the_nearest_and_its_probabilities_are_gaussian() -> None:
    support, X, asked = no_gaps()
    proba = adapted("nearest_centroid", support).predict_proba(asked_cells(asked)).numpy()
    centroids = NearestCentroid().fit(X, support.y.numpy()).centroids_
    mixture = GaussianMixture(3, covariance_type="spherical")
    mixture.weights_, mixture.means_, mixture.precisions_cholesky_, mixture.covariances_ = (
        np.full(3, 1 / 3),
        centroids,
        np.ones(3),
        np.ones(3),
    )
    np.testing.assert_allclose(proba, mixture.predict_proba(asked), rtol=1e-9)


def test_shrunk_lda_equals_scikit_learns_with_the_same_covariance() -> None:
    support, X, asked = no_gaps()
    y = support.y.numpy()
    residual = X - np.stack([X[y == c].mean(0) for c in range(3)])[y]
    lean = 2 + X.shape[1] / 2

    class Known:
        covariance_ = (residual.T @ residual + lean * np.eye(X.shape[1])) / (len(y) - 3 + lean)

        def fit(self, X: np.ndarray) -> Known:
            return self

        def get_params(self, deep: bool = True) -> dict[str, object]:
            return {}

    theirs = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=Known(), priors=[1 / 3] * 3).fit(X, y)
    np.testing.assert_allclose(
        adapted("shrunk_lda", support).predict_proba(asked_cells(asked)).numpy(), theirs.predict_proba(asked), rtol=1e-8
    )


def test_shrunk_lda_with_one_patient_each_is_the_nearest_centroid() -> None:
    support, _, asked = no_gaps(k_shot=1)
    one, other = (adapted(name, support).predict_proba(asked_cells(asked)) for name in ("shrunk_lda", "nearest_centroid"))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("name", ["logistic_regression", "nearest_centroid", "naive_bayes", "shrunk_lda"])
def test_prevalence_in_the_support_says_nothing(name: str) -> None:
    """Every patient of one class three times: only the strength of regularization moves, and nobody is named otherwise."""
    support, _, asked = no_gaps(n_way=2, k_shot=6)
    first = torch.nonzero(support.y == 0).squeeze(1).tolist()
    more = support.take([*range(len(support)), *first, *first])
    one, other = (adapted(name, each, 2).predict_proba(asked_cells(asked)) for each in (support, more))
    assert torch.equal(one.argmax(1), other.argmax(1))
    torch.testing.assert_close(one, other, rtol=0.0, atol=1e-9 if name == "nearest_centroid" else 0.1)


def test_balanced_weights() -> None:
    weights = balanced(np.array([0, 0, 0, 2]))
    assert weights.mean() == pytest.approx(1)
    assert weights[:3].sum() == pytest.approx(weights[3])
