"""The contract that every learner keeps: what `LEARNERS` names is tested here without another line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data.episode import LabeledSet
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.learner import Classifier, settings
from metamed_core.words import UserError
from tests.helpers.tasks import small_episode, task_of_cells, tolerance

STARTS = ("universal", "none")
pytestmark = [pytest.mark.parametrize("name", list(LEARNERS))]


def adapted(name: str, support: LabeledSet, n_way: int = 3, start: str = "universal") -> list[Classifier]:
    learner = LEARNERS[name]()
    return list(load_weights(start, learner).adapt(learner, support, n_way))


@pytest.mark.parametrize("start", STARTS)
def test_probabilities_sum_to_one_at_every_step(name: str, start: str) -> None:
    task = small_episode()
    for classifier in adapted(name, task.support, start=start):
        proba = classifier.predict_proba(task.query.x)
        assert proba.shape == (len(task.query), 3)
        assert bool((proba >= 0).all())
        torch.testing.assert_close(proba.sum(1), torch.ones(len(task.query), dtype=torch.float64))


def test_yields_one_classifier_more_than_its_steps(name: str) -> None:
    task = small_episode()
    assert len(adapted(name, task.support)) == LEARNERS[name]().steps(task.support, 3) + 1


def test_predicting_twice_is_the_same(name: str) -> None:
    task = small_episode()
    last = adapted(name, task.support)[-1]
    assert torch.equal(last.predict_proba(task.query.x), last.predict_proba(task.query.x))


def test_rows_may_come_in_any_order(name: str) -> None:
    task, order = small_episode(), torch.randperm(9, generator=torch.Generator().manual_seed(1))
    straight, shuffled = adapted(name, task.support)[-1], adapted(name, task.support.take(order))[-1]
    torch.testing.assert_close(straight.predict_proba(task.query.x), shuffled.predict_proba(task.query.x), **tolerance(name))


def test_columns_may_come_in_any_order(name: str) -> None:
    task, order = small_episode(), torch.tensor([3, 0, 4, 2, 1])
    straight = adapted(name, task.support)[-1]
    shuffled = adapted(name, LabeledSet(task.support.x[:, order], task.support.y))[-1]
    torch.testing.assert_close(straight.predict_proba(task.query.x), shuffled.predict_proba(task.query.x[:, order]), **tolerance(name))


def test_classes_may_be_numbered_in_any_order(name: str) -> None:
    task, number = small_episode(), torch.tensor([2, 0, 1])
    straight = adapted(name, task.support)[-1].predict_proba(task.query.x)
    renamed = adapted(name, LabeledSet(task.support.x, number[task.support.y]))[-1].predict_proba(task.query.x)
    torch.testing.assert_close(straight, renamed[:, number], **tolerance(name))


def test_an_answer_does_not_depend_on_the_other_patients_asked(name: str) -> None:
    task = small_episode()
    last = adapted(name, task.support)[-1]
    together = last.predict_proba(task.query.x)
    alone = torch.cat([last.predict_proba(task.query.x[i : i + 1]) for i in range(len(task.query))])
    torch.testing.assert_close(together, alone, **tolerance(name))


@pytest.mark.parametrize("start", STARTS)
def test_it_learns_an_easy_task(name: str, start: str) -> None:
    y = torch.arange(15) % 3
    values = (
        6.0 * torch.eye(3, dtype=torch.float64)[y] + torch.randn(15, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64) / 2
    )
    from metamed_core.data.encoding import ColumnScale

    cells = ColumnScale.fit(values).cells(values)
    last = adapted(name, LabeledSet(cells[:9], y[:9]), start=start)[-1]
    right = int((last.predict_proba(cells[9:]).argmax(1) == y[9:]).sum())
    if (name, start) == ("prior_fitted", "none"):
        assert right < 6, "a prior-fitted network knows nothing but what meta-training has taught it"
    else:
        assert right == 6


def test_unbalanced_and_single_shot_supports(name: str) -> None:
    task = small_episode()
    for rows in ([0, 1, 2], [0, 1, 2, 3, 6], [0, 3, 6, 1, 2]):
        proba = adapted(name, task.support.take(rows))[-1].predict_proba(task.query.x)
        assert bool(proba.isfinite().all())


def test_labels_are_words_in_any_order_and_number(name: str) -> None:
    X = pd.DataFrame({"mcv": [60.0, 62, 100, 120, 121, 122], "sex": ["f", "m", "f", "m", None, "f"]})
    model = FewShotClassifier(name).fit(X, ["b", "b", "a", "c", "c", "c"])
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert model.predict(pd.DataFrame({"mcv": [61.0, 121.5], "sex": ["f", "m"]})).tolist() == ["b", "c"]


def test_the_initial_weights_stay_untouched(name: str) -> None:
    learner, task = LEARNERS[name](), small_episode()
    start = load_weights("none", learner, 3)
    backbone, weights = start.backbone, start.weights
    before = {key: value.clone() for key, value in weights.items()}
    list(learner.adapt(backbone, weights, task.support, 3))
    assert all(torch.equal(before[key], weights[key]) for key in before)
    assert set(before) == set(weights)


def trace_of(name: str) -> AdaptationTrace:
    learner, task = LEARNERS[name](), small_episode()
    return AdaptationTrace(learner, load_weights("universal", learner), task_of_cells(task.support, task.query.x))


def test_stopping_keeps_the_curve(name: str) -> None:
    stopped, whole = trace_of(name), trace_of(name).run()
    stopped.advance()
    stopped.advance()
    assert not stopped.finished
    assert [step.support_loss for step in stopped.steps] == [step.support_loss for step in whole.steps[:2]]
    stopped.run()
    np.testing.assert_array_equal(stopped.steps[-1].proba, whole.steps[-1].proba)


def test_early_steps_are_snapshots(name: str) -> None:
    trace = trace_of(name)
    trace.advance()
    first, query = trace.steps[0], trace.task.query.x
    proba, embedding = first.proba.copy(), first.classifier.embed(query).clone()
    trace.run()
    np.testing.assert_array_equal(trace.steps[0].proba, proba)
    assert torch.equal(first.classifier.embed(query), embedding)
    assert not np.array_equal(trace.steps[-1].proba, proba), "adaptation changed nothing"


def test_settings_are_offered_with_words_and_refused_out_of_range(name: str) -> None:
    for known in settings(LEARNERS[name]):
        assert known.label.zh != known.label.en
        assert known.low <= known.default <= known.high
        with pytest.raises(UserError, match="must lie between"):
            LEARNERS[name](**{known.name: known.high + 1})
    assert dataclasses.is_dataclass(LEARNERS[name])
    assert LEARNERS[name].link.startswith("https://")
