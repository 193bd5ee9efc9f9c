"""The correct answers and explanations of lesson 10, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty import pictures
from pages.lessons.l10_uncertainty.computation import UncertaintyState


def too_sure(state: UncertaintyState) -> Words:
    """How often answers of ninety and more are right, or those of the highest bin that has enough."""
    found = world.reliability(state.seed, state.k, 1.0)
    b = max(i for i, n in enumerate(found.n) if n >= pictures.FEWEST)
    return Words(
        "Of the answers with {low} to {high}%, {right}% are correct. A probability is a promise about **many** patients; only counting shows whether it is kept. With one labeled patient of each, "
        "the network mistakes the features of that patient for the features of the disease.",
        "给出 {low}% 到 {high}% 的答案中，{right}% 正确。概率是对**许多**患者的承诺，是否兑现只有数过才知道。每种只有一位已确诊患者时，网络把这一位的特点误当成疾病的特点。",
    ).format(low=10 * b, high=10 * b + 10, right=f"{100 * float(found.accuracy[b]):.0f}")


def how_tempered(state: UncertaintyState) -> Words:
    """The error before and with the card's temperature."""
    before, now = (world.reliability(state.seed, state.k, t).error for t in (1.0, world.card_temperature(state.k)))
    return Words(
        "Above 1: all answers move towards equal probabilities. Move T, or take the one from the shipped model card. It was learned on other simulated tasks and helps these too: error {a}% before, {b}% after. The same diagnoses "
        "are correct; only the confidence changes. With 10 labeled patients of each, the network is underconfident, and T is below 1.",
        "大于 1：所有答案都向相等的概率靠拢。拖动 T，或直接用自带模型卡中的温度：它是在另一批模拟任务上学到的，用在这里也有帮助，误差由 {a}% 降到 {b}%。判对的患者不变，变的只是置信度。每种有 10 位已确诊患者时，网络反而信心不足，T 便小于 1。",
    ).format(a=f"{100 * before:.1f}", b=f"{100 * now:.1f}")


def how_rare(state: UncertaintyState) -> Words:
    """The answer at this prevalence, and what becomes of a suspicion."""
    found = world.counts(state)
    return Words(
        "{p}%. The learner saw equally many patients of each diagnosis. In the clinic most people do not have diagnosis 1, and even a low rate of false alarms among them gives more false alarms than true ones: of {n} suspected patients, "
        "{ill} are ill. MetaMed does not correct this silently, because only you know how common the disease is where you work.",
        "{p}%。学习器见到的各诊断患者数相同；而在诊所里大多数人没有这种病，哪怕误报率很低，人数也会盖过真正的患者：{n} 位被怀疑者中只有 {ill} 位患病。MetaMed 不会悄悄替您修正，因为只有您知道当地的患病率。",
    ).format(
        p=f"{100 * world.after(state.answer, state.of_1000 / 1000):.0f}",
        n=found.suspected,
        ill=found.found,
    )


def which_rare(state: UncertaintyState) -> int:
    """Which option is nearest to the answer at this prevalence."""
    value = world.after(state.answer, state.of_1000 / 1000)
    return 0 if value > 0.7 else 1 if value > 0.35 else 2


def why_harder(state: UncertaintyState) -> Words:
    """What the card's temperature makes of a table that tells little."""
    sure, right = world.sure_and_right(state.seed, state.k, world.card_temperature(state.k), state.telling)
    return Words(
        "Mean confidence {sure}%, correct {right}%; without the temperature (orange) it is even worse. The temperature depends on the number of patients and columns, not on how informative your columns are. What a clinician sees: confidence stays "
        "fairly high while cross-validated accuracy on the Diagnose page is no better than chance. Trust the cross-validated accuracy.",
        "平均置信度 {sure}%，正确 {right}%；不用温度（橙色）更糟。温度只取决于患者和列的数目，不知道这些列有多少信息。临床上看到的是：置信度依旧相当高，而“诊断”页的交叉验证准确率与瞎猜无异。请相信交叉验证准确率。",
    ).format(sure=f"{100 * sure:.0f}", right=f"{100 * right:.0f}")
