"""The plain classifiers, in scikit-learn's versions where these serve two patients as well as a hundred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn import ensemble, linear_model, naive_bayes, neighbors

from metamed_core.learners.baselines.base import Array, Baseline, Labels, LinearRule, balanced, centres
from metamed_core.learners.learner import Learner
from metamed_core.words import Words


@dataclass(frozen=True)
class LogisticRegression(Baseline):
    """scikit-learn's, with its default ridge."""

    name: ClassVar[str] = "logistic_regression"
    title: ClassVar[Words] = Words("Logistic regression", "逻辑回归")
    summary: ClassVar[Words] = Words(
        "Weighs every column and adds the weights up; the usual yardstick.", "为每一列赋予权重并相加；最常用的参照标准。"
    )
    paper: ClassVar[str] = "Cox: The Regression Analysis of Binary Sequences, JRSS B 1958"
    link: ClassVar[str] = "https://doi.org/10.1111/j.2517-6161.1958.tb00292.x"

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Plain.fit`."""
        return linear_model.LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(X, y)


@dataclass(frozen=True)
class NearestNeighbours(Baseline):
    """scikit-learn's; as many neighbours as the rarest class has patients, at most 5, nearer ones weighing more."""

    name: ClassVar[str] = "nearest_neighbours"
    title: ClassVar[Words] = Words("k-nearest neighbours", "k 近邻")
    summary: ClassVar[Words] = Words(
        "Asks the most similar labelled patients; its probabilities are shares of their votes.",
        "参考最相似的已确诊患者；其概率就是他们的得票比例。",
    )
    paper: ClassVar[str] = "Cover, Hart: Nearest Neighbor Pattern Classification, IEEE Transactions on Information Theory 1967"
    link: ClassVar[str] = "https://doi.org/10.1109/TIT.1967.1053964"

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Plain.fit`."""
        _, counts = np.unique(y, return_counts=True)
        return neighbors.KNeighborsClassifier(min(5, int(counts.min())), weights="distance").fit(X, y)


@dataclass(frozen=True)
class NearestCentroid(Baseline):
    """Gaussian classes of unit spread: the columns are scaled to it. scikit-learn's own has no probabilities at one shot."""

    name: ClassVar[str] = "nearest_centroid"
    title: ClassVar[Words] = Words("Nearest centroid", "最近质心")
    summary: ClassVar[Words] = Words(
        "Compares a patient with the average patient of each diagnosis, on the plain values; what prototypical networks are without a network.",
        "直接用原始数值把患者与各诊断的“平均患者”作比较；相当于没有神经网络的原型网络。",
    )
    paper: ClassVar[str] = "Tibshirani, Hastie, Narasimhan, Chu: Diagnosis of Multiple Cancer Types by Shrunken Centroids, PNAS 2002"
    link: ClassVar[str] = "https://doi.org/10.1073/pnas.082099299"

    def fit(self, X: Array, y: Labels) -> LinearRule:
        """See `Plain.fit`."""
        classes, means = centres(X, y)
        return LinearRule.of(classes, means, means)


@dataclass(frozen=True)
class NaiveBayes(Baseline):
    """scikit-learn's Gaussian one; a tenth of the largest variance is added to all, so that one patient of a class has a spread."""

    name: ClassVar[str] = "naive_bayes"
    title: ClassVar[Words] = Words("Naive Bayes", "朴素贝叶斯")
    summary: ClassVar[Words] = Words(
        "Treats every column as a separate witness; too sure where columns repeat each other.",
        "把每一列当作独立的证据；各列信息重复时会过于自信。",
    )
    paper: ClassVar[str] = "Hand, Yu: Idiot's Bayes: Not So Stupid After All?, International Statistical Review 2001"
    link: ClassVar[str] = "https://doi.org/10.1111/j.1751-5823.2001.tb00465.x"

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Plain.fit`."""
        n = len(np.unique(y))
        return naive_bayes.GaussianNB(priors=np.full(n, 1 / n), var_smoothing=0.1).fit(X, y)


@dataclass(frozen=True)
class ShrunkLda(Baseline):
    """Linear discriminants whose covariance leans on unit spread without correlation, as on 2 + p/2 further patients who show it.

    Regularised towards the identity as in the paper, by a fixed amount: no patients are left to tune it. With one patient of each
    class nothing but the lean is left, and it is the nearest centroid.
    """

    name: ClassVar[str] = "shrunk_lda"
    title: ClassVar[Words] = Words("Shrunk LDA", "收缩线性判别")
    summary: ClassVar[Words] = Words(
        "Nearest centroid that takes into account which columns go together, as far as a few patients can tell.",
        "在最近质心的基础上，考虑各列之间的相关性（以少数患者所能体现的程度为限）。",
    )
    paper: ClassVar[str] = "Friedman: Regularized Discriminant Analysis, JASA 1989"
    link: ClassVar[str] = "https://doi.org/10.1080/01621459.1989.10478752"

    def fit(self, X: Array, y: Labels) -> LinearRule:
        """See `Plain.fit`."""
        classes, means = centres(X, y)
        residual = (X - means[np.searchsorted(classes, y)]) * np.sqrt(balanced(y))[:, None]
        n, lean = len(y) - len(classes), 2 + X.shape[1] / 2
        # Covariance (R'R + lean I) / (n + lean), turned round (Woodbury) so that what is solved is as large as the patients are many:
        # two thousand genes take no longer than two columns.
        within = residual @ residual.T + lean * np.eye(len(y))
        precise = (means - np.linalg.solve(within, residual @ means.T).T @ residual) * (n + lean) / lean
        return LinearRule.of(classes, means, np.asarray(precise, dtype=np.float64))


@dataclass(frozen=True)
class RandomForest(Baseline):
    """scikit-learn's, 100 trees."""

    name: ClassVar[str] = "random_forest"
    title: ClassVar[Words] = Words("Random forest", "随机森林")
    summary: ClassVar[Words] = Words(
        "A vote of many decision trees; strong where single thresholds decide, and slow.",
        "多棵决策树投票；在由单一阈值决定诊断时表现突出，但速度较慢。",
    )
    paper: ClassVar[str] = "Breiman: Random Forests, Machine Learning 2001"
    link: ClassVar[str] = "https://doi.org/10.1023/A:1010933404324"

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Plain.fit`."""
        return ensemble.RandomForestClassifier(100, class_weight="balanced", random_state=0).fit(X, y)


@dataclass(frozen=True)
class GradientBoosting(Baseline):
    """scikit-learn's older one: the histogram version asks for 20 patients in a leaf by default and would say nothing here."""

    name: ClassVar[str] = "gradient_boosting"
    title: ClassVar[Words] = Words("Gradient boosting", "梯度提升树")
    summary: ClassVar[Words] = Words(
        "Small decision trees, each mending what the ones before got wrong; needs more patients than most.",
        "由多棵小决策树依次修正前面的错误；比多数方法需要更多患者。",
    )
    paper: ClassVar[str] = "Friedman: Stochastic Gradient Boosting, Computational Statistics & Data Analysis 2002"
    link: ClassVar[str] = "https://doi.org/10.1016/S0167-9473(01)00065-2"

    def fit(self, X: Array, y: Labels) -> Any:
        """See `Plain.fit`."""
        model = ensemble.GradientBoostingClassifier(n_estimators=50, max_depth=2, subsample=0.8, max_features="sqrt", random_state=0)
        return model.fit(X, y, sample_weight=balanced(y))


BASELINES: dict[str, type[Learner]] = {
    learner.name: learner
    for learner in (LogisticRegression, NearestNeighbours, NearestCentroid, NaiveBayes, ShrunkLda, RandomForest, GradientBoosting)
}
"""The plain classifiers by name, in the order in which they are offered."""
