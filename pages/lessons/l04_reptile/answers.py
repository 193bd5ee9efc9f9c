"""The correct answers and explanations of lesson 4, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile.computation import ReptileState


def nearer(state: ReptileState) -> int:
    """Whose mean arrow lies nearer to MAML's, by the whole degrees that the titles show: 0 first-order MAML, 1 Reptile, 2 about the same."""
    here = (state.x, state.y)
    first, reptile = (
        round(world.angle(world.mean(world.asked(here, state, rule)), world.mean(world.asked(here, state, "maml"))))
        for rule in ("first_order", "reptile")
    )
    return 2 if abs(first - reptile) <= 5 else int(reptile < first)


def why_nearer(state: ReptileState) -> Words:
    """The reason, with the mean over single tasks."""
    here = (state.x, state.y)
    first, reptile = (sum(world.angles(here, state, rule)) / len(plane.PAIRS) for rule in ("first_order", "reptile"))
    return Words(
        "The titles give the angle of the thick arrows. For single tasks (thin arrows), first-order MAML is {a}° off on average and Reptile {b}°; in the mean some of this cancels out. First-order MAML uses the same patients as MAML and only ignores how "
        "the path bends; Reptile points to where the path went. Drag the start: where a task is already solved, its arrows are short and point in a random direction.",
        "标题给出的是粗箭头的夹角。逐个任务（细箭头）比较，一阶 MAML 平均偏 {a}°，Reptile 偏 {b}°；取平均后会部分抵消。一阶 MAML 用的患者与 MAML 相同，只忽略了路径如何弯曲；Reptile 则指向路径走到的地方。拖动起点看看：任务已经解决时，箭头很短，方向近乎随机。",
    ).format(a=f"{first:.0f}", b=f"{reptile:.0f}")


def why_joint(state: ReptileState) -> Words:
    """The reason, and how far apart the ways end."""
    return Words(
        "That is ordinary training, which descends this surface: it ends at a loss of {loss}, and the lowest is {low}. One step for each task, averaged, is one step on all patients together: the two sides below are equal. Only from the second inner step on do the paths bend, and the start looks for a place near "
        "all ends instead of a place that is good by itself. In this small example the two are close: the paths end {a} apart on the plane with 3 inner steps, {b} with 6.",
        "这就是普通训练：沿这张曲面下降。它停在损失 {loss} 处，最低点为 {low}。每个任务各走一步再取平均，等于在全部患者上走一步：下方等式两边相等。只有从第二步起路径才会弯曲，起点要找的就不再是“本身就好”的位置，而是“离各终点都近”的位置。在这个小例子里两处相距不远：内循环 3 步时，两条路径的终点在平面上相距 {a}，6 步时 {b}。",
    ).format(
        a=f"{world.distance_between_ends(state, 3):.2f}",
        b=f"{world.distance_between_ends(state, 6):.2f}",
        loss=f"{world.joint_losses(world.trail(state, 1)[-1:], state.seed)[0]:.3f}",
        low=f"{world.lowest_joint_loss(state.seed):.3f}",
    )


def who_wins(state: ReptileState) -> Words:
    """The three losses, and the reason, whoever has won."""
    ends = {rule: f"{world.losses_of(state, rule)[-1]:.3f}" for rule in plane.RULES}
    return Words(
        "This time: MAML {maml}, first-order MAML {first_order}, Reptile {reptile}. Reptile adapts to all {n} {n:patient|patients} of a task. MAML adapts to half of them and needs the other half for judging; with so few patients, this judgment is mostly luck, and its start may drift far away. Press "
        "[Other patients] several times and count who wins. With 80 query patients, as in lesson 3, MAML is as good or better.",
        "这一次：MAML {maml}，一阶 MAML {first_order}，Reptile {reptile}。Reptile 用任务的全部 {n} 位患者来适应。MAML 只用一半来适应，另一半必须留作评判；人数这么少，评判多半靠运气，起点可能越跑越远。多按几次“换一批患者”，数数谁赢。若像上一课那样有 80 位查询集患者，MAML 不输甚至更好。",
    ).format(n=2 * state.few, **ends)
