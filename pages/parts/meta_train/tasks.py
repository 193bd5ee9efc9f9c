"""Where the tasks come from: a table whose diseases are split, shown before anything starts, or simulated clinical tasks."""

from __future__ import annotations

import streamlit as st

from metamed_core.meta_training.tasks import LEAST_PATIENTS, DiseaseSplit
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common import open_file as check
from pages.parts.common.bound_widgets import choice
from pages.parts.common.forms import complain
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patient_sources import EDITED, patient_sources
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState
from pages.parts.meta_train.address import FIRST
from pages.parts.meta_train.practice import choose_practice
from pages.parts.meta_train.request import AWAY, PRIOR, is_on_own_table, knowledge_of
from pages.parts.meta_train.split import change_split
from pages.parts.meta_train.state import MetaTrainingState

LEAST_DIAGNOSES = 6
PARTS = {
    "base": (
        Words("Train on", "训练"),
        Words("Small tasks are drawn from these diseases, again and again.", "小任务反复从这些疾病中抽取。"),
    ),
    "validation": (
        Words("Validate on", "验证"),
        Words(
            "Never trained on. They give the curve below and decide which weights are kept.",
            "从不用于训练。下方曲线由它们得出，并据此决定保留哪些权重。",
        ),
    ),
    "novel": (
        Words("Test on", "测试"),
        Words("Diseases never seen: used only once, at the end.", "从未见过的疾病：只在最后使用一次。"),
    ),
}
ABOUT_PRIOR = Words(
    "Small clinical tables simulated from a random seed, with other columns and diagnoses each time, so that the result serves any table. The shipped "
    "weights were made in this way, in much longer runs. There are no diseases left to test on here: compare the result on patients afterwards.",
    "由随机种子模拟的小型临床表格，每次的列与诊断都不同，因此所得权重适用任意表格。自带权重即以此方式、用更长时间训练得到。"
    "这里没有留出用于测试的疾病：请随后在患者数据上比较结果。",
)
ABOUT_SPLIT = Words(
    "The numbers are patients. No disease is in two lists, so what is learned is not these diseases but how to learn one. ",
    "数字为患者人数。没有疾病同时出现在两个列表中：学到的不是这些疾病本身，而是如何学会一种疾病。",
)
NOT_OPEN = Words("The table of this run (not open here)", "该次训练所用的表格（此处未打开）")
ABOUT_RUN = Words("The diseases of the run, as it keeps them; its patients are not kept.", "该次训练所保存的疾病划分；其患者数据不予保存。")
LEFT_OUT = Words(
    "{n} {n:diagnosis|diagnoses} with fewer than {least} patients {n:is|are} left out.", "另有 {n} 种诊断的患者少于 {least} 位，未使用。"
)


def choose_tasks(say: Say, opened: PatientsState, state: MetaTrainingState) -> None:
    """The list of sources, a table of one's own, and the split."""
    known = _sources(opened)
    _notice_upload(opened, state)
    if state.run is None and state.request.source not in known:
        state.ask(source=FIRST, split=None)
    patients = known[state.request.source][1] if state.request.source in known else None
    state.settle(patients)
    state.knowledge = knowledge_of(opened, patients)
    if state.needs_table:  # another table than that of the run would be named otherwise
        known = {AWAY: (NOT_OPEN, None), **known}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        choice(
            st.selectbox,
            say(Words("Take tasks from", "任务来源")),
            {key: say(title) for key, (title, _) in known.items()},
            key="training_source",
            value=AWAY if state.needs_table else state.request.source,
            write=lambda key: state.ask(source=key, split=None),
            disabled=state.is_fixed,
        )
    with (
        right,
        st.popover(
            say(Words("Your own table", "自己的表格")), icon=":material/upload_file:", disabled=state.busy or not _waits_for_upload(state)
        ),
    ):
        check.offer_upload(say, opened)
    if state.request.source == PRIOR:
        st.caption(say(ABOUT_PRIOR))
    else:
        _split(say, state)


def _notice_upload(opened: PatientsState, state: MetaTrainingState) -> None:
    """Turn to a table that was just uploaded. A run that waits for its table is not left for it."""
    uploaded = opened.opened.get(UPLOAD)
    if state.seen_upload is uploaded:
        return
    state.seen_upload = uploaded
    if uploaded is not None and state.run is None:
        state.ask(source=UPLOAD, split=None)
    elif uploaded is not None and _waits_for_upload(state):
        state.turn_to(UPLOAD)


def _waits_for_upload(state: MetaTrainingState) -> bool:
    """Whether a table of one's own could be put to use: for a new run, or for one that was on such a table."""
    return state.run is None or is_on_own_table(state.run.training)


def _sources(opened: PatientsState) -> dict[str, tuple[Words, Patients | None]]:
    """Tables with enough diagnoses, a table of one's own, and the prior."""
    found: dict[str, tuple[Words, Patients | None]] = {}
    for key, value in patient_sources(opened).items():
        if key != UPLOAD and not key.endswith(EDITED) and len(set(cohorts.truth_of(key).values())) < LEAST_DIAGNOSES:
            continue
        found[key] = value
    ordered = {key: found[key] for key in sorted(found, key=lambda key: (key != FIRST, key == UPLOAD))}
    return {**ordered, PRIOR: (Words("Simulated clinical tasks", "模拟的临床任务"), None)}


def _split(say: Say, state: MetaTrainingState) -> None:
    """Which diseases are for what, with their patients; open to be changed."""
    complain(say, state.problem)
    if state.cohort is None and not state.needs_table:
        return
    try:
        split = state.split
    except UserError as error:
        complain(say, error.words)
        return
    if split is None:
        return
    if state.busy:  # then the charts that grow should be in sight
        summary = Words(
            "{base} {base:disease|diseases} to train on, {validation} to validate on, {novel} to test on.",
            "{base} 种疾病用于训练，{validation} 种用于验证，{novel} 种用于测试。",
        )
        st.caption(say(summary.format(base=len(split.base), validation=len(split.validation), novel=len(split.novel))))
        return
    _lists(say, state, split)
    if state.run is None:
        with st.expander(say(Words("Split the diseases differently", "改变疾病的划分")), key="training_split", icon=":material/shuffle:"):
            change_split(say, state, split, {part: title for part, (title, _) in PARTS.items()})
    choose_practice(say, state, split)


def _lists(say: Say, state: MetaTrainingState, split: DiseaseSplit) -> None:
    counts = state.cohort.counts if state.cohort and not state.needs_table else {}
    for column, (part, (title, about)) in zip(st.columns(3, gap="medium"), PARTS.items(), strict=True):
        with column.container(border=True):
            st.markdown(f"**{say(title)}**")
            st.caption(say(about))
            names = [(say(cohorts.called(state.request.source, name)), counts.get(name)) for name in getattr(split, part)]
            st.markdown("\n".join(f"- {plain(name)}" + ("" if n is None else f" · {n}") for name, n in names))
    if not counts:
        st.caption(say(ABOUT_RUN))
        return
    few = sum(n < LEAST_PATIENTS for n in counts.values())
    st.caption(say(ABOUT_SPLIT + LEFT_OUT.format(n=few, least=LEAST_PATIENTS) if few else ABOUT_SPLIT))
