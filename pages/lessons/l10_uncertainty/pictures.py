"""The pictures of the lesson on reading uncertainty."""

from __future__ import annotations

import numpy as np

from metamed_core.drawing import (
    GRAY,
    TEAL,
    Area,
    Axis,
    Chart,
    Dots,
    Label,
    Line,
    Mark,
    SeriesStyle,
    Strokes,
    Table,
    series_styles,
    verbatim,
)
from metamed_core.statistics import Reliability, prediction_sets
from metamed_core.words import Words
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty.computation import N_WAY, PEOPLE, SHOTS, UncertaintyState

FEWEST = 15
"""Bins with fewer patients are left out: chance alone would move them."""
RAW, THIN = SeriesStyle("#D55E00", "square", (6, 3)), SeriesStyle("#7A8A8A", "circle", (1, 0))
DIAGNOSES = tuple(Words(f"diagnosis {k + 1}", f"诊断 {k + 1}") for k in range(N_WAY))
SHARES = tuple((v / 5, verbatim(f"{20 * v}%")) for v in range(6))
GIVEN = Axis(Words("probability that was given", "给出的概率"), 0.27, 1.02, percent=True, ticks=tuple((v / 10, verbatim(f"{10 * v}%")) for v in range(3, 11)))  # fmt: skip
RIGHT = Axis(Words("share that was correct", "其中正确的比例"), 0.0, 1.04, percent=True, ticks=SHARES)
DIAGONAL = Line(((0.3, 0.3), (1.0, 1.0)), GRAY, Words("70% means 70 of 100", "70% 即 100 位中 70 位"), 2)


def diagram(parts: tuple[tuple[Reliability, SeriesStyle, Words], ...], title: Words, *, width: int = 640) -> Chart:
    """Reliability diagrams over one another: for answers of like probability, the share that was correct."""
    marks: list[Mark] = [DIAGONAL]
    for found, style, name in parts:
        at = [(float(c), float(a)) for c, a, n in zip(found.confidence, found.accuracy, found.n, strict=True) if n >= FEWEST]
        marks += [Strokes(tuple(((x, y), (x, x)) for x, y in at), THIN, width=1), Line(tuple(at), style, name, 2.5, markers=True)]
    how = Words(
        "How to read: below the dashed line answers are overconfident, above it underconfident; bins of ten points with at least {n} {n:patient|patients}.",
        "读法：低于虚线为过度自信，高于虚线为信心不足；每格十个百分点，至少 {n} 位患者。",
    ).format(n=FEWEST)
    return Chart(title, how, Words("Reliability diagram", "可靠性图"), GIVEN, RIGHT, tuple(marks), shape=(width, 380))


def frequency(state: UncertaintyState, *, revealed: bool) -> Chart:
    """Answers without a temperature; before the answer only how many there are of each probability."""
    found = world.reliability(state.seed, state.k, 1.0)
    n = int(found.n.sum())
    if not revealed:
        marks: list[Mark] = []
        for i, count in enumerate(found.n):
            if count:
                low, high = i / 10 + 0.012, i / 10 + 0.088
                top = 0.5 * float(count) / float(found.n.max())
                marks += [Area(((low, 0), (low, top), (high, top), (high, 0)), GRAY, 0.35), Label(((low + high) / 2, top + 0.03), verbatim(int(count)))]  # fmt: skip
        title = Words("{n} new patients, by the probability of their answer", "{n} 位新患者，按答案的概率分组").format(n=n)
        how = Words("How to read: each bar shows how many patients; how many answers are correct comes next.", "读法：条形为患者数；其中多少正确，揭晓可见。")  # fmt: skip
        return Chart(
            title,
            how,
            Words("How many patients got which probability", "各概率的患者数"),
            GIVEN,
            Axis(Words("new patients", "新患者数"), 0, 0.6, ticks=()),
            tuple(marks),
            shape=(640, 380),
        )
    sure, right = world.sure_and_right(state.seed, state.k, 1.0)
    title = Words("Mean confidence {sure}%, correct {right}%", "平均置信度 {sure}%，正确 {right}%").format(sure=f"{100 * sure:.0f}", right=f"{100 * right:.0f}")  # fmt: skip
    name = Words("without temperature, {k} labeled {k:patient|patients} of each", "未用温度，每种 {k} 位已确诊患者").format(k=state.k)
    return diagram(((found, RAW, name),), title)


def tempered(state: UncertaintyState, *, revealed: bool) -> tuple[Chart, ...]:
    """Before and after a temperature and, once revealed, the error for every temperature."""
    raw = (world.reliability(state.seed, state.k, 1.0), RAW, Words("T = 1: no change", "T = 1：原样"))
    if not revealed:
        return (diagram((raw,), Words("Overconfident: which temperature brings the points to the dashed line?", "过度自信：哪个温度能让各点回到虚线？")),)  # fmt: skip
    now = world.reliability(state.seed, state.k, state.temperature)
    title = Words("T = {t}: error {now}% instead of {raw}%", "T = {t}：误差由 {raw}% 变为 {now}%").format(
        t=f"{state.temperature:.2f}", now=f"{100 * now.error:.1f}", raw=f"{100 * raw[0].error:.1f}"
    )
    left = diagram((raw, (now, TEAL, Words("with the temperature T", "使用温度 T"))), title, width=460)
    return left, _error(state)


def _error(state: UncertaintyState) -> Chart:
    """The calibration error for every temperature, with the one set here and the shipped card's."""
    grid = world.error_by_temperature(state.seed, state.k, 1.0)
    card = world.card_temperature(state.k)
    top = 1.08 * max(error for _, error in grid)
    marks = (
        Line(tuple((_place(t), error) for t, error in grid), GRAY, Words("error at each temperature", "各温度下的误差"), 2),
        Line(
            ((_place(card), 0), (_place(card), top)),
            RAW,
            Words("temperature from the model card: {t}", "模型卡中的温度：{t}").format(t=f"{card:.2f}"),
            2,
        ),
        Dots(((_place(state.temperature), world.reliability(state.seed, state.k, state.temperature).error),), TEAL, Words("T", "T"), 8),
    )
    x = Axis(
        Words("temperature T", "温度 T"),
        _place(0.22),
        _place(4.6),
        ticks=tuple((_place(t), verbatim(f"{t:g}")) for t in (0.25, 0.5, 1, 2, 4)),
    )
    ticks = tuple((v / 10, verbatim(f"{10 * v}%")) for v in range(1 + int(10 * top)))
    y = Axis(Words("expected calibration error", "期望校准误差"), 0, top, percent=True, ticks=ticks)
    how = Words("Right: lower is better; the axis is logarithmic.", "右图：越低越好；横轴为对数刻度。")
    return Chart(Words("One number for all patients: which is best?", "所有患者共用一个数：取多少最好？"), how, Words("Calibration error by temperature", "校准误差随温度的变化"), x, y, marks, shape=(340, 380))  # fmt: skip


def _place(temperature: float) -> float:
    """Halving and doubling are equally far."""
    return float(np.log2(temperature))


def set_table(state: UncertaintyState, *, revealed: bool) -> Table:
    """Seven patients from the most certain to the least: probabilities and, once revealed, the set and the truth."""
    y, p = world.calibrated(state.seed, SHOTS[-1])
    chosen, open_to = prediction_sets(p, state.aim), world.undecided(p)
    rows, strong = [], set()
    for at, i in enumerate(world.examples(state)):
        named = [DIAGNOSES[k] for k in np.argsort(-p[i], kind="stable") if chosen[i, k]]
        listed = Words(" or ".join(str(each.en.split()[-1]) for each in named), " 或 ".join(each.zh.split()[-1] for each in named))
        told = (listed, verbatim(int(y[i]) + 1)) if revealed else (verbatim("?"), verbatim("?"))
        rows.append((verbatim(f"P-{at + 1}"), *(verbatim(f"{100 * v:.0f}%") for v in p[i]), verbatim(f"{100 * open_to[i]:.0f}%"), *told))
        if revealed and not chosen[i, y[i]]:
            strong.add((at, 6))
    header = (Words("patient", "患者"), *(verbatim(k + 1) for k in range(N_WAY)), Words("undecided", "犹豫"), Words("set", "集合"), Words("truth", "真实"))  # fmt: skip
    title = Words("Seven of {n} new patients, three diagnoses", "{n} 位新患者中的七位，三种诊断").format(n=len(y))
    how = Words("Left: probability of diagnosis 1, 2, 3; “undecided” is the entropy, where 100% means all equal; bold: not in the set.", "左表：诊断 1、2、3 的概率；“犹豫”即熵，100% 表示三者相等；粗体：不在集合中。")  # fmt: skip
    return Table(title, how, header, tuple(rows), strong=frozenset(strong), width=430)


def set_bars(state: UncertaintyState) -> Chart:
    """By the size of the set: how many patients, and how many of them the first name was right for."""
    marks: list[Mark] = []
    for one in world.set_sizes(state):
        if one.share:
            x = float(one.size)
            marks.append(Area(((x - 0.3, 0), (x - 0.3, one.right), (x + 0.3, one.right), (x + 0.3, 0)), TEAL, 0.6))
            marks.append(Label((x, one.right + 0.035), verbatim(f"{100 * one.right:.0f}%"), bold=True))
    ticks = tuple((float(one.size), Words("{n}: {share}% of all", "{n} 个：{share}%").format(n=one.size, share=f"{100 * one.share:.0f}")) for one in world.set_sizes(state))  # fmt: skip
    held, size = world.coverage(state)
    title = Words("The set contains the correct diagnosis for {held}%; mean size {size}", "集合包含真实诊断：{held}%；平均 {size} 个诊断").format(held=f"{100 * held:.0f}", size=f"{size:.1f}")  # fmt: skip
    how = Words(
        "Right: how often the most probable diagnosis is correct, by the size of the set.", "右图：按集合大小，最可能的诊断正确的比例。"
    )
    y = Axis(Words("most probable correct", "最可能的诊断正确"), 0, 1.1, percent=True, ticks=SHARES)
    return Chart(title, how, Words("Accuracy by size of the set", "准确率随集合大小的变化"), Axis(Words("diagnoses in the set", "集合中的诊断数：占全部患者"), 0.4, 3.6, ticks=ticks), y, tuple(marks), shape=(400, 380))  # fmt: skip


def people(state: UncertaintyState) -> Table:
    """Ten thousand people: who is suspected, and who has the disease."""
    found = world.counts(state)
    cells = [[found.found, found.missed], [found.false_alarm, found.passed]]
    names = (Words("has the disease", "患病"), Words("does not have it", "未患病"))
    rows = [(name, *(verbatim(value) for value in row), verbatim(sum(row))) for name, row in zip(names, cells, strict=True)]
    rows.append((Words("total", "合计"), *(verbatim(a + b) for a, b in zip(*cells, strict=True)), verbatim(PEOPLE)))
    title = Words("Of {n} suspected, {ill} have it: {value}%", "{n} 位被怀疑者中 {ill} 位患病：{value}%").format(
        n=found.suspected, ill=found.found, value=f"{100 * found.predictive_value:.0f}"
    )
    how = Words("Left: “suspected” means that the learner says at least 50%, assuming that all diagnoses are equally common.", "左表：“被怀疑”指学习器给出至少 50%，而它假定各诊断同样常见。")  # fmt: skip
    header = (Words("of 10,000 people", "每 10000 人"), Words("suspected", "被怀疑"), Words("not", "未被怀疑"), Words("all", "全部"))
    style = series_styles(2)
    return Table(title, how, header, tuple(rows), (style[0], style[1], None), frozenset({(0, 1), (2, 1)}), 380)


def by_prevalence(state: UncertaintyState, *, revealed: bool) -> Chart:
    """What an answer is worth, by how frequent the disease is; before the answer only where all diagnoses are equally frequent."""
    now = state.of_1000 / 1000
    marks: list[Mark] = [Dots(((_rare(world.AMONG), state.answer),), GRAY, Words("the answer, if all diagnoses were equally common", "原答案：假定各诊断同样常见"), 7)]  # fmt: skip
    if revealed:
        grid = [0.001 * 500 ** (i / 40) for i in range(41)]
        marks.append(Line(tuple((_rare(p), world.after(state.answer, p)) for p in grid), TEAL, Words("adjusted by Bayes' rule", "按贝叶斯公式换算后"), 2.5))  # fmt: skip
        value = world.after(state.answer, now)
        marks += [Dots(((_rare(now), value),), TEAL, size=9), Label((_rare(now) + 0.15, value - 0.06), verbatim(f"{100 * value:.0f}%"), "start", bold=True)]  # fmt: skip
    else:
        marks.append(Label((_rare(now), 0.5), verbatim("?"), bold=True))
    ticks = tuple((_rare(p), verbatim(f"{100 * p:g}%")) for p in (0.001, 0.01, 0.1, 0.5))
    title = Words("An answer of {p}% in clinics where the disease is more or less common", "同一个“{p}%”，在疾病多见或少见的诊所里").format(p=f"{100 * state.answer:.0f}")  # fmt: skip
    how = Words("How to read: the disease is rarer to the left; each tick is a factor of ten.", "读法：越靠左疾病越罕见，每格相差十倍。")
    x = Axis(Words("people who have the disease", "患病者所占比例"), _rare(0.0007), _rare(0.7), ticks=ticks)
    y = Axis(Words("probability that this patient has it", "这位患者患病的概率"), 0, 1.04, percent=True, ticks=SHARES)
    return Chart(
        title, how, Words("Probability by prevalence", "概率随患病率的变化"), x, y, tuple(marks), shape=(400 if revealed else 640, 380)
    )


def _rare(prevalence: float) -> float:
    return float(np.log10(prevalence))


def harder(state: UncertaintyState, *, revealed: bool) -> Chart:
    """The card's temperature on tables like those it was learned on and, once revealed, on one that tells less, without it too."""
    card = world.card_temperature(state.k)
    usual = (world.reliability(state.seed, state.k, card), TEAL, Words("tables like those it was learned from", "与学习时同类的表格"))
    if not revealed:
        return diagram(
            (usual,), Words("With the temperature from the model card: 70% means 70 of 100", "使用模型卡中的温度：70% 就是 100 位中 70 位")
        )
    name = Words("tables of which {share}% of the columns tell anything", "只有 {share}% 的列含有信息的表格").format(
        share=f"{100 * state.telling:.0f}"
    )
    now = (world.reliability(state.seed, state.k, card, state.telling), SeriesStyle("#0072B2", "triangle-up", (2, 2)), name)
    raw = (
        world.reliability(state.seed, state.k, 1.0, state.telling),
        RAW,
        Words("the same tables without temperature", "同样的表格，不用温度"),
    )
    sure, right = world.sure_and_right(state.seed, state.k, card, state.telling)
    title = Words("On these tables: mean confidence {sure}%, correct {right}%", "在这些表上：平均置信度 {sure}%，正确 {right}%").format(sure=f"{100 * sure:.0f}", right=f"{100 * right:.0f}")  # fmt: skip
    return diagram((usual, now, raw), title)
