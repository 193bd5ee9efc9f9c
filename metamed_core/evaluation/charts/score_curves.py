"""Scores against the number of labeled patients, and accuracy against the steps of adaptation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metamed_core.drawing import GRAY, Axis, Chart, Line, Mark, SeriesStyle, interval_band, per_cent, verbatim
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.curves import Point, TwinCurve, learning_curves
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT
from metamed_core.evaluation.leaderboard import SAME
from metamed_core.evaluation.metric_samples import MEASURES, Measure, Metric
from metamed_core.learners import LEARNERS
from metamed_core.statistics import Interval
from metamed_core.words import Words

SHOTS = Words("labeled patients of each diagnosis (shots)", "每种诊断的已确诊患者数（每类样本数）")
ACCURACY = Words("balanced accuracy", "平衡准确率")
LOGISTIC = Words("logistic regression", "逻辑回归")
_HIGHER = Words("How to read: one line per method; higher is better.", "读法：每条线为一种方法，越高越好。")
_LOWER = Words("How to read: one line per method; lower is better.", "读法：每条线为一种方法，越低越好。")
_BANDS = Words(
    "The bands are the 95% intervals of two of them; those of the others stand in the table and under the pointer.",
    "色带为其中两种方法的 95% 区间；其余方法的区间见表格，或将指针移到点上查看。",
)


def score_by_shots(
    comparison: Comparison, styles: Mapping[str, SeriesStyle], metric: Metric = "balanced_accuracy", banded: Sequence[str] = ()
) -> Chart:
    """Score of each method against the number of shots.

    Parameters
    ----------
    comparison
        The results.
    styles
        Line style of each method, by key.
    metric
        The metric.
    banded
        Keys of the methods whose confidence intervals are drawn as bands; the tooltips contain all intervals.
    """
    measure, curves = MEASURES[metric], learning_curves(comparison, metric)
    shots = [point.k_shot for point in next(iter(curves.values()))]
    # Equidistant numbers of shots, as on a logarithmic axis; leave-one-out comes last.
    places = {k: float(at) for at, k in enumerate(sorted(shots, key=lambda k: (k == LEAVE_ONE_OUT, k)))}
    curves_drawn = [_curve(comparison, key, styles[key], points, places, banded=key in banded) for key, points in curves.items()]
    return Chart(
        title=_more_patients(comparison, curves, metric),
        how=(_HIGHER if measure.higher_is_better else _LOWER) + _BANDS,
        alt=Words("{metric} of each method against the number of labeled patients", "各方法的{metric}随已确诊患者数的变化").format(
            metric=measure.title
        ),
        x=Axis(SHOTS, -0.25, len(places) - 0.75, ticks=tuple((at, _shots(k)) for k, at in places.items())),
        y=Axis(measure.title, percent=measure.share),
        marks=_bands_first(curves_drawn),
    )


def _bands_first(curves: Sequence[Sequence[Mark]]) -> tuple[Mark, ...]:
    """Marks with the bands first, so that no band covers a line."""
    return tuple(sorted((mark for curve in curves for mark in curve), key=lambda mark: isinstance(mark, Line)))


def _curve(
    comparison: Comparison, key: str, style: SeriesStyle, points: Sequence[Point], places: Mapping[int, float], *, banded: bool
) -> list[Mark]:
    points = sorted(points, key=lambda point: places[point.k_shot])
    return _scores(
        comparison.entry(key).title, style, [places[point.k_shot] for point in points], [point.score for point in points], banded=banded
    )


def _scores(name: Words, style: SeriesStyle, x: Sequence[float], scores: Sequence[Interval], *, banded: bool) -> list[Mark]:
    """The mean scores as a line with its markers and, if `banded`, their intervals as a band."""
    line = Line(tuple(zip(x, [score.mean for score in scores], strict=True)), style, name, markers=True, tooltips=tuple(map(_told, scores)))
    band = interval_band(x, [score.low for score in scores], [score.high for score in scores], style)
    return [band, line] if banded else [line]


def _told(score: Interval) -> Words:
    return Words("{mean} (95% {low} to {high})", "{mean}（95% {low} 至 {high}）").format(
        mean=f"{score.mean:.3f}", low=f"{score.low:.3f}", high=f"{score.high:.3f}"
    )


def _more_patients(comparison: Comparison, curves: Mapping[str, Sequence[Point]], metric: Metric) -> Words:
    """Title: the best methods with the fewest and with the most labeled patients."""
    measure = MEASURES[metric]
    told = []
    for at in (0, -1):
        shots = sorted(next(iter(curves.values())), key=lambda point: (point.k_shot == LEAVE_ONE_OUT, point.k_shot))[at].k_shot
        scores = {key: next(p.score.mean for p in points if p.k_shot == shots) for key, points in curves.items()}
        best = (max if measure.higher_is_better else min)(scores, key=scores.__getitem__)
        n_best = sum(abs(score - scores[best]) < SAME for score in scores.values())
        told.append((shots, comparison.entry(best).title if n_best == 1 else _TIED.format(n=n_best), _with_unit(measure, scores[best])))
    (few, first, low), (many, last, high) = told
    if few == many:
        return Words("Best {at}: {who} with {score}", "{at}最好的是{who}：{score}").format(at=_with(few), who=first, score=low)
    return Words(
        "Best {few}: {first} with {low}; {many}: {last} with {high}", "{few}最好的是{first}（{low}），{many}是{last}（{high}）"
    ).format(few=_with(few), many=_with(many), first=first, last=last, low=low, high=high)


_TIED = Words("{n} {n:method|methods} tied", "{n} 种方法并列")


def _with_unit(measure: Measure, value: float) -> Words:
    return verbatim(f"{measure.text(value)}%" if measure.share else measure.text(value))


def _with(k_shot: int) -> Words:
    if k_shot == LEAVE_ONE_OUT:
        return Words("with all patients but one", "留一法时")
    k_shot = max(k_shot, 0)  # NO_PATIENT is none of each
    return Words("with {k} labeled {k:patient|patients} of each", "每种 {k} 位已确诊患者时").format(k=k_shot)


def _shots(k_shot: int) -> Words:
    return Words("all but one", "留一法") if k_shot == LEAVE_ONE_OUT else verbatim(max(k_shot, 0))


def accuracy_by_steps(curve: TwinCurve, styles: Mapping[str, SeriesStyle]) -> Chart:
    """Accuracy after each adaptation step, from meta-learned and random initial weights, with logistic regression for reference."""
    twins = [*curve.meta_learned, *([curve.random] if curve.random else [])]
    marks = list(
        _bands_first([_scores(twin.entry.title, styles[twin.entry.key], range(len(twin.steps)), twin.steps, banded=True) for twin in twins])
    )
    most = max(len(twin.steps) for twin in twins) - 1
    if curve.level is not None:
        level = curve.level.mean
        marks.append(Line(((0.0, level), (float(most), level)), GRAY, LOGISTIC))
    return Chart(
        title=_worth(curve),
        how=_how(curve),
        alt=Words(
            "Accuracy by step of adaptation from a meta-learned and from a random initialization",
            "从元训练得到的初始权重与随机初始权重出发，准确率随适应步数的变化",
        ),
        x=Axis(Words("adaptation step", "适应步数"), -0.15, most + 0.15, ticks=_whole_steps(most)),
        y=Axis(ACCURACY, percent=True),
        marks=tuple(marks),
    )


def _how(curve: TwinCurve) -> Words:
    """How to read the curve, and why random weights are better than guessing before the first step, where they are."""
    known = LEARNERS.get(curve.learner)
    made_of_prototypes = curve.random is not None and known is not None and not known.has_own_network
    return _STEPS + _RANDOM_START if made_of_prototypes else _STEPS


_STEPS = Words(
    "How to read: accuracy on patients whose diagnosis was withheld, after each step of adaptation; step 0 is before any. "
    "The bands are 95% intervals. What lies between the two lines is what meta-training gains on these patients; "
    "the dashed level is logistic regression.",
    "读法：每一步适应之后在隐去诊断的患者上的准确率，第 0 步为适应之前。色带为 95% 区间。两条线之间的差距即元训练在这些患者上带来的提升；虚线为逻辑回归的水平。",
)
_RANDOM_START = Words(
    "A random start can be right often before the first step, because a patient is compared with the mean of each diagnosis's labeled patients (its prototype) from the beginning.",
    "随机起点在第一步之前就可能相当准确，因为从一开始就把患者与每种诊断已确诊患者的平均（原型）作比较。",
)


def _whole_steps(most: int) -> tuple[tuple[float, Words], ...]:
    return tuple((float(step), verbatim(step)) for step in range(0, most + 1, max(1, round(most / 10))))


def _worth(curve: TwinCurve) -> Words:
    if not curve.meta_learned or curve.random is None:
        return Words("How accuracy changes from step to step", "准确率如何逐步变化")
    learned, chance = curve.meta_learned[0].steps, curve.random.steps
    return Words(
        "Meta-learned initialization: {a0}% before, {a1}% after adaptation; random initialization: {b0}% and {b1}%",
        "元训练得到的初始权重：适应前 {a0}%，适应后 {a1}%；随机初始权重：{b0}% 与 {b1}%",
    ).format(a0=per_cent(learned[0].mean), a1=per_cent(learned[-1].mean), b0=per_cent(chance[0].mean), b1=per_cent(chance[-1].mean))
