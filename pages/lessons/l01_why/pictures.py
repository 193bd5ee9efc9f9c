"""The pictures of the lesson on why few patients are not enough."""

from __future__ import annotations

import torch

from metamed_core.drawing import GRAY, TEAL, Area, Axis, Chart, Dots, Label, Line, Mark, SeriesStyle, Table, points, series_styles, verbatim
from metamed_core.words import Words
from pages.lessons.l01_why.computation import (
    MANY,
    MAX_META_STEPS,
    N_CLINICS,
    N_TASKS,
    SHOTS,
    STEPS_PER_PRESS,
    WhyState,
    clinics,
    from_start,
    meta_trained,
    meta_trained_accuracy,
    new_tasks,
    one_task,
    ordinary_accuracy,
)

ACCURACY = Axis(
    Words("accuracy", "准确率"), 0.4, 1.02, percent=True, ticks=tuple((v / 10, verbatim(f"{10 * v}%")) for v in (4, 5, 6, 7, 8, 9, 10))
)
ORDINARY_STYLE, META_TRAINED_STYLE = SeriesStyle("#D55E00", "square", (6, 3)), TEAL
ORDINARY_NAME = Words("ordinary learning (logistic regression)", "普通学习（逻辑回归）")
META_TRAINED_NAME = Words("meta-trained network", "经过元训练的网络")


def bars(state: WhyState, *, revealed: bool) -> Chart:
    """Ordinary learning on its labeled patients, and on new ones once revealed."""
    seen, new = ordinary_accuracy(state.seed, state.shots)
    shown = [(Words("labeled patients", "已确诊患者"), seen)] + ([(Words("new patients", "新患者"), new)] if revealed else [])
    marks: list[Mark] = []
    for i, (_, value) in enumerate(shown):
        marks.append(Area(((i + 0.7, 0), (i + 0.7, value), (i + 1.3, value), (i + 1.3, 0)), ORDINARY_STYLE, 0.75))
        marks.append(Label((i + 1.0, value + 0.045), verbatim(f"{100 * value:.0f}%"), bold=True))
    marks.append(Line(((0.4, 0.5), (2.6, 0.5)), GRAY, Words("tossing a coin", "掷硬币")))
    names = (*(name for name, _ in shown), Words("new patients: ?", "新患者：？"))[:2]
    title = Words(
        "Correct diagnoses after learning from {n} {n:patient|patients} of each disease", "每种疾病用 {n} 位患者学习之后，判断正确的比例"
    )
    how = Words(
        "How to read: each bar is the mean over {n} {n:task|tasks} of two diseases.", "读法：{n} 个任务（各两种疾病）的平均。"
    ).format(n=N_TASKS)
    x = Axis(verbatim(""), 0.4, 2.6, ticks=tuple((i + 1.0, name) for i, name in enumerate(names)))
    y = Axis(ACCURACY.title, 0, 1.12, ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5)))
    return Chart(title.format(n=state.shots), how, Words("Two bars: accuracy on labeled and on new patients", "两个条形：在已确诊患者与新患者上的准确率"), x, y, tuple(marks), shape=(640, 380))  # fmt: skip


def by_shots(state: WhyState, *, revealed: bool) -> Chart:
    """Ordinary learning against the number of labeled patients; before the reveal only what the first screen showed."""
    at = [(i, k, ordinary_accuracy(state.seed, k)[1]) for i, k in enumerate(SHOTS) if revealed or k <= 3]
    marks = (Line(tuple((float(i), value) for i, _, value in at), ORDINARY_STYLE, ORDINARY_NAME, 2.5, markers=True), *_tags(at))
    x = Axis(Words("labeled patients of each disease", "每种疾病的已确诊患者数"), -0.4, len(SHOTS) - 0.6, ticks=tuple((float(i), verbatim(k)) for i, k in enumerate(SHOTS)))  # fmt: skip
    title = Words("How many labeled patients does ordinary learning need?", "普通学习需要多少位已确诊患者？")
    how = Words(
        "How to read: accuracy on new patients, mean over {n} {n:task|tasks}.", "读法：在新患者上的准确率，{n} 个任务的平均。"
    ).format(n=N_TASKS)
    return Chart(title, how, Words("Accuracy of ordinary learning by number of patients", "普通学习的准确率随患者数的变化"), x, ACCURACY, marks, shape=(640, 380))  # fmt: skip


def _tags(at: list[tuple[int, int, float]]) -> list[Mark]:
    return [Label((float(i), value - 0.045), verbatim(f"{100 * value:.0f}%")) for i, _, value in at]


def opinions(state: WhyState, *, revealed: bool) -> Table:
    """Ten new patients: the truth and, once revealed, what five clinics say; wrong answers are bold."""
    truth, said = clinics(state.seed, state.shots)
    called = (Words("disease 1", "疾病 1"), Words("disease 2", "疾病 2"))
    header = (
        Words("patient", "患者"),
        Words("truth", "真实诊断"),
        *(Words("clinic {n}", "诊所 {n}").format(n=i + 1) for i in range(N_CLINICS)),
    )
    rows = tuple(
        (verbatim(f"P-{i + 1:02d}"), called[y], *(called[one[i]] if revealed else verbatim("?") for one in said))
        for i, y in enumerate(truth)
    )
    wrong = {(i, j + 2) for i, y in enumerate(truth) for j, one in enumerate(said) if revealed and one[i] != y}
    title = Words(
        "Five clinics, each with {n} {n:patient|patients} of each disease: who says what?",
        "五家诊所，每家每种疾病 {n} 位患者：各自怎么说？",
    )
    how = Words("How to read: each row is a new patient; bold answers are wrong.", "读法：每行一位新患者；粗体为错误。")
    style = series_styles(2)
    return Table(title.format(n=state.shots), how, header, rows, tuple(style[y] for y in truth), frozenset(wrong), 700)


def learning(state: WhyState, *, revealed: bool) -> Chart:
    """Accuracy on new diseases by step of meta-training, beside ordinary learning from the same patients and, once revealed, from many."""
    done = range(0, state.practice + 1, STEPS_PER_PRESS)
    level = ordinary_accuracy(state.seed, state.shots)[1]
    way = tuple((float(n), meta_trained_accuracy(state.seed, state.shots, state.unlike, n)) for n in done)
    marks: tuple[Mark, ...] = (
        Line(((0.0, level), (float(MAX_META_STEPS), level)), ORDINARY_STYLE, ORDINARY_NAME, 2.5),
        Line(way, META_TRAINED_STYLE, META_TRAINED_NAME, 2.5, markers=True),
    )
    if revealed and state.shots < MANY:
        of_many = ordinary_accuracy(state.seed, MANY)[1]
        name = Words("the same with {n} {n:patient|patients} of each disease", "同上，每种疾病 {n} 位患者").format(n=MANY)
        marks = (*marks, Line(((0.0, of_many), (float(MAX_META_STEPS), of_many)), ORDINARY_STYLE, name, 1.5, opacity=0.6))
    x = Axis(
        Words("steps of meta-training (16 tasks with other diseases each)", "元训练步数（每步 16 个其他疾病的任务）"),
        -4,
        MAX_META_STEPS + 4,
    )
    now, title = way[-1][1], Words("On new diseases, {k} {k:patient|patients} each: {now}% (ordinary learning {level}%)", "新疾病各 {k} 位患者：{now}%（普通学习 {level}%）")  # fmt: skip
    how = Words("How to read: accuracy on diseases that were never used for training.", "读法：在从未用于训练的疾病上的准确率。")
    told = title.format(k=state.shots, now=f"{100 * now:.0f}", level=f"{100 * level:.0f}")
    return Chart(told, how, Words("Accuracy by step of meta-training", "准确率随元训练步数的变化"), x, ACCURACY, marks, shape=(440, 380))


def seen_by_network(state: WhyState) -> Chart:
    """One new task as the network sees it: patients' embeddings and the two prototypes."""
    task, start = one_task(new_tasks(state.seed, state.shots), 0), meta_trained(state.seed, state.unlike, state.practice)
    one = from_start(task, start)
    support, query, centers = (part.double() for part in (one.embed(task.support.x), one.embed(task.query.x), one.prototypes()))
    everyone = torch.cat([support, query])
    middle, reach = everyone.mean(0), float((everyone - everyone.mean(0)).abs().max()) * 1.1
    style, names = series_styles(2), (Words("disease 1", "疾病 1"), Words("disease 2", "疾病 2"))
    marks: list[Mark] = []
    for k in range(2):
        marks.append(Dots(points(query[task.query.y == k].tolist()), style[k], size=3, opacity=0.7))
        marks.append(Dots(points(support[task.support.y == k].tolist()), style[k], names[k], 6))
        marks.append(Dots(points(centers[k : k + 1].tolist()), style[k], size=11, filled=False))
    x, y = (Axis(Words(en, zh), float(m) - reach, float(m) + reach, ticks=()) for (en, zh), m in zip((("first output", "第一个输出"), ("second output", "第二个输出")), middle, strict=True))  # fmt: skip
    title = Words("One new task as the network sees it after {n} {n:step|steps}", "元训练 {n} 步后，网络眼中的一个新任务").format(
        n=state.practice
    )
    how = Words(
        "Right: large marks are labeled patients, small marks new ones, outlined marks the prototypes.",
        "右图：大标记为已确诊患者，小标记为新患者，空心标记为原型。",
    )
    return Chart(title, how, Words("Embedding of one task", "一个任务的嵌入"), x, y, tuple(marks), shape=(360, 380))
