"""What a comparison has found: the verdict in words, the leaderboard, accuracy against shots and against steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from metamed_core.drawing import figures
from metamed_core.evaluation import (
    CLAIM,
    HOW,
    MEASURES,
    Comparison,
    Leaderboard,
    costs,
    leader_and_best_baseline,
    leaderboard,
    leaderboard_html,
    place,
    twin_curves,
    verdict,
)
from metamed_core.evaluation import charts as plots
from metamed_core.words import Words
from pages.parts.common.finished import made
from pages.parts.common.forms import mirror
from pages.parts.common.frame import Say
from pages.parts.common.legend import legend
from pages.parts.common.styles import styles_of
from pages.parts.common.text import plain
from pages.parts.compare.settings import ALL, shots_title, to_address
from pages.parts.compare.state import Match

if TYPE_CHECKING:
    from metamed_core.drawing import Chart

TWIN_SHOTS = 5  # the twin curve is shown at this number of shots, or the nearest below, where all are looked at together
SQUARE = 560  # pixels
MOST_IN_LEGEND = 4  # more lines have their legend above the figure, where it can wrap
NO_TWINS = Words(
    "Choose a meta-learner both as it is and with a random start to see what meta-training is worth here.",
    "同时选择某个元学习器及其随机起点版本，即可看到元训练在此处的价值。",
)


def results(say: Say, match: Match) -> None:
    """Everything that is known so far, the most important first."""

    def draw() -> None:
        comparison = match.comparison
        if comparison is None or not comparison.judged_shots:
            return
        _choose_view(say, match, comparison)
        to_address(match)
        metric, k = match.view.metric, match.view.k_shot
        board = made(comparison, ("board", k, metric), lambda: leaderboard(comparison, k, metric))
        _verdict(say, board)
        _table(say, comparison, board)
        _learning(say, match, comparison)

    st.fragment(draw)()


def _choose_view(say: Say, match: Match, comparison: Comparison) -> None:
    view = match.view
    if view.k_shot not in comparison.judged_shots:
        view.k_shot = None

    def change() -> None:
        chosen = st.session_state["view_at"]
        view.metric, view.k_shot = st.session_state["view_metric"], None if chosen == ALL else int(chosen)

    with st.container(horizontal=True, gap="medium"):
        mirror(say, "view_metric", view.metric)
        st.segmented_control(
            say(Words("Rank by", "排序指标")),
            list(MEASURES),
            format_func=lambda name: say(MEASURES[name].title) if name in MEASURES else "",
            required=True,
            key="view_metric",
            persist_state="session",
            on_change=change,
        )
        mirror(say, "view_at", ALL if view.k_shot is None else str(view.k_shot))
        st.segmented_control(
            say(Words("At shots", "样本数")),
            [ALL, *map(str, comparison.judged_shots)],
            format_func=lambda k: say(Words("all together", "综合") if k == ALL else shots_title(int(k))),
            required=True,
            key="view_at",
            persist_state="session",
            on_change=change,
        )


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

    st.html(made(comparison, ("table", board.k_shot, board.metric, say), table))
    told = Words(
        "{episodes} episodes with {patients} different patients, {place}.", "{place}：{episodes} 个任务片段，{patients} 位不同的患者。"
    ).format(episodes=board.n_episodes, patients=board.n_patients, place=place(board.k_shot))
    st.caption(plain(say(told + HOW + CLAIM)))


def _learning(say: Say, match: Match, comparison: Comparison) -> None:
    styles, view = styles_of(say, comparison), match.view
    left, right = st.columns(2, gap="medium")
    with left:
        banded = made(comparison, ("two", None), lambda: leader_and_best_baseline(comparison))
        show(
            say,
            "by_shots",
            made(comparison, ("shots", view.metric), lambda: plots.accuracy_by_shots(comparison, styles, view.metric, banded)),
        )
    with right:
        k = twin_shots(comparison, view.k_shot)
        curves = made(comparison, ("twins", k), lambda: twin_curves(comparison, k))
        if not curves:
            st.markdown(f"**{say(Words('What is meta-training worth?', '元训练价值几何？'))}**")
            st.info(say(NO_TWINS), icon=":material/info:")
            return
        at = _choose_twin(say, match, comparison, [curve.learner for curve in curves])
        show(say, "by_steps", plots.accuracy_by_steps(curves[at], styles), where=place(k))


def twin_shots(comparison: Comparison, k_shot: int | None) -> int:
    """The number of shots that the twin curve is shown at."""
    judged = comparison.judged_shots
    return k_shot if k_shot is not None else max((k for k in judged if 0 < k <= TWIN_SHOTS), default=judged[0])


def _choose_twin(say: Say, match: Match, comparison: Comparison, learners: list[str]) -> int:
    if len(learners) < 2:
        return 0
    chosen = match.view.choices.get("twin")
    titles = {entry.learner: entry.title for entry in reversed(comparison.entries)}
    mirror(say, "view_twin", chosen if chosen in learners else learners[0])

    def change() -> None:
        match.view.choices["twin"] = st.session_state["view_twin"]

    st.segmented_control(
        say(Words("Learner", "学习器")),
        learners,
        format_func=lambda name: say(titles[name]) if name in titles else "",
        required=True,
        key="view_twin",
        persist_state="session",
        label_visibility="collapsed",
        on_change=change,
    )
    return learners.index(st.session_state["view_twin"]) if st.session_state["view_twin"] in learners else 0


def show(say: Say, key: str, chart: Chart, where: Words | None = None, *, square: bool = False) -> None:
    """A plot with its finding above and how to read it below. where: at which shots, if that is not said elsewhere.

    square: for two axes of the same kind, where the diagonal means something.
    """
    title = plain(say(chart.title))
    st.markdown(f"**{title}**" if where is None else f"**{title}** :small[({plain(say(where))})]")
    crowded = len(chart.lines) > MOST_IN_LEGEND
    if crowded:
        st.markdown(f":small[{legend({line.name.en: replace(line.style, name=say(line.name)) for line in chart.lines})}]")
    st.plotly_chart(
        figures.drawn(chart, say.language, SQUARE if square else figures.HEIGHT, legend=not crowded),
        key=f"plot_{key}",
        alt=say(chart.alt),
        width=SQUARE if square else "stretch",
        config={"displayModeBar": False},
    )
    st.caption(plain(say(chart.how)))
