"""Which learner is meta-trained, which network it moves, from where, and for how many steps."""

from __future__ import annotations

import math

import streamlit as st

from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL
from metamed_core.meta_training import ANY_TABLE, NETWORKS, ONE_PANEL, recipe
from metamed_core.words import Words
from pages.parts.common.forms import MAX_SEED, mirror
from pages.parts.common.frame import Say
from pages.parts.meta_train.request import PRIOR, Asked
from pages.parts.meta_train.state import Training

MOST_STEPS = 20_000
STARTS = {UNIVERSAL: Words("Shipped weights", "自带权重"), RANDOM: Words("Random weights", "随机权重")}
TOLD = {
    (ANY_TABLE, UNIVERSAL): Words(
        "Goes on from the shipped weights in small steps; the result serves any table.", "以小步从自带权重继续训练；结果适用任意表格。"
    ),
    (ANY_TABLE, RANDOM): Words(
        "Begins from nothing: a few diseases are rarely enough for that, as the curve will show.",
        "从零开始：只有几种疾病时往往不够，曲线会显示这一点。",
    ),
    (ONE_PANEL, RANDOM): Words(
        "A small perceptron over exactly these columns, the base model of the classic papers. With few diseases it soon learns them by heart.",
        "只读取这组列的小型感知机，即经典论文的基础模型。疾病较少时，它很快会死记硬背。",
    ),
}


def choose_learner(say: Say, training: Training) -> None:
    """The learner, a sentence on it, and what else decides the weights."""
    asked = training.asked

    def learner() -> None:
        name = str(st.session_state["training_learner"])
        network = ANY_TABLE if LEARNERS[name].has_own_network else training.asked.network
        start = UNIVERSAL if network == ANY_TABLE and training.asked.network != network else training.asked.start
        training.ask(learner=name, network=network, start=start, meta_steps=recipe(name).steps_on_a_table, meta_lr=None)

    mirror(say, "training_learner", asked.learner)
    st.segmented_control(
        say(Words("Learner", "学习器")),
        list(LEARNERS),
        format_func=lambda name: say(LEARNERS[name].title) if name in LEARNERS else "",
        required=True,
        key="training_learner",
        persist_state="session",
        label_visibility="collapsed",
        on_change=learner,
        disabled=training.busy,
    )
    st.markdown(say(LEARNERS[asked.learner].summary))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _network(say, training)
        _start(say, training)
        _steps(say, training)
    st.caption(say(TOLD[asked.network, asked.start]))
    _advanced(say, training)


def _network(say: Say, training: Training) -> None:
    offered = list(NETWORKS) if training.asked.source != PRIOR and not LEARNERS[training.asked.learner].has_own_network else [ANY_TABLE]

    def change() -> None:
        network = str(st.session_state["training_network"])
        training.ask(network=network, start=RANDOM if network == ONE_PANEL else UNIVERSAL, meta_lr=None)

    if training.asked.network not in offered:
        training.ask(network=ANY_TABLE)
    mirror(say, "training_network", training.asked.network)
    st.segmented_control(
        say(Words("Network", "网络")),
        offered,
        format_func=lambda name: say(NETWORKS[name]) if name in NETWORKS else "",
        required=True,
        key="training_network",
        persist_state="session",
        on_change=change,
        disabled=training.busy,
    )


def _start(say: Say, training: Training) -> None:
    offered = list(STARTS) if training.asked.network == ANY_TABLE else [RANDOM]

    def change() -> None:
        training.ask(start=str(st.session_state["training_start"]), meta_lr=None)

    mirror(say, "training_start", training.asked.start)
    st.segmented_control(
        say(Words("Begin from", "起点")),
        offered,
        format_func=lambda name: say(STARTS[name]) if name in STARTS else "",
        required=True,
        key="training_start",
        persist_state="session",
        on_change=change,
        disabled=training.busy,
    )


def _steps(say: Say, training: Training) -> None:
    told = Words(
        "Outer steps: each adapts to a batch of tasks and moves the start once. The best moment on the validation diseases is kept, so too many do no harm but take time.",
        "外循环步数：每步适应一批任务，再把起点移动一次。保留在验证疾病上最好的时刻，因此步数过多无害，只是费时。",
    )
    _whole(say, training, "steps", Words("Steps", "步数"), (10, MOST_STEPS, 10), told)


def _advanced(say: Say, training: Training) -> None:
    """What few need: seed, step size, and the shape of tasks from a cohort."""
    title = Words("Advanced settings", "高级设置")
    with (
        st.expander(say(title), key="training_advanced", icon=":material/tune:"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="medium"),
    ):
        told = Words("The same number draws the same tasks: the same weights.", "相同的数字抽取相同的任务，得到相同的权重。")
        _whole(say, training, "seed", Words("Seed", "随机种子"), (0, MAX_SEED, 1), told)
        _step_size(say, training)
        if training.asked.source != PRIOR:
            told = Words("More tasks make each step surer and slower.", "任务越多，每一步越稳，也越慢。")
            _whole(say, training, "batch", Words("Tasks in a step", "每步任务数"), (2, 64, 2), told)
            told = Words("Diagnoses in a task, at most as many as there are base diseases.", "每个任务中的诊断数，最多为基础疾病的数目。")
            _whole(say, training, "ways", Words("Diagnoses in a task", "每个任务的诊断数"), (2, 20, 1), told)


FIELDS = {"steps": "meta_steps", "seed": "seed", "batch": "meta_batch", "ways": "n_way"}


def _whole(say: Say, training: Training, name: str, title: Words, limits: tuple[int, int, int], told: Words) -> None:
    key, of = f"training_{name}", FIELDS[name]

    def change() -> None:
        usual = recipe(training.asked.learner).steps_on_a_table if name == "steps" else getattr(Asked(""), of)
        value = st.session_state[key]
        training.ask(**{of: usual if value is None else int(value)})

    mirror(say, key, getattr(training.asked, of))
    st.number_input(
        say(title),
        min_value=limits[0],
        max_value=limits[1],
        step=limits[2],
        key=key,
        persist_state="session",
        help=say(told),
        on_change=change,
        disabled=training.busy,
        width=180,
    )


def _step_size(say: Say, training: Training) -> None:
    usual = training.asked.suggested(training.split if training.can_begin else None).meta_lr

    def change() -> None:
        value = st.session_state["training_rate"]
        training.ask(meta_lr=None if value is None or math.isclose(value, usual) else float(value))

    mirror(say, "training_rate", training.asked.meta_lr or usual)
    st.number_input(
        say(Words("Largest outer step", "外循环最大步长")),
        min_value=1e-5,
        max_value=0.1,
        step=1e-4,
        format="%.4g",
        key="training_rate",
        persist_state="session",
        help=say(
            Words(
                "Smaller is more careful. It rises at first and falls towards the end; usually {usual} here.",
                "越小越谨慎。开始时上升，临近结束时下降；此处通常为 {usual}。",
            ).format(usual=f"{usual:g}")
        ),
        on_change=change,
        disabled=training.busy,
        width=180,
    )
