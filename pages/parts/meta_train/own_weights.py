"""Kept weights: name those of this run, use them, take them away, bring others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from metamed_core.learners import LEARNERS, validated_on
from metamed_core.meta_training import DamagedWeights, MetaTraining, StoredWeights, export_zip
from metamed_core.words import UserError, Words
from pages.parts.common import audit, comparison_request
from pages.parts.common.adapt_request import request_state
from pages.parts.common.forms import complain, new_upload
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.meta_train.address import SIMULATED, source_name
from pages.parts.meta_train.state import MetaTrainingState, attempt

PRIVACY = Words(
    "What is kept: the weights, the names of the table's columns and diagnoses, and how they were trained. Nothing that stands in a patient's cell, and not "
    "the name of the file.",
    "保存的内容：权重、表格的列名和诊断名称，以及训练方式。不含患者单元格中的任何内容，也不含文件名。",
)
YOURS_ALONE = Words(
    "Nobody else sees these weights. You find them again by the address of this page: bookmark it, and share it with nobody.",
    "他人看不到这些权重。您可通过本页的网址再次找到它们：请收藏该网址，不要告诉他人。",
)
LEFT_OUT = Words("One file of your kept weights is left out. {why}", "有一份已保存的权重未列出。{why}")
NO_WEIGHTS = Words("None yet.", "暂无。")


def keep(say: Say, state: MetaTrainingState) -> None:
    """Name the weights of this run and put them into the library."""
    run = state.run
    if run is None or state.busy or state.library.problem is not None or not run.path.exists():
        return

    def act() -> None:
        one = state.library.save(run.path, str(st.session_state.get("training_name") or ""))
        audit.note("weights_kept", algorithm=one.learner)
        state.message = Words("Kept as “{name}”.", "已保存为“{name}”。").format(name=one.name)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            say(Words("Name for these weights", "为这些权重命名")),
            key="training_name",
            max_chars=60,
            persist_state="session",
            placeholder=say(Words("e.g. blood diseases 2026", "例如：血液病 2026")),
            width=320,
        )
        st.button(
            say(Words("Keep", "保存")),
            icon=":material/save:",
            key="training_keep",
            type="primary" if run.is_finished else "secondary",
            on_click=lambda: attempt(state, act, "keep"),
        )
    st.caption(say(PRIVACY))
    _answer(say, state, "keep")


def shelf(say: Say, state: MetaTrainingState) -> None:
    """The kept weights of this visitor, what is damaged among them; and those of another computer."""
    kept = state.library.list_weights()
    for one in kept:
        _kept(say, state, one)
    for damaged in state.library.damaged():
        _left_out(say, state, damaged)
    if not kept:
        st.caption(say(NO_WEIGHTS))
    elif state.library.owner:
        st.caption(say(YOURS_ALONE))
    _answer(say, state, "import")
    if state.library.problem is not None:
        return
    with st.expander(say(Words("Import weights from a file", "从文件导入权重")), icon=":material/upload_file:", key="training_import"):
        _import(say, state)


def _import(say: Say, state: MetaTrainingState) -> None:
    key = "training_zip"

    def act() -> None:
        name = str(st.session_state.get("import_name") or "")
        if (file := new_upload(key)) is not None:
            one = state.library.import_zip(file.getvalue(), name)
            audit.note("weights_imported", algorithm=one.learner)
            state.message = Words("Imported as “{name}”.", "已导入为“{name}”。").format(name=one.name)

    st.text_input(say(Words("Name (default: as it was kept)", "名称（默认与原名相同）")), key="import_name", max_chars=60)
    st.file_uploader(
        say(Words("A .zip file made by “Download weights”", "由“下载权重”得到的 .zip 文件")),
        type=["zip"],
        key=key,
        on_change=lambda: attempt(state, act, "import"),
        max_upload_size=60,
    )


def _answer(say: Say, state: MetaTrainingState, error_place: str) -> None:
    """What came of the last press here."""
    if state.error_place == error_place:
        complain(say, state.error)
        if state.message is not None:
            st.success(plain(say(state.message)))


def _left_out(say: Say, state: MetaTrainingState, one: DamagedWeights) -> None:
    """Why a file is not offered, and a way to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(plain(say(LEFT_OUT.format(why=one.problem))), icon=":material/broken_image:")
        _remove(say, state, one.path.name, one.path.stem)


def _remove(say: Say, state: MetaTrainingState, name: str, key: str) -> None:
    def act() -> None:
        state.library.remove(name)
        audit.note("weights_removed")

    st.button(
        say(Words("Remove for good", "彻底移除")),
        key=f"remove_{key}",
        on_click=lambda: attempt(state, act, "import"),
    )


def _kept(say: Say, state: MetaTrainingState, one: StoredWeights) -> None:
    with st.container(border=True, key=f"kept_{one.path.stem}"):
        st.markdown(f"**{plain(one.name)}**  \n:small[{plain(say(_about(one)))}]")
        _acts(say, state, one)


def _about(one: StoredWeights) -> Words:
    """Learner, date, steps, source and best validation of kept weights."""
    accuracy = max((each["accuracy"] for each in one.card.get("validation", [])), default=math.nan)
    made = datetime.fromtimestamp(one.made).astimezone().strftime("%Y-%m-%d %H:%M")
    return Words(
        "{learner} · {made} · trained on {source}, step {steps} · validation accuracy {accuracy}{on}",
        "{learner} · {made} · 在{source}上训练至第 {steps} 步 · 验证准确率 {accuracy}{on}",
    ).format(
        learner=LEARNERS[one.learner].title,
        made=made,
        steps=_steps(one.card),
        source=_source(one.card),
        accuracy="–" if math.isnan(accuracy) else f"{100 * accuracy:.1f}%",
        on=_validated_on(one.card),
    )


def _validated_on(card: Mapping[str, Any]) -> Words | str:
    """In brackets, what the accuracy is of; nothing where the card does not say."""
    if (on := validated_on(card)) is None:
        return ""
    return Words(" (best of {n}: {tasks})", "（{n} 次中最好：{tasks}）").format(n=len(card["validation"]), tasks=on.words)


def _steps(card: Mapping[str, Any]) -> int | str:
    """How many were made on the way to these weights."""
    return card.get("step") or (card.get("plan") or {}).get("meta_steps") or "?"


def _source(card: Mapping[str, Any]) -> Words:
    try:
        return source_name(MetaTraining.of_card(card.get("run") or {}))
    except UserError:  # the shipped weights and those of other versions
        return SIMULATED


def _acts(say: Say, state: MetaTrainingState, one: StoredWeights) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(say(Words("Use in Diagnose", "用于诊断")), key=f"use_{one.path.stem}", icon=":material/stethoscope:"):
            request_state().ask(one.learner, str(one.path))
            st.switch_page("pages/diagnose.py")
        if st.button(say(Words("Use in Compare", "用于比较")), key=f"compare_{one.path.stem}", icon=":material/balance:"):
            comparison_request.add_method(f"{one.learner}-{one.path.stem}")
            st.switch_page("pages/compare.py")
        st.download_button(
            say(Words("Download weights", "下载权重")),
            # Made only when asked for: the file may be gone by then.
            audit.noted(lambda: export_zip(one.path), "weights_downloaded", algorithm=one.learner),
            f"{one.path.stem}.zip",
            "application/zip",
            key=f"download_{one.path.stem}",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover(say(Words("Remove", "移除")), icon=":material/delete:"):
            _remove(say, state, one.name, one.path.stem)
