"""The formulas of lesson 10 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty.computation import UncertaintyState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula

NAMES = {
    "gap": Words("mean gap", "平均差距"),
    "sure": Words("confidence", "置信度"),
    "right": Words("correct", "正确"),
    "holds": Words("the set contains the correct diagnosis", "集合包含真实诊断"),
    "equal": Words("equal weights", "权重相同"),
    "here": Words("here", "在此"),
}


def gap(state: UncertaintyState, temperature: float = 1.0, telling: float = 1.0) -> Formula:
    """The expected calibration error with its two means."""
    error = world.reliability(state.seed, state.k, temperature, telling).error
    sure, right = world.sure_and_right(state.seed, state.k, temperature, telling)
    return Formula(
        r"ECE = \sum_{b} \frac{n_b}{n}\,\big|<sure>_b - <right>_b\big|",
        rf"ECE = {number(100 * error, 1)}\,\% \qquad <sure>: {number(100 * sure, 0)}\,\% \qquad <right>: {number(100 * right, 0)}\,\%",
        Words("$b$: bin of answers with similar probability, ten percentage points wide; $n_b$ of $n$ patients. ECE: mean gap between confidence and share correct (Guo et al. 2017).", "$b$：概率相近的答案，每格十个百分点；$n$ 位患者中有 $n_b$ 位。ECE：置信度与正确比例之间的平均差距（Guo 等 2017）。"),
        NAMES,
    )  # fmt: skip


def softened(state: UncertaintyState) -> Formula:
    """One answer before and after the temperature."""
    found = world.answers(state.seed, state.k)
    i = world.examples(state, 3)[0] % len(found.y)
    before, now = world.proba(found, 1.0)[i], world.proba(found, state.temperature)[i]
    listed = [r",\ ".join(number(v) for v in sorted(each, reverse=True)) for each in (before, now)]
    return Formula(
        r"p_k(T) = \frac{p_k^{1/T}}{\sum_j p_j^{1/T}}",
        rf"T = {number(state.temperature)}: \quad ({listed[0]}) \to ({listed[1]})",
        Words(
            "The three probabilities of one patient, before and after. $T > 1$ moves them together, $T < 1$ moves them apart; their order stays, so no diagnosis changes.",
            "一位患者的三个概率，校准前后。$T > 1$ 使其接近，$T < 1$ 使其拉开；顺序不变，因此没有人的诊断会改变。",
        ),
        NAMES,
    )


def held(state: UncertaintyState) -> Formula:
    """How often the set holds the right diagnosis."""
    covered, size = world.coverage(state)
    return Formula(
        r"p_1 + p_2 + \dots + p_{|C|} \geq a",
        rf"a = {number(100 * state.aim, 0)}\,\% \qquad <holds>: {number(100 * covered, 0)}\,\% \qquad |C| = {number(size, 1)}",
        Words("$C$: the fewest diagnoses, most probable first, that together reach $a$; $|C|$: how many, on average.", "$C$：从最可能的开始、合计达到 $a$ 的最少诊断；$|C|$：平均个数。"),
        NAMES,
    )  # fmt: skip


def bayes(state: UncertaintyState) -> Formula:
    """The answer at the prevalence that is set."""
    p, here, n = state.answer, state.of_1000 / 1000, world.N_WAY
    # Thirds as fractions: with 0.33 and 0.67 the percentage does not come out by hand.
    case = rf"{number(p)} \cdot {number(here, 3)} / \tfrac{{1}}{{{n}}}"
    other = rf"{number(1 - p)} \cdot {number(1 - here, 3)} / \tfrac{{{n - 1}}}{{{n}}}"
    return Formula(
        r"p' = \frac{a}{a + b} \quad \begin{matrix}a = p \cdot \pi'/\pi \\ b = (1-p)(1-\pi')/(1-\pi)\end{matrix}",
        rf"\frac{{{case}}}{{{case} + {other}}} = {number(100 * world.after(p, here), 0)}\,\%",
        Words("$p$: the answer; $\\pi = 1/3$: the prevalence that the learner assumes, as all three diagnoses count the same; $\\pi'$: the prevalence here.", "$p$：给出的答案；$\\pi = 1/3$：学习器假定的患病率（三种诊断权重相同）；$\\pi'$：此处的实际患病率。"),
    )  # fmt: skip
