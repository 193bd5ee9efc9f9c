"""The correct answers and explanations of lesson 3, where they depend on the state."""

from __future__ import annotations

import math

from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import computation as maml
from pages.lessons.l03_maml.computation import MamlState

WHY_LOWEST = Words(
    "After {n} {n:step|steps}: A {a}, B {b}, C {c}. From the same start, tasks do not do equally well: some valleys are near or steep, others far away. To follow the steps one by one, press [Start over], then [Inner step].",
    "{n} 步之后：A {a}，B {b}，C {c}。同一个起点，各任务的境遇不同：有的山谷近而陡，有的远。要一步一步地看，请先按“重新开始”，再按“内循环一步”。",
)
WHY_THERE = Words(
    "After {o} outer {o:step|steps} the losses are {maml} (MAML), {first} (first order) and {reptile} (Reptile); the lowest on the gray surface is {low}. MAML follows this surface; first-order MAML costs a fraction of the computation; "
    "Reptile never looks at other patients. Move the start: the paths depend on it.",
    "外循环 {o} 步后，损失为 MAML {maml}、一阶 {first}、Reptile {reptile}；灰色曲面的最低点为 {low}。MAML 沿这张曲面下降；一阶 MAML 的计算量小得多；Reptile 从不看另一些患者。移动起点看看：路线与它有关。",
)
WHY_ONE_MODEL = Words(
    "Without an inner loop this is ordinary training on all tasks mixed together, a compromise: after {o} outer {o:step|steps} its loss is {one}, with three inner steps it is {three}. With too large a step size "
    "the paths jump across their valleys, and the outer gradient becomes useless.",
    "没有内循环，就是把所有任务混在一起的普通训练，一个折中：外循环 {o} 步后损失为 {one}，而内循环三步时为 {three}。步长过大，路径会跳过山谷，外循环的梯度也就失去意义。",
)
SAME_PLACE = 0.15  # places on the plane of the weights that lie no farther apart are one to the eye


def lowest(state: MamlState) -> int:
    """The task with the lowest support loss at the end of its path."""
    ends = _support_losses(state)
    return ends.index(min(ends))


def _support_losses(state: MamlState) -> list[float]:
    here = maml.trail(state)[-1]
    paths = plane.inner_paths(here, state.seed, state.alpha, state.steps)
    return [plane.support_loss_at(path[-1], task) for path, task in zip(paths, plane.tasks(state.seed), strict=True)]


def why_lowest(state: MamlState) -> Words:
    """The three losses, and the reason."""
    return WHY_LOWEST.format(n=state.steps, **{name: f"{loss:.2f}" for name, loss in zip("abc", _support_losses(state), strict=True)})


def where_they_end(state: MamlState) -> int:
    """0: all three rules in the same place; 1: MAML and first-order MAML; 2: each elsewhere."""
    exact, first, reptile = (maml.trail(state, rule)[-1] for rule in plane.RULES)
    if math.dist(exact, first) > SAME_PLACE:
        return 2
    return 1 if math.dist(exact, reptile) > SAME_PLACE else 0


def why_there(state: MamlState) -> Words:
    """The loss at the three ends and the lowest on the plane."""
    ends = [f"{maml.query_loss(maml.trail(state, rule)[-1], state):.3f}" for rule in plane.RULES]
    lowest = float(plane.loss_surface(state.seed, None, state.alpha, state.steps)[1].min())
    return WHY_THERE.format(o=state.outer, low=f"{lowest:.3f}", **dict(zip(("maml", "first", "reptile"), ends, strict=True)))


def why_one_model(state: MamlState) -> Words:
    """What one model for all reaches, and what the same outer steps reach with an inner loop."""
    without, with_three = (state.updated(steps=n) for n in (0, 3))
    one, three = (maml.query_loss(maml.trail(each)[-1], each) for each in (without, with_three))
    return WHY_ONE_MODEL.format(o=state.outer, one=f"{one:.3f}", three=f"{three:.3f}")
