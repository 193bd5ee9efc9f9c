"""Accuracy against the number of labelled patients, and against the steps of adaptation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamed_core.drawing import LEVEL, Axis, Chart, Line, SeriesStyle, per_cent
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.curves import Point, TwinCurve, learning_curves
from metamed_core.evaluation.episodes import LEAVE_ONE_OUT
from metamed_core.evaluation.samples import MEASURES, Measure, Metric
from metamed_core.statistics import Interval
from metamed_core.words import Words

SHOTS = Words("shots: labelled patients of each diagnosis", "样本数：每种诊断的已确诊患者数")
ACCURACY = Words("balanced accuracy", "平衡准确率")
LOGISTIC = Words("logistic regression", "逻辑回归")
_HIGHER = Words("How to read: one line a method; higher is better.", "读法：每条线为一种方法，越高越好。")
_LOWER = Words("How to read: one line a method; lower is better.", "读法：每条线为一种方法，越低越好。")
_BANDS = Words(
    "The bands are the 95 % intervals of two of them; those of the others stand in the table and under the pointer.",
    "色带为其中两种方法的 95% 区间；其余方法的区间见表格，或将指针移到点上查看。",
)


def accuracy_by_shots(
    comparison: Comparison, styles: Mapping[str, SeriesStyle], metric: Metric = "balanced_accuracy", banded: Sequence[str] = ()
) -> Chart:
    """Every method's score at each number of shots; intervals as bands for those in `banded`, told for all."""
    measure, curves = MEASURES[metric], learning_curves(comparison, metric)
    shots = [point.k_shot for point in next(iter(curves.values()))]
    # The same distance from each number to the next: between 1 and 2 patients lies as much as between 5 and 10. The last are most.
    places = {k: float(at) for at, k in enumerate(sorted(shots, key=lambda k: (k == LEAVE_ONE_OUT, k)))}
    lines = tuple(_curve(comparison, key, styles[key], points, places, banded) for key, points in curves.items())
    return Chart(
        title=_more_patients(comparison, curves, metric),
        how=(_HIGHER if measure.higher_is_better else _LOWER) + _BANDS,
        alt=Words("{metric} of each method against the number of labelled patients", "各方法的{metric}随已确诊患者数的变化").format(
            metric=measure.title
        ),
        x=Axis(SHOTS, ticks=tuple((at, _shots(k)) for k, at in places.items()), limits=(-0.25, len(places) - 0.75)),
        y=Axis(measure.title, percent=measure.share),
        lines=lines,
    )


def _curve(
    comparison: Comparison, key: str, style: SeriesStyle, points: Sequence[Point], places: Mapping[int, float], banded: Sequence[str]
) -> Line:
    points = sorted(points, key=lambda point: places[point.k_shot])
    scores = [point.score for point in points]
    return Line(
        name=comparison.entry(key).title,
        style=style,
        x=tuple(places[point.k_shot] for point in points),
        y=tuple(score.mean for score in scores),
        low=tuple(score.low for score in scores) if key in banded else (),
        high=tuple(score.high for score in scores) if key in banded else (),
        told=tuple(_told(score, scores) for score in scores),
        band=True,
    )


def _told(score: Interval, scores: Sequence[Interval]) -> Words:
    return Words(
        f"{score.mean:.3f} (95 % {score.low:.3f} to {score.high:.3f})", f"{score.mean:.3f}（95% {score.low:.3f} 至 {score.high:.3f}）"
    )


def _more_patients(comparison: Comparison, curves: Mapping[str, Sequence[Point]], metric: Metric) -> Words:
    """Who is best with the fewest and with the most labelled patients."""
    measure = MEASURES[metric]
    told = []
    for at in (0, -1):
        shots = sorted(next(iter(curves.values())), key=lambda point: (point.k_shot == LEAVE_ONE_OUT, point.k_shot))[at].k_shot
        scores = {key: next(p.score.mean for p in points if p.k_shot == shots) for key, points in curves.items()}
        best = (max if measure.higher_is_better else min)(scores, key=scores.__getitem__)
        told.append((shots, comparison.entry(best).title, _with_unit(measure, scores[best])))
    (few, first, low), (many, last, high) = told
    if few == many:
        return Words("Best at {k} shots: {who} with {score}", "{k} 样本时最好的是{who}：{score}").format(
            k=_shots(few), who=first, score=low
        )
    return Words(
        "Best at {few}: {first} with {low}; at {many}: {last} with {high}",
        "样本数为 {few} 时最好的是{first}（{low}），为 {many} 时是{last}（{high}）",
    ).format(few=_at(few), many=_at(many), first=first, last=last, low=low, high=high)


def _with_unit(measure: Measure, value: float) -> Words:
    text = measure.text(value)
    return Words(f"{text} %", f"{text}%") if measure.share else Words(text, text)


def _at(k_shot: int) -> Words:
    plain = _shots(k_shot)
    return plain if k_shot == LEAVE_ONE_OUT else Words(f"{k_shot} shot{'' if k_shot == 1 else 's'}", plain.zh)


def _shots(k_shot: int) -> Words:
    return Words("all but one", "留一法") if k_shot == LEAVE_ONE_OUT else Words(str(k_shot), str(k_shot))


def accuracy_by_steps(curve: TwinCurve, styles: Mapping[str, SeriesStyle]) -> Chart:
    """The twin curve: one learner from a meta-learnt and from a random start, beside the level of logistic regression."""
    twins = [*curve.meta_learned, *([curve.random] if curve.random else [])]
    lines = [
        Line(
            name=twin.entry.title,
            style=styles[twin.entry.key],
            x=tuple(float(step) for step in range(len(twin.steps))),
            y=tuple(step.mean for step in twin.steps),
            low=tuple(step.low for step in twin.steps),
            high=tuple(step.high for step in twin.steps),
            told=tuple(_told(step, twin.steps) for step in twin.steps),
            band=True,
        )
        for twin in twins
    ]
    most = max(len(twin.steps) for twin in twins) - 1
    if curve.level is not None:
        level = curve.level.mean
        lines.append(Line(LOGISTIC, LEVEL, (0.0, float(most)), (level, level), marks=False))
    return Chart(
        title=_worth(curve),
        how=Words(
            "How to read: accuracy on patients who were asked about, after each step of adaptation; step 0 is before any. The bands are 95 % intervals. "
            "What lies between the two lines is what meta-training is worth on these patients; the dashed level is logistic regression.",
            "读法：每一步适应之后在被询问患者上的准确率，第 0 步为适应之前。色带为 95% 区间。两条线之间的差距即元训练在这些患者上的价值；虚线为逻辑回归的水平。",
        ),
        alt=Words(
            "Accuracy by step of adaptation from a meta-learnt and from a random start",
            "从元学习起点与随机起点出发，准确率随适应步数的变化",
        ),
        x=Axis(Words("step of adaptation", "适应步数"), limits=(-0.15, most + 0.15)),
        y=Axis(ACCURACY, percent=True),
        lines=tuple(lines),
    )


def _worth(curve: TwinCurve) -> Words:
    if not curve.meta_learned or curve.random is None:
        return Words("How accuracy changes from step to step", "准确率如何逐步变化")
    learnt, chance = curve.meta_learned[0].steps, curve.random.steps
    return Words(
        "Meta-learnt start: {a0} % before, {a1} % after adaptation; random start: {b0} % and {b1} %",
        "元学习起点：适应前 {a0}%，适应后 {a1}%；随机起点：{b0}% 与 {b1}%",
    ).format(a0=per_cent(learnt[0].mean), a1=per_cent(learnt[-1].mean), b0=per_cent(chance[0].mean), b1=per_cent(chance[-1].mean))
