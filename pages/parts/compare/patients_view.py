"""The patients behind the numbers: on whom the methods disagree, and who was taken for what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metamed_core.evaluation import Comparison, Confusion, Disagreement, confusion, disagreements, leader_and_best_baseline
from metamed_core.words import Words
from pages.parts.common import cohorts
from pages.parts.common.finished import made
from pages.parts.common.frame import Say
from pages.parts.common.text import plain
from pages.parts.compare import details as match_closer
from pages.parts.compare.state import Match

MOST, MOST_HEIGHT = 50, 420  # patients in a list; pixels of a table
RIGHT, WRONG = "✓", "✗"


def _names(match: Match, rows: Sequence[int | str]) -> list[str]:
    """What the table calls these patients."""
    if match.patients is None or match.cohort is None:
        return [str(row) for row in rows]
    called = match.patients.kept.patient_names
    by_row = dict(zip(match.cohort.rows, called.loc[match.cohort.features.index], strict=True))
    return [str(by_row.get(row, row)) for row in rows]


def _height(n: int) -> int:
    return min(35 * (n + 1) + 3, MOST_HEIGHT)


def disputed(say: Say, match: Match, comparison: Comparison) -> None:
    """The patients on whom the methods disagree most, and what each said most often."""
    k = match.view.k_shot
    found = made(comparison, ("disputed", k), lambda: disagreements(comparison, k))
    st.markdown(f"**{say(_how_many(found))}**")
    if not found:
        return
    table = _disputed(say, match, comparison, found[:MOST])
    st.dataframe(
        table,
        key="disputed",
        hide_index=True,
        height=_height(len(table)),
        alt=say(Words("Patients on whom the methods disagree", "各方法意见不一的患者")),
        column_config={table.columns[0]: st.column_config.TextColumn(pinned=True)},
    )
    said = Words(
        "How to read: one row a patient, the most disputed first. Split is the share of their episodes in which not all methods agreed; under each method stands what it "
        "said most often, ✓ where that is right. A patient whom all get wrong may carry a wrong label.",
        "读法：每行一位患者，分歧最大的在前。“分歧”为各方法意见不一致的片段比例；各方法列为其最常给出的诊断，✓ 表示正确。若所有方法都判错，该患者的标签可能有误。",
    )
    st.caption(say(said))


def _how_many(found: Sequence[Disagreement]) -> Words:
    if not found:
        return Words("All methods agree on every patient", "各方法对所有患者意见一致")
    always = sum(one.split == 1 for one in found)
    return Words(
        "The methods disagree on {n} patients; on {always} of them in every episode",
        "各方法对 {n} 位患者意见不一，其中 {always} 位在每个片段中都有分歧",
    ).format(n=len(found), always=always)


def _disputed(say: Say, match: Match, comparison: Comparison, found: Sequence[Disagreement]) -> pd.DataFrame:
    source = match.patients.source if match.patients else ""

    def called(name: str) -> str:
        return say(cohorts.called(source, name))

    columns = {
        say(Words("Patient", "患者")): _names(match, [one.row for one in found]),
        say(Words("Diagnosis", "诊断")): [called(one.diagnosis) for one in found],
        say(Words("Split", "分歧")): [f"{one.split:.0%}" for one in found],
        say(Words("Episodes", "片段数")): [one.n_episodes for one in found],
    }
    for entry in comparison.entries:
        said = [one.named[entry.key] for one in found]
        columns[say(entry.title)] = [
            f"{RIGHT if name == one.diagnosis else WRONG} {called(name)}" for name, one in zip(said, found, strict=True)
        ]
    return pd.DataFrame(columns)


def confused(say: Say, match: Match, comparison: Comparison) -> None:
    """The confusion matrix of one method; a cell, chosen in the table or in the list, shows its patients."""
    k, keys = match.view.k_shot, list(comparison.keys)
    key = match_closer.choose(
        say,
        match,
        "confused",
        Words("Method", "方法"),
        keys,
        lambda one: comparison.entry(one).title,
        leader_and_best_baseline(comparison, k)[0],
    )
    found = made(comparison, ("confusion", key, k), lambda: confusion(comparison, key, k))
    source = match.patients.source if match.patients else ""
    called = {name: say(cohorts.called(source, name)) for name in found.classes}
    wrong = int(found.counts.sum() - found.counts.trace())
    title = Words("{who} names {wrong} of {n} wrongly", "{who}判错 {n} 次中的 {wrong} 次")
    st.markdown(f"**{plain(say(title.format(who=comparison.entry(key).title, wrong=wrong, n=int(found.counts.sum()))))}**")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _matrix(say, match, found, called)
    with right:
        _cell(say, match, found, called)
    said = Words(
        "How to read: rows are the right diagnoses, columns what was named; the diagonal is right. A patient counts once for each episode they were asked in. "
        "Click a cell, or choose it in the list, to see its patients.",
        "读法：行为真实诊断，列为所判诊断，对角线为判断正确。患者每在一个片段中被询问一次即计一次。点击单元格，或在列表中选择，即可查看对应患者。",
    )
    st.caption(say(said))


def _matrix(say: Say, match: Match, found: Confusion, called: dict[str, str]) -> None:
    first = say(Words("right ↓ named →", "真实 ↓ 判为 →"))
    names = list(called.values())
    table = pd.DataFrame({first: names} | {f"{name}": found.counts[:, at] for at, name in enumerate(names)})

    def change() -> None:
        cells = st.session_state["matrix"]["selection"]["cells"]
        if cells and cells[0][1] in names:
            match.view.choices["cell"] = f"{cells[0][0]} {names.index(cells[0][1])}"

    st.dataframe(
        table,
        key="matrix",
        hide_index=True,
        height=_height(len(table)),
        on_select=change,
        selection_mode="single-cell",
        alt=say(Words("Confusion matrix: right diagnosis by row, named diagnosis by column", "混淆矩阵：行为真实诊断，列为所判诊断")),
        column_config={first: st.column_config.TextColumn(pinned=True)},
    )


def _cell(say: Say, match: Match, found: Confusion, called: dict[str, str]) -> None:
    cells = [(int(n), a, b) for a, row in enumerate(found.counts) for b, n in enumerate(row) if n]
    # Mistakes first, the most frequent on top: that is what one wants to see.
    ordered = {f"{a} {b}": (found.classes[a], found.classes[b]) for n, a, b in sorted(cells, key=lambda one: (one[1] == one[2], -one[0]))}

    def title(cell: str) -> Words:
        right, named = (called[name] for name in ordered[cell])
        return Words(f"{right} → {named}", f"{right} → {named}")

    cell = match_closer.choose(say, match, "cell", Words("Right → named", "真实 → 判为"), list(ordered), title)
    patients = found.patients[ordered[cell]]
    table = pd.DataFrame(
        {
            say(Words("Patient", "患者")): _names(match, [row for row, _ in patients]),
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
