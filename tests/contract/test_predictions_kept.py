"""The answers for the bundled cohorts stay as they are, to the last digit of the file one takes away.

`predictions.json.gz` holds cohort/algorithm -> classes and, for each undiagnosed patient in the order of the table, the probabilities after
the last step from the shipped weights, before the held-out patients say how sharp they should be. Those of the prior-fitted network are of
version 0.1 before its redesign, but those of the blood panel since half of its readings leave out the reference ranges; those of the
others are of their weights with scaled distances. It changes only with the weights and with what a reading sees.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metamed_core.diagnosis import AdaptationTrace, predicted, start
from metamed_core.learners import LEARNERS
from pages.parts.common import cohorts

KEPT: dict[str, Any] = json.loads(gzip.decompress((Path(__file__).parent / "predictions.json.gz").read_bytes()))


def test_every_cohort_and_algorithm_is_kept() -> None:
    assert {f"{cohort}/{name}" for cohort in cohorts.cohorts() for name in LEARNERS} == set(KEPT)


@cache
def adapted(which: str) -> AdaptationTrace:
    cohort, name = which.split("/")
    return start(cohorts.records_of(cohort), LEARNERS[name]()).run()


@pytest.mark.parametrize("which", list(KEPT))
def test_the_answers_are_the_same(which: str) -> None:
    trace = adapted(which)
    step = trace.steps[-1]
    now = step.classifier.sharpened(1.0).predict_proba(trace.task.query.x).numpy()
    assert list(trace.task.classes) == KEPT[which]["classes"]
    # The file has six digits; another processor may round the last one the other way.
    np.testing.assert_allclose(now, np.array(KEPT[which]["proba"], dtype=np.float64), rtol=0, atol=1.1e-6)
    np.testing.assert_array_equal(
        step.proba.argsort(1, kind="stable"), now.argsort(1, kind="stable"), "the held-out patients change no order"
    )


@pytest.mark.parametrize("name", list(LEARNERS))
def test_an_answer_is_as_sure_as_it_is_right(name: str) -> None:
    """All undiagnosed patients of the bundled cohorts together; the diagnoses that were set aside tell what is right."""
    sure, right = [], []
    for cohort in cohorts.cohorts():
        trace, truth = adapted(f"{cohort}/{name}"), cohorts.truth_of(cohort)
        proba = trace.steps[-1].proba
        sure += proba.max(1).tolist()
        named = predicted(trace.task.classes, proba)
        right += [truth[row] == guess for row, guess in zip(trace.task.query_rows, named, strict=True)]
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.07)
