"""Two halves of the columns: what their agreement on undiagnosed patients says of the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data import LabeledSet, PatientEncoder, Task
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.estimator import FewShotClassifier
from metamed_core.learners import LEARNERS, agreement_sharpness, load_weights
from metamed_core.learners.column_agreement import HALF_BELIEVED, MOST, MOST_CELLS, MOST_SHOTS
from metamed_core.statistics import sharpness_of_confidence


def patients(n: int, telling: float, seed: int = 0) -> pd.DataFrame:
    """The second half of the patients differs from the first in each of twelve columns by `telling` standard deviations."""
    values = np.random.default_rng(seed).normal(size=(n, 12))
    values[n // 2 :] += telling
    return pd.DataFrame(values, columns=[f"c{i}" for i in range(12)])


def sharpness(name: str, telling: float, n: int = 80) -> float:
    """Of the first and the last patient, who are labeled, and `n` undiagnosed ones between them."""
    table, learner = patients(n + 2, telling), LEARNERS[name]()
    cells, start = PatientEncoder.fit(table).encode(table), load_weights("universal", learner)
    support = LabeledSet(cells[[0, -1]], torch.tensor([0, 1]))
    *_, last = start.adapt(learner, support, 2)
    return agreement_sharpness(last, learner, start, support, cells[1:-1])


@pytest.mark.parametrize("name", list(LEARNERS))
def test_answers_are_surer_where_the_halves_agree(name: str) -> None:
    assert sharpness(name, 0.0) < sharpness(name, 2.0)
    assert sharpness(name, 0.0) < 1, "columns of no use: the halves agree by chance only"


def test_the_mean_confidence_moves_by_the_excess_of_the_agreement() -> None:
    """By hand: halves by the same generator, agreement against confidence, and the share of it that so many patients are believed."""
    learner = LEARNERS["prototypical"]()
    start, table = load_weights("universal", learner), patients(42, 1.0)
    cells = PatientEncoder.fit(table).encode(table)
    support, asked = LabeledSet(cells[[0, -1]], torch.tensor([0, 1])), cells[1:-1]
    rng, excess = torch.Generator().manual_seed(0), []
    for _ in range(2):
        order = torch.randperm(12, generator=rng)
        told = []
        for half in (order[:6].sort().values, order[6:].sort().values):
            *_, made = start.adapt(learner, LabeledSet(support.x[:, half], support.y), 2)
            told.append(made.predict_proba(asked[:, half]).numpy())
        excess.append((told[0].argmax(1) == told[1].argmax(1)).mean() - (told[0].max(1).mean() + told[1].max(1).mean()) / 2)
    *_, last = start.adapt(learner, support, 2)
    found = last.sharpened(agreement_sharpness(last, learner, start, support, asked)).predict_proba(asked).numpy()
    said = last.predict_proba(asked).numpy().max(1).mean()
    assert found.max(1).mean() == pytest.approx(said + 40 / (40 + HALF_BELIEVED) * np.mean(excess), abs=1e-5)


def test_it_says_nothing_where_there_is_nobody_to_ask_or_no_half_to_read() -> None:
    assert sharpness("prototypical", 2.0, n=0) == 1
    learner = LEARNERS["prototypical"]()
    start, cells = load_weights("universal", learner), PatientEncoder.fit(patients(9, 1.0)[["c0"]]).encode(patients(9, 1.0)[["c0"]])
    support = LabeledSet(cells[[0, -1]], torch.tensor([0, 1]))
    *_, last = start.adapt(learner, support, 2)
    assert agreement_sharpness(last, learner, start, support, cells) == 1, "one column"


def test_of_many_patients_some_are_asked_and_of_many_labeled_ones_none() -> None:
    learner, table = LEARNERS["prototypical"](), patients(4 * MOST + 2, 1.0)
    start, cells = load_weights("universal", learner), PatientEncoder.fit(table).encode(table)
    support = LabeledSet(cells[[0, -1]], torch.tensor([0, 1]))
    *_, last = start.adapt(learner, support, 2)
    some = torch.linspace(1, 4 * MOST, MOST).round().long()
    all_of_them, those = (agreement_sharpness(last, learner, start, support, cells[rows]) for rows in (slice(1, -1), some))
    assert all_of_them == those != 1
    for changed in (support.take([0, 1] * MOST_SHOTS), support.take([0, 1] * MOST_SHOTS + [0])):
        assert (agreement_sharpness(last, learner, start, changed, cells[some]) == 1) == (len(changed) > 2 * MOST_SHOTS)
    wide = LabeledSet(support.x.repeat(1, MOST_CELLS // 24 + 1, 1), support.y)
    assert agreement_sharpness(last, learner, start, wide, cells[some].repeat(1, MOST_CELLS // 24 + 1, 1)) == 1


def test_a_confidence_is_reached_or_the_nearest_end() -> None:
    log_proba = torch.tensor([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], dtype=torch.float64).log()
    for wanted in (0.45, 0.65, 0.8):
        multiplier = sharpness_of_confidence(log_proba, wanted)
        assert float((multiplier * log_proba).softmax(-1).amax(-1).mean()) == pytest.approx(wanted, abs=1e-5)
    assert sharpness_of_confidence(log_proba, 0.2) == pytest.approx(1 / 5)
    assert sharpness_of_confidence(log_proba, 1.0) == pytest.approx(5)


@pytest.mark.parametrize("held_out", [False, True])
def test_the_estimator_and_its_trace_hear_the_undiagnosed(held_out: bool) -> None:
    table, labels = patients(40, 1.5), ["a", "b"]
    model = FewShotClassifier("prototypical", held_out=held_out).fit(table.iloc[[0, -1]], labels, undiagnosed=table[1:-1])
    alone = FewShotClassifier("prototypical", held_out=held_out).fit(table.iloc[[0, -1]], labels)
    last = model.trace_.steps[-1].classifier
    np.testing.assert_allclose(model.predict_proba(table[1:-1]), model.trace_.steps[-1].proba, rtol=1e-6)
    assert last.sharpness != 1
    assert alone.trace_.steps[-1].classifier.sharpness == 1
    assert {step.classifier.sharpness for step in model.trace_.steps[:-1]} <= {1.0}


def test_the_trace_asks_its_query_patients() -> None:
    table, learner = patients(40, 1.5), LEARNERS["prototypical"]()
    task = Task.of(table, ["a", *[None] * 38, "b"], np.array([0, 39]), np.arange(1, 39))
    start = load_weights("universal", learner)
    last = AdaptationTrace(learner, start, task).run().steps[-1].classifier
    assert last.sharpness == agreement_sharpness(last, learner, start, task.support, task.query.x) != 1
