"""What `meta-train --learner NAME` does without another option is what the shipped card says was done."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from metamed_core.__main__ import main
from metamed_core.learners import LEARNERS
from metamed_core.learners.weight_files import SHIPPED, read_card
from metamed_core.meta_training.job import Job
from metamed_core.meta_training.outer_loop import Budget
from metamed_core.meta_training.tasks import ClinicalPrior
from metamed_core.meta_training.training import MetaTraining
from metamed_core.networks.backbones import backbone_of
from tests.helpers.weight_files import planned


@pytest.mark.parametrize("name", list(LEARNERS))
def test_the_shipped_weights_were_made_by_the_recipe(name: str) -> None:
    """Entries that a card is older than are not compared."""
    card, training = read_card(SHIPPED / f"{name}.safetensors"), MetaTraining.suggest(name)
    budget, (learner, _) = dataclasses.asdict(training.budget), training.learners()
    # The recipe is for a processor; what a GPU did in minutes takes one days, so the card says it, and the recipe has its own sizes.
    own = {"meta_steps", "meta_batch", "groups", "hidden_lr"} if "GPU" in card["hardware"] else set()
    assert {key: budget[key] for key in planned(card) if key not in own} == {
        key: value for key, value in planned(card).items() if key not in own
    }
    settings = dataclasses.asdict(learner)
    assert {**settings, **card["settings"]} == settings
    assert all(value is False for name, value in settings.items() if name not in card["settings"]), "an option that came later is off"
    assert backbone_of(card["backbone"]) == learner.default_backbone()


@pytest.mark.parametrize("name", list(LEARNERS))
def test_without_options_the_recipe_is_followed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job that the command hands to the engine, which is stopped there."""
    jobs: list[Job] = []

    def noted(job: Job) -> list[object]:
        jobs.append(job)
        return []

    monkeypatch.setattr("metamed_core.cli.meta_train.train", lambda job, _: noted(job))
    few = [ClinicalPrior(max_way=2, max_shot=1, max_columns=2, n_query=2).sample_batch(1, torch.Generator().manual_seed(0))]
    monkeypatch.setattr("metamed_core.meta_training.job.prior_validation_tasks", lambda: few)
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    assert main(["meta-train", "--learner", name]) == 0
    assert jobs[0].training == MetaTraining.suggest(name)
    assert (jobs[0].learner, jobs[0].in_use) == (LEARNERS[name](**LEARNERS[name].recipe.settings), LEARNERS[name]())
    assert (jobs[0].backbone, jobs[0].initial) == (LEARNERS[name].default_backbone(), None)
    assert jobs[0].out == SHIPPED / f"{name}.safetensors"


def test_a_learner_without_a_recipe_has_a_sensible_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(LEARNERS["maml"], "recipe")
    assert MetaTraining.suggest("maml").budget == Budget(meta_steps=6000, meta_batch=16, groups=2)
