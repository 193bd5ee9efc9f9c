"""What `meta-train --learner NAME` does without another option is what the shipped card says was done."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from metamed_core.__main__ import main
from metamed_core.learners import LEARNERS
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.job import Job
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.meta_training.recipes import recipe
from metamed_core.networks.backbones import ColumnEncoder, backbone_of


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_shipped_weights_were_made_by_the_recipe(name: str) -> None:
    """Entries that a card is older than are not compared."""
    card, (learner, backbone) = read_card(SHIPPED / f"{name}.safetensors"), recipe(name).ingredients(name)
    plan = dataclasses.asdict(recipe(name).plan)
    assert {key: plan[key] for key in card["plan"]} == card["plan"]
    settings = dataclasses.asdict(learner)
    assert {**settings, **card["settings"]} == settings
    assert all(value is False for name, value in settings.items() if name not in card["settings"]), "an option that came later is off"
    assert backbone_of(card["backbone"]) == backbone


@pytest.mark.parametrize("name", list(LEARNERS))
def test_without_options_the_recipe_is_followed(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The job that the command hands to the engine, which is stopped there."""
    jobs: list[Job] = []

    def noted(job: Job) -> list[object]:
        jobs.append(job)
        return []

    monkeypatch.setattr("metamed_core.cli.meta_train.train", lambda job, _: noted(job))
    monkeypatch.setattr("metamed_core.cli.meta_train.validation_tasks", list)
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    assert main(["meta-train", "--learner", name]) == 0
    assert jobs[0].plan == recipe(name).plan
    assert (jobs[0].learner, jobs[0].backbone) == recipe(name).ingredients(name)
    assert jobs[0].in_use == LEARNERS[name]()
    assert jobs[0].out == SHIPPED / f"{name}.safetensors"


def test_a_learner_without_a_recipe_of_its_own_has_a_sensible_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(LEARNERS["maml"], "recipe")
    assert recipe("maml").plan == MetaTraining(meta_steps=6000, meta_batch=16, groups=2)
    assert recipe("maml").ingredients("maml") == (LEARNERS["maml"](), ColumnEncoder())
