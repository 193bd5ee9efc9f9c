"""The pictures of the lesson on Reptile: the plane of the two weights, alone, three times over, or beside losses and a table."""

from __future__ import annotations

from metamed_core.drawing import GRAY, TEAL, Axis, Chart, Dots, Line, Mark, Point, SeriesStyle, Strokes, Table, points, verbatim
from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile.computation import LONGEST, ReptileState
from pages.lessons.plane_of_weights import PAIRS, RULE_STYLES, RULES
from pages.lessons.plane_of_weights_pictures import LOSS, X, Y, beside, inside, path_marks, rings, start_mark, weights_plane

SMALL = (262, 284)
SHORT = {"maml": RULES["maml"], "first_order": Words("First order", "一阶"), "reptile": RULES["reptile"]}
BASELINES = SeriesStyle("#7A8A8A", "square", (6, 3))  # ordinary training
AMBER = RULE_STYLES["reptile"]
MEAN = Words("mean of the three ends", "三个终点的平均")
WAY = Words("path of the start", "起点的路径")
HOW = Words(
    "How to read: colored rings show where each task's best models lie; colored paths are its inner steps, from the start (open circle) that "
    "all share.",
    "读法：彩色圆环标出各任务最佳模型所在；彩色路径是从共同起点（空心圆）出发、在各自已确诊患者上走的内循环步。",
)


def _paths(here: Point, state: ReptileState) -> list[Mark]:
    paths = plane.inner_paths(here, state.seed, state.alpha, state.steps)
    return [mark for path, pair in zip(paths, PAIRS, strict=True) for mark in path_marks(path, pair.style, pair.short)]


def _trail(way: list[Point], style: SeriesStyle, name: Words = WAY, part: str = "") -> list[Mark]:
    """The way of the start; before the first step only its name for the legend."""
    return [Line(points(way) if len(way) > 1 else (), style, name, 3, markers=True, part=part)]


def of_ends(state: ReptileState, *, revealed: bool) -> Chart:
    """Three paths and, once revealed, the mean of their ends and the step towards it."""
    way = world.trail(state)
    here = way[-1]
    marks = [*rings(state.seed), *_paths(here, state)]
    if revealed:
        reached = world.ends(here, state.seed, state.alpha, state.steps)
        middle = world.mean(reached)
        marks += [Line((end, middle), GRAY, width=1.2, opacity=0.8) for end in reached]
        marks += _trail(way, AMBER)
        step = world.moved(here, world.towards(here, state.seed, state.alpha, state.steps), state.epsilon)
        marks.append(Line((here, step), TEAL, Words("next outer step", "下一步外循环"), 4, arrow=True, part="step"))
        marks.append(Dots((middle,), AMBER, MEAN, 7, part="mean"))
    title = Words("Three tasks from one start, after {o} outer {o:step|steps}", "三个任务从同一起点出发，外循环 {o} 步后").format(
        o=state.outer
    )
    told = Words("{how} The tasks: {a} {b} {c}", "{how}任务：{a}{b}{c}")
    return weights_plane(
        title, [*marks, start_mark(here)], told.format(how=HOW, **dict(zip("abc", (pair.name for pair in PAIRS), strict=True)))
    )


def table_of_ends(state: ReptileState, *, revealed: bool) -> Table:
    """Start and the three ends and, once revealed, their mean and the new start, as numbers."""
    here = world.trail(state)[-1]
    reached = world.ends(here, state.seed, state.alpha, state.steps)
    told = [
        (Words("start", "起点"), here),
        *((Words("end, {t}", "终点，{t}").format(t=pair.short), end) for end, pair in zip(reached, PAIRS, strict=True)),
    ]
    rows = [(name, *(verbatim(_number(value)) for value in at)) for name, at in told]
    step = world.moved(here, world.towards(here, state.seed, state.alpha, state.steps), state.epsilon)
    last = [(MEAN, world.mean(reached)), (Words("new start", "新起点"), step)]
    if revealed:  # even their names would tell where it goes
        rows += [(name, *(verbatim(_number(value)) for value in at)) for name, at in last]
    header = (Words("place", "位置"), X.title, Y.title)
    styles = (TEAL, *(pair.style for pair in PAIRS), AMBER, TEAL)[: len(rows)]
    how = Words("Right: the same places as numbers.", "右表：同样的位置，用数值表示。")
    return Table(
        Words("Where the paths end", "各条路的终点"), how, header, tuple(rows), styles, frozenset({(5, 1), (5, 2)} if revealed else ()), 300
    )


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def arrows(state: ReptileState, rule: str, *, revealed: bool) -> Chart:
    """What each task asks of the start by one rule, and their mean, thick; the longest arrow is as long by every rule."""
    here = (state.x, state.y)
    first = rule == "maml"
    marks = rings(state.seed, 0.4)
    for path, pair in zip(plane.inner_paths(here, state.seed, state.alpha, state.steps), PAIRS, strict=True):
        marks.append(Line(points(path), pair.style, width=1.2, opacity=0.65))
    title = Words("{rule}: ?", "{rule} 的箭头？").format(rule=SHORT[rule])
    if revealed or first:
        each = world.asked(here, state, rule)
        longest = max(*((x * x + y * y) ** 0.5 for x, y in each), 1e-12)
        drawn = [inside((here[0] + LONGEST * x / longest, here[1] + LONGEST * y / longest)) for x, y in each]
        solid = SeriesStyle(RULE_STYLES[rule].color, "circle", (1, 0))
        marks.append(Line((here, world.mean(drawn)), solid, Words("mean arrow", "平均箭头"), 5, arrow=True, part=rule))
        for end, pair in zip(drawn, PAIRS, strict=True):
            style = SeriesStyle(pair.style.color, pair.style.shape, (1, 0))
            marks.append(Line((here, end), style, pair.short if first else None, 1.8, arrow=True))
        away = world.angle(world.mean(each), world.mean(world.asked(here, state, "maml")))
        title = Words("MAML's arrows", "MAML 的箭头")
        if not first:
            title = Words("{rule}: {d}° off", "{rule}：偏 {d}°").format(rule=SHORT[rule], d=f"{away:.0f}")
    ring = start_mark(here) if first else Dots((here,), TEAL, None, 8, filled=False)
    alt = Words("Plane of the two weights with the arrows of {rule}", "两个权重的平面，含{rule}的箭头").format(rule=RULES[rule])
    return Chart(title, ARROWS_HOW[rule], alt, X, Y, (*marks, ring), "start" if first else "", shape=SMALL)


ARROWS_HOW = {
    "maml": Words(
        "How to read: thin paths are the inner steps, the same three times. Arrows: where each task wants the start to move; thick: their mean. The titles give the angle between a mean arrow "
        "and MAML's.",
        "读法：细线是内循环的路径，三幅图相同。起点处的箭头：各任务希望起点往哪里去；粗箭头为其平均。标题中是平均箭头与 MAML 的夹角。",
    ),
    "first_order": Words("Each rule is drawn to its own scale:", "每种规则的比例尺不同，"),
    "reptile": Words("compare directions.", "请比较方向。"),
}


def one_or_several(state: ReptileState, *, revealed: bool) -> Chart:
    """The start's way by one inner step over the joint loss and, once revealed, by several."""
    marks: list[Mark] = [Strokes(line, GRAY, width=1.3, opacity=0.75, part="joint") for line in world.joint_contours(state.seed)]
    if revealed:
        marks += _trail(world.trail(state), AMBER, SEVERAL.format(n=state.steps))
        marks += _trail(world.trail(state, 1), BASELINES, ONE, "one")
    title = Words(
        "Two paths over the loss of one model for all tasks, after {o} outer {o:step|steps}",
        "“一个模型用于全部任务”的损失曲面上的两条路径，外循环 {o} 步后",
    )
    return weights_plane(title.format(o=state.outer), [*marks, start_mark((state.x, state.y))], JOINT_HOW)


ONE = Words("Reptile with 1 inner step", "Reptile，内循环 1 步")
SEVERAL = Words("Reptile with {n} inner {n:step|steps}", "Reptile，内循环 {n} 步")
JOINT_HOW = Words(
    "How to read: gray lines join models with the same loss on the labeled patients of all three tasks, without any adaptation; the innermost surrounds the lowest point.",
    "读法：同一条灰线上的模型，在不做任何适应时，在三个任务全部已确诊患者上的损失相同；最内圈是谷底。",
)


def joint_losses(state: ReptileState, *, revealed: bool) -> Chart:
    """Joint loss along both ways."""
    marks: list[Mark] = []
    for n, style in ((state.steps, AMBER), (1, BASELINES)) if revealed else ():
        losses = world.joint_losses(world.trail(state, n), state.seed)
        marks.append(Line(points(enumerate(losses)), style, width=2.5, markers=True))
    how = Words("Right: this loss along the two paths.", "右图：该损失沿两条路径的变化。")
    title = Words("Loss of the start itself, before any adaptation", "起点本身（未适应时）的损失")
    return beside(title, how, _outer(state), Words("loss, all three tasks", "损失（三个任务）"), marks)


def _outer(state: ReptileState) -> Axis:
    return Axis(Words("outer step", "外循环步"), 0, max(10, state.outer))


def races(state: ReptileState, *, revealed: bool) -> tuple[Chart, Chart]:
    """The start's way by each rule, all on the same few patients, and the loss on new patients along it."""
    plane: list[Mark] = rings(state.drawn, 0.45)
    losses: list[Mark] = []
    for rule, name in RULES.items() if revealed else ():
        along = world.losses_of(state, rule)
        end = Words("{name}, loss {loss}", "{name}，损失 {loss}").format(name=name, loss=f"{along[-1]:.3f}")
        plane.append(Line(world.way_of(state, rule), RULE_STYLES[rule], end, 2.5, markers=True, part=rule))
        losses.append(Line(tuple((float(o), loss) for o, loss in enumerate(along)), RULE_STYLES[rule], width=2.5, markers=True, part=rule))
    title = Words("{n} labeled {n:patient|patients} in each task, and no others", "每个任务 {n} 位已确诊患者，此外没有别人").format(
        n=2 * state.few
    )
    told = Words("Loss on new patients, after adapting to all {n}", "用全部 {n} 位适应之后，在新患者上的损失").format(n=2 * state.few)
    left = weights_plane(title, [*plane, start_mark((state.x, state.y))], RACE_HOW)
    return left, beside(told, JUDGED_HOW, Axis(Words("outer step", "外循环步"), 0, world.RACE), NEW_LOSS, losses)


NEW_LOSS = Words("loss on new patients", "在新患者上的损失")
RACE_HOW = Words(
    "How to read: rings show where each task's best models lie; the lines are the paths of the start.",
    "读法：彩色圆环标出各任务最佳模型所在；折线是起点的路径。",
)
JUDGED_HOW = Words(
    "Right: all three rules are judged by the same 80 new patients of each task, who took no part in learning.",
    "右图：用每个任务 80 位从未参与学习的新患者，以同样方式评判三种规则。",
)


def broken(state: ReptileState) -> tuple[Chart, Chart]:
    """Paths and the way of the start, and the loss behind the inner steps along it."""
    way = world.trail(state)
    marks = [*rings(state.seed), *_paths(way[-1], state), *_trail(way, AMBER), start_mark(way[-1])]
    losses = plane.query_losses(way, state.seed, state.alpha, state.steps).mean(1).tolist()
    title = Words("After {o} outer {o:step|steps}: loss on other patients {loss}", "外循环 {o} 步后：在另一些患者上的损失为 {loss}")
    line = Line(points(enumerate(losses)), AMBER, width=2.5, markers=True, part="loss")
    told = Words("Loss on other patients, after the inner steps", "内循环之后，在另一些患者上的损失")
    right = beside(told, Words("Right: lower is better.", "右图：越低越好。"), _outer(state), LOSS, [line])
    return weights_plane(title.format(o=state.outer, loss=f"{losses[-1]:.3f}"), marks, HOW), right
