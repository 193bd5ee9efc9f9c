"""Six ways to break a few-shot diagnosis, each on a small table that is read, checked, adapted to and answered as an upload is.

Patients are simulated; the upload check, the adaptation with its cross-validated accuracy, meta-training, the distances on an answer's card
and the groups of a cohort are the library's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np
import pandas as pd
import torch

from metamed_core.data import CHANNELS, Cohort, Episode, LabeledSet, PatientRecords, Role, Task
from metamed_core.diagnosis import AdaptationTrace, none_of_these
from metamed_core.diagnosis import start as begin
from metamed_core.evaluation import compare, methods, plan_for
from metamed_core.learners import Initialization, Prototypical, load_weights
from metamed_core.meta_training import Budget, meta_train
from metamed_core.networks import Perceptron
from metamed_core.statistics import Calibration, metrics
from metamed_core.words import UserError, Words
from pages.lessons.lesson_state import State, integer_field, text_field

N_LABELED, N_NEW, MOST_CURED, META_STEPS = 8, 12, 3, 60
COLUMNS = {"ferritin": (80, 0.8, 0), "MCV": (90, 0.07, 0), "CRP": (3, 0.9, 1), "TSH": (1.8, 0.6, 1), "transferrin saturation": (28, 0.35, 0), "reticulocytes": (1.2, 0.35, 1)}  # fmt: skip
"""Healthy median, spread of the logarithm, decimals."""
DIAGNOSES = {
    "iron deficiency": (-2.0, -1.6, 0.0, 0.0, -2.0, -0.3),
    "inflammation": (1.6, -0.5, 2.2, 0.0, -1.2, -0.3),
    "hypothyroidism": (0.0, 0.8, 0.2, 2.6, 0.0, -0.6),
}
"""How far each column moves, in standard deviations of healthy people."""
NEW = {"hemolysis": (1.4, 1.2, 0.2, 0.0, 1.4, 4.5)}
OTHER_HOSPITAL = (2.6, -2.1, 1.4, -1.3, 2.1, 1.3)  # another analyser, older patients
TREATMENT = {"iron deficiency": "oral iron", "inflammation": "antibiotics", "hypothyroidism": "thyroxine"}
FIRST_TRIED = "oral iron"
FAULTS = ("none", "one", "labels", "prior", "leak", "hospital", "missing")


@dataclass(frozen=True)
class BreakItState(State):
    """k: labeled patients of each diagnosis on the first screen; fault: on the second, labels or prior; dropped: the leaking column is.

    from_b: labeled patients of each diagnosis from the other hospital; told: labeled patients of the disease that was missing.
    """

    k: int = integer_field(1, 1, N_LABELED)
    fault: str = text_field("labels", "labels|prior|none")
    dropped: int = integer_field(0, 0, 1)
    from_b: int = integer_field(0, 0, MOST_CURED)
    told: int = integer_field(0, 0, MOST_CURED)


@dataclass(frozen=True, eq=False)
class AppResult:
    """What the app found and says of one table, and the truth about its new patients, which the app does not know.

    new: those of the new disease among the undiagnosed.
    """

    records: PatientRecords
    trace: AdaptationTrace
    truth: tuple[str, ...]
    new: tuple[bool, ...]

    @property
    def n_right(self) -> int:
        """How many new patients have a correct answer."""
        return sum(name == truth for name, truth in zip(self.named, self.truth, strict=True))

    @property
    def named(self) -> list[str]:
        """The most probable diagnosis of each new patient."""
        return [self.records.classes[i] for i in metrics.named(self.trace.steps[-1].proba)]

    @property
    def sure(self) -> float:
        """Mean probability of the named diagnosis."""
        return float(self.trace.steps[-1].proba.max(1).mean())

    @property
    def held_out(self) -> float:
        """Share of labeled patients predicted correctly when they are left out; NaN if none can be."""
        return self.trace.steps[-1].held_out_accuracy

    def n_unlike(self, *, new: bool) -> tuple[int, int]:
        """Of how many undiagnosed patients Diagnose says that they may have none of the diagnoses: those of the new disease, or the others; of how many."""
        asked = [i for i, each in enumerate(self.new) if each == new]
        return sum(none_of_these(self.trace.task, self.trace.steps[-1], i) is not None for i in asked), len(asked)

    def nearest(self, *, new: bool) -> float:
        """Median distance of undiagnosed patients from the nearest labeled one: of those of the new disease, or of the others."""
        return float(np.median(self.trace.steps[-1].distance[np.array(self.new) == new, 0]))


def table(
    seed: int, k: int = N_LABELED, *, shift: tuple[float, ...] | None = None, from_b: int = 0, told: int | None = None
) -> pd.DataFrame:
    """Patients as they stand in a file, first the labeled, with a last column `truth` that the app never gets.

    shift: where the undiagnosed are from another hospital, and `from_b` of the labeled of each diagnosis as well.
    told: how many of the new disease are labeled; None: there is no new disease.
    """
    rows = []
    kinds = {**DIAGNOSES, **(NEW if told is not None else {})}
    for part, n in (("labeled", N_LABELED), ("new", N_NEW)):
        for name, moved in kinds.items():
            # Each diagnosis from numbers of its own, so that a patient stays the same whatever else is changed.
            rng = np.random.default_rng([seed, list(kinds).index(name), n])
            for i in range(n):
                scaled = np.array(moved) * rng.uniform(0.55, 1.05) + rng.normal(size=len(moved))
                there = shift is not None and (part == "new" or i >= N_LABELED - from_b)
                scaled = scaled + np.array(shift) if there and shift is not None else scaled
                wanted = n if part == "new" else (told or 0) if name in NEW else k
                if i < wanted or (there and part == "labeled"):
                    cells = [
                        f"{median * math.exp(spread * z):.{digits}f}"
                        for (median, spread, digits), z in zip(COLUMNS.values(), scaled, strict=True)
                    ]
                    rows.append([*cells, "B" if there else "A", name if part == "labeled" else None, name])
    return pd.DataFrame(rows, columns=[*COLUMNS, "hospital", "diagnosis", "truth"])


def file_of(seed: int, fault: str, *, k: int = N_LABELED, cured: int = 0) -> pd.DataFrame:
    """The table with a fault; cured: by how much (labeled patients from the other hospital, or of the new disease)."""
    if fault == "hospital":
        return table(seed, shift=OTHER_HOSPITAL, from_b=cured)
    patients = table(seed, k, told=cured if fault == "missing" else None)
    known = patients["diagnosis"].notna()
    if fault == "labels":
        # Dealt out in turn, so that each label holds patients of all diseases alike.
        names = list(DIAGNOSES)
        patients.loc[known, "diagnosis"] = [names[i % len(names)] for i in range(int(known.sum()))]
    if fault == "leak":
        given = [TREATMENT[name] if there else FIRST_TRIED for name, there in zip(patients["truth"], known, strict=True)]
        patients.insert(len(COLUMNS), "treatment given", given)
    return patients


@lru_cache(maxsize=128)
def app_result(seed: int, fault: str, k: int = N_LABELED, cured: int = 0) -> AppResult:
    """The table read, checked and adapted to, as Diagnose does it. cured: see `file_of`; with a leak, whether the column was dropped."""
    patients = file_of(seed, fault, k=k, cured=cured)
    records = PatientRecords.from_table(patients.drop(columns=["truth"] if fault == "hospital" else ["truth", "hospital"]))
    if fault == "hospital":
        records = records.with_columns([replace(one, role=Role.GROUP) if one.name == "hospital" else one for one in records.columns])
    if fault == "leak" and cured:
        records = records.with_remedy(next(finding for finding in records.findings if finding.kind == "leak"))
    trace = begin(records, Prototypical(), trained_elsewhere(seed) if fault == "prior" else "universal")
    truth = patients["truth"][records.undiagnosed]
    return AppResult(records, trace.run(), tuple(truth), tuple(name in NEW for name in truth))


# -- weights that were trained on something else ------------------------------------------------------------------------


@dataclass(frozen=True)
class OtherDiseases:
    """Tasks of three diseases that move only what ours leave alone, while what ours move varies for other reasons."""

    def sample_batch(self, n_tasks: int, rng: torch.Generator) -> Episode:
        """Tasks of one shape, of whose cells only the values are filled."""
        ours = torch.linalg.qr(torch.tensor(list(DIAGNOSES.values())).T, mode="complete")[0].T
        y = torch.cat([torch.arange(3).repeat(n) for n in (3, 6)]).expand(n_tasks, -1)
        center = torch.randn(n_tasks, 3, 3, generator=rng).gather(1, y.unsqueeze(-1).expand(-1, -1, 3))
        parts = [1.5 * torch.randn(*y.shape, 3, generator=rng), center + 0.3 * torch.randn(*y.shape, 3, generator=rng)]
        values = torch.cat(parts, -1) @ ours
        cells = torch.cat([values.unsqueeze(-1), torch.zeros(*values.shape, len(CHANNELS) - 1)], -1)
        return Episode(LabeledSet(cells[:, :9], y[:, :9]), LabeledSet(cells[:, 9:], y[:, 9:]), 3)


@lru_cache(maxsize=32)
def trained_elsewhere(seed: int) -> Initialization:
    """A small network after sixty outer steps of the library's meta-training on the wrong diseases."""
    network = Perceptron(len(COLUMNS), hidden=32, features=3)
    plan = Budget(META_STEPS, 8, 0.02, seed=seed)
    *_, last = islice(meta_train(Prototypical(), network, OtherDiseases(), plan), META_STEPS + 1)
    return Initialization(network, {name: weight.double() for name, weight in last.weights.items()}, Calibration.none())


# -- hospitals -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def apart(seed: int, from_b: int) -> tuple[float, Words | None]:
    """Accuracy as Compare judges it, the labeled and the asked never from one hospital; or why it cannot, in its own words."""
    cohort = Cohort.of_records(app_result(seed, "hospital", cured=from_b).records)
    try:
        plan, _ = plan_for(cohort, methods(("prototypical",)), shots=(1,), n_episodes=10, seed=seed)
        judged = list(compare(plan))
    except UserError as error:
        return math.nan, error.words
    return float(np.concatenate([metrics.right(one.y, one.proba) for one in judged]).mean()), None


@lru_cache(maxsize=64)
def _asked_of(seed: int, whose: int, k: int) -> tuple[str, ...]:
    """What a clinic that labeled `k` patients of each of its own (drawn from `whose`) names the new patients of `seed`."""
    own, new = file_of(whose, "one", k=k), file_of(seed, "none")
    joined = pd.concat([own[own["diagnosis"].notna()], new[new["diagnosis"].isna()]], ignore_index=True)
    records = PatientRecords.from_table(joined.drop(columns=["truth", "hospital"]))
    task = Task.of_records(records)
    *_, last = load_weights("universal", Prototypical()).adapt(Prototypical(), task.support, task.n_way)
    return tuple(task.classes[i] for i in last.predict_proba(task.query.x).argmax(-1).tolist())


def clinics_say(state: BreakItState) -> tuple[tuple[str, ...], ...]:
    """What three clinics name the same new patients, each after as many labeled patients of its own."""
    return tuple(_asked_of(state.seed, state.seed + i, state.k) for i in range(3))


def n_disagree(state: BreakItState) -> tuple[int, int]:
    """About how many new patients the three clinics do not all say the same, and how many new patients there are."""
    said = clinics_say(state)
    return sum(len(set(one)) > 1 for one in zip(*said, strict=True)), len(said[0])


def told_by_treatment(seed: int) -> tuple[int, int]:
    """Of how many labeled patients the treatment names the diagnosis, and how many are labeled."""
    known = file_of(seed, "leak")
    known = known[known["diagnosis"].notna()]
    counted = pd.crosstab(known["treatment given"], known["diagnosis"])
    return int(counted.max(axis=1).sum()), len(known)
