"""An episode from a small cohort: who is labelled, who is asked about, what a learner says, and what a leak would do.

Patients are simulated from textbook directions; drawing (`Cohort.apart`), scaling (`evaluation.task_of`) and the learner are the library's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
import torch

from metamed_core.data import Cohort
from metamed_core.drawing import styles
from metamed_core.drawing.picture import GREY, TEAL, Axis, Dots, Line, Picture, Table, same
from metamed_core.evaluation import EpisodeIndices, task_of
from metamed_core.learners import Prototypical, load_weights
from metamed_core.words import Words
from pages.lessons.state import State, whole

N_OF_EACH, N_ASKED, N_EPISODES = 12, 3, 30
COLUMNS = {
    "ferritin": (Words("ferritin (µg/L)", "铁蛋白（µg/L）"), 80, 0.8, 0),
    "MCV": (Words("MCV (fL)", "红细胞体积（fL）"), 90, 0.07, 0),
    "TSH": (Words("TSH (mIU/L)", "促甲状腺素（mIU/L）"), 1.8, 0.6, 1),
}
"""Name, healthy median, spread of the logarithm, decimals."""
DIAGNOSES = {
    "iron deficiency": (Words("iron deficiency", "缺铁"), (-2.4, -1.8, 0.0)),
    "thalassaemia trait": (Words("thalassaemia trait", "地中海贫血特征"), (0.2, -3.0, 0.0)),
    "B12 deficiency": (Words("B12 deficiency", "B12 缺乏"), (0.3, 2.4, 0.3)),
    "inflammation": (Words("inflammation", "炎症"), (1.9, -0.6, 0.0)),
    "hypothyroidism": (Words("hypothyroidism", "甲状腺功能减退"), (-0.2, 0.9, 3.0)),
    "haemochromatosis": (Words("haemochromatosis", "血色病"), (3.0, 0.5, 0.0)),
}
"""Name, and how far each column moves, in standard deviations of healthy people."""


@dataclass(frozen=True)
class EpisodeState(State):
    """ways, shots: of the episode; number: which episode; leaked: how many of the asked patients of each diagnosis are labelled as well."""

    ways: int = whole(3, 2, 5)
    shots: int = whole(2, 1, 5)
    number: int = whole(2, 0, 999)
    leaked: int = whole(0, 0, N_ASKED)


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
    """The episode that the state asks for; with `leaked`, asked patients stand among the labelled ones too."""
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
    """Share of the asked patients that are named rightly."""
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


# -- tables and pictures ---------------------------------------------------------------------------------------------

STYLES = styles(5)


def support_table(state: EpisodeState, *, named: bool = True) -> Table:
    """The labelled patients."""
    one = episode(state)
    title = Words("Support: {n} labelled patients", "支持集：{n} 位已确诊患者").format(n=len(one.support))
    how = Words("The learner may look at all of the support.", "学习器可以查看支持集的全部内容。")
    leak = Words("Bold: patients who are asked about as well.", "粗体：同时也被提问的患者。")
    rows = sorted(one.support.tolist(), key=lambda row: _number(state, one, row))
    both = frozenset((i, 0) for i, row in enumerate(rows) if row in set(one.query.tolist()))
    return replace(_table(state, one, rows, title, how + leak if both else how, named=named), strong=both)


def query_table(state: EpisodeState, *, revealed: bool) -> Table:
    """The patients who are asked about, with the learner's answers and the truth once revealed."""
    one = episode(state)
    if not revealed:
        title = Words("Query: {n} patients asked about", "查询集：{n} 位待判断患者").format(n=len(one.query))
        how = Words("The diagnosis is known to us, but hidden from the learner.", "诊断我们已知，但对学习器隐藏。")
        return _table(state, one, one.query.tolist(), title, how, named=False)
    answers, truth = said(state)
    right = sum(a == b for a, b in zip(answers, truth, strict=True))
    title = Words("Query: {right} of {n} named rightly", "查询集：{n} 位中判断正确 {right} 位").format(right=right, n=len(truth))
    how = Words("Bold: named wrongly.", "粗体：判断错误。")
    base = _table(state, one, one.query.tolist(), title, how, named=True)
    called = [_called(one.classes[k]) for k in answers]
    rows = tuple((*row, name) for row, name in zip(base.rows, called, strict=True))
    wrong = frozenset((i, len(rows[0]) - 1) for i, (a, b) in enumerate(zip(answers, truth, strict=True)) if a != b)
    return Table(title, how, (*base.header, Words("learner says", "学习器判断")), rows, base.styles, wrong, 460)


def classes_table(state: EpisodeState, number: int) -> Table:
    """Which diagnosis has which number in an episode."""
    one = episode(state, number)
    rows = tuple((same(k), _called(name)) for k, name in enumerate(one.classes))
    title = Words("Episode {n}", "任务片段 {n}").format(n=number + 1)
    return Table(title, same(""), (Words("class", "类别"), Words("diagnosis", "诊断")), rows, STYLES[: len(rows)], width=300)


def all_episodes(state: EpisodeState, *, shown: int, beside: bool = False) -> Picture:
    """Accuracy of the first `shown` of thirty episodes, and the mean so far; beside: narrow enough to stand beside a table."""
    values = of_state(state)[:shown]
    at = tuple((i + 1.0, value) for i, value in enumerate(values))
    so_far = tuple((i + 1.0, mean(values[: i + 1])) for i in range(len(values)))
    title = (
        Words("One episode: accuracy {mean} %", "一个任务片段：准确率 {mean}%")
        if len(values) == 1
        else Words(
            "{n} episodes: mean accuracy {mean} %, from {low} % to {high} %", "{n} 个任务片段：平均准确率 {mean}%，从 {low}% 到 {high}%"
        )
    )
    told = title.format(n=len(values), mean=f"{100 * mean(values):.0f}", low=f"{100 * min(values):.0f}", high=f"{100 * max(values):.0f}")
    marks = (
        Dots(at, GREY, Words("one episode", "一个任务片段"), 4.5),
        Line(so_far, TEAL, Words("mean so far", "至此的均值"), 2.5),
    )
    how = Words(
        "How to read: one dot an episode; the line is the mean of all up to there.", "读法：每点为一个任务片段；线为到该处为止的均值。"
    )
    x = Axis(Words("episode", "任务片段"), 0, N_EPISODES + 1)
    y = Axis(Words("accuracy", "准确率"), 0, 1.05, percent=True, ticks=tuple((v / 4, same(f"{25 * v} %")) for v in range(5)))
    return Picture(told, how, Words("Accuracy by episode", "各任务片段的准确率"), x, y, marks, shape=(440, 380) if beside else (700, 380))


def _called(name: str) -> Words:
    return DIAGNOSES[name][0]


def _number(state: EpisodeState, one: EpisodeIndices, row: int) -> int:
    return one.classes.index(str(cohort(state.seed).labels[row]))


def _table(state: EpisodeState, one: EpisodeIndices, rows: list[int], title: Words, how: Words, *, named: bool) -> Table:
    everyone = cohort(state.seed)
    header = (Words("patient", "患者"), *(title for title, *_ in COLUMNS.values()), Words("diagnosis", "诊断"))
    digits = [each[3] for each in COLUMNS.values()]
    body = tuple(
        (
            same(everyone.rows[row]),
            *(same(f"{value:.{n}f}") for value, n in zip(everyone.features.iloc[row], digits, strict=True)),
            _called(str(everyone.labels[row])) if named else same("?"),
        )
        for row in rows
    )
    marks = tuple(STYLES[_number(state, one, row)] if named else None for row in rows)
    return Table(title, how, header, body, marks, width=400)
