"""Accuracy against computing time, and two methods compared episode by episode."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from metamed_core.drawing import GRAY, Axis, Chart, Dots, Line, Mark, SeriesStyle, interval_bars
from metamed_core.evaluation.charts.score_curves import ACCURACY
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.curves import costs, episode_pairs
from metamed_core.evaluation.leaderboard import leaderboard
from metamed_core.words import Words


def accuracy_against_time(comparison: Comparison, styles: Mapping[str, SeriesStyle], k_shot: int | None = None) -> Chart:
    """Balanced accuracy with its interval against milliseconds to adapt and predict; one mark per method. `k_shot` None: all shots."""
    scores = {one.entry.key: one.score for one in leaderboard(comparison, k_shot).rows}
    found = {one.entry.key: one for one in costs(comparison, k_shot)}
    marks: list[Mark] = []
    for key, score in scores.items():
        at, style = found[key].answer_ms, styles[key]
        told = Words("{ms} ms, {mean}%", "{ms} 毫秒，{mean}%").format(ms=f"{at:.1f}", mean=f"{100 * score.mean:.1f}")
        marks.append(interval_bars([at], [score.low], [score.high], style))
        marks.append(Dots(((at, score.mean),), style, comparison.entry(key).title, tooltips=(told,)))
    slow, quick = max(found.values(), key=lambda one: one.answer_ms), min(found.values(), key=lambda one: one.answer_ms)
    return Chart(
        title=Words(
            "An episode takes from {low} ms ({quick}) to {high} ms ({slow})",
            "一个小任务（episode）耗时：{low} 毫秒（{quick}）至 {high} 毫秒（{slow}）",
        ).format(quick=quick.entry.title, slow=slow.entry.title, low=f"{quick.answer_ms:.0f}", high=f"{slow.answer_ms:.0f}"),
        how=Words(
            "How to read: further left is quicker, higher is more accurate; the bars are 95% intervals. Times are those of the computer that measured them, "
            "and the only figures here that differ from run to run.",
            "读法：越靠左越快，越高越准确；竖线为 95% 区间。耗时取决于测量所用的计算机，是此处唯一会随运行而变的数值。",
        ),
        alt=Words("Balanced accuracy of each method against the time it takes", "各方法的平衡准确率与耗时的关系"),
        x=Axis(Words("milliseconds to adapt and predict, median (logarithmic)", "适应并预测的毫秒数，中位数（对数刻度）"), log=True),
        y=Axis(ACCURACY, percent=True),
        marks=tuple(marks),
    )


def paired_episodes(comparison: Comparison, styles: Mapping[str, SeriesStyle], one: str, other: str, k_shot: int | None = None) -> Chart:
    """Balanced accuracy of the methods with keys `one` (vertical) and `other` (horizontal); one mark per episode."""
    pairs = episode_pairs(comparison, one, other, k_shot)
    first, second = comparison.entry(one).title, comparison.entry(other).title
    gap = np.array([pair.one - pair.other for pair in pairs])
    better, worse = int((gap > 1e-12).sum()), int((gap < -1e-12).sum())
    mean = 100 * float(gap.mean()) if len(gap) else 0.0
    diagonal = Line(((0.0, 0.0), (1.0, 1.0)), GRAY, Words("equal", "相同"))
    told = tuple(_told(pair.k_shot, pair.episode) for pair in pairs)
    dots = Dots(tuple((pair.other, pair.one) for pair in pairs), styles[one], Words("episode", "小任务（episode）"), tooltips=told)
    low = min([0.9, *(min(pair.one, pair.other) for pair in pairs)])
    title, low, high = Words("balanced accuracy of {who}", "{who}的平衡准确率"), max(0.0, low - 0.05), 1.02
    return Chart(
        title=Words(
            "{first} is better in {better} {better:episode|episodes}, {second} in {worse}, {equal} {equal:is|are} equal; mean difference {mean} points ({first} minus {second})",
            "{first}在 {better} 个小任务（episode）中更好，{second}在 {worse} 个中更好，{equal} 个相同；平均差 {mean} 个百分点（{first}减{second}）",
        ).format(first=first, second=second, better=better, worse=worse, equal=len(pairs) - better - worse, mean=f"{mean:+.1f}"),
        how=Words(
            "How to read: each mark is one episode, the same patients for both. Above the dashed diagonal {first} was better, below it {second}.",
            "读法：每个标记为一个小任务（episode），两种方法面对相同的患者。虚对角线上方为{first}更好，下方为{second}更好。",
        ).format(first=first, second=second),
        alt=Words(
            "Balanced accuracy of {first} against {second}, episode by episode", "逐个小任务（episode）比较{first}与{second}的平衡准确率"
        ).format(first=first, second=second),
        x=Axis(title.format(who=second), low, high, percent=True),
        y=Axis(title.format(who=first), low, high, percent=True),
        marks=(diagonal, dots),
    )


def _told(k_shot: int, episode: int) -> Words:
    return Words("{k} labeled {k:patient|patients} of each, episode {n}", "每种 {k} 位已确诊患者，第 {n} 个小任务（episode）").format(
        k=k_shot, n=episode + 1
    )
