"""A method of a comparison: a learner with its settings and initial weights; the same learner can take part with several."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from metamed_core.data import Panel
from metamed_core.knowledge import Knowledge
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Initialization, Learner, load_weights, read_card, shipped, weights_path
from metamed_core.learners.baselines import BASELINES
from metamed_core.meta_training import StoredWeights
from metamed_core.statistics import Calibration
from metamed_core.words import UserError, Words

DEFAULTS = ("prior_fitted", "prototypical", "matching", "maml", "maml-none", "logistic_regression", "random_forest", "nearest_centroid")
"""Keys of the default methods: four learners, MAML from random weights, and three baselines of different kinds."""

KNOWING = "knowledge"
"""The end of the key of a method that has knowledge."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What weights were meta-trained on: the SHA-256 of a table and the diagnoses used; both empty if they have seen no table."""

    sha256: str = ""
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """A learner with its initial weights.

    Parameters
    ----------
    learner
        The learner or baseline with its settings.
    start
        "universal" (shipped), "none" (random, drawn anew in each episode) or the path of a weight file; ignored for baselines.
    knowledge
        What it knows of the diagnoses; None: nothing. Baselines know nothing.

    Examples
    --------
    >>> Method(LEARNERS["maml"](), "none").key
    'maml-none'
    """

    learner: Learner
    start: str = UNIVERSAL
    knowledge: Knowledge | None = None

    def knowing(self, knowledge: Knowledge) -> Method:
        """The same method with knowledge."""
        return dataclasses.replace(self, knowledge=knowledge)

    @property
    def is_baseline(self) -> bool:
        """Whether the learner is a baseline classifier, without network or initial weights."""
        return self.learner.name in BASELINES

    @property
    def settings(self) -> dict[str, Any]:
        """The hyperparameters that differ from their defaults."""
        fields = {field.name: field.default for field in dataclasses.fields(self.learner)}
        return {name: getattr(self.learner, name) for name, default in fields.items() if getattr(self.learner, name) != default}

    @property
    def key(self) -> str:
        """Identifier: learner, initial weights, and settings that differ from the defaults, such as `maml-none` or `maml-inner_steps=20`."""
        start = () if self.is_baseline or self.start == UNIVERSAL else (Path(self.start).stem,)
        known = () if self.knowledge is None else (KNOWING,)
        return "-".join((self.learner.name, *start, *(f"{name}={value}" for name, value in self.settings.items()), *known))

    @property
    def title(self) -> Words:
        """The title of the learner; in brackets, initial weights other than the shipped ones and settings other than the defaults."""
        remarks = [Words(f"{name}={value}", f"{name}={value}") for name, value in self.settings.items()]
        if not self.is_baseline and self.start != UNIVERSAL:
            file = Path(self.start).stem
            remarks.insert(0, Words("random start", "随机起点") if self.start == RANDOM else Words(file, file))
        remarks += [] if self.knowledge is None else [Words("with knowledge", "有知识")]
        en, zh = ", ".join(each.en for each in remarks), "，".join(each.zh for each in remarks)
        title = self.learner.title
        # If the title already ends in brackets, the remarks go into them.
        return Words(f"{title.en} ({en})", f"{title.zh}（{zh}）".replace("）（", "，")) if remarks else title

    def initialization(self, seed: int) -> Initialization:
        """The initial weights; `seed` is that of random weights, and differs between episodes so that no single draw decides the result.

        Raises UserError if the weights cannot be read.
        """
        if self.is_baseline:
            return Initialization(self.learner.default_backbone(), {}, Calibration.none())
        return load_weights(RANDOM, self.learner, seed) if self.start == RANDOM else self._loaded

    @property
    def unknowing(self) -> Method:
        """The same method without knowledge."""
        return dataclasses.replace(self, knowledge=None)

    @property
    def panel(self) -> Panel | None:
        """The columns that its weights were meta-trained on; None if it reads any table. Raises UserError if they cannot be read."""
        return None if self.is_baseline or self.start == RANDOM else self._loaded.panel

    @cached_property
    def _loaded(self) -> Initialization:
        return load_weights(self.start, self.learner)

    def __getstate__(self) -> dict[str, Any]:
        """State to pickle: without the loaded weights, which the other process reads from the same path."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def card(self) -> Mapping[str, Any]:
        """The card of its weights; empty for baselines and random weights. Raises UserError if it cannot be read."""
        if self.is_baseline or self.start == RANDOM:
            return {}
        return read_card(weights_path(self.start, self.learner.name))

    @property
    def seen(self) -> Seen:
        """The patients that its weights have seen: those of the base and of the validation diagnoses, which chose the best moment."""
        run = self.card().get("run") or {}
        split = run.get("split") or {}
        return Seen(str(run.get("sha256", "")) if split else "", (*split.get("base", ()), *split.get("validation", ())))


def all_methods(kept: Sequence[StoredWeights] = ()) -> dict[str, Method]:
    """All available methods by key: each learner with shipped and with random weights, then with saved weights, then the baselines.

    Parameters
    ----------
    kept
        Saved weights of the user (`Library.list_weights`).
    """
    with_weights = [name for name in LEARNERS if shipped(name).exists()]
    ours = [
        Method(LEARNERS[name](), start) for name in LEARNERS for start in (UNIVERSAL, RANDOM) if start == RANDOM or name in with_weights
    ]
    own = [Method(LEARNERS[one.learner](), str(one.path)) for one in kept]
    return {one.key: one for one in (*ours, *own, *(Method(learner()) for learner in BASELINES.values()))}


def methods(keys: tuple[str, ...] = DEFAULTS, kept: Sequence[StoredWeights] = ()) -> tuple[Method, ...]:
    """The methods with these keys; `kept` as in `all_methods`. Raises UserError for an unknown key."""
    known = all_methods(kept)
    if unknown := [key for key in keys if key not in known]:
        raise UserError(
            Words("There is no method “{unknown}”: choose from {known}.", "没有名为“{unknown}”的参评方法：请从 {known} 中选择。").format(
                unknown=unknown[0], known=", ".join(known)
            )
        )
    return tuple(known[key] for key in keys)


def with_twins(who: Sequence[Method], knowledge: Knowledge) -> tuple[Method, ...]:
    """Each method, followed by the same with knowledge; a baseline has no such twin."""
    return tuple(one for each in who for one in ((each,) if each.is_baseline else (each, each.knowing(knowledge))))
