"""The results of a comparison: verdict, leaderboard, and accuracy by shots and by adaptation steps."""

from __future__ import annotations

import streamlit as st

from metamed_core.evaluation import (
    CLAIM,
    HOW,
    KNOWLEDGE_HOW,
    KNOWLEDGE_TITLE,
    MEASURES,
    Comparison,
    Leaderboard,
    Metric,
    charts,
    costs,
    knowledge_gains,
    knowledge_html,
    knowledge_verdict,
    leader_and_best_baseline,
    leaderboard,
    leaderboard_html,
    place,
    twin_curves,
    verdict,
)
from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.comparison_request import shots_title
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.compare.address import to_address
from pages.parts.compare.cached_results import derived
from pages.parts.compare.show_chart import show_chart
from pages.parts.compare.state import ALL, ComparisonState
from pages.parts.compare.view_choice import choose_view

GAIN = Words("How much does meta-training gain?", "元训练带来多少提升？")
NO_TWINS = Words(
    "Choose a meta-learner both meta-trained and from a random start to see how much meta-training gains here.",
    "同时选择某个元学习器及其随机起点版本，即可看到元训练在此带来多少提升。",
)
MEASURED = Words(
    "{episodes} {episodes:episode|episodes} with {patients} different {patients:patient|patients}, {place}.",
    "{place}：{episodes} 个小任务，{patients} 位不同的患者。",
)


def results(say: Say, state: ComparisonState) -> None:
    """Draw all results so far, the most important first."""

    def draw() -> None:
        comparison = state.comparison
        if comparison is None or not comparison.shots_with_results:
            return
        _choose_ranking(say, state, comparison)
        to_address(state)
        metric, k = state.view.metric, state.k_shot
        board = derived(comparison, ("board", k, metric), lambda: leaderboard(comparison, k, metric))
        _verdict(say, board)
        _table(say, comparison, board)
        _knowledge(say, state, comparison)
        left, right = st.columns(2, gap="medium")
        with left:
            _by_shots(say, state, comparison)
        with right:
            _by_steps(say, state, comparison)

    st.fragment(draw)()


def _choose_ranking(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """Draw the selection of the metric and the number of shots for the ranking."""
    view = state.view

    def rank_by(metric: Metric) -> None:
        view.metric = metric

    def rank_at(at: str) -> None:
        view.at = at

    metrics = {name: say(measure.title) for name, measure in MEASURES.items()}
    shots = {str(k): say(shots_title(k)) for k in comparison.shots_with_results}
    if comparison.is_alike:
        shots[ALL] = say(Words("all together", "综合"))
    at = ALL if state.k_shot is None else str(state.k_shot)
    with st.container(horizontal=True, gap="medium"):
        choice(st.segmented_control, say(Words("Rank by", "排序指标")), metrics, key="view_metric", value=view.metric, write=rank_by)
        title = say(Words("Labeled patients of each diagnosis", "每类样本数"))
        choice(st.segmented_control, title, shots, key="view_at", value=at, write=rank_at)


def _verdict(say: Say, board: Leaderboard) -> None:
    first, *rest = verdict(board)
    st.markdown(f"**{plain(say(first))}**")
    for sentence in rest:
        st.markdown(plain(say(sentence)))


def _table(say: Say, comparison: Comparison, board: Leaderboard) -> None:
    if not board.rows:
        return

    def table() -> str:
        found = {one.entry.key: one for one in costs(comparison, board.k_shot)}
        return leaderboard_html(board, styles_of(say, comparison), found, say.language)

    st.html(derived(comparison, ("table", board.k_shot, board.metric, say), table))
    measured = MEASURED.format(episodes=board.n_episodes, patients=board.n_patients, place=place(board.k_shot))
    st.caption(plain(say(measured + HOW + CLAIM)))


def _knowledge(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """What knowledge adds, and where it hurts; nothing where no method takes part without and with it."""
    metric = state.view.metric
    gains = derived(comparison, ("gains", metric), lambda: knowledge_gains(comparison, metric))
    if not gains:
        return
    st.markdown(f"**{say(KNOWLEDGE_TITLE)}**")
    for sentence in knowledge_verdict(gains, metric):
        st.markdown(plain(say(sentence)))
    st.html(knowledge_html(gains, styles_of(say, comparison), metric, say.language))
    st.caption(plain(say(KNOWLEDGE_HOW)))


def _by_shots(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    styles, metric = styles_of(say, comparison), state.view.metric
    banded = derived(comparison, ("two", state.k_shot), lambda: leader_and_best_baseline(comparison, state.k_shot))
    chart = derived(comparison, ("shots", metric, banded), lambda: charts.score_by_shots(comparison, styles, metric, banded))
    show_chart(say, "by_shots", chart)


def _by_steps(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """Draw accuracy after each step from meta-trained and from random weights, for a learner that was compared with both."""
    k = comparison.usual_shots if state.k_shot is None else state.k_shot
    curves = derived(comparison, ("twins", k), lambda: twin_curves(comparison, k))
    if not curves:
        st.markdown(f"**{say(GAIN)}**")
        st.info(say(NO_TWINS), icon=":material/info:")
        return
    learners = [curve.learner for curve in curves]
    titles = {entry.learner: entry.title for entry in reversed(comparison.entries)}
    chosen = learners[0]
    if len(learners) > 1:
        chosen = choose_view(say, state, "twin", Words("Learner", "学习器"), learners, titles.__getitem__, segmented=True)
    show_chart(say, "by_steps", charts.accuracy_by_steps(curves[learners.index(chosen)], styles_of(say, comparison)), place=place(k))
