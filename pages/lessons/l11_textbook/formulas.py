"""The formulas of lesson 11 with the numbers of the present state."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.words import Words
from pages.lessons.l11_textbook import computation as world
from pages.lessons.l11_textbook import pictures
from pages.lessons.l11_textbook.computation import N_WAY, SHOTS, TextbookState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula

NAMES = {"row": Words("row", "知识行"), "with": Words("with", "有"), "without": Words("without", "无"), "right": Words("right rows", "正确的行"), "wrong": Words("exchanged rows", "对调的行")}  # fmt: skip


def by_rows(state: TextbookState) -> Formula:
    """Accuracy of the rows alone in each clinic."""
    found = world.alone(state.seed)
    return Formula(
        r"p(k \mid x) = \frac{\exp(-d(x, <row>_k))}{\sum_{j} \exp(-d(x, <row>_j))}",
        r",\; ".join(rf"{number(100 * value, 0)}\,\%" for value in found) + rf"\qquad 1/{N_WAY} = {number(100 / N_WAY, 0)}\,\%",
        Words(
            "$d$: squared distance (halved) from the row of diagnosis $k$, with the average person where nothing is said. Accuracy in each clinic, and by guessing.",
            "$d$：到诊断 $k$ 那一行的平方距离（减半），未作陈述之处取普通人的平均。数值为各诊所的准确率，以及瞎猜的准确率。",
        ),
        NAMES,
    )


def mixed(state: TextbookState) -> Formula:
    """The prototype of one test."""
    at, (_, said, patients, prototype) = world.told_test(state), world.one_diagnosis(state)
    mean, row, both = (float(values[at]) for values in (patients, said, prototype))
    return Formula(
        r"c = \frac{K \bar{x} + m\,<row>}{K + m}",
        rf"\frac{{{state.k} \cdot ({number(mean)}) + {state.counts} \cdot ({number(row)})}}{{{state.k} + {state.counts}}} = {number(both)}",
        Words(
            "Test {name} of diagnosis 1. $\\bar{{x}}$: mean of $K$ labeled patients; $m$: how many patients the row counts as. Where nothing is said, $c = \\bar{{x}}$.",
            "诊断 1 的检查 {name}。$\\bar{{x}}$：$K$ 位已确诊患者的均值；$m$：该行相当于几位患者。未作陈述之处 $c = \\bar{{x}}$。",
        ).format(name=pictures.TESTS[at]),
        NAMES,
    )


def gained(state: TextbookState) -> Formula:
    """What right rows add at each number of labeled patients."""
    found = world.measured(state.seed, 0, state.counts)
    return _difference(found.believed, found.without)


def lost(state: TextbookState) -> Formula:
    """What exchanged rows that are believed add, which is less than nothing."""
    found = world.measured(state.seed, state.exchanged, state.counts)
    return _difference(found.believed, found.without)


def _difference(having: Sequence[float], plain: Sequence[float]) -> Formula:
    told = [f"{number(100 * a, 0)} - {number(100 * b, 0)} = {_signed(100 * (a - b))}" for a, b in zip(having, plain, strict=True)]
    return Formula(
        r"g(K) = a_{<with>}(K) - a_{<without>}(K)",
        r"\begin{matrix}" + r" \\ ".join(f"g({k}): & {text}" for k, text in zip(SHOTS, told, strict=True)) + r"\end{matrix}",
        Words(
            "$a$: accuracy in percent, $g$: gain in percentage points (rounded after the difference), with $K$ labeled patients of each diagnosis. At $K = 0$ one can only guess without rows.",
            "$a$：准确率（%）；$g$：提升（百分点，先相减后取整）；每种诊断有 $K$ 位已确诊患者。$K = 0$ 时，没有知识只能瞎猜。",
        ),
        NAMES,
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value, 0)}"


def trusted(state: TextbookState) -> Formula:
    """What a row counts as, right and exchanged."""
    right, wrong = world.measured(state.seed), world.measured(state.seed, state.exchanged)
    told = [
        rf"<{name}>: & " + r",\; ".join(f"w({k}) = {number(value)}" for k, value in zip(SHOTS, found.counted, strict=True))
        for name, found in (("right", right), ("wrong", wrong))
    ]
    return Formula(
        r"p = (1 - w)\,p_{<without>} + w\,p_{<with>}",
        r"\begin{matrix}" + r" \\ ".join(told) + r"\end{matrix}",
        Words(
            "$w$: probability that a row is right, by Bayes’ rule from what the rows alone say of the labeled patients; mean over rows and draws, with $K$ patients of each. At $K = 0$ there is no patient who could bear a row out.",
            "$w$：某一行正确的概率，按贝叶斯法则由“仅凭各行如何判断已确诊患者”得出；为各行与各次抽取的平均，每种诊断 $K$ 位患者。$K = 0$ 时没有人可以印证。",
        ),
        NAMES,
    )
