"""At the end of a meta-training on a table: probabilities are recalibrated, and the card says what the validations are of."""

from __future__ import annotations

import dataclasses
from collections import deque
from pathlib import Path

import pytest

from metamed_core.data.cohort import Cohort
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.learners.initialization import load_weights
from metamed_core.meta_training import job as jobs
from metamed_core.meta_training.job import make_job
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.run_job import train
from metamed_core.meta_training.tasks.cohort_tasks import split_by_disease
from metamed_core.meta_training.training import ONE_PANEL, MetaTraining
from metamed_core.meta_training.validation import described
from tests.helpers.many_diagnoses import table


@pytest.fixture(autouse=True)
def few_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "N_VALIDATION_TASKS", 3)


def cohort() -> Cohort:
    rows = table(0)
    return Cohort.of_table(rows.drop(columns="diagnosis"), rows["diagnosis"].tolist())


def run_on(patients: Cohort, **changes: object) -> MetaTraining:
    budget = Budget(meta_steps=1, meta_batch=2)
    return MetaTraining("prototypical", budget, sha256=patients.sha256, split=split_by_disease(patients.counts), **changes)  # type: ignore[arg-type]


def finish(run: MetaTraining, patients: Cohort, out: Path) -> None:
    deque(train(make_job(run, patients, out)), maxlen=0)


def test_at_the_end_probabilities_are_recalibrated_and_never_surer_than_where_it_began(tmp_path: Path) -> None:
    """The weights were chosen by the validation diseases, which therefore may soften the calibration that is shipped, not sharpen it."""
    patients, learner = cohort(), LEARNERS["prototypical"]()
    path = tmp_path / "x.safetensors"
    finish(run_on(patients), patients, path)
    shipped, found = (load_weights(which, learner).calibration for which in (UNIVERSAL, str(path)))
    assert found.settings == dataclasses.asdict(learner)
    assert all(now >= round(before, 4) for before, now in zip(shipped.temperature, found.temperature, strict=True))
    assert (found.shots, found.way_exponent, found.n_way) == (shipped.shots, shipped.way_exponent, shipped.n_way)
    random = run_on(patients, network=ONE_PANEL, start=RANDOM)
    finish(random, patients, path)
    assert load_weights(str(path), learner).calibration.shots == tuple(map(float, random.shots)), "nothing was known before"


def test_the_card_says_what_is_validated_on(tmp_path: Path) -> None:
    patients = cohort()
    job = make_job(run_on(patients), patients, tmp_path / "x.safetensors")
    on = described(job.validation_tasks)
    n_way = len(split_by_disease(patients.counts).validation)
    assert (on.ways, on.shots, on.chance, on.n_tasks) == ((n_way, n_way), (1, 5), round(1 / n_way, 4), 6)
    assert job.facts["validated_on"] == dataclasses.asdict(on)
    assert on.words.en == f"{n_way} diagnoses at a time, 1 to 5 labeled patients of each; guessing would be right in {100 / n_way:.0f}%"
