"""A method of a comparison: a learner with its settings and its initialization, so that one learner may be compared with itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from metamed_core.data import Panel
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Initialization, Learner, load_weights, read_card, shipped, weights_path
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training import StoredWeights
from metamed_core.statistics import Calibration
from metamed_core.words import UserError, Words

DEFAULTS = ("prior_fitted", "prototypical", "matching", "maml", "maml-none", "logistic_regression", "random_forest", "nearest_centroid")
"""Keys of the eight that a comparison begins with: ours, one twin, and three plain classifiers of different kinds."""


@dataclass(frozen=True)
class Method:
    """A learner and its start: "universal", "none" (random, drawn anew in each episode) or a path of weights; plain ones have none.

    >>> Method(LEARNERS["maml"](), "none").key
    'maml-none'
    """

    learner: Learner
    start: str = UNIVERSAL

    @property
    def is_baseline(self) -> bool:
        """Whether it is a plain classifier, without a network or a start."""
        return self.learner.name in BASELINES

    @property
    def settings(self) -> dict[str, Any]:
        """The learner's fields that are not as they are by default."""
        fields = {field.name: field.default for field in dataclasses.fields(self.learner)}
        return {name: getattr(self.learner, name) for name, default in fields.items() if getattr(self.learner, name) != default}

    @property
    def key(self) -> str:
        """A short name that is its own: `maml`, `maml-none`, `maml-my_weights`, `maml-inner_steps=20`."""
        start = () if self.is_baseline or self.start == UNIVERSAL else (Path(self.start).stem,)
        return "-".join((self.learner.name, *start, *(f"{name}={value}" for name, value in self.settings.items())))

    @property
    def title(self) -> Words:
        """What to call it: the learner, and in brackets a start other than the shipped one and settings other than the usual."""
        remarks = [Words(f"{name}={value}", f"{name}={value}") for name, value in self.settings.items()]
        if not self.is_baseline and self.start != UNIVERSAL:
            file = Path(self.start).stem
            remarks.insert(0, Words("random start", "随机起点") if self.start == RANDOM else Words(file, file))
        en, zh = ", ".join(each.en for each in remarks), "，".join(each.zh for each in remarks)
        title = self.learner.title
        # A title that ends in brackets takes the remarks into them.
        return Words(f"{title.en} ({en})", f"{title.zh}（{zh}）".replace("）（", "，")) if remarks else title

    def initialization(self, seed: int) -> Initialization:
        """What it adapts from. seed: of a random start, which would else be one lucky or unlucky draw in all episodes.

        Raises UserError if the weights cannot be read.
        """
        if self.is_baseline:
            return Initialization(self.learner.default_backbone(), {}, Calibration.none())
        return load_weights(RANDOM, self.learner, seed) if self.start == RANDOM else self._loaded

    @property
    def panel(self) -> Panel | None:
        """The columns that its weights were meta-trained for; None: it reads any table. Raises UserError if they cannot be read."""
        return None if self.is_baseline or self.start == RANDOM else self._loaded.panel

    @cached_property
    def _loaded(self) -> Initialization:
        return load_weights(self.start, self.learner)

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process: the weights stay behind, and are read there from the same path."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def card(self) -> Mapping[str, Any]:
        """The card of its weights; empty for those that have none."""
        if self.is_baseline or self.start == RANDOM:
            return {}
        return read_card(weights_path(self.start, self.learner.name))


def all_methods(kept: Sequence[StoredWeights] = ()) -> dict[str, Method]:
    """All methods by key: each learner from its shipped weights and from random ones, then from kept weights, then the baselines.

    Parameters
    ----------
    kept
        Weights of the user's own library (`Library.list_weights`); none are looked for elsewhere.
    """
    with_weights = [name for name in LEARNERS if shipped(name).exists()]
    ours = [
        Method(LEARNERS[name](), start) for name in LEARNERS for start in (UNIVERSAL, RANDOM) if start == RANDOM or name in with_weights
    ]
    own = [Method(LEARNERS[one.learner](), str(one.path)) for one in kept]
    return {one.key: one for one in (*ours, *own, *(Method(learner()) for learner in BASELINES.values()))}


def methods(keys: tuple[str, ...] = DEFAULTS, kept: Sequence[StoredWeights] = ()) -> tuple[Method, ...]:
    """The methods with these keys of `all_methods(kept)`. Raises UserError for an unknown one."""
    known = all_methods(kept)
    if unknown := [key for key in keys if key not in known]:
        raise UserError(
            Words("There is no method “{unknown}”: choose from {known}.", "没有名为“{unknown}”的参评方法：请从 {known} 中选择。").format(
                unknown=unknown[0], known=", ".join(known)
            )
        )
    return tuple(known[key] for key in keys)
