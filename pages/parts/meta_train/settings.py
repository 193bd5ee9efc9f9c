"""Which learner is meta-trained, which network it moves, from where, and for how many steps."""

from __future__ import annotations

import math

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.meta_training import ANY_TABLE, NETWORKS, ONE_PANEL, Budget, suggested_budget
from metamed_core.words import Words
from pages.parts.common.bound_widgets import choice, number
from pages.parts.common.forms import MAX_SEED
from pages.parts.common.page_frame import Say
from pages.parts.meta_train.request import PRIOR, Request
from pages.parts.meta_train.state import MetaTrainingState

MAX_STEPS = 20_000
STARTS = {UNIVERSAL: Words("Shipped weights", "自带权重"), RANDOM: Words("Random weights", "随机权重")}
EXPLAINED = {
    (ANY_TABLE, UNIVERSAL): Words(
        "Continues from the shipped weights in small steps; the result serves any table.", "以小步从自带权重继续训练；结果适用任意表格。"
    ),
    (ANY_TABLE, RANDOM): Words(
        "Starts from random numbers. A table of a few diseases is rarely enough for that; the curve will show it.",
        "从随机数开始。只有几种疾病的表格往往不够，曲线会显示这一点。",
    ),
    (ONE_PANEL, RANDOM): Words(
        "A small perceptron that reads exactly these columns, the network of the classic papers. With few diseases it soon learns them by heart.",
        "只读取这组列的小型感知机，即经典论文所用的网络。疾病较少时，它很快会死记硬背。",
    ),
}
STEPS_HELP = Words(
    "Each step adapts to a batch of small tasks and then moves the starting weights once (an outer step). The weights of the best "
    "validation are kept, so too many steps do no harm but take time.",
    "每一步先在一批小任务上适应，再把初始权重移动一次（外循环步）。系统保留验证结果最好的权重，因此步数过多无害，只是费时。",
)
FIXED = Words(
    "Diseases, algorithm and settings are those of this run, and fixed since it began.",
    "疾病、算法与设置均属于该次训练，自其开始即不可更改。",
)
ANOTHER = Words("Set up another run", "另设一次训练")
SEED_HELP = Words("The same number draws the same tasks and gives the same weights.", "相同的数字抽取相同的任务，得到相同的权重。")
BATCH_HELP = Words("More tasks make each step more reliable and slower.", "任务越多，每一步越可靠，也越慢。")
WAYS_HELP = Words("At most as many as there are diseases to train on.", "最多为用于训练的疾病数。")
RATE_HELP = Words(
    "Smaller is more careful. The step size rises at first and falls towards the end; usually {usual} here.",
    "越小越谨慎。步长开始时上升，临近结束时下降；此处通常为 {usual}。",
)


def choose_learner(say: Say, state: MetaTrainingState) -> None:
    """The learner, a sentence on it, and what else decides the weights; of a run that has begun, only to be read."""
    if state.run is not None and not state.busy:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(say(FIXED), width="stretch")
            st.button(say(ANOTHER), icon=":material/add:", key="training_another", on_click=state.set_up_another)

    def take(name: str) -> None:
        network = ANY_TABLE if LEARNERS[name].has_own_network else state.request.network
        start = state.request.start if network == state.request.network else None
        state.ask(learner=name, network=network, start=start, meta_steps=None, meta_batch=None, meta_lr=None)

    choice(
        st.segmented_control,
        say(Words("Learner", "学习器")),
        {name: say(kind.title) for name, kind in LEARNERS.items()},
        key="training_learner",
        value=state.request.learner,
        write=take,
        label_visibility="collapsed",
        disabled=state.is_fixed,
    )
    st.markdown(say(LEARNERS[state.request.learner].summary))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _network(say, state)
        _start(say, state)
        _steps(say, state)
    st.caption(say(EXPLAINED[state.request.network, _start_of(state.request)]))
    _advanced(say, state)


def _start_of(request: Request) -> str:
    """What it starts from, also where nobody has chosen."""
    suggested = UNIVERSAL if request.source != PRIOR and request.network == ANY_TABLE else RANDOM
    return request.start or suggested


def _budget(request: Request) -> Budget:
    """What is suggested."""
    return suggested_budget(request.learner, on_cohort=request.source != PRIOR, network=request.network, start=_start_of(request))


def _network(say: Say, state: MetaTrainingState) -> None:
    request = state.request
    offered = [ANY_TABLE] if request.source == PRIOR or LEARNERS[request.learner].has_own_network else list(NETWORKS)
    if request.network not in offered:
        state.ask(network=ANY_TABLE, start=None, meta_lr=None)
    choice(
        st.segmented_control,
        say(Words("Network", "网络")),
        {name: say(NETWORKS[name]) for name in offered},
        key="training_network",
        value=state.request.network,
        write=lambda network: state.ask(network=network, start=None, meta_lr=None),
        disabled=state.is_fixed,
    )


def _start(say: Say, state: MetaTrainingState) -> None:
    offered = list(STARTS) if state.request.network == ANY_TABLE else [RANDOM]
    choice(
        st.segmented_control,
        say(Words("Starting weights", "初始权重")),
        {name: say(STARTS[name]) for name in offered},
        key="training_start",
        value=_start_of(state.request),
        write=lambda start: state.ask(start=start, meta_lr=None),
        disabled=state.is_fixed,
    )


def _steps(say: Say, state: MetaTrainingState) -> None:
    usual = LEARNERS[state.request.learner].recipe.steps_on_a_table
    _whole(say, state, "steps", Words("Steps", "步数"), (1, MAX_STEPS, 10), "meta_steps", usual, STEPS_HELP)


def _advanced(say: Say, state: MetaTrainingState) -> None:
    """What few need: seed, step size, and the shape of tasks from a table."""
    title = Words("Advanced settings", "高级设置")
    with (
        st.expander(say(title), key="training_advanced", icon=":material/tune:"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="medium"),
    ):
        _whole(say, state, "seed", Words("Random seed", "随机种子"), (0, MAX_SEED, 1), "seed", 0, SEED_HELP)
        _step_size(say, state)
        if state.request.source != PRIOR:
            usual = _budget(state.request).meta_batch
            _whole(say, state, "batch", Words("Tasks in each step", "每步任务数"), (2, 64, 2), "meta_batch", usual, BATCH_HELP)
            _whole(
                say, state, "ways", Words("Diagnoses in each task", "每个任务的诊断数"), (2, 20, 1), "n_way", Request("").n_way, WAYS_HELP
            )


def _whole(
    say: Say, state: MetaTrainingState, name: str, title: Words, limits: tuple[int, int, int], field: str, usual: int, about: Words
) -> None:
    chosen = getattr(state.request, field)
    number(
        say(title),
        limits,
        key=f"training_{name}",
        value=usual if chosen is None else chosen,
        write=lambda value: state.ask(**{field: value}),
        usual=usual,
        help=say(about),
        disabled=state.is_fixed,
        width=180,
    )


def _step_size(say: Say, state: MetaTrainingState) -> None:
    usual = _budget(state.request).meta_lr
    number(
        say(Words("Largest step size", "最大步长")),
        (1e-5, 0.1, 1e-4),
        key="training_rate",
        value=state.request.meta_lr or usual,
        write=lambda value: state.ask(meta_lr=None if math.isclose(value, usual) else value),
        usual=usual,
        format="%.4g",
        help=say(RATE_HELP.format(usual=f"{usual:g}")),
        disabled=state.is_fixed,
        width=180,
    )
