"""An episode from a small cohort: who is labeled, who is to be diagnosed, what a learner answers, and what a leak does.

Patients are simulated from textbook directions; drawing (`Cohort.apart`), scaling (`evaluation.task_of`) and the learner are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import torch

from metamed_core.data import Cohort
from metamed_core.evaluation import EpisodeIndices, task_of
from metamed_core.learners import Prototypical, load_weights
from metamed_core.words import Words
from pages.lessons.lesson_state import State, integer_field

N_OF_EACH, N_ASKED, N_EPISODES = 12, 3, 30
COLUMNS = {
    "ferritin": (Words("ferritin (µg/L)", "铁蛋白（µg/L）"), 80, 0.8, 0),
    "MCV": (Words("MCV (fL)", "红细胞体积（fL）"), 90, 0.07, 0),
    "TSH": (Words("TSH (mIU/L)", "促甲状腺素（mIU/L）"), 1.8, 0.6, 1),
}
"""Name, healthy median, spread of the logarithm, decimals."""
DIAGNOSES = {
    "iron deficiency": (Words("iron deficiency", "缺铁"), (-2.4, -1.8, 0.0)),
    "thalassemia trait": (Words("thalassemia trait", "地中海贫血携带者"), (0.2, -3.0, 0.0)),
    "B12 deficiency": (Words("B12 deficiency", "B12 缺乏"), (0.3, 2.4, 0.3)),
    "inflammation": (Words("inflammation", "炎症"), (1.9, -0.6, 0.0)),
    "hypothyroidism": (Words("hypothyroidism", "甲状腺功能减退"), (-0.2, 0.9, 3.0)),
    "hemochromatosis": (Words("hemochromatosis", "血色病"), (3.0, 0.5, 0.0)),
}
"""Name, and how far each column moves, in standard deviations of healthy people."""


@dataclass(frozen=True)
class EpisodeState(State):
    """ways, shots: of the episode; number: which episode; leaked: how many of the asked patients of each diagnosis are labeled as well."""

    ways: int = integer_field(3, 2, 5)
    shots: int = integer_field(2, 1, 5)
    number: int = integer_field(2, 0, 999)
    leaked: int = integer_field(0, 0, N_ASKED)


@lru_cache(maxsize=32)
def cohort(seed: int) -> Cohort:
    """All patients at hand: twelve of each of six diagnoses, three laboratory values."""
    rng = np.random.default_rng(seed)
    rows, labels = [], []
    for name, (_, moved) in DIAGNOSES.items():
        for _ in range(N_OF_EACH):
            scaled = np.array(moved) * rng.uniform(0.5, 1.1) + rng.normal(size=len(moved))
            known = zip(COLUMNS.values(), scaled, strict=True)
            rows.append([round(median * float(np.exp(spread * z)), digits) for (_, median, spread, digits), z in known])
            labels.append(name)
    order = rng.permutation(len(rows))
    table = pd.DataFrame([rows[i] for i in order], columns=list(COLUMNS), index=[f"P-{i + 1:02d}" for i in range(len(rows))])
    return Cohort.of_table(table, [labels[i] for i in order])


@lru_cache(maxsize=4096)
def drawn(seed: int, ways: int, shots: int, number: int) -> EpisodeIndices:
    """Episode `number`: the diagnoses by chance, of each `shots` patients to label and three others to ask about (`Cohort.apart`)."""
    rng, everyone = np.random.default_rng([seed, number]), cohort(seed)
    names = list(everyone.members)
    classes = tuple(names[i] for i in rng.choice(len(names), ways, replace=False))
    support, query = everyone.apart(classes, shots, rng)
    return EpisodeIndices(classes, np.concatenate(support), np.concatenate([rows[:N_ASKED] for rows in query]))


def episode(state: EpisodeState, number: int | None = None) -> EpisodeIndices:
    """The episode that the state asks for; with `leaked`, asked patients stand among the labeled ones too."""
    one = drawn(state.seed, state.ways, state.shots, state.number if number is None else number)
    leaked = one.query.reshape(state.ways, -1)[:, : state.leaked].ravel()
    return EpisodeIndices(one.classes, np.concatenate([one.support, leaked]), one.query) if len(leaked) else one


@lru_cache(maxsize=4096)
def said(state: EpisodeState) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each asked patient the class that the adapted learner finds most probable, and the true one."""
    one = task_of(cohort(state.seed), episode(state))
    learner = Prototypical()
    *_, last = load_weights("universal", learner).adapt(learner, one.support, one.n_way)
    return tuple(last.predict_proba(one.query.x).argmax(-1).tolist()), tuple(one.query.y.tolist())


def accuracy(state: EpisodeState) -> float:
    """Share of the asked patients whose diagnosis is correct."""
    answers, truth = said(state)
    return sum(a == b for a, b in zip(answers, truth, strict=True)) / len(truth)


@lru_cache(maxsize=64)
def accuracies(seed: int, ways: int, shots: int, leaked: int) -> tuple[float, ...]:
    """Accuracy in each of the first thirty episodes."""
    return tuple(accuracy(EpisodeState(seed, ways, shots, number, leaked)) for number in range(N_EPISODES))


def of_state(state: EpisodeState) -> tuple[float, ...]:
    """`accuracies` with the state's settings."""
    return accuracies(state.seed, state.ways, state.shots, state.leaked)


def mean(values: tuple[float, ...]) -> float:
    """Their arithmetic mean."""
    return float(torch.tensor(values, dtype=torch.float64).mean())


def n_in_both(state: EpisodeState) -> int:
    """How many patients stand in both tables."""
    one = episode(state)
    return len(set(one.support.tolist()) & set(one.query.tolist()))
