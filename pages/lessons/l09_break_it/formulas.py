"""The formulas of lesson 9 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it.computation import BreakItState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula

NAMES = {
    "right": Words("right", "正确"),
    "left": Words("left-out patients", "留出患者"),
    "held": Words("held-out accuracy", "交叉验证准确率"),
    "baseline": Words("baseline classifier", "基线分类器"),
    "same": Words("same diagnosis", "诊断相同"),
    "labeled": Words("labeled", "已确诊"),
    "apart": Words("tested at the other hospital", "在另一家医院测试"),
    "one": Words("cross-validated accuracy, hospitals mixed", "交叉验证准确率，医院混合"),
    "usual": Words("known diseases", "已知疾病"),
    "new": Words("the new disease", "新疾病"),
    "unknown": Words("not known", "未知"),
}


def per_cent(value: float) -> str:
    """A share in LaTeX; in words where it is not known."""
    return rf"{number(100 * value, 0)}\,\%" if value == value else "<unknown>"  # noqa: PLR0124 - NaN is not itself


def left_out(state: BreakItState, fault: str, k: int = world.N_LABELED) -> Formula:
    """The cross-validated accuracy as a count, beside the baseline classifier."""
    found = world.app_result(state.seed, fault, k)
    n = found.trace.n_held_out
    told = rf"\frac{{{round(found.held_out * n)}}}{{{n}}} = {per_cent(found.held_out)}" if n else r"\frac{0}{0}: <unknown>"
    return Formula(
        r"<held> = \frac{<right>}{<left>}",
        rf"{told} \qquad <baseline>: {per_cent(found.trace.baseline_held_out)}",
        Words(
            "Each labeled patient in turn is left out and predicted from the others. The only patient of a diagnosis cannot be left out: no patient would remain to learn that diagnosis from.",
            "依次留出每位已确诊患者，由其余患者来预测。某诊断只有一位患者时无法留出：那样就没有患者可用来学习该诊断了。",
        ),
        NAMES,
    )


def copied(state: BreakItState) -> Formula:
    """Which share of the labeled the column names."""
    n, total = world.told_by_treatment(state.seed)
    after = world.app_result(state.seed, "leak", cured=state.dropped)
    return Formula(
        r"\frac{<same>}{<labeled>} \geq 0.95",
        rf"\frac{{{n}}}{{{total}}} = {per_cent(n / total)} \qquad <held>: {per_cent(after.held_out)}",
        Words(
            "A column is reported if it has as many different values as there are diagnoses, and its value determines the diagnosis of nearly every labeled patient.",
            "若某列的取值个数与诊断数相同，且取值几乎决定了每位已确诊患者的诊断，就会被报告。",
        ),
        NAMES,
    )


def two_ways(state: BreakItState) -> Formula:
    """Cross-validated accuracy with hospitals mixed, and accuracy with hospitals apart."""
    found, (apart, _) = world.app_result(state.seed, "hospital", cured=state.from_b), world.apart(state.seed, state.from_b)
    return Formula(
        r"G(S) \cap G(Q) = \emptyset",
        rf"<one>: {per_cent(found.held_out)} \qquad <apart>: {per_cent(apart)}",
        Words(
            "$G$: the hospitals of the labeled patients ($S$) and of the test patients ($Q$). If all labeled patients are from one hospital, there is none left to test in.",
            "$G$：已确诊患者（$S$）与测试患者（$Q$）所属的医院。若已确诊患者都来自同一家医院，就没有可供测试的医院了。",
        ),
        NAMES,
    )


def far(state: BreakItState) -> Formula:
    """Distances of patients of known diseases and of the new one from the nearest labeled patient."""
    found = world.app_result(state.seed, "missing", cured=state.told)
    return Formula(
        r"\begin{matrix}\sum_k p(k \mid x) = 1 \\ d(x) = \min_i |f(x) - f(x_i)|\end{matrix}",
        rf"<usual>: d = {number(found.nearest(new=False))} \qquad <new>: d = {number(found.nearest(new=True))}",
        Words(
            "The probabilities of the diagnoses in the table always sum to 1: nothing is reserved for “something else”. $d$: distance to the nearest labeled patient, as shown on each card; medians.",
            "表中各诊断的概率之和总是 1：没有给“其他疾病”留一份。$d$：到最近的已确诊患者的距离，每张卡片上都有；此处为中位数。",
        ),
        NAMES,
    )
