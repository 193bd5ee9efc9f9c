"""Evidence: the parts sum to the whole for every learner, and a column that decides comes first."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.data.task import Task
from metamed_core.diagnosis import telling_columns
from metamed_core.diagnosis.case import Case
from metamed_core.diagnosis.evidence import evidence
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.learners import LEARNERS
from metamed_core.learners.calibrated import Calibrated
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.score_parts import Additive
from pages.parts.common.cohorts import records_of

N_SUPPORT, N_QUERY = 5, 2


@cache
def planted(seed: int, classes: str = "ab") -> PatientRecords:
    """Five columns of noise, and one named `decides` in which the diagnoses stand eight standard deviations apart."""
    rng = np.random.default_rng(seed)
    each = N_SUPPORT + N_QUERY
    label = np.repeat(np.arange(len(classes)), each)
    table = {f"noise {k}": rng.normal(50, 10, len(label)) for k in range(5)}
    table["decides"] = 100 + 8 * rng.permutation(len(classes))[label] + rng.normal(0, 1, len(label))
    names = [classes[y] if at % each < N_SUPPORT else None for at, y in enumerate(label)]
    raw = pd.DataFrame({name: [f"{cell:.2f}" for cell in cells] for name, cells in table.items()} | {"diagnosis": names}, dtype=object)
    return PatientRecords.from_table(raw, (*(Column(name, Role.NUMBER) for name in table), Column("diagnosis", Role.LABEL)))


@cache
def case_of(name: str, seed: int, position: int = 0) -> Case:
    records, learner = planted(seed), LEARNERS[name]()
    trace = AdaptationTrace(learner, load_weights("universal", learner), Task.of_records(records), held_out=False).run()
    return Case.of(trace, len(trace.steps) - 1, position, records)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_parts_sum_to_the_difference_that_is_shown(name: str) -> None:
    case = case_of(name, 0)
    found = evidence(case)
    (first, p), (second, q) = case.ranked[:2]
    assert (found.first, found.second) == (first, second)
    assert found.difference == pytest.approx(math.log(p) - math.log(q), abs=1e-6)
    assert found.difference == pytest.approx(sum(one.contribution for one in found.columns) + found.rest, abs=1e-6)
    assert found.exact is isinstance(case.classifier.raw, Additive)


@pytest.mark.parametrize("name", [name for name in LEARNERS if isinstance(case_of(name, 0).classifier.raw, Additive)])
def test_exact_parts_need_no_correction(name: str) -> None:
    """They sum to the uncalibrated difference of every pair of diagnoses, at an early and at the last step."""
    case = case_of(name, 0)
    for step in (case.trace.steps[1], case.trace.steps[-1]):
        assert isinstance(step.classifier, Calibrated)
        raw = step.classifier.raw
        assert isinstance(raw, Additive)
        with torch.no_grad():
            told = raw.log_proba(case.trace.task.query.x)
        for first, second in ((0, 1), (1, 0)):
            parts = raw.score_parts(case.trace.task.query.x, first, second)
            assert parts is not None
            torch.testing.assert_close(parts.cells.sum(1) + parts.rest, told[:, first] - told[:, second], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_a_planted_column_comes_first(name: str) -> None:
    """Tried on 200 patients of every learner: `python -m tests.benchmarks.planted_column`; here on few."""
    for seed, position in ((1, 0), (2, 3), (3, 1)):
        first = evidence(case_of(name, seed, position)).columns[0]
        assert first.column.name == "decides"
        assert first.contribution > 0


def test_of_very_many_columns_those_that_tell_most_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a learner whose parts are estimated; what the others say stands in the rest, and all sums to the difference."""
    monkeypatch.setattr(telling_columns, "MOST_COLUMNS", 2)
    found = evidence(case_of("prior_fitted", 0))
    assert found.columns[0].column.name == "decides"
    assert sum(one.contribution != 0 for one in found.columns) == 2
    (_, p), (_, q) = case_of("prior_fitted", 0).ranked[:2]
    assert found.difference == pytest.approx(math.log(p) - math.log(q), abs=1e-6)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_a_ferritin_of_900_speaks_against_iron_deficiency(name: str) -> None:
    """A patient of the blood panel with iron deficiency, whose ferritin is changed: beside every likely rival it is what speaks most against it."""
    panel, learner = records_of("blood_panel"), LEARNERS[name]()
    records = panel.without(row for row in panel.undiagnosed if panel.patient_names[row] != "P-071")
    trace = AdaptationTrace(learner, load_weights("universal", learner), Task.of_records(records), held_out=False).run()
    measured = Case.of(trace, len(trace.steps) - 1, 0, records)
    assert measured.ranked[0][0] == "iron deficiency anaemia"
    changed = measured.with_values({"ferritin (µg/L)": 900.0})
    before, after = (
        next(
            one.contribution
            for one in evidence(case, "iron deficiency anaemia", "anaemia of inflammation").columns
            if "ferritin" in one.column.name
        )
        for case in (measured, changed)
    )
    assert after < min(before, 0)
    rival = next(diagnosis for diagnosis, _ in changed.ranked if diagnosis != "iron deficiency anaemia")
    told = evidence(changed, "iron deficiency anaemia", rival)
    assert told.opposing[0].column.name == "ferritin (µg/L)", "the page lists it first among the findings against"
