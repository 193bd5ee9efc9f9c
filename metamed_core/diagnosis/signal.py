"""Is there any signal: what the held-out patients say about the table before any answer is read, and who among them was named wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metamed_core.knowledge import without_patients
from metamed_core.statistics import ShuffleTest, certified, coverage_sets, shuffle_test
from metamed_core.words import Words

if TYPE_CHECKING:
    from metamed_core.diagnosis.trace import AdaptationTrace
    from metamed_core.diagnosis.watched_step import Step

ABOVE_CHANCE = Words(
    "There is signal: with shuffled diagnoses {chance} would be right on average, and {needed} or more in at most 1 of 20 cases. "
    "With so few patients, an accuracy of {true} would be noticed in {power} of tables like this.",
    "存在信号：若将诊断随机打乱，平均只有 {chance} 位正确，达到 {needed} 位或更多的情况至多 20 次中 1 次。"
    "以这样的患者数，若真实准确率为 {true}，在同类表格中有 {power} 能被察觉。",
)
NOT_ABOVE_CHANCE = Words(
    "Not above chance: with shuffled diagnoses {chance} would be right on average, and only {needed} or more would be more than luck. "
    "Do not rely on the answers: they may be no better than guessing. With so few patients, an accuracy of {true} would be noticed in {power} "
    "of tables like this.",
    "未超过偶然水平：若将诊断随机打乱，平均也有 {chance} 位正确；达到 {needed} 位或更多才不只是运气。请勿依赖这些答案：它们可能并不优于随机猜测。"
    "以这样的患者数，若真实准确率为 {true}，在同类表格中有 {power} 能被察觉。",
)
NO_TEST = Words(
    "So few labeled patients can be held out that no accuracy, not even 100%, could be told from chance: label more patients.",
    "可留出的已确诊患者过少，即使准确率为 100% 也无法与偶然区分：请补充已确诊患者。",
)
UNJUDGED = Words(
    "{n} labeled {n:patient|patients} could not be judged: nobody else has the same diagnosis.",
    "{n} 位已确诊患者无法评判：没有其他患者有相同诊断。",
)
GUARANTEE = Words(
    "At {share}, the right diagnosis is among those still possible for {held} of {n} held-out {n:patient|patients}. So many patients alone can guarantee {certain} "
    "at most (1 - 1/(n + 1)); what lies beyond rests on simulated tables.",
    "在 {share} 的设定下，{n} 位留出患者中有 {held} 位的诊断在其“仍有可能”之列。仅凭 {n} 位患者，最多只能保证 {certain}（1 - 1/(n + 1)）；超出部分依据模拟表格。",
)


CERTAIN = 0.99
"""A power above this is said to lie above it: no test of so few patients is sure."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A labeled patient who, held out, was named wrongly: their name, diagnosis, the one named and its probability."""

    name: str
    diagnosis: str
    named: str
    probability: float


def signal(step: Step) -> ShuffleTest | None:
    """The label-shuffle test of the held-out patients at a step; None if none was held out."""
    if step.held_out is None or not len(step.held_out.y):
        return None
    return shuffle_test(step.held_out.y.numpy(), step.held_out.log_proba.argmax(-1).numpy())


def signal_note(test: ShuffleTest) -> Words:
    """The test in words, with its power; how many were right stands before it, where the accuracy is told."""
    if test.needed > test.n:
        return NO_TEST
    said = ABOVE_CHANCE if test.above_chance else NOT_ABOVE_CHANCE
    return said.format(
        chance=f"{test.chance * test.n:.1f}",
        needed=test.needed,
        true=f"{test.true_accuracy:.0%}",
        power=f"{test.power:.0%}" if test.power < CERTAIN else f">{CERTAIN:.0%}",
    )


def mistakes(trace: AdaptationTrace, step_index: int) -> tuple[Mistake, ...]:
    """The held-out patients who were named wrongly, the surest mistake first."""
    step, task = trace.steps[step_index], trace.task
    if step.held_out is None:
        return ()
    proba = step.held_out.proba(step.classifier.sharpness)
    found = [
        Mistake(task.support_names[at], task.classes[y], task.classes[k], p)
        for at, y, p, k in zip(
            step.held_out.position.tolist(), step.held_out.y.tolist(), *(each.tolist() for each in proba.max(-1)), strict=True
        )
        if y != k
    ]
    return tuple(sorted(found, key=lambda one: -one.probability))


def unjudged_note(trace: AdaptationTrace) -> Words | None:
    """How many labeled patients could not be held out; None if each was. A row of knowledge is no patient."""
    alone = without_patients(trace.initialization)
    n = sum(k not in alone for k in trace.task.support.y.tolist()) - trace.n_held_out
    return UNJUDGED.format(n=n) if n else None


def guarantee_note(step: Step, coverage: float) -> Words | None:
    """How many held-out patients their prediction set covers, and what so many can certify; None if none was held out."""
    if step.held_out is None or not len(step.held_out.y):
        return None
    y = step.held_out.y.numpy()
    inside = coverage_sets(step.held_out.proba(step.classifier.sharpness).numpy(), coverage)
    held = int(inside[range(len(y)), y].sum())
    return GUARANTEE.format(held=held, n=len(y), share=f"{coverage:.0%}", certain=f"{certified(len(y)):.1%}")
