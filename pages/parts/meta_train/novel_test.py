"""What the weights are worth on diseases never seen: a sentence and a table."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.evaluation import CLAIM, Comparison, costs, difference, leaderboard, leaderboard_html
from metamed_core.learners import LEARNERS
from metamed_core.statistics import Interval
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.meta_train.state import MetaTrainingState

UNTRAINED = "nearest_centroid"
NOTHING_TO_TEST_ON = Words(
    "Simulated tasks leave no disease to test on: keep the weights below and compare them with the shipped ones on patients.",
    "模拟任务没有留出用于测试的疾病：请在下方保存权重，并在患者数据上与自带权重比较。",
)
GAINS = Words(
    "On diseases it has never seen, with {shots} of each, accuracy is {points} percentage points higher than without meta-training "
    "(untrained prototype; 95% interval {low} to {high}).",
    "在从未见过的疾病上（每种{shots}），准确率比不作元训练（未训练的原型）高 {points} 个百分点（95% 区间 {low} 至 {high}）。",
)
NO_GAIN = Words(
    "On diseases it has never seen, with {shots} of each, it is not reliably better than without meta-training (untrained prototype): {points} percentage points, "
    "95% interval {low} to {high}. Use the shipped weights, or give it more diseases to train on.",
    "在从未见过的疾病上（每种{shots}），它并不确定优于不作元训练（未训练的原型）：相差 {points} 个百分点，95% 区间 {low} 至 {high}。"
    "请使用自带权重，或提供更多疾病用于训练。",
)
TITLE = Words(
    "Diseases never seen, {shots} of each: {n} {n:task|tasks}, {patients} {patients:patient|patients}",
    "从未见过的疾病，每种{shots}：{n} 个任务，{patients} 位患者",
)


def test_result(say: Say, state: MetaTrainingState) -> None:
    """The sentence and the table; a button where nothing is tested yet."""
    run, comparison = state.run, state.comparison
    if run is None:
        return
    if run.training.split is None:
        st.info(say(NOTHING_TO_TEST_ON))
    elif comparison is not None and comparison.shots_with_results:
        _table(say, comparison)
    elif not state.busy:
        st.button(
            say(Words("Test on diseases never seen", "在从未见过的疾病上测试")),
            icon=":material/lab_research:",
            key="training_test",
            on_click=state.test,
            disabled=state.needs_table or not run.path.exists(),
        )


def _table(say: Say, comparison: Comparison) -> None:
    least = comparison.shots_with_results[0]
    found = difference(comparison, comparison.keys[0], UNTRAINED, least)
    if found is not None:
        words, better = verdict(found, least)
        (st.success if better else st.warning)(say(words), icon=":material/trending_up:" if better else ":material/trending_flat:")
    comparison = _named(comparison)
    styles = styles_of(say, comparison)
    for k in comparison.shots_with_results:
        board = leaderboard(comparison, k)
        st.markdown(f"**{say(TITLE.format(shots=_shots(k), n=board.n_episodes, patients=board.n_patients))}**")
        cost = {one.entry.key: one for one in costs(comparison, k)}
        st.html(leaderboard_html(board, styles, cost, say.language))
    st.caption(plain(say(CLAIM)))


def _named(comparison: Comparison) -> Comparison:
    """The weights of this run by what they are, since their file has no name yet; the untrained prototype as it is called above."""
    trained, *others = comparison.entries
    title = Words("{learner}, meta-trained here", "{learner}（此次元训练）").format(learner=LEARNERS[trained.learner].title)
    prototype = Words("Untrained prototype", "未训练的原型")
    named = (replace(one, title=prototype) if one.key == UNTRAINED else one for one in others)
    return replace(comparison, entries=(replace(trained, title=title), *named))


def _shots(k: int) -> Words:
    return Words("{k} labeled {k:patient|patients}", "{k} 位已确诊患者").format(k=k)


def verdict(found: Interval, k: int) -> tuple[Words, bool]:
    """Whether meta-training helps on novel diseases, in a sentence; and whether it does beyond chance."""
    low, high = (f"{100 * end:+.1f}" for end in (found.low, found.high))
    better = found.low > 0
    points = f"{100 * found.mean:.1f}" if better else f"{100 * found.mean:+.1f}"
    return (GAINS if better else NO_GAIN).format(shots=_shots(k), points=points, low=low, high=high), better
