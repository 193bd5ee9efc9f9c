"""The formulas of lesson 3 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import computation as maml
from pages.lessons.l03_maml.computation import MamlState
from pages.lessons.latex import column, digits_that_add_up, mean_column, number
from pages.lessons.lesson import Formula, Term

START = Term(r"\theta", Words("the start", "起点"), "start")
PARTS = {"support": Words("support", "支持集"), "query": Words("query", "查询集")}
BEFORE_AND_AFTER = Words(
    "$\\theta'_t$: the weights after {n} {n:step|steps} on task $t$; the numbers are the losses on the labeled patients before and after.",
    "$\\theta'_t$：在任务 $t$ 上走 {n} 步后的权重；数字为走之前与之后在已确诊患者上的损失。",
)
FIRST_AND_PRESENT = Words(
    "Loss on the query patients after {n} inner {n:step|steps} of size {alpha}: from the first start, and from the present one.",
    "走完 {n} 步、步长 {alpha} 的内循环后，查询集患者上的损失：最初的起点处，以及现在。",
)


def one_step(state: MamlState) -> Formula:
    """The first inner step of task A."""
    task = plane.tasks(state.seed)[0]
    here = maml.trail(state)[-1]
    there, slope = plane.inner_paths(here, state.seed, state.alpha, 1)[0][1], plane.inner_gradient(here, task)
    alpha = round(state.alpha, 1)
    digits = digits_that_add_up(lambda n: [round(at, n) - alpha * round(by, n) for at, by in zip(here, slope, strict=True)], there)
    return Formula(
        r"\theta' = \theta - \alpha\,\nabla L_{<support>}(\theta)",
        f"{column(there)} = {column(here, digits)} - {number(alpha, 1)} \\cdot {column(slope, digits)}",
        Words(
            "$\\theta$: the two weights (ferritin above, MCV below); $\\alpha$: step size; $L$: loss on the labeled patients of task A.",
            "$\\theta$：两个权重（上为铁蛋白，下为 MCV）；$\\alpha$：步长；$L$：任务 A 已确诊患者上的损失。",
        ),
        PARTS,
        (
            START,
            Term(r"\theta'", Words("where the step ends", "这一步的终点"), "path"),
            Term(r"L_{<support>}", Words("the loss, as contour lines", "损失，即等高线"), "loss"),
        ),
    )


def three_losses(state: MamlState) -> Formula:
    """Support loss of each task before and after the inner steps."""
    here = maml.trail(state)[-1]
    paths = plane.inner_paths(here, state.seed, state.alpha, state.steps)
    losses = [
        [plane.support_loss_at(at, task) for at in (here, path[-1])] for task, path in zip(plane.tasks(state.seed), paths, strict=True)
    ]
    told = [f"{number(first)} \\to {number(last)}" for first, last in losses]
    return Formula(
        r"\theta'_t = \theta - \alpha\,\nabla L_t(\theta) - \ldots",
        r",\quad ".join(f"L_{name}: {text}" for name, text in zip("ABC", told, strict=True)),
        BEFORE_AND_AFTER.format(n=state.steps),
        terms=(
            START,
            Term(r"\theta'_t", Words("where the inner steps of each task end", "各任务内循环的终点"), "path"),
            Term("L_t", Words("the loss of each task", "各任务的损失"), "loss"),
        ),
    )


def outer_step(state: MamlState) -> Formula:
    """The next outer step, written out."""
    here, beta = maml.trail(state)[-1], plane.BETA
    asked = plane.outer_gradients(here, state.seed, state.alpha, state.steps, "maml")
    xy = list(zip(*asked, strict=True))
    there = [at - beta * sum(part) / len(part) for at, part in zip(here, xy, strict=True)]
    digits = digits_that_add_up(
        lambda n: [round(at, n) - beta * sum(round(by, n) for by in part) / len(part) for at, part in zip(here, xy, strict=True)], there
    )
    return Formula(
        r"\theta \leftarrow \theta - \beta\,\frac{1}{3}\sum_t \nabla_\theta L^{<query>}_t(\theta'_t)",
        f"{column(there)} = {column(here, digits)} - {number(beta, 0)} \\cdot {mean_column(xy, digits)}",
        Words(
            "The gradient is that of the loss on **other** patients (the query set), with respect to the start $\\theta$, through the inner steps. $\\beta$: outer step size.",
            "梯度是对起点 $\\theta$ 求的，穿过全部内循环步，所用的是**另一些**患者（查询集）的损失。$\\beta$：外循环步长。",
        ),
        PARTS,
        (
            START,
            Term(r"\theta'_t", Words("where the inner steps of each task end", "各任务内循环的终点"), "path"),
            Term(
                r"\nabla_\theta L^{<query>}_t(\theta'_t)",
                Words("the slope of each task; its arrow goes against it", "各任务的坡度，箭头与之相反"),
                "gradient",
            ),
            Term(r"\frac{1}{3}\sum_t", Words("the mean of the three: the outer step", "三者的平均：外循环步"), "step"),
        ),
    )


def three_rules(state: MamlState) -> Formula:
    """What each rule asks of the start for task A."""
    here = maml.trail(state, "maml")[-1]
    asked = {rule: plane.outer_gradients(here, state.seed, state.alpha, state.steps, rule)[0] for rule in plane.RULES}
    return Formula(
        r"\underbrace{\textstyle\prod_i (I - \alpha H_i)\,\nabla L(\theta')}_{<maml>} \quad \underbrace{\nabla L(\theta')}_{<first_order>} \quad \underbrace{\theta - \theta'}_{<reptile>}",
        r"\quad ".join(rf"\underbrace{{{column(value, 3)}}}_{{<{name}>}}" for name, value in zip(plane.RULES, asked.values(), strict=True)),
        Words(
            "Task A. $H_i$: second derivatives of the support loss at inner step $i$, hence “second order”. First-order MAML leaves them out; Reptile "
            "only uses where the inner steps ended.",
            "任务 A。$H_i$：支持集损失在第 $i$ 个内循环步处的二阶导数，故称“二阶”。一阶 MAML 将其略去；Reptile 只看内循环走到了哪里。",
        ),
        plane.RULES,
        (
            Term(r"\prod_i (I - \alpha H_i)\,\nabla L(\theta')", Words("where MAML leads", "MAML 走到哪里"), "maml"),
            Term(r"\nabla L(\theta')", Words("where first-order MAML leads", "一阶 MAML 走到哪里"), "first_order"),
            Term(r"\theta - \theta'", Words("where Reptile leads", "Reptile 走到哪里"), "reptile"),
        ),
    )


def what_is_lowered(state: MamlState) -> Formula:
    """The loss behind the inner steps at the first and the present start."""
    way = maml.trail(state)
    first, now = (maml.query_loss(at, state) for at in (way[0], way[-1]))
    return Formula(
        r"\min_\theta\ \frac{1}{3}\sum_t L^{<query>}_t\big(\theta'_t(\theta)\big)",
        f"{number(first, 3)} \\to {number(now, 3)}",
        FIRST_AND_PRESENT.format(n=state.steps, alpha=f"{state.alpha:.1f}"),
        PARTS,
        (
            START,
            Term(r"L^{<query>}_t", Words("the loss of each task on other patients", "各任务在另一些患者上的损失"), "task_loss"),
            Term(r"\frac{1}{3}\sum_t", Words("the mean of the three", "三者的平均"), "mean_loss"),
        ),
    )
