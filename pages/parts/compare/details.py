"""Details of a comparison: calibration, net benefit, cost, pairwise comparison, disagreements and confusion matrix.

Only the selected view is computed and sent.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.evaluation import Comparison, charts, leader_and_best_baseline, place, usual_diagnosis
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import bound, choices
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.compare.cached_results import derived
from pages.parts.compare.patients_view import confusions, disagreeing
from pages.parts.compare.show_chart import show_chart
from pages.parts.compare.state import ComparisonState
from pages.parts.compare.view_choice import choose_view

VIEWS = {
    "calibration": Words("Calibration", "校准"),
    "benefit": Words("Net benefit", "净获益"),
    "cost": Words("Cost", "计算成本"),
    "pair": Words("Two side by side", "两两对照"),
    "disagreements": Words("Disagreements", "有分歧的患者"),
    "confusions": Words("Confusion matrix", "混淆矩阵"),
}
PREVALENCE_HELP = Words(
    "Episodes have about as many patients of each diagnosis, as no clinic has. If you give a prevalence, rates and probabilities are adjusted to it.",
    "小任务中各诊断的患者数大致相等，与实际机构不同。填写患病率后，各比率与概率将据此换算。",
)


def details(say: Say, state: ComparisonState) -> None:
    """Draw the selection of a view, and that view."""
    draw_view: dict[str, Callable[[Say, ComparisonState, Comparison], None]] = {
        "calibration": _calibration,
        "benefit": _benefit,
        "cost": _cost,
        "pair": _pair,
        "disagreements": disagreeing,
        "confusions": confusions,
    }

    def draw() -> None:
        if state.comparison is None or not state.comparison.shots_with_results:
            return
        view = choose_view(say, state, "details", Words("Look at", "查看"), list(VIEWS), VIEWS.__getitem__, segmented=True)
        draw_view[view](say, state, state.comparison)

    st.fragment(draw)()


def _shown(say: Say, state: ComparisonState, comparison: Comparison) -> tuple[str, ...]:
    """The selected methods of crowded charts; by default the best learner and the best baseline."""
    usual = derived(comparison, ("two", state.k_shot), lambda: leader_and_best_baseline(comparison, state.k_shot))
    held = state.view.choices.get("shown")
    chosen = tuple(key for key in comparison.keys if isinstance(held, list) and key in held) or usual

    def write(keys: list[str]) -> None:
        state.view.choices["shown"] = keys

    offered = {key: say(comparison.entry(key).title) for key in comparison.keys}
    choices(st.pills, say(Words("Methods shown", "显示的方法")), offered, key="view_shown", values=chosen, write=write)
    return chosen


def _calibration(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    shown, k, styles = _shown(say, state, comparison), state.k_shot, styles_of(say, comparison)
    chart = derived(comparison, ("reliability", shown, k), lambda: charts.reliability_diagram(comparison, styles, shown, k))
    show_chart(say, "reliability", chart, place(k), square=True)


def _benefit(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    shown, k = _shown(say, state, comparison), state.k_shot
    source = state.patients.source if state.patients else ""

    def title(name: str) -> Words:
        return cohorts.called(source, name)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        usual = derived(comparison, ("diagnosis", k), lambda: usual_diagnosis(comparison, k))
        diagnosis = choose_view(say, state, "diagnosis", Words("Diagnosis", "诊断"), list(comparison.counts), title, usual)
        prevalence = _prevalence(say, state)
    chart = derived(
        comparison,
        ("benefit", shown, k, diagnosis, prevalence),
        lambda: charts.decision_curves(comparison, styles_of(say, comparison), shown, diagnosis, title(diagnosis), k, prevalence),
    )
    show_chart(say, "benefit", chart, place(k))


def _prevalence(say: Say, state: ComparisonState) -> float | None:
    """The share of patients with the diagnosis in the user's clinic, 0 to 1; None: as in the episodes."""

    def write(percent: float | None) -> None:
        state.view.choices["prevalence"] = percent

    percent = state.view.choices.get("prevalence")
    bound(
        st.number_input,
        say(Words("Prevalence in your clinic, %", "您所在机构的患病率（%）")),
        key="view_prevalence",
        value=percent,
        write=write,
        min_value=0.1,
        max_value=99.0,
        step=1.0,
        format="%.4g",
        placeholder=say(Words("as in the episodes", "与小任务中相同")),
        help=say(PREVALENCE_HELP),
        width=280,
    )
    return percent / 100 if isinstance(percent, float) else None


def _cost(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    k, styles = state.k_shot, styles_of(say, comparison)
    show_chart(say, "cost", derived(comparison, ("cost", k), lambda: charts.accuracy_against_time(comparison, styles, k)), place(k))
    sizes = [f"{say(one.title)} {one.parameters:,}" for one in comparison.entries if one.parameters]
    if sizes:
        sentence = Words("Parameters of the networks: {sizes}.", "网络参数个数：{sizes}。")
        st.caption(plain(say(sentence.format(sizes=Words(", ".join(sizes), "、".join(sizes))))))


def _pair(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    keys, k = list(comparison.keys), state.k_shot
    if len(keys) < 2:
        st.info(say(Words("Two methods are needed: choose another above.", "至少需要两种方法：请在上方再选一种。")), icon=":material/info:")
        return
    usual = [*leader_and_best_baseline(comparison, k), *keys]

    def title(key: str) -> Words:
        return comparison.entry(key).title

    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = choose_view(say, state, "first", Words("Method", "方法"), keys, title, usual[0])
        rest = [key for key in keys if key != first]
        second = choose_view(say, state, "second", Words("compared with", "对照"), rest, title, next(key for key in usual if key != first))
    styles = styles_of(say, comparison)
    chart = derived(comparison, ("pair", first, second, k), lambda: charts.paired_episodes(comparison, styles, first, second, k))
    show_chart(say, "pair", chart, place(k), square=True)
