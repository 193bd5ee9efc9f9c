"""The pictures of the lesson on prior-fitted networks: a task as table and plane, answers along one laboratory value, and how far they lie apart."""

from __future__ import annotations

import math

from torch import Tensor

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
    Point,
    SeriesStyle,
    Table,
    points,
    series_styles,
    verbatim,
)
from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted import small_network
from pages.lessons.l07_prior_fitted.computation import GRID, MAX_META_STEPS, N_ASKED, N_HELD, N_WAY, REACH, SHOTS, PriorFittedState

STYLES = series_styles(N_WAY)
NAMES = tuple(Words("diagnosis {n}", "诊断 {n}").format(n=k + 1) for k in range(N_WAY))
EXACT, NETWORK, LIMIT = TEAL, SeriesStyle("#D55E00", "square", (6, 3)), SeriesStyle(GRAY.color, "circle", (2, 3))
EXACT_NAME = Words("exact answer (Bayes)", "精确答案（贝叶斯）")
SHIPPED_NAME = Words("shipped network", "自带网络")
SMALL_NAME = Words("small network", "小网络")
LEFT, RIGHT = (450, 366), (350, 366)
ROWS = 9  # labeled patients shown as a table


def table_of(state: PriorFittedState) -> Table:
    """Some labeled patients of a task, as they would be uploaded."""
    task = world.exercise(state.seed, state.kind, state.number)
    rows, drawn = [], list[SeriesStyle | None]()
    whole = (task.values.nan_to_num(0.0) % 1 == 0).all(0).tolist()
    for i in sorted(range(ROWS), key=lambda i: (int(task.y[i]), i)):
        rows.append(
            (NAMES[int(task.y[i])], *(verbatim(_told(value, whole=w)) for value, w in zip(task.values[i].tolist(), whole, strict=True)))
        )
        drawn.append(STYLES[int(task.y[i])])
    columns = tuple(Words("test {n}", "检验 {n}").format(n=j + 1) for j in range(task.values.shape[1]))
    title = Words("Task {n}: nine of its {all} labeled {all:patient|patients}", "任务 {n}：{all} 位已确诊患者中的九位").format(
        n=state.number + 1, all=task.n
    )
    how = Words(
        "How to read: each row is a patient, as in an uploaded table; a dash means that the test was not done.",
        "读法：每行一位患者，与上传的表格一样；短横表示未做该检验。",
    )
    return Table(title, how, (Words("diagnosis", "诊断"), *columns), tuple(rows), tuple(drawn), width=430)


def _told(value: float, *, whole: bool) -> str:
    if math.isnan(value):
        return "–"
    return f"{value + 0.0:.{0 if whole else 2}f}".replace("-", "−")


def plane_of(state: PriorFittedState, *, asked: bool, revealed: bool) -> Chart:
    """The two most telling tests of a task; asked: also the patients to be named, and, once revealed, who was predicted wrongly."""
    task = world.exercise(state.seed, state.kind, state.number)
    first, second = world.most_telling(task)
    values = task.values[:, [first, second]]
    there = (~values.isnan().any(1)).tolist()
    marks: list[Mark] = []
    for k, name in enumerate(NAMES):
        rows = [i for i in range(task.n) if int(task.y[i]) == k and there[i]]
        marks.append(Dots(points(values[rows].tolist()), STYLES[k], name, 6, part="labeled"))
    if asked:
        marks += _asked(state, values, [i for i in range(task.n, len(there)) if there[i]], revealed=revealed)
    x, y = (_axis(values[there, j], Words("test {n}", "检验 {n}").format(n=c + 1)) for j, c in enumerate((first, second)))
    title = Words("Its two most informative tests", "其中最能区分的两项检验")
    how = Words("Right: labeled patients for whom both tests were done.", "右图：两项检验都做过的已确诊患者。")
    if asked:
        how = Words(
            "Left: filled marks are labeled patients, outlined marks new ones (with the answer, in the color of the true diagnosis); only patients with both tests are drawn. The network sees all five tests, and which are missing.",
            "左图：实心标记为已确诊患者，空心标记为新患者（揭晓后按真实诊断着色）；只画出两项检验都做过的。网络看到全部五项检验，也看到缺失。",
        )
    alt = Words("Plane of two tests with the patients of a synthetic task", "两项检验的平面，含一个合成任务的患者")
    return Chart(title, how, alt, x, y, tuple(marks), shape=(370, 330))


def _asked(state: PriorFittedState, values: Tensor, rows: list[int], *, revealed: bool) -> list[Mark]:
    task = world.exercise(state.seed, state.kind, state.number)
    if not revealed:
        return [Dots(points(values[rows].tolist()), GRAY, Words("new: which diagnosis?", "新患者：是哪种？"), 6, filled=False)]
    answer = world.said(state.seed, state.kind, state.number).argmax(-1)
    marks: list[Mark] = [
        Dots(points(values[[i for i in rows if int(task.y[i]) == k]].tolist()), STYLES[k], None, 6, filled=False, part="asked")
        for k in range(N_WAY)
    ]
    wrong = [i for i in rows if int(answer[i - task.n]) != int(task.y[i])]
    return [*marks, Dots(points(values[wrong].tolist()), SeriesStyle("#D55E00", "cross", (1, 0)), Words("wrong answer", "判断错误"), 4)]


def _axis(values: Tensor, title: Words) -> Axis:
    if not len(values):  # nobody had both tests
        return Axis(title, 0, 1)
    low, high = float(values.min()), float(values.max())
    edge = 0.08 * max(high - low, 0.1)
    return Axis(title, low - edge, high + edge)


def answers_of(state: PriorFittedState, *, revealed: bool) -> Table:
    """The asked patients: what the shipped network's answer, and the truth."""
    task = world.exercise(state.seed, state.kind, state.number)
    proba, truth = world.said(state.seed, state.kind, state.number), task.y[task.n :].tolist()
    order = sorted(range(N_WAY * N_ASKED), key=lambda i: (truth[i], i)) if revealed else range(N_WAY * N_ASKED)
    rows, strong = [], set()
    for at, i in enumerate(order):
        best = int(proba[i].argmax())
        shown = (NAMES[best], verbatim(f"{100 * float(proba[i, best]):.0f}%"), NAMES[truth[i]]) if revealed else (verbatim("?"),) * 3
        rows.append((verbatim(f"Q-{i + 1:02d}"), *shown))
        if revealed and best != truth[i]:
            strong.add((at, 1))
    header = (
        Words("new patient", "新患者"),
        Words("network's answer", "网络的答案"),
        Words("probability", "概率"),
        Words("truth", "真实诊断"),
    )
    how = Words("Right: bold answers are wrong.", "右表：粗体为错误答案。")
    return Table(Words("Twelve new patients", "十二位新患者"), how, header, tuple(rows), (), frozenset(strong), 390)


# -- answers along one laboratory value ------------------------------------------------------------------------------

VALUE = Axis(Words("laboratory value (spread within a disease = 1)", "化验值（以同种疾病内的标准差为 1）"), -REACH, REACH)
SHARE = Axis(
    Words("probability of disease 2", "疾病 2 的概率"), -0.12, 1.12, ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5))
)
CURVE_HOW = Words(
    "How to read: the marks at the bottom and top are labeled patients with disease 1 and disease 2; a curve shows how probable disease 2 is at every value.",
    "读法：下方与上方的标记分别为疾病 1 与疾病 2 的已确诊患者；曲线表示在每个化验值处疾病 2 有多可能。",
)


def _curve(values: Tensor, style: SeriesStyle, name: Words, width: float = 2.5) -> Line:
    part = {EXACT: "exact", NETWORK: "network"}.get(style, "")
    return Line(tuple((float(x), float(p)) for x, p in zip(GRID[:, 0], values, strict=True)), style, name, width, part=part)


def _labeled(state: PriorFittedState, shots: int) -> list[Mark]:
    support = world.simple(state.seed, state.number, state.world).support(shots)
    pair, names = series_styles(2), (Words("disease 1", "疾病 1"), Words("disease 2", "疾病 2"))
    marks: list[Mark] = []
    for k in range(2):
        at = [(min(max(float(x), -REACH), REACH), -0.07 if not k else 1.07) for x in support.x[support.y == k, 0]]
        marks.append(Dots(tuple(at), pair[k], names[k], 5, part="labeled"))
    return marks


def small_curve(state: PriorFittedState, *, revealed: bool) -> Chart:
    """One task: the small network's answer after so many steps and, once revealed, the exact one."""
    task = world.simple(state.seed, state.number)
    support = task.support(4)
    marks = _labeled(state.updated(world="assumed"), 4)
    if revealed:
        marks.append(_curve(world.exact(support, GRID)[:, 1], EXACT, EXACT_NAME))
    marks.append(_curve(small_network.by_small(state.seed, state.practice, support, GRID)[:, 1], NETWORK, SMALL_NAME))
    title = Words("A new task, after {n} {n:step|steps} of training", "一个从未用于训练的任务，训练 {n} 步之后").format(n=state.practice)
    alt = Words("Probability of disease 2 by value", "疾病 2 的概率随化验值的变化")
    return Chart(title, CURVE_HOW, alt, VALUE, SHARE, tuple(marks), shape=LEFT)


def small_learning(state: PriorFittedState) -> Chart:
    """How far the small network is from the exact answer, by step of meta-training."""
    done = range(0, state.practice + 1, small_network.STEPS_PER_PRESS)
    way = tuple((float(n), 100 * small_network.small_gap(state.seed, n)) for n in done)
    x = Axis(Words("steps of training (32 new tasks each)", "训练步数（每步 32 个新任务）"), -4, MAX_META_STEPS + 4)
    title = Words("Mean distance from the exact answer: {g} {g:point|points}", "与精确答案平均相差 {g} 个百分点").format(
        g=f"{way[-1][1]:.0f}"
    )
    how = Words("Right: mean over {n} {n:task|tasks} that were not used for training.", "右图：在 {n} 个未用于训练的任务上的平均。").format(
        n=N_HELD
    )
    return _gaps(title, how, x, [Line(way, NETWORK, SMALL_NAME, 2.5, markers=True, part="gap")])


def _gaps(title: Words, how: Words, x: Axis, marks: list[Mark]) -> Chart:
    y = Axis(Words("percentage points apart", "相差（百分点）"), 0, 30, ticks=tuple((float(v), verbatim(v)) for v in (0, 10, 20, 30)))
    return Chart(title, how, Words("Distance from the exact answer", "与精确答案的差距"), x, y, tuple(marks), shape=RIGHT)


def shipped_curve(state: PriorFittedState, *, revealed: bool) -> Chart:
    """One task: exact, by the shipped network once revealed, and where the exact answer goes."""
    formula, network = world.curves(state.seed, state.number, state.world, state.shots)
    marks = _labeled(state, state.shots)
    if state.world == "assumed":
        known = world.if_known(world.simple(state.seed, state.number), GRID)[:, 1]
        marks.append(_curve(known, LIMIT, Words("with ever more patients", "患者无限多时"), 2))
    marks.append(_curve(formula, EXACT, EXACT_NAME if state.world == "assumed" else Words("the formula", "公式")))
    if revealed:
        marks.append(_curve(network, NETWORK, SHIPPED_NAME))
    title = Words("{k} labeled {k:patient|patients} of each disease", "每种疾病 {k} 位已确诊患者").format(k=state.shots)
    alt = Words("Probability of disease 2 by value: formula and shipped network", "疾病 2 的概率随化验值的变化：公式与自带网络")
    return Chart(title, CURVE_HOW, alt, VALUE, SHARE, tuple(marks), shape=LEFT)


def shipped_gaps(state: PriorFittedState) -> Chart:
    """How far the shipped network is from the exact answer, by labeled patients, up to the present number."""
    way = tuple((float(i), 100 * world.gap(state.seed, k)) for i, k in enumerate(SHOTS) if k <= state.shots)
    x = Axis(
        Words("labeled patients of each disease", "每种疾病的已确诊患者数"),
        -0.3,
        len(SHOTS) - 0.7,
        ticks=tuple((float(i), verbatim(k)) for i, k in enumerate(SHOTS)),
    )
    title = Words("Mean distance from the exact answer: {g} {g:point|points}", "与精确答案平均相差 {g} 个百分点").format(
        g=f"{way[-1][1]:.0f}"
    )
    how = Words("Right: mean over the new patients of {n} {n:task|tasks}.", "右图：{n} 个任务中新患者的平均。").format(n=N_HELD)
    return _gaps(title, how, x, [Line(way, NETWORK, SHIPPED_NAME, 2.5, markers=True, part="gap")])


def scores(state: PriorFittedState) -> Chart:
    """How many asked patients the formula and the network name rightly."""
    formula, network, n = world.right(state)
    marks: list[Mark] = []
    for i, (count, style) in enumerate(((formula, EXACT), (network, NETWORK))):
        marks.append(
            Area(
                ((i + 0.7, 0), (i + 0.7, count), (i + 1.3, count), (i + 1.3, 0)), style, 0.7, part="exact" if style == EXACT else "network"
            )
        )
        marks.append(Label((i + 1.0, count + 1.8), verbatim(f"{count} / {n}"), bold=True))
    coin: tuple[Point, ...] = ((0.5, n / 2), (2.5, n / 2))
    marks.append(Line(coin, GRAY, Words("tossing a coin", "掷硬币")))
    sure = world.sureness(state)
    x = Axis(Words("who answers", "谁来回答"), 0.4, 2.6, ticks=((1.0, Words("the formula", "公式")), (2.0, SHIPPED_NAME)))
    y = Axis(Words("correct answers", "判断正确"), 0, n + 5, ticks=tuple((float(v), verbatim(v)) for v in range(0, n + 1, 10)))
    title = Words("Mean confidence: formula {a}%, network {b}%", "平均置信度：公式 {a}%，网络 {b}%").format(
        a=f"{100 * sure[0]:.0f}", b=f"{100 * sure[1]:.0f}"
    )
    how = Words(
        "Right: of {n} new patients; confidence is the larger of the two probabilities.",
        "右图：{n} 位新患者；置信度指两个概率中较大的一个。",
    ).format(n=n)
    alt = Words("Bars: new patients with a correct answer", "条形图：判断正确的新患者数")
    return Chart(title, how, alt, x, y, tuple(marks), shape=RIGHT)
