"""How the shipped weights of each learner are made: `meta-train --learner NAME` without another option does exactly this."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from metamed_core.learners import LEARNERS, Learner
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.networks import Backbone


@dataclass(frozen=True, slots=True)
class Recipe:
    """One learner's meta-training.

    plan: steps, tasks, groups, step size, precision. settings: of the learner, where they differ in meta-training from
    those in use. steps_on_a_table: meta-steps to begin with on a table of one's own.
    """

    plan: MetaTraining
    settings: Mapping[str, float | int]
    steps_on_a_table: int

    def ingredients(self, name: str) -> tuple[Learner, Backbone]:
        """The learner as it is meta-trained, and the network that it moves."""
        learner = LEARNERS[name](**self.settings)
        return learner, learner.default_backbone()


def recipe(name: str) -> Recipe:
    """What the learner of this name says about its meta-training in its own file."""
    said = LEARNERS[name].recipe
    plan = {field.name: getattr(said, field.name) for field in dataclasses.fields(said) if field.name in MetaTraining.__dataclass_fields__}
    return Recipe(MetaTraining(**plan), said.settings, said.steps_on_a_table)
