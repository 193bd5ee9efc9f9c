"""How the shipped weights of each learner are made: `meta-train --learner NAME` without another option does exactly this.

Floor 9 of the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metamed_core.learners import LEARNERS, Learner
from metamed_core.meta_training.outer_loop import MetaTraining
from metamed_core.networks import Backbone, ColumnEncoder


@dataclass(frozen=True, slots=True)
class Recipe:
    """One learner's meta-training.

    plan: steps, tasks, groups, step size, precision. settings: of the learner, where they differ in meta-training from
    those in use. backbone: None is the learner's own default.
    """

    plan: MetaTraining
    settings: Mapping[str, float | int] = field(default_factory=dict)
    backbone: Backbone | None = None

    def ingredients(self, name: str) -> tuple[Learner, Backbone]:
        """The learner as it is meta-trained, and the network that it moves."""
        learner = LEARNERS[name](**self.settings)
        return learner, self.backbone or learner.default_backbone()


RECIPES: dict[str, Recipe] = {
    "prototypical": Recipe(MetaTraining(meta_steps=4000, meta_batch=16, groups=2, hidden_lr=4e-3), backbone=ColumnEncoder()),
    "matching": Recipe(MetaTraining(meta_steps=4000, meta_batch=16, groups=2, hidden_lr=4e-3), backbone=ColumnEncoder()),
    # float32: in bfloat16 the gradient through eight inner steps has lost its direction.
    "maml": Recipe(MetaTraining(meta_steps=2000, meta_batch=8, groups=2, hidden_lr=4e-3), backbone=ColumnEncoder()),
    "prior_fitted": Recipe(MetaTraining(12_000, meta_batch=32, meta_lr=3e-3, groups=2, precision="bfloat16", hidden_lr=4e-3)),
    # Larger inner steps give Reptile a better start, from which large ones in use, all on the same few patients, would overshoot.
    "reptile": Recipe(MetaTraining(meta_steps=1000, meta_batch=16, groups=2), {"inner_lr": 0.03}, ColumnEncoder()),
}


def recipe(name: str) -> Recipe:
    """The recipe of a learner, also of one that nobody has tuned yet."""
    return RECIPES.get(name, Recipe(MetaTraining(groups=2)))
