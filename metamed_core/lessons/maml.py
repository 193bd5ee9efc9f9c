"""MAML where one can see all of it: a model of two weights, three tasks, their loss surfaces, inner paths and outer steps.

A task asks which of two diseases a patient has, by two laboratory values. The model is a logistic regression without intercept,
so the two weights are the whole model and a point of the plane. The inner loop, its derivative and the loss are the
library's (`inner_loop`, `learner.cross_entropy`); only the network is smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.func import grad, vmap

from metamed_core.backbones import Weights
from metamed_core.episode import Episode, LabelledSet
from metamed_core.inner_loop import descend, descended
from metamed_core.learner import cross_entropy
from metamed_core.lessons import geometry
from metamed_core.lessons.state import State, real, whole, word
from metamed_core.palette import Look, looks
from metamed_core.picture import GREY, TEAL, Axis, Dots, Line, Mark, Picture, Point, Strokes, points, same
from metamed_core.words import Words

REACH = 4.0
MOST_OUTER, MOST_INNER = 60, 6
STEPS_UP = (0.02, 0.08, 0.2, 0.45, 0.9, 1.6)  # how far above the lowest loss on the plane the contour lines lie
N_SUPPORT, N_QUERY = 6, 40  # patients of each of the two diseases
RULES = {"maml": Words("MAML", "MAML"), "first_order": Words("first-order MAML", "一阶 MAML"), "reptile": Words("Reptile", "Reptile")}
RULE_LOOKS = dict(
    zip(RULES, (Look("#15807D", "circle", (1, 0)), Look("#CC79A7", "square", (6, 3)), Look("#E69F00", "diamond", (2, 2))), strict=True)
)


@dataclass(frozen=True)
class Pair:
    """A task: which of two diseases? apart: how far their means lie apart in ferritin and MCV, in standard deviations."""

    name: Words
    short: Words
    diseases: tuple[Words, Words]
    apart: tuple[float, float]
    spread: tuple[float, float]
    look: Look


PAIRS = tuple(
    Pair(name, short, diseases, apart, spread, look)
    for (name, short, diseases, apart, spread), look in zip(
        (
            (
                Words("A: iron deficiency or inflammation?", "A：缺铁还是炎症？"),
                Words("task A", "任务 A"),
                (Words("iron deficiency", "缺铁"), Words("inflammation", "炎症")),
                (2.2, 0.4),
                (0.9, 1.1),
            ),
            (
                Words("B: thalassaemia trait or B12 deficiency?", "B：地中海贫血特征还是 B12 缺乏？"),
                Words("task B", "任务 B"),
                (Words("thalassaemia trait", "地中海贫血特征"), Words("B12 deficiency", "B12 缺乏")),
                (0.4, 2.4),
                (1.2, 0.8),
            ),
            (
                Words("C: inflammation or hypothyroidism?", "C：炎症还是甲状腺功能减退？"),
                Words("task C", "任务 C"),
                (Words("inflammation", "炎症"), Words("hypothyroidism", "甲状腺功能减退")),
                (-1.7, 1.3),
                (0.8, 1.0),
            ),
        ),
        (looks(5)[0], looks(5)[4], looks(5)[2]),
        strict=True,
    )
)


@dataclass(frozen=True)
class Maml(State):
    """Where the reader stands: the start, how far the inner steps go (alpha), how many, and what was pressed since.

    inner: inner steps shown from the present start; outer: outer steps done since `x`, `y`.
    """

    x: float = real(-3.0, -REACH, REACH)
    y: float = real(-3.0, -REACH, REACH)
    alpha: float = real(1.5, 0.0, 12.0)
    steps: int = whole(3, 0, MOST_INNER)
    inner: int = whole(0, 0, MOST_INNER)
    outer: int = whole(0, 0, MOST_OUTER)
    rule: str = word("maml", "maml|first_order|reptile")


BETA = 4.0  # outer step size of MAML and its first-order form
EPSILON = 0.25  # the share of the way that Reptile goes


@lru_cache(maxsize=64)
def tasks(seed: int) -> tuple[Episode, ...]:
    """The three tasks: patients `(n, 2)` in standard deviations from the middle between the two diseases, support and query."""
    rng = torch.Generator().manual_seed(seed)
    return tuple(Episode(_patients(pair, N_SUPPORT, rng), _patients(pair, N_QUERY, rng), n_way=2) for pair in PAIRS)


def _patients(pair: Pair, n: int, rng: torch.Generator) -> LabelledSet:
    y = torch.arange(2).repeat(n)
    middle = torch.tensor(pair.apart, dtype=torch.float64) * (y.double().unsqueeze(1) - 0.5)
    return LabelledSet(
        middle + torch.tensor(pair.spread, dtype=torch.float64) * torch.randn(2 * n, 2, generator=rng, dtype=torch.float64), y
    )


def log_proba(weights: Tensor, x: Tensor) -> Tensor:
    """Logistic regression without intercept: log probabilities `(n, 2)` of the two diseases from `w . x`."""
    score = x @ weights
    return torch.stack([torch.zeros_like(score), score], -1).log_softmax(-1)


def loss_on(patients: LabelledSet) -> Callable[[Weights], Tensor]:
    """How badly these patients are named, as a function of the two weights `{"w": (2,)}`; the library's `cross_entropy`."""
    return lambda weights: cross_entropy(log_proba(weights["w"], patients.x), patients.y)


def inner_path(start: Point, task: Episode, alpha: float, n: int) -> list[Point]:
    """The start and where each of `n` inner steps on the support leads."""
    weights, path = _weights(start), [start]
    for _ in range(n):
        weights = descend(loss_on(task.support), weights, alpha)
        path.append(_point(weights["w"]))
    return path


def inner_gradient(start: Point, task: Episode) -> Point:
    """Gradient of the support loss at the start: what the first inner step goes against."""
    return _point(grad(loss_on(task.support))(_weights(start))["w"])


def support_loss_at(at: Point, task: Episode) -> float:
    """How badly the labelled patients are named with these two weights."""
    return float(loss_on(task.support)(_weights(at)))


def query_loss_at(at: Point, task: Episode) -> float:
    """How badly the asked patients are named with these two weights."""
    return float(loss_on(task.query)(_weights(at)))


def meta_loss(weights: Weights, task: Episode, alpha: float, n: int, *, first_order: bool = False) -> Tensor:
    """Query loss after `n` inner steps on the support, as a function of the start (Finn et al. 2017, algorithm 2, line 10)."""
    adapted = descended(loss_on(task.support), weights, alpha, n, first_order=first_order)
    return loss_on(task.query)(adapted)


def outer_gradients(start: Point, seed: int, alpha: float, n: int, rule: str) -> list[Point]:
    """For each task what the outer step goes against: a gradient of `meta_loss`, or for Reptile start minus adapted weights."""
    if rule == "reptile":
        ends = [inner_path(start, task, alpha, n)[-1] for task in tasks(seed)]
        return [(start[0] - x, start[1] - y) for x, y in ends]

    def of(task: Episode) -> Point:
        return _point(grad(lambda weights: meta_loss(weights, task, alpha, n, first_order=rule == "first_order"))(_weights(start))["w"])

    return [of(task) for task in tasks(seed)]


def outer_rate(rule: str) -> float:
    """The outer step size of a rule."""
    return EPSILON if rule == "reptile" else BETA


@lru_cache(maxsize=4096)
def after(start: Point, seed: int, alpha: float, n: int, rule: str, outer: int) -> Point:
    """The start after so many outer steps: each goes against the mean of `outer_gradients`; held at the edge of the plane."""
    if not outer:
        return start
    here = after(start, seed, alpha, n, rule, outer - 1)
    mean = [sum(part) / len(PAIRS) for part in zip(*outer_gradients(here, seed, alpha, n, rule), strict=True)]
    x, y = (min(max(at - outer_rate(rule) * by, -REACH), REACH) for at, by in zip(here, mean, strict=True))
    return x, y


def trail(state: Maml, rule: str | None = None) -> list[Point]:
    """The start and where every outer step so far has led."""
    return [after((state.x, state.y), state.seed, state.alpha, state.steps, rule or state.rule, o) for o in range(state.outer + 1)]


def mean_meta_loss(start: Point, state: Maml) -> float:
    """Mean over the tasks of the query loss after the inner steps from this start."""
    return sum(query_loss_at(inner_path(start, task, state.alpha, state.steps)[-1], task) for task in tasks(state.seed)) / len(PAIRS)


@lru_cache(maxsize=64)
def valley(seed: int, which: int | None, alpha: float = 0.0, n: int = 0) -> tuple[geometry.Array, geometry.Array]:
    """A loss over the plane: axis `(m,)` and values `(m, m)`. which: a task's support loss; None: `meta_loss`, mean over tasks."""
    axis, grid = geometry.plane(-REACH, REACH, 41 if which is not None else 31)
    drawn = tasks(seed)

    def value(w: Tensor) -> Tensor:
        if which is not None:
            return loss_on(drawn[which].support)({"w": w})
        return torch.stack([meta_loss({"w": w}, task, alpha, n) for task in drawn]).mean()

    return axis, vmap(value)(torch.from_numpy(grid)).detach().numpy().reshape(len(axis), -1)


@lru_cache(maxsize=64)
def contours(seed: int, which: int | None, alpha: float = 0.0, n: int = 0) -> tuple[tuple[geometry.Piece, ...], ...]:
    """Lines of equal loss, the innermost first, `STEPS_UP` above the lowest loss on the plane."""
    axis, values = valley(seed, which, alpha, n)
    low = float(values.min())
    return tuple(geometry.level_lines(axis, values, low + step) for step in STEPS_UP)


def _weights(at: Point) -> dict[str, Tensor]:
    return {"w": torch.tensor(at, dtype=torch.float64)}


def _point(values: Tensor) -> Point:
    x, y = values.tolist()
    return x, y


# -- pictures --------------------------------------------------------------------------------------------------------

PLANE, BESIDE = (405, 388), (395, 388)  # the plane's two axes have one scale, so that downhill looks perpendicular to a contour line
X = Axis(Words("weight of ferritin", "铁蛋白的权重"), -REACH, REACH)
Y = Axis(Words("weight of MCV", "MCV 的权重"), -REACH, REACH)
START = Words("start", "起点")


def of_task(state: Maml, which: int, n: int) -> Picture:
    """One task's support loss with `n` inner steps from the start."""
    task, pair = tasks(state.seed)[which], PAIRS[which]
    path = inner_path(_now(state), task, state.alpha, n)
    marks = [*_valley(state.seed, which, pair.look, pair.name), *_path(path, pair.look), _start(_now(state))]
    ends = tuple(support_loss_at(at, task) for at in (path[0], path[-1]))
    title = Words("{name} Support loss {first} → {last}", "{name}支持集损失 {first} → {last}")
    return _picture(title.format(name=pair.name, first=f"{ends[0]:.2f}", last=f"{ends[1]:.2f}"), marks, INNER_HOW)


INNER_HOW = Words(
    "How to read: each point of the plane is a model. Lines join models that name the labelled patients equally badly, like the contour lines "
    "of a valley; the innermost is the floor.",
    "读法：平面上每一点是一个模型。连线上的模型对已确诊患者的判断同样差，如同山谷的等高线；最内圈是谷底。",
)


def patients_of(state: Maml, which: int, n: int) -> Picture:
    """The labelled patients of a task, and the border between the two answers before and after `n` inner steps."""
    task, pair = tasks(state.seed)[which], PAIRS[which]
    path = inner_path(_now(state), task, state.alpha, n)
    marks: list[Mark] = [Line(_border(path[0]), GREY, Words("border at the start", "起点处的分界线"), 2)]
    if n:
        marks.append(Line(_border(path[-1]), pair.look, Words("border after the steps", "走步之后的分界线"), 2.5))
    look = looks(2)
    for k, name in enumerate(pair.diseases):
        marks.append(Dots(points(task.support.x[task.support.y == k].clamp(-REACH, REACH).tolist()), look[k], name, 5.5))
    x, y = (Axis(Words(en, zh), -REACH, REACH) for en, zh in (("ferritin (SD)", "铁蛋白（标准差）"), ("MCV (SD)", "MCV（标准差）")))
    title = Words("The same model among the patients", "同一个模型，放在患者中看")
    how = Words("Right: a model is also a border between two answers.", "右图：一个模型也就是两种答案之间的分界线。")
    alt = Words("Labelled patients of task A with the model's border", "任务 A 的已确诊患者与模型的分界线")
    return Picture(title, how, alt, x, y, tuple(marks), shape=BESIDE)


def _border(weights: Point) -> tuple[Point, ...]:
    """The points with w . x = 0 inside the square; none for the model that gives both values no weight."""
    (a, b), size = weights, max(abs(weights[0]), abs(weights[1]))
    if size == 0:
        return ()
    end = (-b / size * REACH, a / size * REACH)
    return (end, (-end[0], -end[1]))


def inner_losses(state: Maml, n: int) -> Picture:
    """Support loss of each task by inner step."""
    here, marks = _now(state), list[Mark]()
    for task, pair in zip(tasks(state.seed), PAIRS, strict=True):
        path = inner_path(here, task, state.alpha, n)
        marks.append(Line(tuple((float(i), support_loss_at(at, task)) for i, at in enumerate(path)), pair.look, width=2.5, marks=True))
    x = Axis(
        Words("inner step", "内循环步"), 0, max(state.steps, 1), ticks=tuple((float(i), same(i)) for i in range(max(state.steps, 1) + 1))
    )
    title = Words("How badly each names its labelled patients", "各任务对其已确诊患者判断得有多差")
    how = Words("Right: lower is better.", "右图：越低越好。")
    return _beside(title, how, x, Words("support loss", "支持集损失"), marks)


def outer_losses(state: Maml) -> Picture:
    """Query loss behind the inner steps by outer step: of each task, and their mean."""
    marks: list[Mark] = []
    ends = [[inner_path(at, task, state.alpha, state.steps)[-1] for task in tasks(state.seed)] for at in trail(state)]
    losses = [[query_loss_at(end, task) for end, task in zip(each, tasks(state.seed), strict=True)] for each in ends]
    for which, pair in enumerate(PAIRS):
        marks.append(Line(tuple((float(o), each[which]) for o, each in enumerate(losses)), pair.look, width=2, marks=True))
    mean = tuple((float(o), sum(each) / len(each)) for o, each in enumerate(losses))
    marks.append(Line(mean, TEAL, Words("mean of the three", "三者的平均"), 3.5, marks=True))
    how = Words("Right: what the outer loop lowers is the mean.", "右图：外循环所降低的是平均值。")
    return _beside(
        Words("Loss on other patients, behind the inner steps", "内循环之后，在另一些患者上的损失"), how, _outer_axis(state), LOSS, marks
    )


def rule_losses(state: Maml, *, revealed: bool) -> Picture:
    """Mean query loss behind the inner steps by outer step, for each rule."""
    marks: list[Mark] = []
    for rule in RULES if revealed else ():
        way = tuple((float(o), mean_meta_loss(at, state)) for o, at in enumerate(trail(state, rule)))
        marks.append(Line(way, RULE_LOOKS[rule], width=2.5, marks=True))
    how = Words("Right: the same ways as loss by outer step.", "右图：同样的路，画成损失随外循环步的变化。")
    return _beside(Words("Loss behind the inner steps, by rule", "各规则下内循环之后的损失"), how, _outer_axis(state), LOSS, marks)


LOSS = Words("query loss", "查询集损失")


def _outer_axis(state: Maml) -> Axis:
    return Axis(Words("outer step", "外循环步"), 0, max(10, state.outer))


def _beside(title: Words, how: Words, x: Axis, y: Words, marks: list[Mark]) -> Picture:
    highest = max((value for mark in marks if isinstance(mark, Line) for _, value in mark.points), default=1.0)
    return Picture(title, how, title, x, Axis(y, 0, 1.06 * max(highest, 0.4)), tuple(marks), shape=BESIDE)


def of_all(state: Maml, n: int, *, arrows: bool = False, title: Words | None = None) -> Picture:
    """The three tasks: a ring round each floor, `n` inner steps from the present start, the way of the start so far.

    arrows: what each task asks of the start, and their mean; title: instead of the loss behind the inner steps.
    """
    here, marks = _now(state), list[Mark]()
    for which, (task, pair) in enumerate(zip(tasks(state.seed), PAIRS, strict=True)):
        marks += [Strokes(line, pair.look, width=1.2, opacity=0.6) for line in contours(state.seed, which)[:2]]
        marks += _path(inner_path(here, task, state.alpha, n), pair.look, pair.short)
    if arrows:
        marks += _outer_arrows(state, here)
    way = trail(state)
    if len(way) > 1:
        marks.append(Line(points(way), RULE_LOOKS[state.rule], Words("way of the start", "起点走过的路"), 3, marks=True))
    marks.append(_start(here))
    usual = Words(
        "After {o} outer steps: query loss behind the inner steps {loss}", "外循环 {o} 步后：内循环之后的查询集损失为 {loss}"
    ).format(o=state.outer, loss=f"{mean_meta_loss(here, state):.3f}")
    return _picture(title or usual, marks, OUTER_HOW)


OUTER_HOW = Words(
    "How to read: rings mark where each task's best models lie; coloured paths are inner steps on its labelled patients, from the start that all "
    "share. Only the outer step moves the start.",
    "读法：圆环标出各任务最佳模型所在；彩色路径是从共同起点出发、在各自已确诊患者上走的内循环步。只有外循环步会移动起点。",
)


def of_rules(state: Maml, *, revealed: bool) -> Picture:
    """The way of the start by each of the three rules, over the loss behind the inner steps."""
    lines = contours(state.seed, None, state.alpha, state.steps)
    marks: list[Mark] = [Strokes(line, GREY, width=1.3, opacity=0.75) for line in lines]
    for rule, name in RULES.items() if revealed else list(RULES.items())[:1]:
        way = trail(state, rule)
        end = Words("{name}: {loss}", "{name}：{loss}").format(name=name, loss=f"{mean_meta_loss(way[-1], state):.3f}")
        marks.append(Line(points(way), RULE_LOOKS[rule], end, 2.5, marks=True))
    marks.append(_start((state.x, state.y)))
    title = Words("Loss behind {n} inner steps, after {o} outer steps of each rule", "每种规则走 {o} 步外循环后，{n} 步内循环之后的损失")
    return _picture(title.format(n=state.steps, o=state.outer), marks, RULES_HOW)


RULES_HOW = Words(
    "How to read: grey lines join starts that are equally good once the inner steps are done: this is the surface MAML descends. The number in the "
    "legend is the loss at the end of each way.",
    "读法：灰线连接“走完内循环后同样好”的起点：MAML 下降的正是这张曲面。图例中的数字是各条路终点处的损失。",
)


def _now(state: Maml) -> Point:
    return trail(state)[-1]


def _valley(seed: int, which: int, look: Look, name: Words) -> list[Mark]:
    lines = contours(seed, which)
    named = Words("equal support loss", "支持集损失相等")
    return [Strokes(line, look, named if not i else None, 2.2 - 0.25 * i, 0.95 - 0.1 * i) for i, line in enumerate(lines)]


def _path(path: list[Point], look: Look, name: Words | None = None) -> list[Mark]:
    """Inner steps; before the first only the name for the legend."""
    return [Line(points(path) if len(path) > 1 else (), look, name or Words("inner steps", "内循环步"), 2.5, arrow=True, marks=True)]


def _outer_arrows(state: Maml, here: Point) -> list[Mark]:
    rate = outer_rate(state.rule)
    asked = outer_gradients(here, state.seed, state.alpha, state.steps, state.rule)
    to = [(here[0] - rate * gx, here[1] - rate * gy) for gx, gy in asked]
    mean = (sum(x for x, _ in to) / len(to), sum(y for _, y in to) / len(to))
    each = [
        Line((here, _inside(end)), Look(pair.look.colour, pair.look.shape, (5, 3)), width=2, arrow=True)
        for end, pair in zip(to, PAIRS, strict=True)
    ]
    return [
        *each,
        Line((here, _inside(mean)), TEAL, Words("outer step: the mean of what the tasks ask", "外循环步：各任务要求的平均"), 4, arrow=True),
    ]


def _inside(at: Point) -> Point:
    x, y = (min(max(value, -REACH), REACH) for value in at)
    return x, y


def _start(at: Point) -> Dots:
    told = Words("start at {x}, {y}", "起点：{x}，{y}").format(x=f"{at[0]:.2f}", y=f"{at[1]:.2f}")
    return Dots((at,), TEAL, START, 8, filled=False, names=("start",), told=(told,))


def _picture(title: Words, marks: list[Mark], how: Words) -> Picture:
    alt = Words(
        "Plane of the weights of ferritin and MCV with contour lines, inner paths and the start",
        "铁蛋白与 MCV 权重平面，含等高线、内循环路径和起点",
    )
    return Picture(title, how, alt, X, Y, tuple(marks), click="start", shape=PLANE)
