"""The formulas of lesson 6 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching.computation import NAMES, SHIPPED_SHARPNESS, MatchingState
from pages.lessons.latex import large, number
from pages.lessons.lesson import Formula, Term

WEIGHTS = Term("a_i", Words("the weights, as widths of the lines", "权重，即线的宽度"), "weight")


def one_weight(state: MatchingState) -> Formula:
    """The largest weight, written out."""
    i = world.most_attended(state)
    turn, share = world.cosines(state), world.weights(state)
    return Formula(
        r"a_i = \frac{e^{s \cos(x, x_i)}}{\sum_j e^{s \cos(x, x_j)}}",
        rf"a_{{<top>}} = \frac{{e^{{{number(state.sharpness, 1)} \cdot {number(turn[i])}}}}}{{{large(world.likeness(state))}}} = {number(share[i], 3)}",
        Words(
            "$a_i$: weight of labeled patient $i$; $\\cos$: cosine of the angle between two patients, seen from the healthy average; $s$: sharpness, how much similarity counts (screen 3). The weights sum to 1. Vinyals et al. 2016.",
            "$a_i$：已确诊患者 $i$ 的权重；$\\cos$：从健康人平均处看，两位患者之间夹角的余弦；$s$：锐度，即相似程度有多要紧（见第 3 屏）。全部权重之和为 1。Vinyals 等 2016。",
        ),
        {"top": Words("most similar", "最相似者")},
        (
            Term("x", Words("the new patient", "新患者"), "asked"),
            Term("x_i", Words("the labeled patients", "已确诊患者"), "patients"),
            Term(r"\cos(x, x_i)", Words("is 1 along this line", "沿这条线为 1"), "direction"),
            WEIGHTS,
        ),
    )


def added_up(state: MatchingState) -> Formula:
    """The votes of each diagnosis."""
    told = [rf"p_{{<k{k}>}} = {number(value, 3)}" for k, value in enumerate(world.votes(state))]
    return Formula(
        r"p(k \mid x) \propto \frac{1}{n_k}\sum_{i:\, y_i = k} a_i",
        r",\quad ".join(told),
        Words(
            "The sum of the weights of a diagnosis, divided by its number $n_k$ of labeled patients (here {n} each), then scaled so that all sum to 1. Equation 1 of Vinyals et al. 2016, except for that division.",
            "把一种诊断的权重相加，除以其已确诊患者数 $n_k$（此处各 {n} 位），再使总和为 1。即 Vinyals 等 2016 的式 1，外加这一除法。",
        ).format(n=state.shots),
        {f"k{k}": name for k, name in enumerate(NAMES)},
        (
            Term(r"p(k \mid x)", Words("the bars", "条形"), "vote"),
            WEIGHTS,
            Term("n_k", Words("labeled patients, counted by diagnosis", "各诊断的已确诊患者数"), "patients"),
        ),
    )


def spread_out(state: MatchingState) -> Formula:
    """The largest and the smallest weight at this sharpness."""
    share = world.weights(state)
    even = 1 / len(share)
    return Formula(
        r"s = 0:\ a_i = \frac{1}{n} \qquad s \to \infty:\ a_{<nearest>} = 1",
        rf"s = {number(state.sharpness, 1)}: \quad \max a = {number(max(share), 3)}, \quad \min a = {number(min(share), 3)}, \quad \frac{{1}}{{n}} = {number(even, 3)}",
        Words(
            "$n$: labeled patients. The network that comes with MetaMed has learned a sharpness of {s}; it compares patients by numbers that it computes from all columns; here they are compared by ferritin and MCV only.",
            "$n$：已确诊患者数。MetaMed 自带网络学到的锐度为 {s}；它用由全部列算出的数值比较患者，此处只用铁蛋白和 MCV。",
        ).format(s=f"{SHIPPED_SHARPNESS:.1f}"),
        {"nearest": Words("nearest", "最近者")},
        (Term("s", Words("the sharpness now", "当前的锐度"), "now"), WEIGHTS),
    )


def both_scores(state: MatchingState) -> Formula:
    """Right answers of both learners."""
    prototypes, matching = world.n_right(state)
    n = len(world.asked(state).y)
    return Formula(
        r"\underbrace{\underset{k}{\mathrm{arg\,min}}\,|x - c_k|^2}_{<prototypes>} \quad \underbrace{\underset{k}{\mathrm{arg\,max}}\,p(k \mid x)}_{<matching>}",
        rf"<prototypes>: \frac{{{prototypes}}}{{{n}}} = {number(100 * prototypes / n, 0)}\,\% \qquad <matching>: \frac{{{matching}}}{{{n}}} = {number(100 * matching / n, 0)}\,\%",
        Words("Share of the {n} new patients for whom each learner is correct. $c_k$: prototype; $\\arg\\min$, $\\arg\\max$: the diagnosis for which the expression is smallest, largest.", "两种学习器在 {n} 位新患者中判断正确的比例。$c_k$：原型；$\\arg\\min$、$\\arg\\max$：使其最小、最大的那种诊断。").format(n=n),
        {"prototypes": Words("prototypes", "原型网络"), "matching": Words("matching", "匹配网络")},
        (
            Term("x", Words("the new patients", "新患者"), "judged"),
            Term("c_k", Words("the prototypes", "各原型"), "centers"),
            Term(
                r"\underset{k}{\mathrm{arg\,max}}\,p(k \mid x)",
                Words("where which diagnosis has most votes", "在何处哪种诊断得票最多"),
                "matching",
            ),
        ),
    )  # fmt: skip


def with_and_without(state: MatchingState) -> Formula:
    """The probability of the first diagnosis with and without the division by class size."""
    sizes = world.class_sizes(state)
    yes, no = (world.votes(state, divided=divided)[0] for divided in (True, False))
    return Formula(
        r"\underbrace{\frac{1}{n_k}\sum_{i:\, y_i = k} a_i}_{<divided>} \quad \underbrace{\sum_{i:\, y_i = k} a_i}_{<plain>}",
        rf"n = {', '.join(map(str, sizes))} \qquad <divided>: {number(100 * yes, 0)}\,\% \qquad <plain>: {number(100 * no, 0)}\,\%",
        Words(
            "$n$: labeled patients with iron deficiency, inflammation and B12 deficiency; the percentages: probability of iron deficiency for the new patient, with and without the division.",
            "$n$：缺铁、炎症、B12 缺乏的已确诊患者数；百分数：新患者为缺铁的概率，除以人数与不除。",
        ),
        {"divided": Words("divided", "除以人数"), "plain": Words("not divided", "不除")},
        (
            Term(r"\frac{1}{n_k}\sum_{i:\, y_i = k} a_i", Words("the left bars", "左边的条形"), "divided"),
            Term(r"\sum_{i:\, y_i = k} a_i", Words("the right bars", "右边的条形"), "plain"),
            WEIGHTS,
        ),
    )
