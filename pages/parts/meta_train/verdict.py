"""What meta-training is worth on diseases never seen, in sentences: accuracy and probabilities, against none and against where it began."""

from __future__ import annotations

from dataclasses import dataclass

from metamed_core.evaluation import Comparison, difference, leaderboard
from metamed_core.statistics import Interval
from metamed_core.words import Words

UNTRAINED = "nearest_centroid"
GAINS = Words(
    "On diseases it has never seen, with {shots} of each, accuracy is {points} percentage points higher than without meta-training "
    "(untrained prototype; 95% interval {low} to {high}).",
    "在从未见过的疾病上（每种{shots}），准确率比不作元训练（未训练的原型）高 {points} 个百分点（95% 区间 {low} 至 {high}）。",
)
NO_GAIN = Words(
    "On diseases it has never seen, with {shots} of each, it is not reliably better than without meta-training (untrained prototype): {points} percentage points, "
    "95% interval {low} to {high}.",
    "在从未见过的疾病上（每种{shots}），它并不确定优于不作元训练（未训练的原型）：相差 {points} 个百分点，95% 区间 {low} 至 {high}。",
)
ELSEWHERE = Words(
    "With {shots} of each the difference from the untrained prototype is {points} percentage points ({low} to {high}).",
    "每种{shots}时，与未训练的原型相差 {points} 个百分点（{low} 至 {high}）。",
)
UNTRAINED_IS_BETTER = Words("There, the untrained prototype is the better one.", "此时未训练的原型更好。")
AGAINST_START = Words(
    "Against the weights it started from, accuracy changes by {points} percentage points ({low} to {high}) and the log-loss by {loss} ({best} to {worst}; "
    "lower is better); the calibration error (ECE) is {ece}%, theirs {before}%.",
    "与起始权重相比，准确率变化 {points} 个百分点（{low} 至 {high}），对数损失变化 {loss}（{best} 至 {worst}，越低越好）；校准误差（ECE）为 {ece}%，起始权重为 {before}%。",
)
LESS_ACCURATE = Words("It has become less accurate than they are: use them instead.", "它的准确率已不如起始权重：请改用起始权重。")
LESS_HONEST = Words(
    "Its probabilities have become worse than theirs: whatever it gains in accuracy, do not rely on them.",
    "它的概率已不如起始权重：即使准确率有所提高，也不要依赖这些概率。",
)
NOTHING = Words(
    "Nothing reliable is gained over them: use them, or give it more diseases to train on.",
    "与起始权重相比没有可靠的提高：请使用起始权重，或提供更多疾病用于训练。",
)
RECALIBRATED = Words(
    "Its probabilities were recalibrated on the validation diseases after the last step.", "最后一步之后，已在验证疾病上重新校准其概率。"
)
NOT_RECALIBRATED = Words(
    "Its probabilities are not recalibrated, which is done after the last step: continue to the end, or begin anew, before you rely on them.",
    "其概率尚未重新校准（在最后一步之后进行）：请先训练到最后或重新开始，再依赖这些概率。",
)


@dataclass(frozen=True)
class Gain:
    """Meta-trained weights on novel diseases, with so many labeled patients of each.

    Parameters
    ----------
    shots
        Labeled patients of each disease.
    untrained, start
        Gain in balanced accuracy over the untrained prototype, and over the weights that meta-training started from.
    probabilities
        By how much the log-loss is lower than with the latter.
    ece, ece_before
        Expected calibration error, and that of the weights it started from.
    recalibrated
        Whether the probabilities were recalibrated at the end.
    elsewhere
        The gain over the untrained prototype at other numbers of labeled patients.
    """

    shots: int
    untrained: Interval
    start: Interval
    probabilities: Interval
    ece: float
    ece_before: float
    recalibrated: bool
    elsewhere: tuple[tuple[int, Interval], ...] = ()


def gain_in(comparison: Comparison, *, recalibrated: bool) -> Gain | None:
    """What a comparison of `plan_on_novel` has measured, first at the fewest labeled patients; None before an episode is complete there."""
    (trained, start, *_), (shots, *others) = comparison.keys, comparison.shots_with_results or (0,)
    untrained = difference(comparison, trained, UNTRAINED, shots)
    accuracy = difference(comparison, trained, start, shots)
    probabilities = difference(comparison, trained, start, shots, "log_loss")
    if untrained is None or accuracy is None or probabilities is None:
        return None
    ece = {row.entry.key: row.also["ece"] for row in leaderboard(comparison, shots).rows}
    elsewhere = tuple((k, found) for k in others if (found := difference(comparison, trained, UNTRAINED, k)) is not None)
    return Gain(shots, untrained, accuracy, probabilities, ece[trained], ece[start], recalibrated, elsewhere)


def verdict(gain: Gain) -> tuple[Words, bool]:
    """Whether meta-training helps, in accuracy and in probabilities; and whether it does beyond chance and costs nothing."""
    better, shots = gain.untrained.low > 0, shots_in_words(gain.shots)
    points = _in_points(gain.untrained)
    said = GAINS.format(shots=shots, **points | {"points": points["points"][1:]}) if better else NO_GAIN.format(shots=shots, **points)
    for k, other in gain.elsewhere:
        said += ELSEWHERE.format(shots=shots_in_words(k), **_in_points(other))
        if other.high < 0:
            said += UNTRAINED_IS_BETTER
    said += _against_start(gain)
    worse = [text for text, than in ((LESS_ACCURATE, gain.start), (LESS_HONEST, gain.probabilities)) if than.high < 0]
    gained = gain.start.low > 0 or gain.probabilities.low > 0
    won = better and gained and not worse and all(other.high >= 0 for _, other in gain.elsewhere)
    for text in worse or ([] if gained else [NOTHING]):
        said += text
    return said + (RECALIBRATED if gain.recalibrated else NOT_RECALIBRATED), won and gain.recalibrated


def shots_in_words(k: int) -> Words:
    """So many labeled patients."""
    return Words("{k} labeled {k:patient|patients}", "{k} 位已确诊患者").format(k=k)


def _against_start(gain: Gain) -> Words:
    # A gain in log-loss is a loss that has become smaller.
    loss = {name: f"{-getattr(gain.probabilities, at):+.3f}" for name, at in (("loss", "mean"), ("best", "high"), ("worst", "low"))}
    return AGAINST_START.format(**_in_points(gain.start), **loss, ece=f"{100 * gain.ece:.1f}", before=f"{100 * gain.ece_before:.1f}")


def _in_points(found: Interval) -> dict[str, str]:
    return {name: f"{100 * end:+.1f}" for name, end in (("points", found.mean), ("low", found.low), ("high", found.high))}
