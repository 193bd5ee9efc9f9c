"""The formulas of lesson 4 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile.computation import ReptileState
from pages.lessons.latex import column, digits_that_add_up, number
from pages.lessons.lesson import Formula, Term
from pages.lessons.plane_of_weights import RULES

START = Term(r"\theta", Words("the start", "起点"), "start")


def towards_the_ends(state: ReptileState) -> Formula:
    """The next outer step, written out."""
    here = world.trail(state)[-1]
    reached = world.mean(world.ends(here, state.seed, state.alpha, state.steps))
    there = world.moved(here, world.towards(here, state.seed, state.alpha, state.steps), state.epsilon)
    epsilon = round(state.epsilon, 2)
    digits = digits_that_add_up(
        lambda n: [round(at, n) + epsilon * (round(to, n) - round(at, n)) for at, to in zip(here, reached, strict=True)], there
    )
    return Formula(
        r"\theta \leftarrow \theta + \varepsilon\Big(\frac{1}{3}\sum_t \theta'_t - \theta\Big)",
        rf"{column(there)} = {column(here, digits)} + {number(epsilon)} \cdot \Big({column(reached, digits)} - {column(here, digits)}\Big)",
        Words(
            "$\\theta$: the start (weight of ferritin above, of MCV below); $\\theta'_t$: where the inner steps of task $t$ ended; $\\varepsilon$: how much of the way the start goes. Nichol et al. 2018, "
            "algorithm 2.",
            "$\\theta$：起点（上为铁蛋白的权重，下为 MCV 的权重）；$\\theta'_t$：任务 $t$ 内循环的终点；$\\varepsilon$：走全程的几分之几。Nichol 等 2018，算法 2。",
        ),
        terms=(
            START,
            Term(r"\theta'_t", Words("where the inner steps of each task end", "各任务内循环的终点"), "path"),
            Term(r"\frac{1}{3}\sum_t \theta'_t", Words("the mean of the three ends", "三个终点的平均"), "mean"),
            Term(r"\varepsilon", Words("the step: this share of the way to the mean", "这一步：走全程的这么多"), "step"),
        ),
    )


def three_means(state: ReptileState) -> Formula:
    """The mean arrow of each rule, and how far it turns from MAML's."""
    here = (state.x, state.y)
    means = {rule: world.mean(world.asked(here, state, rule)) for rule in RULES}
    told = [
        rf"\underbrace{{{column(value, 3)}}}_{{<{rule}>}}"
        + ("" if rule == "maml" else rf"\ {number(world.angle(value, means['maml']), 0)}^\circ")
        for rule, value in means.items()
    ]
    return Formula(
        r"\underbrace{-\overline{\nabla_\theta L^{<query>}_t(\theta'_t(\theta))}}_{<maml>} \quad \underbrace{-\overline{\nabla L^{<query>}_t(\theta'_t)}}_{<first_order>} \quad "
        r"\underbrace{\overline{\theta'_t} - \theta}_{<reptile>}",
        r"\qquad ".join(told),
        Words(
            "The bar is the mean over the three tasks. $\\nabla L$: slope of the loss. MAML: slope at the start, through the inner steps; first-order MAML: slope at the ends; Reptile: no slope on other patients (the query set) at all. "
            "Degrees: angle to MAML's mean arrow.",
            "横线表示三个任务的平均；$\\nabla L$：损失的坡度。MAML：穿过内循环、在起点处的坡度；一阶：终点处的坡度；Reptile：完全不看另一些患者（查询集）上的坡度。度数：与 MAML 平均箭头的夹角。",
        ),
        {**RULES, "query": Words("query", "查询集")},
        (
            Term(r"-\overline{\nabla_\theta L^{<query>}_t(\theta'_t(\theta))}", Words("the mean arrow of MAML", "MAML 的平均箭头"), "maml"),
            Term(r"-\overline{\nabla L^{<query>}_t(\theta'_t)}", Words("that of first-order MAML", "一阶 MAML 的平均箭头"), "first_order"),
            Term(r"\overline{\theta'_t} - \theta", Words("that of Reptile", "Reptile 的平均箭头"), "reptile"),
        ),
    )


def same_step(state: ReptileState) -> Formula:
    """One inner step: both sides of the identity."""
    here = (state.x, state.y)
    ours = world.towards(here, state.seed, state.alpha, 1)
    joint, alpha = world.joint_gradient(here, state.seed), round(state.alpha, 1)
    digits = digits_that_add_up(lambda n: [alpha * round(by, n) for by in joint], ours)
    return Formula(
        r"\theta - \frac{1}{3}\sum_t \theta'_t \;=\; \alpha\,\nabla \Big(\frac{1}{3}\sum_t L_t\Big)(\theta)",
        rf"{column(ours)} \;=\; {number(alpha, 1)} \cdot {column(joint, digits)}",
        Words(
            "$L_t$: loss on the labeled patients of task $t$, $\\nabla$: its slope, $\\alpha$: inner step size. With one inner step, Reptile's arrow **is** the slope of the mean of the three losses, times $\\alpha$. From the second step on it is not.",
            "$L_t$：任务 $t$ 已确诊患者上的损失，$\\nabla$：其坡度，$\\alpha$：内循环步长。内循环只走一步时，Reptile 的箭头**就是**三个损失平均值的坡度乘以 $\\alpha$。从第二步起就不是了。",
        ),
        terms=(
            Term(r"\theta - \frac{1}{3}\sum_t \theta'_t", Words("the path by one inner step", "内循环一步的路径"), "one"),
            Term(
                r"\frac{1}{3}\sum_t L_t",
                Words("the loss of one model for all, as gray lines", "一个模型用于全部任务的损失，即灰线"),
                "joint",
            ),
        ),
    )


def on_new_patients(state: ReptileState) -> Formula:
    """Loss on new patients at the end of each rule's way."""
    told = [rf"<{rule}>: {number(world.losses_of(state, rule)[-1], 3)}" for rule in RULES]
    half, whole = state.few // 2 * 2, 2 * state.few
    return Formula(
        rf"\underbrace{{{half}}}_{{<walk>}} + \underbrace{{{whole - half}}}_{{<judge>}} \quad <or> \quad \underbrace{{{whole}}}_{{<all>}}",
        r"\qquad ".join(told),
        Words(
            "Patients of a task: MAML splits them; Reptile adapts to all. The three losses: on 80 new patients of each task, after {o} outer steps. 0: all correct with certainty; 0.69: no better than a coin.",
            "一个任务的患者：MAML 分成两份；Reptile 全部用来适应。三个损失：外循环 {o} 步后，在每个任务 80 位新患者上的损失。0：全部判对且完全确定；0.69：与掷硬币无异。",
        ).format(o=world.RACE),
        {
            **RULES,
            "walk": Words("for adapting", "适应"),
            "judge": Words("for judging", "评判"),
            "or": Words("or", "或"),
            "all": Words("Reptile adapts to all", "Reptile 全部适应"),
        },
        tuple(Term(f"<{rule}>", Words("path and loss", "路径与损失"), rule) for rule in RULES),
    )


def where_it_stops(state: ReptileState) -> Formula:
    """How far the start is from the mean of the ends, first and now; and the loss."""
    way = world.trail(state)
    gaps = [(x * x + y * y) ** 0.5 for x, y in (world.towards(at, state.seed, state.alpha, state.steps) for at in (way[0], way[-1]))]
    losses = [plane.mean_query_loss(at, state.seed, state.alpha, state.steps) for at in (way[0], way[-1])]
    return Formula(
        r"<stops>\ \theta = \frac{1}{3}\sum_t \theta'_t(\theta)",
        rf"\Big|\theta - \overline{{\theta'_t}}\Big|: {number(gaps[0])} \to {number(gaps[1])} \qquad <loss>: {number(losses[0], 3)} \to {number(losses[1], 3)}",
        Words(
            "Distance between the start and the mean of the ends, and loss on other patients after the inner steps (0.69: no better than a coin): at first and now. A distance of 0 only means that nothing moves any more, not that anything was learned.",
            "起点与三个终点平均的距离，以及内循环之后在另一些患者上的损失（0.69 与掷硬币无异）：最初与现在。距离为 0 只说明起点不再移动，并不说明学到了什么。",
        ),
        {"stops": Words("Reptile stops where", "Reptile 停在"), "loss": Words("loss on other patients", "另一些患者上的损失")},
        (START, Term("<loss>", Words("by outer step", "随外循环步的变化"), "loss")),
    )
