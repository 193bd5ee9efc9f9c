"""What the weights are worth on diseases never seen: a sentence and a table."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import streamlit as st

from metamed_core.evaluation import CLAIM, Comparison, costs, leaderboard, leaderboard_html
from metamed_core.learners import LEARNERS
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.meta_train.state import MetaTrainingState
from pages.parts.meta_train.verdict import UNTRAINED, gain_in, shots_in_words, verdict

NOTHING_TO_TEST_ON = Words(
    "Simulated tasks leave no disease to test on: keep the weights below and compare them with the shipped ones on patients.",
    "模拟任务没有留出用于测试的疾病：请在下方保存权重，并在患者数据上与自带权重比较。",
)
TITLE = Words(
    "Diseases never seen, {ways} at a time, {shots} of each: {n} {n:task|tasks}, {patients} {patients:patient|patients}; guessing would be right in {chance}%",
    "从未见过的疾病，每次 {ways} 种，每种{shots}：{n} 个任务，{patients} 位患者；随机猜测的正确率为 {chance}%",
)


def test_result(say: Say, state: MetaTrainingState) -> None:
    """The sentence and the table; a button where nothing is tested yet."""
    run, comparison = state.run, state.comparison
    if run is None:
        return
    if run.training.split is None:
        st.info(say(NOTHING_TO_TEST_ON))
    elif comparison is not None and comparison.shots_with_results and state.plan is not None:
        # Read when the test began, so that it is of the weights that were tested.
        calibration = state.plan.methods[0].initialization(0).calibration
        _table(say, comparison, recalibrated=calibration.settings is not None)
    elif not state.busy:
        st.button(
            say(Words("Test on diseases never seen", "在从未见过的疾病上测试")),
            icon=":material/lab_research:",
            key="training_test",
            on_click=state.test,
            disabled=state.needs_table or not run.path.exists(),
        )


def _table(say: Say, comparison: Comparison, *, recalibrated: bool) -> None:
    gain = gain_in(comparison, recalibrated=recalibrated)
    if gain is not None:
        words, better = verdict(gain)
        (st.success if better else st.warning)(say(words), icon=":material/trending_up:" if better else ":material/trending_flat:")
    comparison = _named(comparison)
    styles = styles_of(say, comparison)
    for k in comparison.shots_with_results:
        board = leaderboard(comparison, k)
        st.markdown(
            f"**{say(TITLE.format(shots=shots_in_words(k), n=board.n_episodes, patients=board.n_patients, **_ways(comparison, k)))}**"
        )
        cost = {one.entry.key: one for one in costs(comparison, k)}
        st.html(leaderboard_html(board, styles, cost, say.language))
    st.caption(plain(say(CLAIM)))


def _ways(comparison: Comparison, k: int) -> dict[str, str]:
    """How many diagnoses a task has, and what guessing would give."""
    ways = [len(one.classes) for one in comparison.answers(comparison.keys[0], k)]
    span = f"{min(ways)}" if min(ways) == max(ways) else f"{min(ways)}–{max(ways)}"
    return {"ways": span, "chance": f"{100 * fmean(1 / n for n in ways):.0f}"}


def _named(comparison: Comparison) -> Comparison:
    """The weights of this run by what they are, since their file has no name yet; the untrained prototype as it is called above."""
    trained, *others = comparison.entries
    title = Words("{learner}, meta-trained here", "{learner}（此次元训练）").format(learner=LEARNERS[trained.learner].title)
    prototype = Words("Untrained prototype", "未训练的原型")
    named = (replace(one, title=prototype) if one.key == UNTRAINED else one for one in others)
    return replace(comparison, entries=(replace(trained, title=title), *named))
