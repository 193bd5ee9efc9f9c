"""A leaderboard in sentences, and as plain text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metamed_core.evaluation.episode_draws import LEAVE_ONE_OUT, NO_PATIENT
from metamed_core.evaluation.leaderboard import Leaderboard, LeaderboardRow
from metamed_core.evaluation.metric_samples import MEASURES, Measure
from metamed_core.statistics import Interval
from metamed_core.words import Language, Words

TOP = 3
"""Of how many diagnoses top-3 accuracy takes the most probable ones."""
TOO_WIDE = 0.1
"""Half-width above which the interval of a difference between shares is too wide to choose a method."""


def verdict(board: Leaderboard) -> tuple[Words, ...]:
    """Sentences: the leader, methods not distinguishable from it, methods that are worse, and a warning if the intervals are too wide."""
    if not board.rows:
        return (_NONE,)
    leader, *others = board.rows
    if np.isnan(leader.score.mean):
        return (_UNKNOWN.format(metric=MEASURES[board.metric].title),)
    alike = [one for one in others if not one.apart and one not in board.tied]
    behind = [one for one in others if one.apart]
    found = [_leads(board, leader) if len(board.tied) == 1 else _ties(board, leader)]
    if np.isnan(leader.score.low):
        return (*found, _EARLY)
    if alike:
        found.append(
            (_ALIKE if behind or len(board.tied) > 1 else _NOBODY).format(
                names=listed([one.entry.title for one in alike]), leader=leader.entry.title
            )
        )
    if behind:
        found.append(_BEHIND.format(names=listed([_gap(one, MEASURES[board.metric]) for one in behind])))
    if board.metric == "top3" and board.n_way and board.n_way[0] <= TOP:
        found.append(_ALWAYS.format(n=board.n_way[0]))
    if board.k_shot is None and len(board.n_way) > 1:
        found.append(_UNLIKE.format(least=board.n_way[0], most=board.n_way[-1]))
    if too_wide(board):
        most = max(one.behind.high for one in others if one.behind and not one.apart)
        found.append(_WIDE.format(n=board.n_patients, points=f"{100 * most:.0f}"))
    return tuple(found)


def too_wide(board: Leaderboard) -> bool:
    """Whether the interval of a method not distinguishable from the leader has a half-width over 10 percentage points."""
    alike = [one.behind for one in board.rows if one.behind and not one.apart]
    return MEASURES[board.metric].share and any(not gap.half_width <= TOO_WIDE for gap in alike)


def place(k_shot: int | None) -> Words:
    """A number of shots in words; None: over all shots."""
    if k_shot is None:
        return Words("over all numbers of labeled patients", "综合各种每类样本数")
    if k_shot == LEAVE_ONE_OUT:
        return Words("with one patient left out at a time", "逐一留出患者时")
    if k_shot == NO_PATIENT:
        return Words("without any labeled patient", "没有任何已确诊患者时")
    return Words("with {k} labeled {k:patient|patients} per diagnosis", "每类样本数为 {k} 时").format(k=k_shot)


def listed(names: Sequence[Words]) -> Words:
    """Names separated by commas."""
    return Words(", ".join(name.en for name in names), "、".join(name.zh for name in names))


def leaderboard_text(board: Leaderboard, language: Language = "en") -> str:
    """The leaderboard and its verdict as lines of plain text."""
    measure = MEASURES[board.metric]
    title = _TITLE.format(metric=measure.title, place=place(board.k_shot), episodes=board.n_episodes, patients=board.n_patients)
    lines = [_line(one, measure, language) for one in board.rows]
    return "\n".join([title.into(language), *lines, *(sentence.into(language) for sentence in verdict(board))])


def _line(one: LeaderboardRow, measure: Measure, language: Language) -> str:
    behind = f"{_interval(one.behind, measure, signed=True)}  p = {one.p:.4f}" if one.behind else ""
    return f"  {one.entry.title.into(language):<32}{_interval(one.score, measure):<24}{behind}".rstrip()


def _interval(interval: Interval, measure: Measure, *, signed: bool = False) -> str:
    mean, low, high = (measure.text(value, signed=signed) for value in (interval.mean, interval.low, interval.high))
    return f"{mean} [{low}, {high}]"


def _leads(board: Leaderboard, leader: LeaderboardRow) -> Words:
    measure = MEASURES[board.metric]
    mean, low, high = (measure.text(value) for value in (leader.score.mean, leader.score.low, leader.score.high))
    shown = Words(f"{mean}%", f"{mean}%") if measure.share else Words(mean, mean)
    sentence = _LEADS_EARLY if np.isnan(leader.score.low) else _LEADS
    return sentence.format(leader=leader.entry.title, metric=measure.title, place=place(board.k_shot), mean=shown, low=low, high=high)


def _ties(board: Leaderboard, leader: LeaderboardRow) -> Words:
    """The leaders by name, if several have the same score."""
    measure = MEASURES[board.metric]
    mean, low, high = (measure.text(value) for value in (leader.score.mean, leader.score.low, leader.score.high))
    shown = Words(f"{mean}%", f"{mean}%") if measure.share else Words(mean, mean)
    sentence = _TIES_EARLY if np.isnan(leader.score.low) else _TIES
    names = listed([one.entry.title for one in board.tied])
    everybody = Words("All methods", "全部方法") if len(board.tied) == len(board.rows) else names
    where = place(board.k_shot)
    return sentence.format(names=everybody, metric=measure.title, place=where, mean=shown, leader=leader.entry.title, low=low, high=high)


def _gap(one: LeaderboardRow, measure: Measure) -> Words:
    gap = one.behind or Interval(np.nan, np.nan, np.nan)
    texts = {name: measure.text(value) for name, value in (("mean", gap.mean), ("low", gap.low), ("high", gap.high))}
    return (_POINTS if measure.share else _BY).format(title=one.entry.title, **texts)


_NONE = Words("No episode is finished yet.", "尚无完成的小任务。")
_UNKNOWN = Words(
    "{metric} needs several patients in one episode, and leave-one-out predicts one at a time: choose another metric.",
    "{metric}要求一个小任务中有多位患者，而留一法每次只预测一位：请选择其他指标。",
)
_EARLY = Words(
    "There are no intervals yet: they need at least two episodes, and two patients of each diagnosis.",
    "尚无区间：至少需要两个小任务，并且每种诊断至少两位患者。",
)
CLAIM = Words(
    "The 95% intervals are for other patients and episodes of this clinic with as many labeled patients, not for another hospital. "
    "Whether two methods are distinguishable is corrected for the number of all pairs (Holm), so a single interval may exclude 0 without a verdict.",
    "95% 区间针对的是同一机构中已确诊患者数相同的其他患者与小任务，不适用于其他医院。"
    "两种方法能否区分，已按所有两两比较的数目作了校正（Holm 法），因此个别区间不含 0 时也可能没有结论。",
)
"""The population that intervals and verdicts refer to; shown with every leaderboard."""
_LEADS_EARLY = Words("{leader} has the best {metric} {place} so far: {mean}.", "{place}，目前{metric}最好的是{leader}：{mean}。")
_LEADS = Words(
    "{leader} has the best {metric} {place}: {mean} (95% interval {low} to {high}).",
    "{place}，{metric}最好的是{leader}：{mean}（95% 区间 {low} 至 {high}）。",
)
_TIES_EARLY = Words(
    "{names} tie for the best {metric} {place} so far: {mean} each.", "{place}，目前{names}并列最好的{metric}：均为 {mean}。"
)
_TIES = Words(
    "{names} tie for the best {metric} {place}: {mean} each (95% interval of {leader} {low} to {high}).",
    "{place}，{names}并列最好的{metric}：均为 {mean}（{leader}的 95% 区间 {low} 至 {high}）。",
)
_ALIKE = Words("Not distinguishable from {leader}: {names}.", "与{leader}无法区分的有：{names}。")
_NOBODY = Words("None of the others is distinguishable from {leader}: {names}.", "其余方法均与{leader}无法区分：{names}。")
_BEHIND = Words("Worse than the leader: {names}.", "差于领先者的有：{names}。")
_POINTS = Words("{title} (by {mean} points, {low} to {high})", "{title}（落后 {mean} 个百分点，区间 {low} 至 {high}）")
_BY = Words("{title} (by {mean}, {low} to {high})", "{title}（相差 {mean}，区间 {low} 至 {high}）")
_ALWAYS = Words(
    "Episodes of {n} {n:diagnosis|diagnoses} are right by definition: top-3 accuracy says something with four or more.",
    "含 {n} 种诊断的小任务必然正确：诊断达到四种以上时，前三位准确率才有意义。",
)
_UNLIKE = Words(
    "This is a mean over unlike tasks, of {least} to {most} diagnoses: read the results of one number of labeled patients.",
    "这是不同任务（{least} 至 {most} 种诊断）的平均值：请看单个每类样本数下的结果。",
)
_WIDE = Words(
    "The intervals are too wide to choose: with {n} {n:patient|patients} a method that seems equal may be up to {points} points worse. Add labeled patients, or take the simplest method.",
    "区间太宽，无法取舍：仅凭 {n} 位患者，看似相当的方法实际可能差多达 {points} 个百分点。请增加已确诊患者，或选择最简单的方法。",
)
_TITLE = Words(
    "{metric} {place}; {episodes} {episodes:episode|episodes}, {patients} {patients:patient|patients}",
    "{metric}，{place}；{episodes} 个小任务，{patients} 位患者",
)
