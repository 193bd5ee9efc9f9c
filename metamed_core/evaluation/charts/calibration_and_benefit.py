"""Reliability diagrams and decision curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from metamed_core.drawing import GRAY, Area, Axis, Chart, Line, SeriesStyle, interval_band, joined, points, verbatim
from metamed_core.evaluation.calibration_error import calibration_error, reliability
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.net_benefit import FEWEST_PATIENTS, NetBenefit, net_benefit
from metamed_core.statistics import Interval
from metamed_core.words import Words

Array = npt.NDArray[np.float64]
FEWEST = 5
"""Bins with fewer predictions are not shown."""
LOWEST = -0.05
"""Net benefit below this is not shown; "treat none" has a net benefit of 0."""
MOST_RANGES = 4
"""Ranges of thresholds that a headline lists."""


def reliability_diagram(comparison: Comparison, styles: Mapping[str, SeriesStyle], keys: Sequence[str], k_shot: int | None = None) -> Chart:
    """Reliability diagram: share of correct predictions against predicted probability, in ten bins.

    Parameters
    ----------
    comparison
        The results.
    styles
        Line style of each method, by key.
    keys
        Keys of the methods to show.
    k_shot
        Number of shots; None for all together.
    """
    lines, errors = [Line(((0.0, 0.0), (1.0, 1.0)), GRAY, Words("perfect calibration", "完全校准"))], []
    for key in keys:
        found, title = reliability(comparison, key, k_shot), comparison.entry(key).title
        shown = found.n >= FEWEST
        told = [_answers(n, share) for n, share in zip(found.n[shown].tolist(), found.accuracy[shown].tolist(), strict=True)]
        at = points(zip(found.confidence[shown], found.accuracy[shown], strict=True))
        lines.append(Line(at, styles[key], title, markers=True, tooltips=tuple(told)))
        errors.append(_error(title, calibration_error(comparison, key, k_shot)))
    return Chart(
        title=Words(
            "Expected calibration error (0 is perfect) with its 95% interval: {errors}",
            "期望校准误差（0 为完全校准）及其 95% 区间：{errors}",
        ).format(errors=joined(errors)),
        how=Words(
            "How to read: predictions are grouped by their probability. On the dashed line, 80% means right in 80 of 100; below it a method is overconfident, above it underconfident. "
            "Groups with fewer than {least} predictions are left out. Few predictions make the error larger by chance.",
            "读法：按概率将预测分组。落在虚线上表示概率为 80% 时 100 次中有 80 次正确；在其下方为过于自信，在其上方为过于保守。少于 {least} 次预测的组不显示。预测次数少时，误差会因偶然而偏大。",
        ).format(least=FEWEST),
        alt=Words(
            "Reliability diagram: share of correct predictions against predicted probability", "可靠性图：预测正确的比例与预测概率的关系"
        ),
        x=Axis(Words("probability of the predicted diagnosis", "预测诊断的概率"), low=0.0, high=1.02, percent=True),
        y=Axis(Words("share of correct predictions", "预测正确的比例"), low=0.0, high=1.02, percent=True),
        marks=tuple(lines),
    )


def _error(who: Words, error: Interval) -> Words:
    ends = f" [{error.low:.3f}, {error.high:.3f}]" if np.isfinite(error.low) else ""
    return Words("{who} {e}", "{who} {e}").format(who=who, e=f"{error.mean:.3f}{ends}")


def _answers(n: int, share: float) -> Words:
    return Words("{share:.0%} of {n} {n:prediction is|predictions are} correct", "{n} 次预测中 {share:.0%} 正确").format(share=share, n=n)


def decision_curves(
    comparison: Comparison,
    styles: Mapping[str, SeriesStyle],
    keys: Sequence[str],
    diagnosis: str,
    called: Words,
    k_shot: int | None = None,
    prevalence: float | None = None,
) -> Chart:
    """Decision curves of the methods `keys` for one diagnosis, shown as `called`; for `k_shot` and `prevalence` see `net_benefit`."""
    found = {key: net_benefit(comparison, key, diagnosis, k_shot, prevalence) for key in keys}
    key, shown = next(iter(found.items()))
    first, whose = shown.curve, AS_IN_EPISODES if prevalence is None else AS_GIVEN
    lines = [
        _benefit(Words("treat all", "全部处理"), GRAY, first.threshold, first.treat_all),
        _benefit(Words("treat none", "全不处理"), replace(GRAY, dash=(2, 2)), first.threshold, first.treat_none),
        *(_benefit(comparison.entry(each).title, styles[each], one.curve.threshold, one.curve.model) for each, one in found.items()),
    ]
    return Chart(
        title=_where(shown, comparison.entry(key).title, called),
        how=HOW.format(who=comparison.entry(key).title, p=f"{100 * first.prevalence:.0f}") + whose,
        alt=Words("Decision curve for {d}: net benefit against threshold probability", "“{d}”的决策曲线：净获益与阈值概率的关系").format(
            d=called
        ),
        x=Axis(Words("probability from which one would act", "采取行动的概率阈值"), low=0.0, high=1.0, percent=True),
        y=Axis(
            Words("net benefit, true positives per patient", "净获益（每位患者的真阳性数）"),
            LOWEST,
            max(0.05, first.prevalence * 1.05),
        ),
        marks=(_band(shown, styles[key]), *lines),
    )


def _benefit(name: Words, style: SeriesStyle, threshold: Array, value: Array) -> Line:
    shown = value >= LOWEST
    return Line(points(zip(threshold[shown], value[shown], strict=True)), style, name)


def _band(one: NetBenefit, style: SeriesStyle) -> Area:
    """The interval of a method, as far as its line is shown."""
    shown = one.curve.model >= LOWEST
    low, high = np.maximum(one.low, LOWEST)[shown].tolist(), one.high[shown].tolist()
    return interval_band(one.curve.threshold[shown].tolist(), low, high, style)


def _where(one: NetBenefit, who: Words, called: Words) -> Words:
    """Title: the thresholds at which the method beats treating all or none, or why nothing is claimed."""
    if not one.enough:
        return TOO_FEW.format(d=called, n=one.n_cases, others=one.n_others, least=FEWEST_PATIENTS)
    if not one.helps:
        return Words("{d}: {who} helps at no threshold", "{d}：{who}在任何阈值下都没有获益").format(d=called, who=who)
    surely = (SURELY if one.surely_helps else NOT_SURELY).format(sure=_listed(one.surely_helps))
    return BEATS.format(d=called, who=who, at=_listed(one.helps), surely=surely)


def _listed(found: Sequence[tuple[float, float]]) -> Words:
    """Ranges of thresholds in percent; of many, the widest."""
    widest = sorted(sorted(found, key=lambda ends: ends[0] - ends[1])[:MOST_RANGES])
    texts = [f"{100 * low:.0f}%" if low == high else f"{100 * low:.0f}–{100 * high:.0f}%" for low, high in widest]
    listed, left = joined([verbatim(text) for text in texts]), len(found) - len(widest)
    return MORE.format(listed=listed, n=left) if left else listed


BEATS = Words(
    "{d}: acting on {who} beats treating all or none at thresholds of {at}; {surely}",
    "{d}：阈值为 {at} 时，依据{who}行动优于全部处理或全不处理；{surely}",
)
SURELY = Words("its 95% interval does so at {sure}", "其 95% 区间也如此的阈值为 {sure}")
NOT_SURELY = Words("its 95% interval does so at none", "但其 95% 区间在任何阈值下都未做到")
MORE = Words("{listed} and {n} narrower {n:range|ranges}", "{listed}及另外 {n} 个更窄的区间")
TOO_FEW = Words(
    "{d}: {n} {n:patient|patients} with this diagnosis and {others} with another took part, too few for a statement about net benefit (at least {least} of each are needed)",
    "{d}：参评的患者中有 {n} 位患此病、{others} 位为其他诊断，人数太少，无法就净获益下结论（两者均至少需 {least} 位）",
)
HOW = Words(
    "How to read: choose on the horizontal axis the probability from which you would act (at 10%, nine false alarms are worth one case found). "
    "The highest line there helps most; a method below “treat all” or “treat none” does harm. The band is the 95% interval of {who} over patients and episodes, "
    "at each threshold by itself. Prevalence here: {p}%.",
    "读法：在横轴上选择您会采取行动的概率阈值（10% 表示为找到一个病例可接受九次误报）。该处最高的线获益最大；低于“全部处理”或“全不处理”的方法有害。"
    "色带为{who}在各阈值处的 95% 区间（针对患者与小任务，逐点计算）。此处患病率：{p}%。",
)
AS_IN_EPISODES = Words(
    "It is that of the episodes: they hold about as many patients of each diagnosis, as no clinic does.",
    "这是小任务中的比例：其中各诊断的患者数大致相等，与任何机构都不同。",
)
AS_GIVEN = Words("You gave it.", "由您给出。")
