"""A meta-training as somebody has chosen it: written and read again, held to its patients, gone on with, used afterwards."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from metamed_core.data.cohort import Cohort
from metamed_core.estimator import FewShotClassifier
from metamed_core.evaluation import Comparison, Method, compare
from metamed_core.evaluation.novel_diagnoses import plan_on_novel
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.learners.baselines import BASELINES
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import read_card
from metamed_core.meta_training.checkpoint import state_path
from metamed_core.meta_training.compute import ALONE
from metamed_core.meta_training.job import Progress, train
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.meta_training.run import ANY_TABLE, ONE_PANEL, RIVALS, MetaRun, suggested
from metamed_core.meta_training.tasks.cohort_tasks import split_by_disease
from metamed_core.words import UserError
from tests.helpers.many_diagnoses import table

PLAN = MetaTraining(meta_steps=3, meta_batch=2)


def cohort(seed: int = 0) -> Cohort:
    rows = table(seed)
    return Cohort.of_table(rows.drop(columns="diagnosis"), rows["diagnosis"].tolist())


def run_on(patients: Cohort, learner: str = "prototypical", **changes: object) -> MetaRun:
    split = split_by_disease(patients.counts)
    return MetaRun(learner, PLAN, source="a table", sha256=patients.sha256, split=split, **changes)  # type: ignore[arg-type]


def finish(run: MetaRun, patients: Cohort | None, out: Path) -> list[Progress]:
    return list(train(run.job(patients, out), ALONE))


@pytest.mark.parametrize("network", [ANY_TABLE, ONE_PANEL])
@pytest.mark.parametrize("source", ["cohort", "prior"])
def test_a_run_written_and_read_is_the_same(network: str, source: str) -> None:
    run = run_on(cohort(), network=network, start=RANDOM, settings={"context_reads": 1}) if source == "cohort" else MetaRun("maml", PLAN)
    assert MetaRun.of_card(json.loads(json.dumps(run.card()))) == run


@pytest.mark.parametrize(
    "change", [{"format": 99}, {"plan": None}, {"plan": {"meta_steps": 1, "meta_batch": 3, "groups": 2}}, {"learner": "no"}, {"shots": 1}]
)
def test_a_card_of_something_else_is_a_sentence(change: dict[str, object]) -> None:
    with pytest.raises(UserError, match=r"^This meta-training was saved by another version of MetaMed or is damaged: begin a new one\.$"):
        MetaRun.of_card({**run_on(cohort()).card(), **change})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"learner": "prior_fitted", "network": ONE_PANEL, "start": RANDOM},
            "Prior-fitted has a network of its own, which serves any table: choose the network for any table.",
        ),
        ({"learner": "maml", "network": ONE_PANEL, "start": RANDOM}, "Simulated clinical tasks have other columns each time"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=f"^{sentence}"):
        MetaRun(plan=PLAN, **arguments)


def test_a_panel_has_no_shipped_start() -> None:
    with pytest.raises(UserError, match=r"^There are no shipped weights for the columns of one panel: start from random weights"):
        run_on(cohort(), network=ONE_PANEL, start=UNIVERSAL)


def test_other_patients_are_refused(tmp_path: Path) -> None:
    run = run_on(cohort())
    for others in (cohort(1), None):
        with pytest.raises(UserError, match=r"^This meta-training is on “a table”, and these are other patients: open the same table"):
            run.job(others, tmp_path / "x.safetensors")


def test_base_validation_and_novel_diseases_stay_apart(tmp_path: Path) -> None:
    patients = cohort()
    run = run_on(patients)
    job = run.job(patients, tmp_path / "x.safetensors")
    assert run.split is not None
    assert set(job.tasks.cohort.counts) == set(run.split.base)  # type: ignore[attr-defined]
    assert set(plan_on_novel(run, patients, tmp_path / "x.safetensors").cohort.counts) == set(run.split.novel)
    # The held-out tasks are of as many diagnoses as there are for validation, and of the same cells as those for meta-training.
    batch = job.tasks.sample_batch(1, torch.Generator().manual_seed(0))
    assert {tasks.n_way for tasks in job.held_out} == {len(run.split.validation)}
    assert {tasks.support.x.shape[-2:] for tasks in job.held_out} == {batch.support.x.shape[-2:]}


def test_the_rivals_are_validated_on_the_same_tasks(tmp_path: Path) -> None:
    patients = cohort()
    job = run_on(patients).job(patients, tmp_path / "x.safetensors")
    told = list(train(job, ALONE))[-1]
    assert set(told.rivals) == set(RIVALS)
    for name in RIVALS:  # naive: one task at a time, the plain classifier as anybody would use it
        right = []
        for tasks in job.held_out:
            for xs, ys, xq, yq in zip(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y, strict=True):
                support = type(tasks.support)(xs, ys)
                *_, last = BASELINES[name]().adapt(job.backbone, {}, support, tasks.n_way)
                right.append(float((last.predict_proba(xq).argmax(1) == yq).double().mean()))
        assert told.rivals[name] == pytest.approx(sum(right) / len(right))


@pytest.mark.parametrize("learner", list(LEARNERS))
def test_it_yields_between_steps_and_held_out_tasks_and_ends_with_weights_that_load(learner: str, tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "mine.safetensors"
    run = dataclasses.replace(run_on(patients, learner), plan=dataclasses.replace(PLAN, meta_steps=2))
    told = finish(run, patients, out)
    assert [one.step for one in told if one.validated] == [0, 1, 2]
    assert sum(math.isnan(one.loss) for one in told) > 40, "a page gets its turn after every held-out task"
    assert {"step", "before", "accuracy", "log_loss"} == set(told[-1].validation[-1])
    assert not state_path(out).exists()
    card = read_card(out)
    assert MetaRun.of_card(card["run"]) == run
    rows = table()
    model = FewShotClassifier(learner, str(out)).fit(rows.drop(columns="diagnosis"), rows["diagnosis"])
    assert model.predict(rows.drop(columns="diagnosis")).shape == (48,)


def test_the_file_holds_the_weights_of_the_best_validation(tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "mine.safetensors"
    run = dataclasses.replace(run_on(patients), plan=MetaTraining(meta_steps=12, meta_batch=2, meta_lr=0.3))
    validation = finish(run, patients, out)[-1].validation
    best = max(validation, key=lambda one: (one["accuracy"], -one["log_loss"]))
    assert best["step"] < 12, "steps this large ruin the shipped weights, or the test says nothing"
    assert read_card(out)["step"] == best["step"]


def test_closed_at_any_step_and_gone_on_with_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    patients, whole, parts = cohort(), tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    run = run_on(patients)
    finish(run, patients, whole)
    for n in (60, 3, 50, 1):
        pulled = train(run.job(patients, parts), ALONE)
        for _ in range(n):
            if next(pulled, None) is None:
                break
        pulled.close()
    finish(run, patients, parts)
    assert whole.read_bytes() == parts.read_bytes()


def test_a_panel_serves_its_columns_in_any_order_and_refuses_a_table_without_one(tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "panel.safetensors"
    finish(run_on(patients, network=ONE_PANEL, start=RANDOM), patients, out)
    start = load_weights(str(out), LEARNERS["prototypical"]())
    assert start.panel is not None
    assert start.panel.columns == ("ferritin", "MCV", "CRP", "stage")
    rows = table(1)
    features, y = rows.drop(columns="diagnosis"), rows["diagnosis"]
    proba = FewShotClassifier("prototypical", str(out)).fit(features, y).predict_proba(features)
    other = features[["stage", "CRP", "ferritin", "MCV"]].assign(weight=1.0)
    same = FewShotClassifier("prototypical", str(out)).fit(other, y).predict_proba(other)
    np.testing.assert_allclose(proba, same, rtol=1e-9)
    with pytest.raises(
        UserError, match=r"^The table has no column “MCV” \(1 missing in all\), which the chosen weights were meta-trained on"
    ):
        FewShotClassifier("prototypical", str(out)).fit(features.drop(columns="MCV"), y)


def test_a_panel_may_be_compared_with_others_that_read_any_table(tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "panel.safetensors"
    run = run_on(patients, network=ONE_PANEL, start=RANDOM)
    finish(run, patients, out)
    plan = plan_on_novel(run, patients, out, n_episodes=2)
    comparison = Comparison.of(plan).plus(compare(plan))
    assert len(comparison.results) == plan.n_results == 4 * 2 * 2
    alone = dataclasses.replace(plan, methods=(Method(LEARNERS["prototypical"]()), *plan.methods[2:]))
    for key in RIVALS:
        ours, theirs = (Comparison.of(each).plus(compare(each)).answers(key) for each in (plan, alone))
        assert all(np.array_equal(a.proba, b.proba) for a, b in zip(ours, theirs, strict=True)), "others do not see the panel"


def test_simulated_tasks_need_no_cohort_and_have_no_novel_diagnoses(tmp_path: Path) -> None:
    run = MetaRun("prototypical", dataclasses.replace(PLAN, meta_steps=1))
    job = run.job(None, tmp_path / "x.safetensors")
    assert not job.keep_best
    assert job.prior["prior"]["name"] == "clinical_prior"
    with pytest.raises(UserError, match=r"^Simulated tasks have no novel diagnoses: compare on a cohort"):
        plan_on_novel(run, cohort(), tmp_path / "x.safetensors")


def test_the_suggested_plan_goes_in_small_steps_from_shipped_weights() -> None:
    split = split_by_disease(cohort().counts)
    careful, fresh = (suggested("prototypical", split, 300, start=start) for start in (UNIVERSAL, RANDOM))
    assert (careful.meta_steps, careful.groups, careful.hidden_lr) == (300, 1, None)
    assert careful.meta_lr < fresh.meta_lr
    assert suggested("maml", None, 500).meta_batch == 8, "simulated tasks: the recipe"
