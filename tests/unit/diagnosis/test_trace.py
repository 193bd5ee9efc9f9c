"""The numbers of a live curve, each against the plainest way to get it."""

from __future__ import annotations

import itertools
import math
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.decomposition import PCA

from metamed_core.data.encoding import ColumnScale, PatientEncoder
from metamed_core.data.episode import LabeledSet
from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis.embedding_map import Axes
from metamed_core.diagnosis.nearest_patients import NEAREST
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.diagnosis.untrained_prototype import untrained_prototype_held_out
from metamed_core.learners import LEARNERS, agreement_sharpness
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.support_cross_validator import folds
from metamed_core.words import UserError
from tests.helpers.tasks import small_episode, task_of_cells

on_each = pytest.mark.parametrize("name", list(LEARNERS))
TASK = small_episode(seed=1)
N_QUERY = len(TASK.query)


def traced(name: str, support: LabeledSet = TASK.support, query: torch.Tensor = TASK.query.x, *, held_out: bool = False) -> AdaptationTrace:
    learner = LEARNERS[name]()
    return AdaptationTrace(learner, load_weights("universal", learner), task_of_cells(support, query), held_out=held_out).run()


@on_each
def test_every_step_has_the_promised_shapes(name: str) -> None:
    trace = traced(name)
    assert trace.finished
    assert len(trace.steps) == trace.total_steps + 1
    assert trace.advance() is False
    for i, step in enumerate(trace.steps):
        assert step.index == i
        assert step.proba.shape == (N_QUERY, 3)
        np.testing.assert_allclose(step.proba.sum(1), 1, rtol=1e-9)
        assert (step.support_map.shape, step.query_map.shape, step.prototype_map.shape) == ((9, 2), (N_QUERY, 2), (3, 2))
        assert step.nearest.shape == step.distance.shape == (N_QUERY, NEAREST)
        assert math.isnan(step.held_out_accuracy), "not asked for"


@on_each
def test_each_step_is_that_classifiers_own_answer(name: str) -> None:
    learner, y = LEARNERS[name](), TASK.support.y.numpy()
    steps = traced(name).steps
    origin = load_weights("universal", learner)
    for step, classifier in zip(steps, origin.adapt(learner, TASK.support, 3), strict=True):
        sharpness = agreement_sharpness(classifier, learner, origin, TASK.support, TASK.query.x) if step.index == steps[-1].index else 1.0
        np.testing.assert_allclose(step.proba, classifier.sharpened(sharpness).predict_proba(TASK.query.x).numpy(), rtol=1e-12)
        proba = classifier.raw.predict_proba(TASK.support.x).numpy()
        by_class = [np.mean([-np.log(proba[i, k]) for i in range(9) if y[i] == k]) for k in range(3)]
        assert step.support_loss == pytest.approx(np.mean(by_class), rel=1e-9)


@pytest.mark.parametrize("name", ["maml", "reptile"])
def test_gradient_steps_never_raise_the_support_loss_even_where_columns_are_near_copies(name: str) -> None:
    rng = torch.Generator().manual_seed(0)
    one = torch.randn(10, 1, generator=rng, dtype=torch.float64)
    values = one + 0.01 * torch.randn(10, 30, generator=rng, dtype=torch.float64)
    support = LabeledSet(ColumnScale.fit(values).cells(values), torch.arange(10) % 2)
    learner = LEARNERS[name](inner_lr=1.0)
    trace = AdaptationTrace(learner, load_weights("universal", learner), task_of_cells(support, support.x, 2), held_out=False).run()
    losses = [step.support_loss for step in trace.steps]
    assert all(after <= before + 1e-12 for before, after in itertools.pairwise(losses))
    assert losses[-1] < losses[0]


@on_each
def test_nearest_equals_a_search_over_all_patients(name: str) -> None:
    for step in traced(name).steps:
        support, query = (step.classifier.embed(x).numpy() for x in (TASK.support.x, TASK.query.x))
        for patient, places, distances in zip(query, step.nearest, step.distance, strict=True):
            expected = [np.sqrt(sum((patient - other) ** 2)) for other in support]
            np.testing.assert_array_equal(places, np.argsort(expected)[:NEAREST])
            np.testing.assert_allclose(distances, np.sort(expected)[:NEAREST], rtol=1e-9)


def test_the_same_patient_is_at_distance_zero_however_many_are_asked() -> None:
    many = TASK.support.x.repeat(6, 1, 1)
    step = traced("prototypical", query=many).steps[-1]
    # By products instead of differences rounding would leave about 1e-8.
    assert float(step.distance[:, 0].max()) < 1e-12
    np.testing.assert_array_equal(step.nearest[:, 0], np.tile(np.arange(9), 6))


@on_each
def test_the_map_is_the_pca_of_the_start_and_its_axes_stay(name: str) -> None:
    trace = traced(name)
    pca = PCA(2).fit(trace.steps[0].classifier.embed(torch.cat([TASK.support.x, TASK.query.x])).numpy())
    assert trace.axes == pytest.approx(tuple(pca.explained_variance_ratio_), rel=1e-9)
    expected = pca.transform(trace.steps[0].classifier.embed(TASK.query.x).numpy())
    sign = np.sign((expected * trace.steps[0].query_map).sum(0))
    for step in trace.steps:
        for x, shown in ((TASK.query.x, step.query_map), (TASK.support.x, step.support_map)):
            np.testing.assert_allclose(shown, sign * pca.transform(step.classifier.embed(x).numpy()), rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(step.prototype_map, sign * pca.transform(step.classifier.prototypes().numpy()), rtol=1e-8, atol=1e-9)


def test_the_map_does_not_flip_with_the_order_of_rows_and_stands_two_patients() -> None:
    points = torch.randn(8, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    straight, flipped = Axes.fit(points).place(points), Axes.fit(points.flip(0)).place(points)
    np.testing.assert_allclose(straight, flipped, rtol=1e-9)
    two = Axes.fit(points[:2])
    assert two.shares == pytest.approx((1.0, 0.0), abs=1e-9)
    same = Axes.fit(torch.ones(3, 1, dtype=torch.float64))
    assert same.place(torch.ones(3, 1, dtype=torch.float64)).tolist() == [[0, 0]] * 3


@on_each
def test_a_finished_trace_can_be_pickled(name: str) -> None:
    trace = traced(name, held_out=True)
    copy = pickle.loads(pickle.dumps(trace))  # noqa: S301 - our own
    assert copy.finished
    assert copy.run() is copy
    assert [step.held_out_accuracy for step in copy.steps] == [step.held_out_accuracy for step in trace.steps]
    np.testing.assert_array_equal(copy.steps[-1].proba, trace.steps[-1].proba)


def naive_baseline(x: np.ndarray, y: np.ndarray) -> float:
    hits = []
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        if y[i] in y[rest]:
            names = np.unique(y[rest])
            means = [x[rest & (y == name)].mean(0) for name in names]
            hits.append(names[np.argmin([((x[i] - mean) ** 2).sum() for mean in means])] == y[i])
    return float(np.mean(hits)) if hits else math.nan


@pytest.mark.parametrize(
    "rows", [list(range(9)), [0, 1, 2, 3, 6], [0, 3, 6, 1, 2], [0, 1, 2]], ids=["even", "uneven", "two alone", "all alone"]
)
@pytest.mark.parametrize("seed", range(5))
def test_the_baseline_equals_a_loop_over_class_means(rows: list[int], seed: int) -> None:
    support = small_episode(seed=seed).support.take(rows)
    expected = naive_baseline(support.x[..., 0].numpy(), support.y.numpy())
    one_at_a_time = folds(support, len(support))
    assert untrained_prototype_held_out(support, one_at_a_time) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@on_each
def test_nobody_to_ask_is_allowed(name: str) -> None:
    step = traced(name, query=TASK.query.x[:0]).steps[-1]
    assert step.proba.shape == (0, 3)
    assert step.nearest.shape == (0, NEAREST)


def test_fewer_labeled_patients_than_neighbors() -> None:
    learner = LEARNERS["prototypical"]()
    support = TASK.support.take([0, 1])
    trace = AdaptationTrace(learner, load_weights("universal", learner), task_of_cells(support, TASK.query.x, 2)).run()
    assert trace.steps[-1].nearest.shape == (N_QUERY, 2)
    assert math.isnan(trace.steps[-1].held_out_accuracy)
    assert math.isnan(trace.baseline_held_out)


# -- from records ----------------------------------------------------------------------------------------------------

RAW = pd.DataFrame(
    {
        "sodium (mmol/L)": ["120", "122", "140", "141", "158", "160", "121", "159", None],
        "sex": ["f", "m", "f", "m", "f", "m", None, "f", "m"],
        "diagnosis": ["low", "low", "normal", "normal", "high", "high", None, None, None],
    }
)


def test_start_scales_with_everybody_and_keeps_the_order_of_the_classes() -> None:
    records = PatientRecords.from_table(RAW)
    trace = start(records, LEARNERS["prototypical"]()).run()
    assert records.classes == ("high", "low", "normal")
    assert trace.task.support.y.tolist() == [1, 1, 2, 2, 0, 0]
    assert trace.steps[-1].proba[:2].argmax(1).tolist() == [1, 0]
    expected = PatientEncoder.fit(records.features).encode(records.features.loc[records.undiagnosed])
    assert torch.equal(trace.task.query.x, expected)


def test_start_measures_from_the_reference_range_where_there_is_one() -> None:
    import dataclasses

    records = PatientRecords.from_table(RAW)
    ranged = records.with_columns(
        tuple(dataclasses.replace(c, low=135.0, high=145.0) if c.name.startswith("sodium") else c for c in records.columns)
    )
    trace = start(ranged, LEARNERS["prototypical"]())
    sodium = [c.name for c in ranged.feature_columns].index(RAW.columns[0])
    assert trace.task.support.x[2, sodium, 0].item() == pytest.approx(np.arcsinh((140 - 140) / (10 / 3.92)), abs=1e-12)
    assert trace.task.support.x[0, sodium, 0].item() == pytest.approx(np.arcsinh((120 - 140) / (10 / 3.92)), rel=1e-12)


def test_start_says_why_a_table_allows_no_task() -> None:
    records = PatientRecords.from_table(RAW.assign(diagnosis="low"))
    with pytest.raises(UserError) as caught:
        start(records, LEARNERS["prototypical"]())
    assert caught.value.words == records.problem


def test_a_table_too_large_to_watch_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metamed_core.diagnosis.trace.MAX_CELLS", 3)
    raw = pd.DataFrame({"x": list("1234"), "dx": ["a", "b", None, None]}, dtype=object)
    with pytest.raises(UserError, match="The table holds 4 values, more than 3: keep fewer patients or columns"):
        start(PatientRecords.from_table(raw), LEARNERS["prototypical"]())


def test_a_step_over_many_patients_is_made_in_parts_with_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after each part, as a page does, and at one go."""
    records = PatientRecords.from_table(table_of(40))
    whole = start(records, LEARNERS["prototypical"]()).run()
    monkeypatch.setattr("metamed_core.learners.patient_parts.UNDIVIDED_CELLS", 10)
    monkeypatch.setattr("metamed_core.learners.patient_parts.PART_CELLS", 20)
    parted, shares = start(records, LEARNERS["prototypical"]()), [0.0]
    while parted.advance_for(0.0):
        shares.append(parted.share)
    # 34 patients to diagnose are 7 parts; 6 labeled ones are 2 parts of the embedding and of the loss; the folds are at least 2 more.
    assert len(shares) > 12 * len(parted.steps), "several parts of each kind in each step"
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [step.index for step in parted.steps] == [step.index for step in whole.steps]
    np.testing.assert_allclose(parted.steps[-1].proba, whole.steps[-1].proba, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(parted.steps[-1].nearest, whole.steps[-1].nearest)


def table_of(n: int) -> pd.DataFrame:
    """Two diagnoses with three patients each, the others to diagnose."""
    values = np.random.default_rng(3).normal(size=(n, 4)).round(3)
    table = pd.DataFrame({f"x{k}": values[:, k].astype(str) for k in range(4)})
    return table.assign(diagnosis=[["a", "b"][i % 2] if i < 6 else None for i in range(n)])
