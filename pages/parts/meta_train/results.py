"""What the weights are worth on diseases never seen, and what to do with them: keep, take away, use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import streamlit as st

from metamed_core.evaluation import CLAIM, Comparison, costs, difference, leaderboard, leaderboard_html
from metamed_core.learners import LEARNERS
from metamed_core.meta_training import Library, StoredWeights, export_zip
from metamed_core.statistics import Interval
from metamed_core.words import Words
from pages.parts.common import cohorts, comparison_request
from pages.parts.common.adapt_request import request_state
from pages.parts.common.forms import complain
from pages.parts.common.frame import Say, fresh_key
from pages.parts.common.styles import styles_of
from pages.parts.common.text import plain
from pages.parts.meta_train import state as training
from pages.parts.meta_train.state import Training

UNTRAINED = "nearest_centroid"
SIMULATED = Words("simulated clinical tasks", "模拟临床任务")


def judgement(say: Say, current: Training) -> None:
    """The sentence and the table; a button where nothing is judged yet."""
    run, comparison = current.run, current.comparison
    if run is not None and run.split is None:
        st.info(
            say(
                Words(
                    "Simulated tasks hold no disease back: keep the weights below and compare them with the shipped ones on patients.",
                    "模拟任务没有留出的疾病：请在下方保存权重，并在患者上与自带权重比较。",
                )
            )
        )
    elif comparison is None or not comparison.shots_with_results:
        if not current.busy:
            st.button(
                say(Words("Judge on the novel diseases", "在新疾病上评判")),
                icon=":material/gavel:",
                key="training_judge",
                on_click=current.judge,
                disabled=current.lacks_table or not current.path.exists(),
            )
    else:
        _table(say, comparison)


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
        st.markdown(f"**{say(_title(k, board.n_episodes, board.n_patients))}**")
        cost = {one.entry.key: one for one in costs(comparison, k)}
        st.html(leaderboard_html(board, styles, cost, say.language))
    st.caption(plain(say(CLAIM)))


def _named(comparison: Comparison) -> Comparison:
    """The weights of this run by what they are, since their file has no name yet; the rival as it is called above."""
    ours, *others = comparison.entries
    ours = replace(
        ours, title=Words("{learner}, meta-trained here", "{learner}（此次元训练）").format(learner=LEARNERS[ours.learner].title)
    )
    prototype = Words("Untrained prototype", "未训练的原型")
    return replace(comparison, entries=(ours, *(replace(one, title=prototype) if one.key == UNTRAINED else one for one in others)))


def _shots(k: int) -> Words:
    return Words("one labelled patient", "一位已确诊患者") if k == 1 else Words("{k} labelled patients", "{k} 位已确诊患者").format(k=k)


def _title(k: int, episodes: int, patients: int) -> Words:
    return Words(
        "Novel diseases, {shots} of each: {episodes} tasks, {patients} patients",
        "新疾病，每种{shots}：{episodes} 个任务，{patients} 位患者",
    ).format(shots=_shots(k), episodes=episodes, patients=patients)


def verdict(found: Interval, k: int) -> tuple[Words, bool]:
    """Whether meta-training beats the untrained prototype, in a sentence; and whether it does beyond chance."""
    low, high = (f"{100 * end:+.1f}" for end in (found.low, found.high))
    of = {"shots": _shots(k), "points": f"{100 * found.mean:+.1f}", "low": low, "high": high}
    if found.low > 0:
        return Words(
            "On diseases it never met, with {shots} of each, it beats the untrained prototype by {points} points (95% interval {low} to {high}).",
            "在从未见过的疾病上（每种{shots}），准确率比未训练的原型高 {points} 个百分点（95% 区间 {low} 至 {high}）。",
        ).format(**of), True
    return Words(
        "On diseases it never met, with {shots} of each, it does not beat the untrained prototype: {points} points (95% interval {low} to {high}). "
        "Use the shipped weights, or give it more diseases to practise on.",
        "在从未见过的疾病上（每种{shots}），它并不优于未训练的原型：{points} 个百分点（95% 区间 {low} 至 {high}）。请使用自带权重，或提供更多疾病供其练习。",
    ).format(**of), False


def keep(say: Say, current: Training) -> None:
    """Name the weights of this run and put them into the library."""
    if current.run is None or current.busy or not current.path.exists():
        return

    def press() -> None:
        def act() -> None:
            one = current.library.save(current.path, str(st.session_state.get("training_name") or ""))
            current.said = Words("Kept as “{name}”.", "已保存为“{name}”。").format(name=one.name)

        training.attempt(current, act, "keep")

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
            type="primary" if current.is_finished else "secondary",
            on_click=press,
        )
    answer(say, current, "keep")


def shelf(say: Say, current: Training) -> None:
    """The kept weights: use, download, remove; and those of another computer."""
    for one in current.library.list_weights():
        _kept(say, current.library, one)
    answer(say, current, "take")
    with st.expander(say(Words("Take in weights from a file", "从文件导入权重")), icon=":material/upload_file:", key="training_take"):
        key = fresh_key("training_zip")

        def take() -> None:
            file, name = st.session_state.get(key), str(st.session_state.get("take_name") or "")
            if file is not None:
                training.attempt(current, lambda: _took(current, current.library.import_zip(file.getvalue(), name)), "take")

        st.text_input(say(Words("Name (default: as in the file)", "名称（默认与文件相同）")), key="take_name", max_chars=60)
        st.file_uploader(
            say(Words("A .zip that “Download weights” gave", "由“下载权重”得到的 .zip 文件")),
            type=["zip"],
            key=key,
            on_change=take,
            max_upload_size=60,
        )


def answer(say: Say, current: Training, error_place: str) -> None:
    """What came of the last press here."""
    if current.error_place == error_place:
        complain(say, current.complaint)
        if current.said is not None:
            st.success(plain(say(current.said)))


def _took(current: Training, one: StoredWeights) -> None:
    current.said = Words("Taken in as “{name}”.", "已导入为“{name}”。").format(name=one.name)


def _kept(say: Say, library: Library, one: StoredWeights) -> None:
    card = one.card
    accuracy = max((each["accuracy"] for each in card.get("validation", [])), default=float("nan"))
    made = datetime.fromtimestamp(one.path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
    told = Words(
        "{learner} · {made} · {steps} steps on {source} · {accuracy} on diseases held out for validation",
        "{learner} · {made} · 在{source}上练习 {steps} 步 · 验证疾病上 {accuracy}",
    ).format(
        learner=LEARNERS[one.learner].title,
        made=made,
        steps=_steps(card),
        source=_source(card),
        accuracy="–" if math.isnan(accuracy) else f"{100 * accuracy:.1f} %",
    )
    with st.container(border=True, key=f"kept_{one.path.stem}"):
        st.markdown(f"**{plain(one.name)}**  \n:small[{plain(say(told))}]")
        _acts(say, library, one)


def _steps(card: Mapping[str, Any]) -> int | str:
    """How many were made on the way to these weights."""
    return card.get("step") or (card.get("plan") or {}).get("meta_steps") or "?"


def _source(card: Mapping[str, Any]) -> Words:
    source = str((card.get("run") or {}).get("source") or "")
    return cohorts.cohorts()[source].name if source in cohorts.cohorts() else Words(source, source) if source else SIMULATED


def _acts(say: Say, library: Library, one: StoredWeights) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(say(Words("Use in Diagnose", "用于诊断")), key=f"use_{one.path.stem}", icon=":material/stethoscope:"):
            request_state().ask(one.learner, str(one.path))
            st.switch_page("pages/diagnose.py")
        if st.button(say(Words("Use in Compare", "用于比较")), key=f"compare_{one.path.stem}", icon=":material/balance:"):
            comparison_request.add_method(f"{one.learner}-{one.path.stem}")
            st.switch_page("pages/compare.py")
        st.download_button(
            say(Words("Download weights", "下载权重")),
            export_zip(one.path),
            f"{one.path.stem}.zip",
            "application/zip",
            key=f"download_{one.path.stem}",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover(say(Words("Remove", "移除")), icon=":material/delete:"):
            st.button(say(Words("Remove for good", "彻底移除")), key=f"remove_{one.path.stem}", on_click=library.remove, args=(one.name,))
