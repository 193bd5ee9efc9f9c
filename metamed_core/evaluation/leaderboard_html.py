"""A leaderboard as an HTML table, for the page and the report."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

from metamed_core.drawing import MARKS, SeriesStyle, element, render
from metamed_core.evaluation.curves import Cost
from metamed_core.evaluation.leaderboard import Leaderboard, LeaderboardRow
from metamed_core.evaluation.metric_samples import MEASURES, Measure, Metric
from metamed_core.statistics import Interval
from metamed_core.words import Language, Words

SHOWN: tuple[Metric, ...] = ("balanced_accuracy", "log_loss", "brier", "auroc")
"""Metrics with a column each, whatever the methods are ranked by; a table with all of them fits no screen."""
ALSO: dict[str, tuple[Words, bool]] = {
    **{name: (MEASURES[name].title, MEASURES[name].share) for name in SHOWN},
    "ece": (Words("ECE", "ECE"), False),
    "coverage": (Words("coverage", "覆盖率"), True),
    "set_size": (Words("set size", "集合大小"), False),
}
"""Further columns: title, and whether the value is a share, shown in percent."""
HOW = Words(
    "How to read: the bars are 95% intervals on one scale. For log-loss, Brier score and ECE (expected calibration error) lower is better. Coverage is the share of patients whose "
    "90% prediction set contains the correct diagnosis; it should be at least 90%, with few diagnoses in the set (set size): a set of all diagnoses always covers. Time is to adapt and answer one episode.",
    "读法：横条为同一刻度上的 95% 区间。对数损失、Brier 评分和 ECE（期望校准误差）越低越好。覆盖率指概率合计达到 90% 的诊断集合包含真实诊断的患者比例，应不低于 90%，且集合应小（集合大小为其平均诊断数）：包含所有诊断的集合总能覆盖。耗时指适应并回答一个小任务（episode）所需的时间。",
)
LABEL = Words("Leaderboard", "排行榜")
Cell = tuple[str, str]


def leaderboard_html(
    board: Leaderboard, styles: Mapping[str, SeriesStyle], found: Mapping[str, Cost], language: Language, *, styled: bool = True
) -> Markup:
    """The leaderboard as a table, best method first.

    Parameters
    ----------
    board
        The leaderboard.
    styles, found
        Style and cost of each method, by its key.
    language
        Language of the table.
    styled
        Whether to include the style sheet of the table; the report already contains it.

    Returns
    -------
    Markup
        Columns: score with interval bar, difference to the leader, Holm-adjusted p, further metrics, milliseconds.
    """
    measure, span = MEASURES[board.metric], _span(board)
    others = [name for name in ALSO if name != board.metric]
    rows = [
        {
            "title": row.entry.title,
            "style": styles[row.entry.key],
            "marker": MARKS[styles[row.entry.key].shape],
            "bar": interval_bar(row.score, styles[row.entry.key], span),
            "cells": _cells(row, measure, others, found[row.entry.key]),
        }
        for row in board.rows
    ]
    return render("leaderboard.html", language, header=_header(measure, others), rows=rows, label=LABEL, styled=styled)


def _header(measure: Measure, others: list[str]) -> list[Words]:
    """The names of the columns."""
    unit = Words("{m}, %", "{m}（以 % 计）").format(m=measure.title) if measure.share else measure.title
    return [
        Words("method", "参评方法"),
        Words("{m} with 95% interval", "{m}与 95% 区间").format(m=unit),
        Words("worse than the leader by", "落后于领先者"),
        Words("p (Holm)", "p 值（Holm）"),
        *(_heading(name) for name in others),
        Words("time, ms", "耗时（毫秒）"),
    ]


def _heading(name: str) -> Words:
    title, share = ALSO[name]
    return Words("{m}, %", "{m}（%）").format(m=title) if share else title


def _cells(row: LeaderboardRow, measure: Measure, others: list[str], cost: Cost) -> list[Cell]:
    """Value and interval as texts, for each column."""
    return [
        _with_ends(row.score, measure),
        _with_ends(row.behind, measure) if row.behind else ("–", ""),
        (_p(row.p), ""),
        *(_also_cell(row, name) for name in others),
        (f"{cost.answer_ms:.0f}" if cost.answer_ms >= 10 else f"{cost.answer_ms:.1f}", ""),
    ]


def _p(p: float | None) -> str:
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _also_cell(row: LeaderboardRow, name: str) -> Cell:
    known = name == "ece" and math.isfinite(row.ece.low)
    return _also(row, name), f"[{row.ece.low:.3f}, {row.ece.high:.3f}]" if known else ""


def _also(row: LeaderboardRow, name: str) -> str:
    value = row.also.get(name, math.nan)
    if not math.isfinite(value):
        return "–"
    if name == "set_size":
        return f"{value:.2f}"
    return f"{100 * value:.1f}" if ALSO[name][1] else f"{value:.3f}"


def _with_ends(interval: Interval, measure: Measure) -> Cell:
    known = math.isfinite(interval.low)
    return measure.text(interval.mean), f"[{measure.text(interval.low)}, {measure.text(interval.high)}]" if known else ""


def _span(board: Leaderboard) -> tuple[float, float]:
    """The common scale of all interval bars: lower and upper limit."""
    scores = [one.score for one in board.rows]
    ends = [value for one in scores for value in (one.mean, one.low, one.high) if math.isfinite(value)] or [0.0, 1.0]
    margin = 0.03 * (max(ends) - min(ends) or 1.0)
    return min(ends) - margin, max(ends) + margin


def interval_bar(interval: Interval, style: SeriesStyle, span: tuple[float, float]) -> Markup:
    """An interval as a horizontal bar with the marker of the method at the mean; `span` is the common scale of the table."""

    def at(value: float) -> float:
        return 100 * (value - span[0]) / (span[1] - span[0])

    parts: list[str] = []
    if math.isfinite(interval.low):
        left, width = at(interval.low), at(interval.high) - at(interval.low)
        parts.append(element("i", "", style=f"left: {left:.1f}%; width: {width:.1f}%; background: {style.color}"))
    if math.isfinite(interval.mean):
        parts.append(element("b", MARKS[style.shape], style=f"left: {at(interval.mean):.1f}%; color: {style.color}"))
    return element("span", *parts or [""], class_="mm-bar", aria_hidden="true")
