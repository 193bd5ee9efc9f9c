"""The pictures of the lesson on MAML: the plane of the two weights, and beside it patients or losses."""

from __future__ import annotations

from metamed_core.drawing import GRAY, TEAL, Axis, Chart, Dots, Line, Mark, Point, SeriesStyle, Strokes, points, series_styles, verbatim
from metamed_core.words import Words
from pages.lessons.l03_maml.computation import MamlState, query_loss, trail
from pages.lessons.plane_of_weights import (
    PAIRS,
    REACH,
    RULE_STYLES,
    RULES,
    contours,
    inner_paths,
    outer_gradients,
    outer_step_size,
    query_losses,
    support_loss_at,
    tasks,
)
from pages.lessons.plane_of_weights_pictures import BESIDE, LOSS, beside, inside, path_marks, rings, start_mark, weights_plane

TASK_TITLE = Words("{name} Loss {losses}", "{name}损失 {losses}")
INNER_TITLE = Words(
    "Three tasks from one start, after {n} of {all} inner {all:step|steps}", "三个任务从同一起点出发，内循环第 {n} / {all} 步"
)
LOOPS_TITLE = Words("Three tasks and their inner steps, after {o} outer {o:step|steps}", "三个任务及其内循环步，外循环 {o} 步后")
OUTER_TITLE = Words("After {o} outer {o:step|steps}: loss on other patients {loss}", "外循环 {o} 步后：在另一些患者上的损失为 {loss}")
RULE_END = Words("{name}, loss {loss}", "{name}，损失 {loss}")
RULES_TITLE = Words(
    "Loss after {n} inner {n:step|steps}, after {o} outer {o:step|steps} of each rule", "每种规则走 {o} 步外循环后，{n} 步内循环之后的损失"
)


def of_task(state: MamlState, which: int, n: int) -> Chart:
    """One task's support loss with `n` inner steps from the start."""
    task, pair = tasks(state.seed)[which], PAIRS[which]
    path = _inner_paths(state, n)[which]
    marks = [*_contour_marks(state.seed, which, pair.style, pair.name), *path_marks(path, pair.style), start_mark(_now(state))]
    ends = tuple(support_loss_at(at, task) for at in (path[0], path[-1]))
    losses = ends if n else ends[:1]
    title = TASK_TITLE.format(name=pair.name, losses=" → ".join(f"{value:.2f}" for value in losses))
    return weights_plane(title, marks, INNER_HOW)


INNER_HOW = Words(
    "How to read: each point of the plane is a model. Lines join models with the same loss on the labeled patients, like the contour lines "
    "of a valley; the innermost surrounds the lowest point.",
    "读法：平面上每一点是一个模型。同一条线上的模型在已确诊患者上的损失相同，如同山谷的等高线；最内圈是谷底。",
)


def patients_of(state: MamlState, which: int, n: int) -> Chart:
    """The labeled patients of a task, and the border between the two answers before and after `n` inner steps."""
    task, pair = tasks(state.seed)[which], PAIRS[which]
    path = _inner_paths(state, n)[which]
    marks: list[Mark] = [Line(_border(path[0]), GRAY, Words("border at the start", "起点处的分界线"), 2)]
    if n:
        marks.append(Line(_border(path[-1]), pair.style, Words("border after the steps", "走步之后的分界线"), 2.5))
    style = series_styles(2)
    for k, name in enumerate(pair.diseases):
        marks.append(Dots(points(task.support.x[task.support.y == k].clamp(-REACH, REACH).tolist()), style[k], name, 5.5))
    x, y = (Axis(Words(en, zh), -REACH, REACH) for en, zh in (("ferritin (SD)", "铁蛋白（标准差）"), ("MCV (SD)", "MCV（标准差）")))
    title = Words("The same model, seen among the patients", "同一个模型，放在患者中看")
    how = Words("Right: a model is also a border between two answers.", "右图：一个模型也就是两种答案之间的分界线。")
    alt = Words("Labeled patients of task A with the model's border", "任务 A 的已确诊患者与模型的分界线")
    return Chart(title, how, alt, x, y, tuple(marks), shape=BESIDE)


def _border(weights: Point) -> tuple[Point, ...]:
    """The points with w . x = 0 inside the square; none for the model that gives both values no weight."""
    (a, b), size = weights, max(abs(weights[0]), abs(weights[1]))
    if size == 0:
        return ()
    end = (-b / size * REACH, a / size * REACH)
    return (end, (-end[0], -end[1]))


def inner_losses(state: MamlState, n: int) -> Chart:
    """Support loss of each task by inner step."""
    marks = list[Mark]()
    for task, pair, path in zip(tasks(state.seed), PAIRS, _inner_paths(state, n), strict=True):
        marks.append(
            Line(
                tuple((float(i), support_loss_at(at, task)) for i, at in enumerate(path)), pair.style, width=2.5, markers=True, part="loss"
            )
        )
    x = Axis(
        Words("inner step", "内循环步"),
        0,
        max(state.steps, 1),
        ticks=tuple((float(i), verbatim(i)) for i in range(max(state.steps, 1) + 1)),
    )
    title = Words("Loss of each task on its labeled patients", "各任务在其已确诊患者上的损失")
    how = Words("Right: lower is better.", "右图：越低越好。")
    return beside(title, how, x, Words("loss on labeled patients", "已确诊患者上的损失"), marks)


def outer_losses(state: MamlState) -> Chart:
    """Query loss behind the inner steps by outer step: of each task, and their mean."""
    losses = query_losses(trail(state), state.seed, state.alpha, state.steps)
    marks: list[Mark] = [
        Line(points(enumerate(each.tolist())), pair.style, width=2, markers=True, part="task_loss")
        for pair, each in zip(PAIRS, losses.T, strict=True)
    ]
    marks.append(
        Line(
            points(enumerate(losses.mean(1).tolist())), TEAL, Words("mean of the three", "三者的平均"), 3.5, markers=True, part="mean_loss"
        )
    )
    how = Words("Right: the outer loop lowers the mean.", "右图：外循环所降低的是平均值。")
    return beside(
        Words("Loss on other patients, after the inner steps", "内循环之后，在另一些患者上的损失"), how, _outer_axis(state), LOSS, marks
    )


def rule_losses(state: MamlState, *, revealed: bool) -> Chart:
    """Mean query loss behind the inner steps by outer step, for each rule."""
    marks: list[Mark] = []
    for rule in RULES if revealed else ():
        losses = query_losses(trail(state, rule), state.seed, state.alpha, state.steps).mean(1)
        marks.append(Line(points(enumerate(losses.tolist())), RULE_STYLES[rule], width=2.5, markers=True, part=rule))
    how = Words("Right: the same paths, drawn as loss by outer step.", "右图：同样的路径，画成损失随外循环步的变化。")
    return beside(Words("Loss after the inner steps, by rule", "各规则下内循环之后的损失"), how, _outer_axis(state), LOSS, marks)


def _outer_axis(state: MamlState) -> Axis:
    return Axis(Words("outer step", "外循环步"), 0, max(10, state.outer))


def of_all(state: MamlState, n: int, *, arrows: bool = False, title: Words | None = None) -> Chart:
    """The three tasks: a ring round each floor, `n` inner steps from the present start, the way of the start so far.

    arrows: what each task asks of the start, and their mean; title: instead of the loss behind the inner steps.
    """
    here, marks = _now(state), rings(state.seed)
    for path, pair in zip(_inner_paths(state, n), PAIRS, strict=True):
        marks += path_marks(path, pair.style, pair.short)
    if arrows:
        marks += _outer_arrows(state, here)
    way = trail(state)
    if len(way) > 1:
        marks.append(Line(points(way), RULE_STYLES[state.rule], Words("path of the start", "起点的路径"), 3, markers=True))
    marks.append(start_mark(here))
    usual = OUTER_TITLE.format(o=state.outer, loss=f"{query_loss(here, state):.3f}")
    return weights_plane(title or usual, marks, OUTER_HOW)


OUTER_HOW = Words(
    "How to read: rings show where each task's best models lie; colored paths are its inner steps, from the start that all "
    "share. Only the outer step moves the start.",
    "读法：圆环标出各任务最佳模型所在；彩色路径是从共同起点出发、在各自已确诊患者上走的内循环步。只有外循环步会移动起点。",
)


def of_rules(state: MamlState, *, revealed: bool) -> Chart:
    """The way of the start by each of the three rules, over the loss behind the inner steps."""
    lines = contours(state.seed, None, state.alpha, state.steps)
    marks: list[Mark] = [Strokes(line, GRAY, width=1.3, opacity=0.75) for line in lines]
    for rule, name in RULES.items() if revealed else list(RULES.items())[:1]:
        way = trail(state, rule)
        end = RULE_END.format(name=name, loss=f"{query_loss(way[-1], state):.3f}")
        marks.append(Line(points(way), RULE_STYLES[rule], end, 2.5, markers=True, part=rule))
    marks.append(start_mark((state.x, state.y)))
    return weights_plane(RULES_TITLE.format(n=state.steps, o=state.outer), marks, RULES_HOW)


RULES_HOW = Words(
    "How to read: gray lines join starts that are equally good once the inner steps are done: MAML descends this surface. The number in the "
    "legend is the loss at the end of each path.",
    "读法：灰线连接“走完内循环后同样好”的起点：MAML 下降的正是这张曲面。图例中的数字是各条路径终点处的损失。",
)


def _now(state: MamlState) -> Point:
    return trail(state)[-1]


def _inner_paths(state: MamlState, n: int) -> tuple[tuple[Point, ...], ...]:
    return inner_paths(_now(state), state.seed, state.alpha, n)


def _contour_marks(seed: int, which: int, style: SeriesStyle, name: Words) -> list[Mark]:
    lines = contours(seed, which)
    named = Words("equal loss on labeled patients", "已确诊患者上的损失相等")
    return [Strokes(line, style, named if not i else None, 2.2 - 0.25 * i, 0.95 - 0.1 * i, part="loss") for i, line in enumerate(lines)]


def _outer_arrows(state: MamlState, here: Point) -> list[Mark]:
    rate = outer_step_size(state.rule)
    asked = outer_gradients(here, state.seed, state.alpha, state.steps, state.rule)
    to = [(here[0] - rate * gx, here[1] - rate * gy) for gx, gy in asked]
    mean = (sum(x for x, _ in to) / len(to), sum(y for _, y in to) / len(to))
    each = [
        Line((here, inside(end)), SeriesStyle(pair.style.color, pair.style.shape, (5, 3)), width=2, arrow=True, part="gradient")
        for end, pair in zip(to, PAIRS, strict=True)
    ]
    return [
        *each,
        Line(
            (here, inside(mean)),
            TEAL,
            Words("outer step: the mean of the three arrows", "外循环步：三个箭头的平均"),
            4,
            arrow=True,
            part="step",
        ),
    ]
