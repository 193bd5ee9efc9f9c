"""A leaderboard as an HTML table: the page and the report show the same one. All text is escaped; there is no script in it.

Floor 12 of the house.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

from metamed_core.drawing import MARKS, SeriesStyle
from metamed_core.evaluation.curves import Cost
from metamed_core.evaluation.leaderboard import Leaderboard, LeaderboardRow
from metamed_core.evaluation.samples import MEASURES, Measure
from metamed_core.statistics import Interval
from metamed_core.words import Language, Words

STYLE = """<style>
.mm-wide { overflow-x: auto; }
.mm-board { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.mm-board th, .mm-board td { padding: 0.35rem 0.35rem; text-align: right; border: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.3); white-space: nowrap; }
.mm-board thead th { vertical-align: bottom; font-weight: 600; white-space: normal; }
.mm-board th.mm-left, .mm-board td.mm-left { text-align: left; }
.mm-board tbody th { font-weight: 400; white-space: normal; min-width: 9.5rem; max-width: 13rem; } .mm-board tbody tr:first-child th { font-weight: 650; }
.mm-board small { opacity: 0.85; font-size: 0.8125rem; }
.mm-bar { display: inline-block; position: relative; width: 6.5rem; height: 1rem; vertical-align: middle; margin-right: 0.5rem; }
.mm-bar::before { content: ""; position: absolute; left: 0; right: 0; top: 50%; height: 1px; background: rgba(128, 128, 128, 0.35); }
.mm-bar i { position: absolute; top: calc(50% - 1.5px); height: 3px; }
.mm-bar b { position: absolute; top: 50%; transform: translate(-50%, -50%); font-size: 0.75rem; line-height: 1; }
</style>"""
ALSO: dict[str, tuple[Words, bool]] = {
    **{name: (measure.title, measure.share) for name, measure in MEASURES.items()},
    "ece": (Words("ECE", "ECE"), False),
    "coverage": (Words("coverage", "覆盖率"), True),
}
"""Further columns: title, and whether it is a share shown in per cent."""
HOW = Words(
    "How to read: the bars are 95 % intervals on one scale. For log-loss, Brier score and ECE (expected calibration error) lower is better. Coverage is the share of patients whose "
    "set of diagnoses that reaches 90 % holds the right one: 90 or more is honest. Time is to adapt and answer one episode.",
    "读法：横条为同一刻度上的 95% 区间。对数损失、Brier 评分和 ECE（期望校准误差）越低越好。覆盖率指概率合计达到 90% 的诊断集合包含真实诊断的患者比例，不低于 90 为可信。耗时指适应并回答一个任务片段所需的时间。",
)


def leaderboard_html(board: Leaderboard, styles: Mapping[str, SeriesStyle], found: Mapping[str, Cost], language: Language) -> str:
    """The table, from the best down: score with its interval bar, difference to the leader, Holm's p, further metrics, milliseconds."""
    measure = MEASURES[board.metric]
    others = [name for name in ALSO if name != board.metric]
    left = [Words("method", "参评方法")]
    unit = Words("{m}, %", "{m}（以 % 计）").format(m=measure.title) if measure.share else measure.title
    right = [
        Words("{m} with 95 % interval", "{m}与 95% 区间").format(m=unit),
        Words("worse than the leader by", "落后于领先者"),
        Words("p (Holm)", "p 值（Holm）"),
        *(_heading(name) for name in others),
        Words("time, ms", "耗时（毫秒）"),
    ]
    head = "".join(f'<th scope="col" class="mm-left">{_say(one, language)}</th>' for one in left)
    head += "".join(f'<th scope="col">{_say(one, language)}</th>' for one in right)
    low, high = _span(board)
    rows = "".join(_row(one, measure, others, styles[one.entry.key], found[one.entry.key], (low, high), language) for one in board.rows)
    return f'{STYLE}<div class="mm-wide" tabindex="0" role="region" aria-label="{_say(LABEL, language)}"><table class="mm-board"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _heading(name: str) -> Words:
    title, share = ALSO[name]
    return Words(f"{title.en}, %", f"{title.zh}（%）") if share else title


def _row(
    one: LeaderboardRow, measure: Measure, others: list[str], style: SeriesStyle, cost: Cost, span: tuple[float, float], language: Language
) -> str:
    mark = f'<span aria-hidden="true" style="color: {style.colour}">{MARKS[style.shape]}</span>'
    name = f"{mark} {_say(one.entry.title, language)}"
    cells = [
        f"{interval_bar(one.score, style, span)} <b>{measure.text(one.score.mean)}</b> <small>{_ends(one.score, measure)}</small>",
        f"{measure.text(one.behind.mean)} <small>{_ends(one.behind, measure)}</small>" if one.behind else "–",
        _p(one) if one.p is not None else "–",
        *(_also(one, other) for other in others),
        f"{cost.answer_ms:.0f}" if cost.answer_ms >= 10 else f"{cost.answer_ms:.1f}",
    ]
    return f'<tr><th scope="row" class="mm-left">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _p(one: LeaderboardRow) -> str:
    return "&lt; 0.001" if one.p is not None and one.p < 0.001 else f"{one.p:.3f}"


def _also(one: LeaderboardRow, name: str) -> str:
    value = one.also.get(name, math.nan)
    if not math.isfinite(value):
        return "–"
    return f"{100 * value:.1f}" if ALSO[name][1] else f"{value:.3f}"


def _ends(interval: Interval, measure: Measure) -> str:
    if not math.isfinite(interval.low):
        return ""
    return f"[{measure.text(interval.low)}, {measure.text(interval.high)}]"


def _span(board: Leaderboard) -> tuple[float, float]:
    """The values at the two ends of every interval bar."""
    scores = [one.score for one in board.rows]
    ends = [value for one in scores for value in (one.mean, one.low, one.high) if math.isfinite(value)] or [0.0, 1.0]
    margin = 0.03 * (max(ends) - min(ends) or 1.0)
    return min(ends) - margin, max(ends) + margin


def interval_bar(interval: Interval, style: SeriesStyle, span: tuple[float, float]) -> str:
    """The interval as a line on a scale that is the same for the whole table, its estimate as the method's marker."""

    def at(value: float) -> float:
        return 100 * (value - span[0]) / (span[1] - span[0])

    parts = []
    if math.isfinite(interval.low):
        left, width = at(interval.low), at(interval.high) - at(interval.low)
        parts.append(f'<i style="left: {left:.1f}%; width: {width:.1f}%; background: {style.colour}"></i>')
    if math.isfinite(interval.mean):
        parts.append(f'<b style="left: {at(interval.mean):.1f}%; color: {style.colour}">{MARKS[style.shape]}</b>')
    return f'<span class="mm-bar" aria-hidden="true">{"".join(parts)}</span>'


def _say(words: Words, language: Language) -> str:
    return html.escape(words.into(language))


LABEL = Words("Leaderboard", "排行榜")
