"""A closer look: are the probabilities honest, does acting on them help, what does it cost, and on whom do the methods disagree?

One look at a time: only what is looked at is computed and sent.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from metamed_core.evaluation import Comparison, leader_and_best_baseline
from metamed_core.evaluation import charts as plots
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.finished import made
from pages.parts.common.forms import mirror
from pages.parts.common.frame import Say
from pages.parts.common.styles import styles_of
from pages.parts.common.text import plain
from pages.parts.compare import patients_view as match_people
from pages.parts.compare.results import show
from pages.parts.compare.state import Match

STYLES = {
    "calibration": Words("Calibration", "校准"),
    "benefit": Words("Net benefit", "净获益"),
    "cost": Words("Cost", "计算成本"),
    "duel": Words("Two side by side", "两两对照"),
    "disputed": Words("Disputed patients", "有分歧的患者"),
    "confusion": Words("Confusions", "混淆矩阵"),
}


def closer_look(say: Say, match: Match) -> None:
    """The choice of a look, and that look."""
    act: dict[str, Callable[[Say, Match, Comparison], None]] = {
        "calibration": _calibration,
        "benefit": _benefit,
        "cost": _cost,
        "duel": _duel,
        "disputed": match_people.disputed,
        "confusion": match_people.confused,
    }

    def draw() -> None:
        if match.comparison is None or not match.comparison.judged_shots:
            return
        style = choose(say, match, "look", Words("Look at", "查看"), list(STYLES), STYLES.__getitem__, segmented=True)
        act[style](say, match, match.comparison)

    st.fragment(draw)()


def choose(
    say: Say,
    match: Match,
    name: str,
    title: Words,
    options: list[str],
    called: Callable[[str], Words],
    default: str = "",
    *,
    segmented: bool = False,
) -> str:
    """One of the options; remembered as long as the tab lives, whatever the language."""
    usual = default if default in options else options[0]
    chosen = match.view.choices.get(name)
    key = f"view_{name}"
    mirror(say, key, chosen if chosen in options else usual)

    def change() -> None:
        match.view.choices[name] = st.session_state[key]

    def tell(one: str) -> str:
        return say(called(one)) if one in options else ""

    if segmented:
        st.segmented_control(
            say(title),
            options,
            format_func=tell,
            required=True,
            key=key,
            persist_state="session",
            on_change=change,
            label_visibility="collapsed",
        )
    else:
        st.selectbox(say(title), options, format_func=tell, key=key, persist_state="session", on_change=change, width=320)
    held = st.session_state[key]
    return held if held in options else usual


def _shown(say: Say, match: Match, comparison: Comparison) -> tuple[str, ...]:
    """The methods drawn in plots that would be crowded with all; by default the best of ours and the best plain one."""
    keys = list(comparison.keys)
    usual = made(comparison, ("two", match.view.k_shot), lambda: leader_and_best_baseline(comparison, match.view.k_shot))
    held = match.view.choices.get("shown")
    chosen = [key for key in held if key in keys] if isinstance(held, list) else []
    mirror(say, "view_shown", chosen or list(usual))

    def change() -> None:
        match.view.choices["shown"] = list(st.session_state["view_shown"])

    st.pills(
        say(Words("Methods shown", "显示的方法")),
        keys,
        selection_mode="multi",
        format_func=lambda key: say(comparison.entry(key).title) if key in keys else "",
        key="view_shown",
        persist_state="session",
        on_change=change,
    )
    return tuple(chosen) or usual


def _calibration(say: Say, match: Match, comparison: Comparison) -> None:
    shown, k = _shown(say, match, comparison), match.view.k_shot
    show(
        say,
        "reliability",
        made(comparison, ("reliability", shown, k), lambda: plots.reliability_diagram(comparison, styles_of(say, comparison), shown, k)),
        square=True,
    )


def _benefit(say: Say, match: Match, comparison: Comparison) -> None:
    shown, k = _shown(say, match, comparison), match.view.k_shot
    source = match.patients.source if match.patients else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rarest = min(comparison.counts, key=comparison.counts.__getitem__)
        diagnosis = choose(
            say, match, "diagnosis", Words("Diagnosis", "诊断"), list(comparison.counts), lambda name: cohorts.called(source, name), rarest
        )
        prevalence = _prevalence(say, match)
    called = cohorts.called(source, diagnosis)
    chart = made(
        comparison,
        ("benefit", shown, k, diagnosis, prevalence),
        lambda: plots.net_benefit(comparison, styles_of(say, comparison), shown, diagnosis, called, k, prevalence),
    )
    show(say, "benefit", chart)


def _prevalence(say: Say, match: Match) -> float | None:
    key = "view_prevalence"
    mirror(say, key, match.view.choices.get("prevalence"))

    def change() -> None:
        match.view.choices["prevalence"] = st.session_state[key]

    value = st.number_input(
        say(Words("Prevalence in your clinic, %", "您所在机构的患病率（%）")),
        min_value=0.1,
        max_value=99.0,
        step=1.0,
        format="%.4g",
        key=key,
        persist_state="session",
        placeholder=say(Words("as in the episodes", "与任务片段中相同")),
        help=say(
            Words(
                "Episodes have about as many patients of each diagnosis, as no clinic has. With a prevalence given, rates and probabilities are shifted to it.",
                "任务片段中各诊断的患者数大致相等，与实际机构不同。填写患病率后，各比率与概率将据此换算。",
            )
        ),
        on_change=change,
        width=280,
    )
    return None if value is None else float(value) / 100


def _cost(say: Say, match: Match, comparison: Comparison) -> None:
    k = match.view.k_shot
    show(say, "cost", made(comparison, ("cost", k), lambda: plots.cost_against_accuracy(comparison, styles_of(say, comparison), k)))
    rows = [f"{say(one.title)} {one.parameters:,}" for one in comparison.entries if one.parameters]
    if rows:
        said = Words("Parameters of the networks: {rows}.", "网络参数个数：{rows}。").format(
            rows=(", " if say.language == "en" else "、").join(rows)
        )
        st.caption(plain(say(said)))


def _duel(say: Say, match: Match, comparison: Comparison) -> None:
    keys, k = list(comparison.keys), match.view.k_shot
    if len(keys) < 2:
        st.info(say(Words("Two methods are needed: choose another above.", "至少需要两种方法：请在上方再选一种。")), icon=":material/info:")
        return
    usual = [*leader_and_best_baseline(comparison, k), *keys]

    def title(key: str) -> Words:
        return comparison.entry(key).title

    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = choose(say, match, "one", Words("Method", "方法"), keys, title, usual[0])
        rest = [key for key in keys if key != one]
        other = choose(say, match, "other", Words("against", "对照"), rest, title, next(key for key in usual if key != one))
    show(
        say,
        "duel",
        made(comparison, ("duel", one, other, k), lambda: plots.episode_by_episode(comparison, styles_of(say, comparison), one, other, k)),
        square=True,
    )
