"""What knowledge is worth: each method with it against the same without it, on the same episodes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from metamed_core.drawing import MARKS, SeriesStyle, joined, render, verbatim
from metamed_core.evaluation.comparison import Comparison
from metamed_core.evaluation.entry import Entry
from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT
from metamed_core.evaluation.leaderboard import difference
from metamed_core.evaluation.metric_samples import MEASURES, Metric
from metamed_core.evaluation.verdict import place
from metamed_core.statistics import Interval
from metamed_core.words import Language, Words


@dataclass(frozen=True, slots=True)
class KnowledgeGain:
    """What knowledge adds to one method at one number of shots.

    Parameters
    ----------
    entry
        The method without knowledge.
    k_shot
        Number of shots.
    gain
        Its paired difference with 95% interval, positive where knowledge helps; NaN where the metric is not defined.
    """

    entry: Entry
    k_shot: int
    gain: Interval

    @property
    def helps(self) -> bool:
        """Whether the interval lies above 0."""
        return self.gain.low > 0

    @property
    def hurts(self) -> bool:
        """Whether the interval lies below 0."""
        return self.gain.high < 0


def knowledge_gains(comparison: Comparison, metric: Metric = "balanced_accuracy") -> tuple[KnowledgeGain, ...]:
    """What knowledge adds to each method at each number of shots, the fewest first; empty where no method takes part in both ways."""
    return tuple(
        KnowledgeGain(comparison.entry(without), k, gain)
        for k in sorted(comparison.shots_with_results, key=lambda k: (k == LEAVE_ONE_OUT, k))
        for knowing, without in comparison.twin_of.items()
        if (gain := difference(comparison, knowing, without, k, metric)) is not None
    )


def knowledge_verdict(gains: Sequence[KnowledgeGain], metric: Metric = "balanced_accuracy") -> tuple[Words, ...]:
    """Sentences: how many methods knowledge helps at each number of shots, and where it hurts; none without gains."""
    judged = [one for one in gains if math.isfinite(one.gain.low)]
    if not judged:
        return (_EARLY,) if gains else ()
    parts = []
    for k in dict.fromkeys(one.k_shot for one in judged):
        here = [one for one in judged if one.k_shot == k]
        parts.append(_HELPS.format(place=place(k), n=sum(one.helps for one in here), of=len(here)))
    hurt = [_named(one, metric) for one in judged if one.hurts]
    return _BETTER.format(parts=joined(parts)), _HURTS.format(names=joined(hurt)) if hurt else _HURTS_NONE


def knowledge_text(comparison: Comparison, language: Language = "en", metric: Metric = "balanced_accuracy") -> str:
    """The gains as lines of plain text; empty where no method takes part in both ways."""
    gains = knowledge_gains(comparison, metric)
    if not gains:
        return ""
    title = _title(metric).into(language)
    lines = [f"  {one.entry.title.into(language):<32}{place(one.k_shot).into(language)}: {' '.join(_cell(one, metric))}" for one in gains]
    return "\n".join([title, *lines, *(sentence.into(language) for sentence in knowledge_verdict(gains, metric))])


def knowledge_html(
    gains: Sequence[KnowledgeGain], styles: Mapping[str, SeriesStyle], metric: Metric, language: Language, *, styled: bool = True
) -> Markup:
    """The gains as a table: a row for each method, a column for each number of shots.

    Parameters
    ----------
    gains, metric
        See `knowledge_gains`.
    styles
        Style of each method, by its key.
    language
        Language of the table.
    styled
        Whether to include the style sheet of the table.
    """
    entries = list(dict.fromkeys(one.entry for one in gains))
    rows = [
        {
            "title": entry.title,
            "style": styles[entry.key],
            "marker": MARKS[styles[entry.key].shape],
            "bar": "",
            "cells": [_cell(one, metric) for one in gains if one.entry == entry],
        }
        for entry in entries
    ]
    header = [_title(metric), *(_shots(k) for k in dict.fromkeys(one.k_shot for one in gains))]
    return render("leaderboard.html", language, header=header, rows=rows, label=_title(metric), styled=styled)


def _title(metric: Metric) -> Words:
    measure = MEASURES[metric]
    return (_POINTS if measure.share else _TITLE).format(metric=measure.title)


def _shots(k_shot: int) -> Words:
    if k_shot == LEAVE_ONE_OUT:
        return Words("all but one", "留一法")
    return Words("{k} labeled", "每类 {k} 位").format(k=max(k_shot, 0))  # NO_PATIENT is none of each


def _cell(one: KnowledgeGain, metric: Metric) -> tuple[str, str]:
    """Gain and interval as texts, with a sign where the interval leaves out 0."""
    text = MEASURES[metric].text
    if not math.isfinite(one.gain.mean):
        return "–", ""
    sign = "▲ " if one.helps else "▼ " if one.hurts else ""
    known = math.isfinite(one.gain.low)
    return sign + text(
        one.gain.mean, signed=True
    ), f"[{text(one.gain.low, signed=True)}, {text(one.gain.high, signed=True)}]" if known else ""


def _named(one: KnowledgeGain, metric: Metric) -> Words:
    value, ends = _cell(one, metric)
    return _WHERE.format(who=one.entry.title, place=place(one.k_shot), value=verbatim(value.removeprefix("▼ ")), ends=verbatim(ends))


KNOWLEDGE_TITLE = Words("What knowledge adds", "知识带来的提升")
"""The heading above it."""
_TITLE = Words("What knowledge adds to the {metric}", "知识给{metric}带来的提升")
_POINTS = Words("What knowledge adds to the {metric}, percentage points", "知识给{metric}带来的提升（百分点）")
_BETTER = Words("Clearly better with knowledge: {parts}.", "有知识时明显更好：{parts}。")
_HELPS = Words("{place} {n} of {of} {of:method|methods}", "{place} {of} 种方法中有 {n} 种")
_HURTS = Words("Clearly worse with it: {names}.", "有知识反而明显更差：{names}。")
_HURTS_NONE = Words("With it no method is clearly worse.", "没有方法因知识而明显变差。")
_WHERE = Words("{who} {place} ({value} {ends})", "{who}{place}（{value} {ends}）")
_EARLY = Words(
    "What knowledge adds has no intervals yet: they need at least two episodes, and two patients of each diagnosis.",
    "知识带来的提升尚无区间：至少需要两个小任务，并且每种诊断至少两位患者。",
)
KNOWLEDGE_HOW = Words(
    "How to read: each method with what is known minus the same without it, on the same episodes and patients, with its 95% interval; above 0 knowledge helps. ▲ and ▼ "
    "mark intervals that leave out 0; they are not corrected for their number. Without any labeled patient (0) a method without knowledge guesses.",
    "读法：同一方法有知识与无知识之差（相同的小任务与患者）及其 95% 区间，大于 0 表示知识有帮助。▲ 与 ▼ 表示区间不含 0；未按区间数目校正。没有已确诊患者（0）时，无知识的方法只能猜测。",
)
"""How to read the table of `knowledge_html`."""
