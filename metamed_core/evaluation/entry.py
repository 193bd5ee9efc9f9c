"""The description of a method in the results of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metamed_core.words import Words

if TYPE_CHECKING:
    from metamed_core.evaluation.methods import Method


@dataclass(frozen=True, slots=True)
class Entry:
    """The description of a method in results.

    Parameters
    ----------
    key, title, learner
        Key and title of the method, name of its learner.
    start
        Initial weights: "universal", "none" (random) or a path; empty for baselines.
    is_baseline
        Whether it is a baseline classifier.
    parameters
        Number of weights; None for baselines.
    meta_seconds
        Duration of meta-training in seconds according to the card; None if unknown or not meta-trained.
    seen_in, seen
        SHA-256 of the table that its weights were meta-trained on, and the diagnoses used; empty if they have seen no table.
    knowledge, twin_of
        SHA-256 of the knowledge table that it has, and the key of the same method without it; both empty if it has none.
    """

    key: str
    title: Words
    learner: str
    start: str
    is_baseline: bool
    parameters: int | None
    meta_seconds: float | None
    seen_in: str = ""
    seen: tuple[str, ...] = ()
    knowledge: str = ""
    twin_of: str = ""

    @classmethod
    def of(cls, one: Method) -> Entry:
        """The entry of a method. Raises UserError if its weights cannot be read."""
        n = None if one.is_baseline else sum(weight.numel() for weight in one.initialization(0).weights.values())
        start, seconds, seen = "" if one.is_baseline else one.start, one.card().get("seconds"), one.seen
        known, twin = ("", "") if one.knowledge is None else (one.knowledge.sha256, one.unknowing.key)
        return cls(one.key, one.title, one.learner.name, start, one.is_baseline, n, seconds, seen.sha256, seen.diagnoses, known, twin)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Entry:
        """The entry that `dataclasses.asdict` and JSON have made plain."""
        return cls(**{**values, "title": Words(**values["title"]), "seen": tuple(values.get("seen", ()))})
