"""Results by patient: patients on whom the methods disagree, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metamed_core.evaluation import Comparison, Confusion, Disagreement, confusion, disagreements, leader_and_best_baseline
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.compare.cached_results import derived
from pages.parts.compare.state import ComparisonState
from pages.parts.compare.view_choice import choose_view

MAX_PATIENTS, MAX_HEIGHT = 50, 420  # patients in a list; pixels of a table
RIGHT, WRONG = "✓", "✗"
HOW_DISAGREEING = Words(
    "How to read: one row per patient, the most disputed first. “Disagreement” is the share of the patient's episodes in which not all methods agreed; under each method stands its "
    "most frequent prediction, ✓ where it is correct. A patient whom all methods get wrong may carry a wrong label.",
    "读法：每行一位患者，分歧最大的在前。“分歧”为该患者的小任务中各方法意见不一致的比例；各方法列为其最常给出的诊断，✓ 表示正确。若所有方法都判错，该患者的标签可能有误。",
)
HOW_CONFUSIONS = Words(
    "How to read: rows are the correct diagnoses, columns the predicted ones; the diagonal is correct. A patient counts once for each episode with a prediction for them. "
    "Click a cell, or choose it in the list, to see its patients.",
    "读法：行为真实诊断，列为预测诊断，对角线为预测正确。患者每在一个小任务中被预测一次即计一次。点击单元格，或在列表中选择，即可查看对应患者。",
)


def patient_names(state: ComparisonState, rows: Sequence[int | str]) -> list[str]:
    """Return the display names of these patients."""
    if state.patients is None or state.cohort is None:
        return [str(row) for row in rows]
    names = state.patients.in_use.patient_names
    by_row = dict(zip(state.cohort.rows, names.loc[state.cohort.features.index], strict=True))
    return [str(by_row.get(row, row)) for row in rows]


def _height(n: int) -> int:
    return min(35 * (n + 1) + 3, MAX_HEIGHT)


def disagreeing(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """Draw the patients on whom the methods disagree most, with the most frequent prediction of each method."""
    k = state.k_shot
    found = derived(comparison, ("disagreements", k), lambda: disagreements(comparison, k))
    st.markdown(f"**{say(_how_many(found))}**")
    if not found:
        return
    table = _disagreements_table(say, state, comparison, found[:MAX_PATIENTS])
    st.dataframe(
        table,
        key="disagreements",
        hide_index=True,
        height=_height(len(table)),
        alt=say(Words("Patients on whom the methods disagree", "各方法意见不一的患者")),
        column_config={table.columns[0]: st.column_config.TextColumn(pinned=True)},
    )
    st.caption(say(HOW_DISAGREEING))


def _how_many(found: Sequence[Disagreement]) -> Words:
    if not found:
        return Words("All methods agree on every patient", "各方法对所有患者意见一致")
    always = sum(one.split == 1 for one in found)
    return Words(
        "The methods disagree on {n} {n:patient|patients}; on {always} of them in every episode",
        "各方法对 {n} 位患者意见不一，其中 {always} 位在每个小任务中都有分歧",
    ).format(n=len(found), always=always)


def _disagreements_table(say: Say, state: ComparisonState, comparison: Comparison, found: Sequence[Disagreement]) -> pd.DataFrame:
    source = state.patients.source if state.patients else ""

    def title(name: str) -> str:
        return say(cohorts.called(source, name))

    columns = {
        say(Words("Patient", "患者")): patient_names(state, [one.row for one in found]),
        say(Words("Diagnosis", "诊断")): [title(one.diagnosis) for one in found],
        say(Words("Disagreement", "分歧")): [f"{one.split:.0%}" for one in found],
        say(Words("Episodes", "小任务数")): [one.n_episodes for one in found],
    }
    for entry in comparison.entries:
        predicted = [one.named[entry.key] for one in found]
        columns[say(entry.title)] = [
            f"{RIGHT if name == one.diagnosis else WRONG} {title(name)}" for name, one in zip(predicted, found, strict=True)
        ]
    return pd.DataFrame(columns)


def confusions(say: Say, state: ComparisonState, comparison: Comparison) -> None:
    """Draw the confusion matrix of one method, and the patients of the cell selected in the table or in the list."""
    k, keys = state.k_shot, list(comparison.keys)

    def title(key: str) -> Words:
        return comparison.entry(key).title

    key = choose_view(say, state, "confused", Words("Method", "方法"), keys, title, leader_and_best_baseline(comparison, k)[0])
    found = derived(comparison, ("confusion", key, k), lambda: confusion(comparison, key, k))
    source = state.patients.source if state.patients else ""
    titles = {name: say(cohorts.called(source, name)) for name in found.classes}
    n, wrong = int(found.counts.sum()), int(found.counts.sum() - found.counts.trace())
    sentence = Words("{method}: {wrong} of {n} {n:prediction|predictions} wrong", "{method}：{n} 次预测中错误 {wrong} 次")
    st.markdown(f"**{plain(say(sentence.format(method=title(key), wrong=wrong, n=n)))}**")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _matrix(say, state, found, titles)
    with right:
        _cell(say, state, found, titles)
    st.caption(say(HOW_CONFUSIONS))


def _matrix(say: Say, state: ComparisonState, found: Confusion, titles: dict[str, str]) -> None:
    first = say(Words("correct ↓ predicted →", "真实 ↓ 预测 →"))
    names = list(titles.values())
    table = pd.DataFrame({first: names} | {f"{name}": found.counts[:, column] for column, name in enumerate(names)})

    def change() -> None:
        cells = st.session_state["matrix"]["selection"]["cells"]
        if cells and cells[0][1] in names:
            state.view.choices["cell"] = f"{cells[0][0]} {names.index(cells[0][1])}"

    st.dataframe(
        table,
        key="matrix",
        hide_index=True,
        height=_height(len(table)),
        on_select=change,
        selection_mode="single-cell",
        alt=say(Words("Confusion matrix: correct diagnosis by row, predicted diagnosis by column", "混淆矩阵：行为真实诊断，列为预测诊断")),
        column_config={first: st.column_config.TextColumn(pinned=True)},
    )


def _cell(say: Say, state: ComparisonState, found: Confusion, titles: dict[str, str]) -> None:
    """Draw the patients of one cell of the matrix."""
    cells = [(int(n), row, column) for row, counts in enumerate(found.counts) for column, n in enumerate(counts) if n]
    # Errors first, the most frequent on top.
    cells.sort(key=lambda cell: (cell[1] == cell[2], -cell[0]))
    ordered = {f"{row} {column}": (found.classes[row], found.classes[column]) for _, row, column in cells}

    def title(cell: str) -> Words:
        correct, predicted = (titles[name] for name in ordered[cell])
        return Words(f"{correct} → {predicted}", f"{correct} → {predicted}")

    cell = choose_view(say, state, "cell", Words("Correct → predicted", "真实 → 预测"), list(ordered), title)
    patients = found.patients[ordered[cell]]
    table = pd.DataFrame(
        {
            say(Words("Patient", "患者")): patient_names(state, [row for row, _ in patients]),
            say(Words("Times", "次数")): [n for _, n in patients],
        }
    )
    st.dataframe(
        table,
        key="cell_patients",
        hide_index=True,
        height=_height(min(len(table), 8)),
        alt=say(Words("Patients of this cell", "该单元格的患者")),
    )
