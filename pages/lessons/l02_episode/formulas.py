"""The formulas of lesson 2 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l02_episode import computation as world
from pages.lessons.l02_episode.computation import EpisodeState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula


def size(state: EpisodeState) -> Formula:
    """How many patients are labeled."""
    return Formula(
        r"|S| = N \cdot K",
        rf"{state.ways} \cdot {state.shots} = {len(world.episode(state).support)}",
        Words(
            "$N$: diagnoses; $K$: labeled patients of each. Together they make an $N$-way $K$-shot task.",
            "$N$：诊断数；$K$：每种诊断的已确诊患者数。合称 $N$ 类 $K$ 样本任务。",
        ),
    )


def share(state: EpisodeState) -> Formula:
    """Accuracy in this episode."""
    said, truth = world.said(state)
    right = sum(a == b for a, b in zip(said, truth, strict=True))
    return Formula(
        r"<accuracy> = \frac{1}{|Q|}\sum_{i \in Q} [\hat{y}_i = y_i]",
        rf"\frac{{{right}}}{{{len(truth)}}} = {number(100 * right / len(truth), 0)}\,\%",
        Words("$Q$: the query patients; $\\hat{{y}}_i$: the learner's answer; $y_i$: the true diagnosis.", "$Q$：查询集患者；$\\hat{{y}}_i$：学习器的判断；$y_i$：真实诊断。").format(),
        {"accuracy": Words("accuracy", "准确率")},
    )  # fmt: skip


def in_both(state: EpisodeState) -> Formula:
    """Patients in both tables, and the accuracy that comes of it."""
    apart = world.mean(world.of_state(state.updated(leaked=0)))
    now = world.mean(world.of_state(state))
    return Formula(
        r"S \cap Q = \emptyset",
        rf"|S \cap Q| = {world.n_in_both(state)} \qquad {number(100 * apart, 0)}\,\% \to {number(100 * now, 0)}\,\%",
        Words("Mean accuracy over 30 episodes: with no patient in both tables, and with the present setting.", "30 个小任务的平均准确率：两表无共同患者时，以及当前设置下。"),
    )  # fmt: skip


def average(state: EpisodeState) -> Formula:
    """Mean accuracy over thirty episodes."""
    values = world.of_state(state)
    return Formula(
        r"\bar{a} = \frac{1}{E}\sum_{e=1}^{E} a_e",
        rf"\bar{{a}} = {number(100 * world.mean(values), 0)}\,\% \qquad {number(100 * min(values), 0)}\,\% \leq a_e \leq {number(100 * max(values), 0)}\,\%",
        Words("$a_e$: accuracy in episode $e$; $E$ = {n} {n:episode|episodes}.", "$a_e$：第 $e$ 个小任务的准确率；$E$ = {n} 个小任务。").format(n=world.N_EPISODES),
    )  # fmt: skip
