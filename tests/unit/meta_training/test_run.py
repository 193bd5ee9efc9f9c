"""A meta-training as somebody has chosen it: written and read again, held to its patients, gone on with, used afterwards."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.data import open_upload
from metamed_core.data.cohort import Cohort
from metamed_core.estimator import FewShotClassifier
from metamed_core.evaluation import Comparison, Method, compare
from metamed_core.evaluation.novel_diagnoses import plan_on_novel
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.learners.baselines import BASELINES
from metamed_core.learners.initialization import load_weights
from metamed_core.learners.weight_files import read_card
from metamed_core.meta_training.checkpoint import state_path
from metamed_core.meta_training.devices_and_processes import ALONE
from metamed_core.meta_training.job import COMPARED_WITH, Job, make_job
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.progress import Progress
from metamed_core.meta_training.run_job import train
from metamed_core.meta_training.tasks.cohort_tasks import split_by_disease
from metamed_core.meta_training.training import ANY_TABLE, ONE_PANEL, MetaTraining, suggested_budget
from metamed_core.words import UserError
from pages.parts.common.patients_state import UPLOAD
from pages.parts.meta_train.request import PRIOR, Request
from tests.helpers.many_diagnoses import table

PLAN = Budget(meta_steps=3, meta_batch=2)


def cohort(seed: int = 0) -> Cohort:
    rows = table(seed)
    return Cohort.of_table(rows.drop(columns="diagnosis"), rows["diagnosis"].tolist())


def run_on(patients: Cohort, learner: str = "prototypical", **changes: object) -> MetaTraining:
    split = split_by_disease(patients.counts)
    return MetaTraining(learner, PLAN, sha256=patients.sha256, split=split, **changes)  # type: ignore[arg-type]


def finish(run: MetaTraining, patients: Cohort | None, out: Path) -> list[Progress]:
    return list(train(make_job(run, patients, out), ALONE))


@pytest.mark.parametrize("network", [ANY_TABLE, ONE_PANEL])
@pytest.mark.parametrize("source", ["cohort", "prior"])
def test_a_run_written_and_read_is_the_same(network: str, source: str) -> None:
    run = (
        run_on(cohort(), network=network, start=RANDOM, settings={"context_reads": 1}) if source == "cohort" else MetaTraining("maml", PLAN)
    )
    assert MetaTraining.of_card(json.loads(json.dumps(run.card()))) == run


@pytest.mark.parametrize(
    "change",
    [{"format": 99}, {"budget": None}, {"budget": {"meta_steps": 1, "meta_batch": 3, "groups": 2}}, {"learner": "no"}, {"shots": 1}],
)
def test_a_card_of_something_else_is_a_sentence(change: dict[str, object]) -> None:
    with pytest.raises(UserError, match=r"^This meta-training was saved by another version of MetaMed or is damaged: begin a new one\.$"):
        MetaTraining.of_card({**run_on(cohort()).card(), **change})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"learner": "prior_fitted", "network": ONE_PANEL, "start": RANDOM}, "“Prior-fitted” brings a network of its own"),
        ({"learner": "maml", "network": ONE_PANEL, "start": RANDOM}, "Simulated clinical tasks have other columns each time"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=f"^{sentence}"):
        MetaTraining(budget=PLAN, **arguments)


def test_a_panel_has_no_shipped_start() -> None:
    with pytest.raises(UserError, match=r"^There are no shipped weights for the columns of one table: start from random weights"):
        run_on(cohort(), network=ONE_PANEL, start=UNIVERSAL)


def test_other_patients_are_refused(tmp_path: Path) -> None:
    run = run_on(cohort())
    for others in (cohort(1), None):
        with pytest.raises(UserError, match=r"^This meta-training is on another table of patients: open the same table"):
            make_job(run, others, tmp_path / "x.safetensors")


def test_base_validation_and_novel_diseases_stay_apart(tmp_path: Path) -> None:
    patients = cohort()
    run = run_on(patients)
    job = make_job(run, patients, tmp_path / "x.safetensors")
    assert run.split is not None
    assert set(job.tasks.cohort.counts) == set(run.split.base)  # type: ignore[attr-defined]
    assert set(plan_on_novel(run, patients, tmp_path / "x.safetensors").cohort.counts) == set(run.split.novel)
    # The held-out tasks are of as many diagnoses as there are for validation, and of the same cells as those for meta-training.
    batch = job.tasks.sample_batch(1, torch.Generator().manual_seed(0))
    assert {tasks.n_way for tasks in job.validation_tasks} == {len(run.split.validation)}
    assert {tasks.support.x.shape[-2:] for tasks in job.validation_tasks} == {batch.support.x.shape[-2:]}


def test_the_baselines_are_validated_on_the_same_tasks(tmp_path: Path) -> None:
    patients = cohort()
    job = make_job(run_on(patients), patients, tmp_path / "x.safetensors")
    told = list(train(job, ALONE))[-1]
    assert set(told.baselines) == set(COMPARED_WITH)
    for name in COMPARED_WITH:  # naive: one task at a time, the plain classifier as anybody would use it
        right = []
        for tasks in job.validation_tasks:
            for xs, ys, xq, yq in zip(tasks.support.x, tasks.support.y, tasks.query.x, tasks.query.y, strict=True):
                support = type(tasks.support)(xs, ys)
                *_, last = BASELINES[name]().adapt(job.backbone, {}, support, tasks.n_way)
                right.append(float((last.predict_proba(xq).argmax(1) == yq).double().mean()))
        assert told.baselines[name] == pytest.approx(sum(right) / len(right))


@pytest.mark.parametrize("learner", list(LEARNERS))
def test_it_yields_between_steps_and_held_out_tasks_and_ends_with_weights_that_load(learner: str, tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "mine.safetensors"
    run = dataclasses.replace(run_on(patients, learner), budget=dataclasses.replace(PLAN, meta_steps=2))
    told = finish(run, patients, out)
    assert [one.step for one in told if one.validated] == [0, 1, 2]
    assert sum(math.isnan(one.loss) for one in told) > 40, "a page gets its turn after every held-out task"
    assert {"step", "before", "accuracy", "log_loss"} == set(told[-1].validation[-1])
    assert not state_path(out).exists()
    card = read_card(out)
    assert MetaTraining.of_card(card["run"]) == run
    rows = table()
    model = FewShotClassifier(learner, str(out)).fit(rows.drop(columns="diagnosis"), rows["diagnosis"])
    assert model.predict(rows.drop(columns="diagnosis")).shape == (48,)


def test_the_file_holds_the_weights_of_the_best_validation(tmp_path: Path) -> None:
    patients, out = cohort(), tmp_path / "mine.safetensors"
    run = dataclasses.replace(run_on(patients), budget=Budget(meta_steps=12, meta_batch=2, meta_lr=0.3))
    validation = finish(run, patients, out)[-1].validation
    best = max(validation, key=lambda one: (one["accuracy"], -one["log_loss"]))
    assert best["step"] < 12, "steps this large ruin the shipped weights, or the test says nothing"
    assert read_card(out)["step"] == best["step"]


def test_closed_at_any_step_and_gone_on_with_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    patients, whole, parts = cohort(), tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    run = run_on(patients)
    finish(run, patients, whole)
    for n in (60, 3, 50, 1):
        pulled = train(make_job(run, patients, parts), ALONE)
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
    for key in COMPARED_WITH:
        ours, theirs = (Comparison.of(each).plus(compare(each)).answers(key) for each in (plan, alone))
        assert all(np.array_equal(a.proba, b.proba) for a, b in zip(ours, theirs, strict=True)), "others do not see the panel"


def test_simulated_tasks_need_no_cohort_and_have_no_novel_diagnoses(tmp_path: Path) -> None:
    run = MetaTraining("prototypical", dataclasses.replace(PLAN, meta_steps=1))
    job = make_job(run, None, tmp_path / "x.safetensors")
    assert not job.keeps_best
    assert job.identity["prior"]["name"] == "clinical_prior"
    with pytest.raises(UserError, match=r"^Simulated tasks have no novel diagnoses: compare on a table"):
        plan_on_novel(run, cohort(), tmp_path / "x.safetensors")


def test_the_suggested_budget_goes_in_small_steps_from_shipped_weights() -> None:
    careful, fresh = (suggested_budget("prototypical", on_cohort=True, network=ANY_TABLE, start=start) for start in (UNIVERSAL, RANDOM))
    assert (careful.meta_steps, careful.groups, careful.hidden_lr) == (300, 1, None)
    assert careful.meta_lr < fresh.meta_lr
    assert suggested_budget("maml", on_cohort=False, network=ANY_TABLE, start=RANDOM).meta_batch == 8, "simulated tasks: the recipe"


def same(one: Job, other: Job) -> bool:
    """Whether two jobs make the same weights and measure the same: all but where they write and how often."""
    rng = [torch.Generator().manual_seed(0) for _ in range(2)]
    batches = [job.tasks.sample_batch(2, each) for job, each in zip((one, other), rng, strict=True)]
    pairs = [batches, *zip(one.validation_tasks, other.validation_tasks, strict=True)]
    alike = all(torch.equal(a.support.x.nan_to_num(), b.support.x.nan_to_num()) and torch.equal(a.query.y, b.query.y) for a, b in pairs)
    names = ("training", "learner", "in_use", "backbone", "facts", "baselines", "n_validations", "save_every", "keeps_best", "identity")
    weights = [sorted(job.initial or {}) for job in (one, other)]
    return alike and weights[0] == weights[1] and all(getattr(one, name) == getattr(other, name) for name in names)


@pytest.mark.parametrize("name", list(LEARNERS))
@pytest.mark.parametrize("on_cohort", [True, False])
def test_the_page_and_the_command_make_the_same_job(name: str, on_cohort: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[Job] = []
    monkeypatch.setattr("metamed_core.cli.meta_train.train", lambda job, _: made.append(job) or [])
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    table().to_csv(tmp_path / "table.csv", index=False)
    where = ["--cohort", str(tmp_path / "table.csv"), "--label", "diagnosis"] if on_cohort else []
    n_steps = LEARNERS[name].recipe.steps_on_a_table
    assert main(["meta-train", "--learner", name, "--meta-steps", str(n_steps), "--device", "cpu", *where]) == 0
    records = open_upload("table.csv", (tmp_path / "table.csv").read_bytes())[1] if on_cohort else None
    patients = Cohort.of_records(records) if records is not None else None
    asked = Request(UPLOAD if on_cohort else PRIOR, name)
    assert same(make_job(asked.training(patients), patients, tmp_path / "page.safetensors"), made[0])
