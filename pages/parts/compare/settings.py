"""The settings of a comparison: methods, shots, episodes and seed.

The state holds the settings; widgets display them and write to it.
"""

from __future__ import annotations

import streamlit as st

from metamed_core.evaluation import NO_PATIENT, left_out, training_warnings
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import choices, number
from pages.parts.common.comparison_methods import in_order, known_methods
from pages.parts.common.comparison_request import default_request, shots_title
from pages.parts.common.forms import MAX_SEED
from pages.parts.common.markdown_text import plain
from pages.parts.common.own_library import own_library
from pages.parts.common.page_frame import Say
from pages.parts.compare.address import MAX_EPISODES, OFFERED_SHOTS
from pages.parts.compare.state import ComparisonState

EPISODES_HELP = Words(
    "More episodes take longer and make intervals narrower, until the number of patients is the limit. What is measured already is kept.",
    "小任务越多，耗时越长、区间越窄，直到受患者数所限。已测得的结果会保留。",
)
SEED_HELP = Words(
    "The same seed draws the same episodes: the same numbers to the last digit.", "相同的种子抽取相同的小任务，结果逐位相同。"
)
DIAGNOSES_HELP = Words(
    "The diagnoses compared. Those that weights of your own were meta-trained on with this table are left out at first: accuracy on them would be too good.",
    "参加比较的诊断。如果自己的权重曾用这份表格中的某些诊断作元训练，这些诊断一开始不参加比较：在其上的准确率会偏高。",
)
ONLY_NEW = Words(
    "Compared are only the diagnoses of this table that no chosen weights were meta-trained on; the settings above add the others.",
    "只比较所选权重在元训练中未用过的诊断；可在上方设置中加入其他诊断。",
)
SHOTS_HELP = Words(
    "How many patients of each diagnosis a method may learn from (its “shots”). “All but one” is leave-one-out: every patient is "
    "predicted once from all others. It suits tables of a few patients.",
    "每种诊断有多少位已确诊患者可供方法学习（即 shots）。“留一法”：每位患者由其余全部患者来预测一次，适合只有少量患者的表格。",
)


METHODS = Words("{n} {n:method|methods}", "{n} 种方法")
TWICE = Words("{n} {n:method|methods} (meta-learners also with knowledge)", "{n} 种方法（元学习器另加知识）")
SUMMARY = Words(
    "{methods} · labeled patients per diagnosis: {shots} · {episodes} {episodes:episode|episodes} each · seed {seed}",
    "{methods} · 每类样本数 {shots} · 各 {episodes} 个小任务（episode） · 随机种子 {seed}",
)


def choose_settings(say: Say, state: ComparisonState) -> None:
    """Draw the selection of methods, shots, episodes and seed, in an expander with a one-line summary."""
    with st.expander(say(summary(state)), key="compare_settings", icon=":material/tune:"):
        _methods(say, state)
        _diagnoses(say, state)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            _shots(say, state)
            episodes = Words("Episodes per number of patients", "每种患者数的小任务数")
            _whole_number(say, state, "n_episodes", episodes, (1, MAX_EPISODES), EPISODES_HELP)
            _whole_number(say, state, "seed", Words("Seed", "随机种子"), (0, MAX_SEED), SEED_HELP)


def remarks(say: Say, state: ComparisonState) -> None:
    """Show remarks on the evaluation of this table: deviations from the settings, leave-one-out, few patients."""
    if state.remark is not None:
        st.info(plain(say(state.remark)), icon=":material/info:")
    if state.plan and not state.compares_all and not state.request.diagnoses:
        st.info(plain(say(ONLY_NEW)), icon=":material/info:")
    if state.plan and state.comparison and not state.busy:
        # The same names as in the settings above.
        source = state.patients.source if state.patients else ""

        def called(name: str) -> Words:
            return cohorts.called(source, name)

        for warning in training_warnings(state.comparison, called):
            st.warning(plain(say(warning)), icon=":material/warning:")
        for sentence in left_out(state.comparison, called):
            st.caption(plain(say(sentence)))
    # Not during a run, to keep the live chart visible.
    for remark in state.plan.remarks if state.plan and not state.busy else ():
        st.caption(plain(say(remark)))


def summary(state: ComparisonState) -> Words:
    """Return the settings in one line."""
    request = state.request
    shots = [shots_title(k) for k in request.shots if k in offered_shots(state)]
    listed = Words(", ".join(one.en for one in shots), "、".join(one.zh for one in shots))
    methods = (TWICE if state.knows else METHODS).format(n=len(request.method_keys))
    return SUMMARY.format(methods=methods, shots=listed, episodes=request.n_episodes, seed=request.seed)


def _methods(say: Say, state: ComparisonState) -> None:
    library = own_library()
    titles = {key: say(one.title) for key, one in known_methods(library).items()}
    baselines = [key for key, one in known_methods(library).items() if one.is_baseline]

    def group(name: str, title: Words, keys: list[str]) -> None:
        def write(chosen: list[str]) -> None:
            others = [key for key in state.request.method_keys if key not in keys]
            state.ask(method_keys=in_order([*others, *chosen], library))

        offered, here = {key: titles[key] for key in keys}, state.request.method_keys
        choices(st.pills, say(title), offered, key=f"compare_{name}", values=here, write=write, disabled=state.busy)

    group("learners", Words("Meta-learners", "元学习器"), [key for key in titles if key not in baselines])
    group("baselines", Words("Baseline classifiers, for comparison", "基线分类器（用于对照）"), baselines)


def _diagnoses(say: Say, state: ComparisonState) -> None:
    known = list(state.cohort.counts) if state.cohort else []
    source = state.patients.source if state.patients else ""

    def write(chosen: list[str]) -> None:
        state.ask(diagnoses=() if tuple(chosen) == state.unseen else tuple(known.index(name) for name in chosen))

    offered, here = {name: say(cohorts.called(source, name)) for name in known}, state.diagnoses
    title, explained = say(Words("Diagnoses", "诊断")), say(DIAGNOSES_HELP)
    choices(st.multiselect, title, offered, key="compare_diagnoses", values=here, write=write, disabled=state.busy, help=explained)


def _shots(say: Say, state: ComparisonState) -> None:
    def write(shots: list[int]) -> None:
        state.ask(shots=tuple(k for k in OFFERED_SHOTS if k in shots) or state.request.shots)

    choices(
        st.pills,
        say(Words("Labeled patients of each diagnosis", "每类样本数：每种诊断的已确诊患者数")),
        {k: say(shots_title(k)) for k in offered_shots(state)},
        key="compare_shots",
        values=tuple(k for k in state.request.shots if k in offered_shots(state)),
        write=write,
        disabled=state.busy,
        help=say(SHOTS_HELP),
    )


def offered_shots(state: ComparisonState) -> tuple[int, ...]:
    """The numbers of shots that can be chosen; none at all only where methods know something of two diagnoses."""
    possible = state.knows and state.plan is not None and state.plan.fits(NO_PATIENT)
    return OFFERED_SHOTS if possible else tuple(k for k in OFFERED_SHOTS if k != NO_PATIENT)


def _whole_number(say: Say, state: ComparisonState, name: str, title: Words, limits: tuple[int, int], explained: Words) -> None:
    number(
        say(title),
        (*limits, 1),
        key=f"compare_{name}",
        value=getattr(state.request, name),
        write=lambda value: state.ask(**{name: value}),
        usual=getattr(default_request(), name),
        help=say(explained),
        disabled=state.busy,
        width=260 if name == "n_episodes" else 160,
    )
