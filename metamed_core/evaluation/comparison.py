"""The results of a comparison so far: immutable; can be extended, saved and loaded at any time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metamed_core.data import RowLabel
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT, NO_PATIENT, missing_shots
from metamed_core.evaluation.metric_samples import Sample, joined, sample
from metamed_core.evaluation.runner import EpisodeResult
from metamed_core.statistics import label_metrics, metrics
from metamed_core.words import UserError, Words

if TYPE_CHECKING:
    from metamed_core.evaluation.plan import Plan

FORMAT = 2
USUAL_SHOTS = 5
"""Labeled patients per diagnosis to look at first, or the nearest number below."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Results of `compare`. Statistics use complete episodes only, which have a result of every method. Contains no cell values.

    Parameters
    ----------
    entries
        The methods.
    shots, n_episodes, seed
        See `Plan`.
    counts
        Number of labeled patients of each diagnosis in the cohort.
    cohort
        SHA-256 of the cohort.
    results
        The results so far, in order of arrival.
    missing
        Numbers of shots at which a diagnosis has too few patients to take part, by diagnosis.
    """

    entries: tuple[Entry, ...]
    shots: tuple[int, ...]
    n_episodes: int
    seed: int
    counts: Mapping[str, int]
    cohort: str
    results: tuple[EpisodeResult, ...] = ()
    missing: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> Comparison:
        """A comparison of this plan, without results. Raises UserError if weights cannot be read."""
        entries = tuple(Entry.of(one) for one in plan.methods)
        missing = missing_shots(plan.cohort, [k for k in plan.shots if k != NO_PATIENT])
        return cls(entries, plan.shots, plan.n_episodes, plan.seed, plan.cohort.counts, plan.cohort.sha256, missing=missing)

    def plus(self, results: Iterable[EpisodeResult]) -> Comparison:
        """This comparison with further results."""
        return replace(self, results=(*self.results, *results))

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the methods."""
        return tuple(entry.key for entry in self.entries)

    @property
    def twin_of(self) -> dict[str, str]:
        """By key of each method with knowledge, the key of the same without it, where both take part."""
        return {entry.key: entry.twin_of for entry in self.entries if entry.twin_of in self.keys}

    def entry(self, key: str) -> Entry:
        """The entry with this key. Raises KeyError."""
        return {entry.key: entry for entry in self.entries}[key]

    @cached_property
    def complete_episodes(self) -> dict[int, tuple[tuple[EpisodeResult, ...], ...]]:
        """Complete episodes by number of shots; each is a tuple of the results of all methods, in the order of `entries`."""
        found: dict[tuple[int, int], dict[str, EpisodeResult]] = {}
        for one in self.results:
            found.setdefault((one.k_shot, one.episode), {})[one.method] = one
        whole = {place: by_key for place, by_key in sorted(found.items()) if len(by_key) == len(self.entries)}
        return {k: tuple(tuple(by[key] for key in self.keys) for (shots, _), by in whole.items() if shots == k) for k in self.shots}

    @property
    def shots_with_results(self) -> tuple[int, ...]:
        """Numbers of shots with at least one complete episode."""
        return tuple(k for k in self.shots if self.complete_episodes[k])

    @property
    def usual_shots(self) -> int:
        """The number of shots to look at first: the largest up to `USUAL_SHOTS` with results. Raises IndexError without results."""
        judged = self.shots_with_results
        return max((k for k in judged if LEAVE_ONE_OUT < k <= USUAL_SHOTS), default=judged[0])

    @property
    def is_alike(self) -> bool:
        """Whether several numbers of shots can be averaged: leave-one-out aside, all draw as many of the same diagnoses.

        Not with `NO_PATIENT` among them, where methods without knowledge only guess.
        """
        if NO_PATIENT in self.shots_with_results:
            return False
        drawn = [k for k in self.shots_with_results if k != LEAVE_ONE_OUT]
        if any(0 < len(set(drawn) & set(at)) < len(drawn) for at in self.missing.values()):
            return False
        return len(drawn) > 1 and len({len(one.classes) for k in drawn for one in self.answers(self.keys[0], k)}) == 1

    @property
    def views(self) -> tuple[int | None, ...]:
        """Numbers of shots to report, the most usual first; None, all together, last and only for like tasks."""
        judged = self.shots_with_results
        first = (self.usual_shots,) if judged else ()
        return (*first, *(k for k in judged if k not in first), *((None,) if self.is_alike else ()))

    @cached_property
    def _patients(self) -> dict[RowLabel, int]:
        return {row: number for number, row in enumerate(dict.fromkeys(row for one in self.results for row in one.rows))}

    @cached_property
    def _samples(self) -> dict[tuple[str, int | None], Sample]:
        return {}

    def sample(self, value: str, k_shot: int | None = None) -> Sample | None:
        """Values of the metric `value` at one number of shots (None: all together); None while no episode is complete."""
        if not (shots := [k for k in self.shots_with_results if k_shot in {None, k}]):
            return None
        if (value, k_shot) not in self._samples:
            numbers = {name: i for i, name in enumerate(self.counts)}
            parts = [sample(self.complete_episodes[k], value, self._patients, numbers) for k in shots]
            self._samples[value, k_shot] = parts[0] if len(parts) == 1 else joined(parts)
        return self._samples[value, k_shot]

    def answers(self, key: str, k_shot: int | None = None) -> tuple[EpisodeResult, ...]:
        """Results of the method `key` in complete episodes, at one number of shots (None: all)."""
        place = self.keys.index(key)
        return tuple(episode[place] for k in self.shots if k_shot in {None, k} for episode in self.complete_episodes[k])

    def table(self) -> pd.DataFrame:
        """One row per result: method, k_shot, episode, n_way, n_query, metrics (shares 0..1), adapt_ms and predict_ms (milliseconds)."""
        return pd.DataFrame([_row(one) for one in self.results], columns=list(_COLUMNS))

    def to_json(self) -> str:
        """The comparison as JSON; `from_json` restores it exactly."""
        content = {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.name not in {"entries", "results"}}
        content |= {
            "entries": [dataclasses.asdict(entry) for entry in self.entries],
            "results": [_plain_values(one) for one in self.results],
        }
        return json.dumps({"format": FORMAT, **content}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Comparison:
        """Load the output of `to_json`. Raises UserError for other content or another format version."""
        try:
            content = json.loads(text)
            if content.pop("format") != FORMAT:
                raise ValueError("another format")  # noqa: TRY301
            entries = tuple(map(Entry.from_values, content.pop("entries")))
            results = tuple(_result_of(one) for one in content.pop("results"))
            missing = {name: tuple(at) for name, at in content.pop("missing", {}).items()}
            return cls(entries, tuple(content.pop("shots")), results=results, missing=missing, **content)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(
                Words(
                    "This file is no comparison that this version of MetaMed has saved: choose another file, or run the comparison again.",
                    "该文件不是本版本 MetaMed 保存的比较结果：请选择其他文件，或重新运行比较。",
                )
            ) from error


_METRICS: dict[str, Callable[[npt.NDArray[np.int64], npt.NDArray[np.float64]], float]] = {
    "accuracy": metrics.accuracy,
    "balanced_accuracy": metrics.balanced_accuracy,
    "log_loss": metrics.log_loss,
    "brier": metrics.brier_score,
    "auroc": metrics.macro_auroc,
    "macro_f1": label_metrics.macro_f1,
    "mcc": label_metrics.matthews_correlation,
    "top3": lambda y, proba: float(label_metrics.within_top(y, proba).mean()),
    "ece": metrics.expected_calibration_error,
    "coverage": lambda y, proba: float(metrics.covered(y, proba).mean()),
}
_COLUMNS = ("method", "k_shot", "episode", "n_way", "n_query", *_METRICS, "set_size", "adapt_ms", "predict_ms")


def _row(one: EpisodeResult) -> dict[str, Any]:
    about = {"method": one.method, "k_shot": one.k_shot, "episode": one.episode, "n_way": len(one.classes), "n_query": len(one.y)}
    found = {name: metric(one.y, one.proba) for name, metric in _METRICS.items()}
    found["set_size"] = metrics.set_size(one.proba)
    return about | found | {"adapt_ms": 1000 * one.adapt_seconds, "predict_ms": 1000 * one.predict_seconds}


def _plain_values(one: EpisodeResult) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in EpisodeResult.__dataclass_fields__}
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


def _result_of(values: Mapping[str, Any]) -> EpisodeResult:
    n = len(values["rows"])
    arrays = {
        "y": np.array(values["y"], dtype=np.int64),
        "proba": np.array(values["proba"], dtype=np.float64).reshape(n, len(values["classes"])),
        "right_by_step": np.array(values["right_by_step"], dtype=np.bool_).reshape(-1, n),
    }
    return EpisodeResult(**{**values, **arrays, "rows": tuple(values["rows"]), "classes": tuple(values["classes"])})
