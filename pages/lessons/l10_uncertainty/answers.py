"""The correct answers and explanations of lesson 10, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty.computation import UncertaintyState

CLEARLY = 0.03  # a mean probability and a share correct that lie no farther apart agree


def _judged(sure: float, right: float) -> int:
    """0: as said; 1: overconfident; 2: underconfident."""
    return 1 if sure > right + CLEARLY else 2 if sure < right - CLEARLY else 0


def how_often(state: UncertaintyState) -> int:
    """Of the answers with about 75%, 0: as many are correct as said; 1: fewer; 2: more."""
    _, sure, right = world.said_about(state)
    return _judged(sure, right)


def too_sure(state: UncertaintyState) -> Words:
    """How often answers of seventy to eighty percent are right, and all of them."""
    (n, said, right), (sure, share) = world.said_about(state), world.sure_and_right(state.seed, state.k, 1.0)
    told = Words(
        "Of {n} {n:answer|answers} with 70 to 80% (mean {said}%), {right}% are correct; of all answers (mean {sure}%), {share}%. A probability is a promise about **many** patients; only counting shows whether it is kept.",
        "给出 70% 到 80% 的 {n} 个答案（平均 {said}%）中，{right}% 正确；全部答案（平均 {sure}%）中为 {share}%。概率是对**许多**患者的承诺，是否兑现只有数过才知道。",
    ).format(n=n, **{name: f"{100 * value:.0f}" for name, value in (("said", said), ("right", right), ("sure", sure), ("share", share))})
    if state.k > 1:
        return told
    return told + Words(
        "With one labeled patient of each, the network mistakes the features of that patient for the features of the disease.",
        "每种只有一位已确诊患者时，网络把这一位的特点误当成疾病的特点。",
    )


def still_honest(state: UncertaintyState) -> int:
    """With the card's temperature on tables that tell less, the answers are 0: still calibrated; 1: underconfident; 2: overconfident."""
    judged = _judged(*world.sure_and_right(state.seed, state.k, world.card_temperature(state.k), state.telling))
    return (0, 2, 1)[judged]


def how_tempered(state: UncertaintyState) -> Words:
    """The error before and with the card's temperature."""
    before, now = (world.reliability(state.seed, state.k, t).error for t in (1.0, world.card_temperature(state.k)))
    return Words(
        "T above 1 moves all answers towards equal probabilities. Move T, or take the one from the shipped model card: it was learned on other simulated tasks of the same kind, and turns an error of {a}% into {b}% here. The same diagnoses "
        "are correct; only the confidence changes. The card's T is {t1} with {k} labeled {k:patient|patients} of each and {t10} with 10.",
        "T 大于 1 使所有答案都向相等的概率靠拢。拖动 T，或直接用自带模型卡中的温度：它是在另一批同类模拟任务上学到的，在这里使误差由 {a}% 变为 {b}%。判对的患者不变，变的只是置信度。模型卡中的 T：每种 {k} 位已确诊患者时为 {t1}，10 位时为 {t10}。",
    ).format(
        a=f"{100 * before:.1f}",
        b=f"{100 * now:.1f}",
        k=state.k,
        t1=f"{world.card_temperature(state.k):.2f}",
        t10=f"{world.card_temperature(10):.2f}",
    )


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
        "fairly high while cross-validated accuracy on the Diagnose page is hardly better than chance. Trust the cross-validated accuracy.",
        "平均置信度 {sure}%，正确 {right}%；不用温度（橙色）更糟。温度只取决于患者和列的数目，不知道这些列有多少信息。临床上看到的是：置信度依旧相当高，而“诊断”页的交叉验证准确率比瞎猜好不了多少。请相信交叉验证准确率。",
    ).format(sure=f"{100 * sure:.0f}", right=f"{100 * right:.0f}")
