"""The correct answers and explanations of lesson 1, counted from what its figures show."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l01_why import computation as why
from pages.lessons.l01_why.computation import MANY, WhyState

WELL, COIN = 0.85, 0.7  # accuracy from which on nearly all are right; up to which it is little more than a coin's
LEVEL = 0.03  # accuracies that differ by less are level


def _percent(value: float) -> str:
    return f"{100 * value:.0f}"


def how_many_new(state: WhyState) -> int:
    """0: nearly all new patients; 1: about three in four; 2: little more than a coin."""
    new = why.ordinary_accuracy(state.seed, state.shots)[1]
    return 0 if new > WELL else 1 if new > COIN else 2


def why_so_few(state: WhyState) -> Words:
    """The share, and the reason."""
    seen, new = why.ordinary_accuracy(state.seed, state.shots)
    return Words(
        "{new}% of the new patients, {seen}% of the labeled ones; a coin gives 50%. It has learned the labeled patients, not the diseases: differences between them that are pure chance count as much as differences that the "
        "diseases cause.",
        "新患者 {new}%，已确诊患者 {seen}%；掷硬币为 50%。它学会的是这几位已确诊患者，而不是疾病：他们之间碰巧存在的差异，与疾病造成的差异被同等看待。",
    ).format(new=_percent(new), seen=_percent(seen))


def how_many_needed(state: WhyState) -> int:
    """0: five patients of each; 1: ten; 2: twenty or more."""
    n = why.enough(state.seed)
    return 2 if n is None or n > 10 else 1 if n > 5 else 0


def why_so_many(state: WhyState) -> Words:
    """The number, in years."""
    n = why.enough(state.seed)
    if n is None:
        return Words("Even {n} of each do not suffice here.", "在这里，每种 {n} 位也还不够。").format(n=why.SHOTS[-1])
    return Words("{n} of each. At one patient a year, that takes {n} years.", "每种 {n} 位。按一年一位患者的速度，需要 {n} 年。").format(
        n=n
    )


def how_many_agree(state: WhyState) -> int:
    """0: on most; 1: on about half; 2: on few."""
    n = why.n_unanimous(state.seed, state.shots)
    return 0 if n > 6 else 1 if n > 3 else 2


def why_they_differ(state: WhyState) -> Words:
    """The count, and the reason."""
    n, patients = why.n_unanimous(state.seed, state.shots), 2 * state.shots
    told = Words("On {n} of 10.", "10 位中 {n} 位。").format(n=n)
    if patients >= why.N_COLUMNS + 1:
        return told + Words(
            "With more patients than the thirteen unknowns, the clinics agree more often; with three of each they cannot.",
            "患者多于十三个未知数时，各家的意见就一致得多；每种只有三位时做不到。",
        )
    return told + Words(
        "{p} {p:patient|patients} cannot determine thirteen unknowns. Each clinic found one of many solutions that fit, and nothing in its own patients tells which one is right.",
        "{p} 位患者定不下十三个未知数。每家都找到了众多吻合解中的一个，而仅凭自己的患者无从知道哪个才对。",
    ).format(p=patients)


def how_much_better(state: WhyState) -> int:
    """0: as badly as ordinary learning; 1: somewhat better; 2: as well as ordinary learning with `MANY`."""
    ours, plain = why.gain(state)
    if ours <= plain + LEVEL:
        return 0
    return 2 if ours >= why.ordinary_accuracy(state.seed, MANY)[1] - LEVEL else 1


def why_better(state: WhyState) -> Words:
    """The three accuracies."""
    ours, plain = why.gain(state)
    return Words(
        "After {steps} {steps:step|steps} of meta-training, computed just now: {ours}%; ordinary learning from the same patients {plain}%, from {many} of each {level}%. On the right, the cloud of patients splits into two. "
        "Continue with the buttons, or start over and watch step by step. This is the same meta-training that the app uses.",
        "刚刚算完 {steps} 步元训练：{ours}%；普通学习用同样的患者 {plain}%，用每种 {many} 位患者 {level}%。右侧的点云分成两团。可用按钮继续，或重新开始逐步观察。所用的正是本应用自己的元训练。",
    ).format(
        steps=state.practice,
        ours=_percent(ours),
        plain=_percent(plain),
        many=MANY,
        level=_percent(why.ordinary_accuracy(state.seed, MANY)[1]),
    )


def what_it_is_worth(state: WhyState) -> int:
    """Of training on entirely other organs: 0: as much as before; 1: less, but no harm; 2: worse than ordinary learning."""
    ours, plain = why.gain(state.updated(unlike=1.0))
    if ours < plain:
        return 2
    return 0 if ours >= why.gain(state.updated(unlike=0.0))[0] - LEVEL else 1


def why_it_hurts(state: WhyState) -> Words:
    """Accuracy after training on entirely other organs, and without any."""
    ours, plain = why.gain(state.updated(unlike=1.0))
    return Words(
        "{ours}% instead of the {plain}% of ordinary learning. It has learned to look at the wrong values and to ignore the right ones. So ask of every meta-learned model what it was trained on. The Compare page shows whether it "
        "helps for your own patients.",
        "准确率为 {ours}%，普通学习为 {plain}%。它学会了看错误的指标，而忽略正确的指标。所以对每个元学习模型都要问：它是用什么训练的？“比较”页会用您自己的患者告诉您是否值得。",
    ).format(ours=_percent(ours), plain=_percent(plain))
