"""Lesson 4, Reptile beside MAML: where the arrows differ, what one inner step is, and what needs no query."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.learners import Reptile, descend, initial_minus_adapted
from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l04_reptile import answers, formulas, pictures
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile.computation import ReptileState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote
from pages.lessons.plane_of_weights import RULES

# -- what the reader can do ------------------------------------------------------------------------------------------


def move(state: ReptileState, name: str, x: float, y: float) -> ReptileState:
    """The start at another place: everything begins anew from there."""
    return state.updated(x=round(x, 2), y=round(y, 2), outer=0)


def outer(n: int) -> Action[ReptileState]:
    """A button for `n` outer steps."""
    label = Words("Outer step", "外循环一步") if n == 1 else Words("{n} outer steps", "外循环 {n} 步").format(n=n)
    icon = ":material/move_down:" if n == 1 else ":material/fast_forward:"
    return Action(f"outer_{n}", label, icon, lambda s: s.updated(outer=s.outer + n), lambda s: s.outer >= plane.MAX_OUTER, played=n == 1)


OTHERS = Action[ReptileState](
    "others", Words("Other patients", "换一批患者"), ":material/shuffle:", lambda s: s.updated(draw=s.draw + 1), lambda s: s.draw >= 99
)
EPSILON = Control("epsilon", Words("outer step size ε", "外循环步长 ε"), 0.05)
ALPHA = Control("alpha", Words("inner step size α", "内循环步长 α"), 0.1)
STEPS = Control("steps", Words("inner steps", "内循环步数"))
FEW = Control("few", Words("labeled patients of each disease", "每种疾病的已确诊患者数"))

# -- what is seen ----------------------------------------------------------------------------------------------------


def the_rule(state: ReptileState, shown: bool) -> Figure:
    """Three paths, their ends as a table; the mean and the step once shown."""
    return pictures.of_ends(state, revealed=shown), pictures.table_of_ends(state, revealed=shown)


def three_rules(state: ReptileState, shown: bool) -> Figure:
    """The same start and paths three times; MAML's arrows at once, the others' once shown."""
    return tuple(pictures.arrows(state, rule, revealed=shown) for rule in RULES)


def joint(state: ReptileState, shown: bool) -> Figure:
    """One inner step and several, over the loss of one model for all."""
    return pictures.one_or_several(state, revealed=shown), pictures.joint_losses(state, revealed=shown)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=10,
    title=Words("Reptile beside MAML", "Reptile 与 MAML 对照"),
    goal=Words(
        "See what remains of MAML if we only use where the inner steps ended.",
        "看看如果只关心内循环走到了哪里，MAML 还剩下什么。",
    ),
    outcome=Words(
        "explain where the arrows of MAML, first-order MAML and Reptile come from, and when the simplest method is enough.",
        "说出 MAML、一阶 MAML 与 Reptile 的箭头各从何而来，以及何时最简单的一种就够用。",
    ),
    state=ReptileState,
    on_move=move,
    steps=(
        Words("All tasks share one start.", "所有任务共用一个起点。"),
        Words("Each task takes its inner steps, downhill on the loss of its own labeled patients, and ends at weights of its own.", "每个任务沿自己已确诊患者上损失的下坡走几步内循环，到达自己的权重。"),
        Words("Take the mean of these ends.", "取这些终点的平均。"),
        Words("Move the start part of the way towards that mean: one **outer step**.", "把起点朝这个平均移动一段：这就是一步**外循环**。"),
        Words("Back to the inner steps, from the new start.", "从新起点重新做内循环。"),
    ),
    screens=(
        Screen(
            title=Words("Only the ends count", "只看终点"),
            text=Words(
                "This is the plane of lesson 3: each point is a model, with one weight for ferritin and one for MCV. A **task** asks which of two diseases a patient has; each **inner step** lowers the loss on the task's "
                "labeled patients a little. Three tasks take three steps each, down their own valleys, from one **start**. Reptile uses nothing but the three **ends**.",
                "还是第 3 课的平面：每一点是一个模型，即铁蛋白和 MCV 各一个权重。一个**任务**问的是：患者患的是两种疾病中的哪一种；**内循环**每走一步，模型在该任务已确诊患者上的损失就降低一点。三个任务从同一个**起点**出发，各沿自己的山谷走三步。"
                "Reptile 只看这三条路的**终点**。",
            ),
            question=Question(
                Words("Where does Reptile move the start?", "Reptile 会把起点移到哪里？"),
                (
                    Words("To the end of the best path", "移到走得最好的那条路的终点"),
                    Words("Part of the way to the mean of the three ends", "朝三个终点的平均位置走一段"),
                    Words("Straight down the steepest of the three valleys", "沿三座山谷中最陡的一座直接下坡"),
                ),
                1,
                Words(
                    "That is the whole rule: adapt to every task, then move a little towards the mean of the three ends. Press [Outer step]: the ends move as well, so the start has to follow them again.",
                    "全部规则就是这样：对每个任务适应一遍，再朝三个终点的平均走一小段。请按“外循环一步”：终点也会跟着移动，于是起点还要继续追。",
                ),
            ),
            figure=the_rule,
            step=4,
            formula=formulas.towards_the_ends,
            code=Code(initial_minus_adapted, "ends[name].mean(0)"),
            actions=(outer(1), outer(10)),
            controls=(EPSILON, STEPS),
            movable=True,
        ),
        Screen(
            title=Words("Where the arrows differ", "箭头不同在哪里"),
            text=Words(
                "The same start and the same paths, three times. An arrow shows where a task wants the start to move. **MAML** asks: how must the start change to lower the loss on **other** patients at "
                "the end? **First-order MAML** takes the slope of that loss at the end of the path and uses it at the start. **Reptile** points to the end itself.",
                "同一个起点、同样的路径，画三次。箭头表示一个任务希望起点去哪里。**MAML** 问的是：起点怎样改变，才能降低终点处在**另一些**患者上的损失？**一阶 MAML** 取终点处该损失的坡度，直接用在起点。**Reptile** 直接指向终点。",
            ),
            question=Question(
                Words("Whose mean arrow (thick) is closer to MAML's?", "谁的平均箭头（粗）更接近 MAML 的？"),
                (Words("First-order MAML's", "一阶 MAML 的"), Words("Reptile's", "Reptile 的"), Words("Both about the same", "两者差不多")),
                answers.nearer,
                answers.why_nearer,
            ),
            figure=three_rules,
            step=4,
            formula=formulas.three_means,
            code=Code(descend, "weight - lr *"),
            controls=(STEPS, ALPHA),
            movable=True,
        ),
        Screen(
            title=Words("A single inner step", "内循环只走一步"),
            text=Words(
                "The gray lines now show another surface: the loss of **one** model, without any adaptation, on the patients of all three tasks together.",
                "灰线现在是另一张曲面：**一个**模型不做任何适应时，在三个任务全部患者上的损失。",
            ),
            question=Question(
                Words("With a single inner step, where does Reptile's start end?", "内循环只走一步时，Reptile 的起点最后停在哪里？"),
                (
                    Words("At the bottom of task A's own valley", "在任务 A 自己的谷底"),
                    Words("At the bottom of this surface", "在这张曲面的谷底"),
                    Words("It does not move at all", "根本不动"),
                ),
                1,
                answers.why_joint,
            ),
            figure=joint,
            reveal=lambda state: state.updated(outer=max(state.outer, 30), epsilon=max(state.epsilon, 1.0)),
            step=5,
            formula=formulas.same_step,
            code=Code(Reptile.meta_gradient, "now = descend("),
            actions=(outer(10),),
            controls=(STEPS, EPSILON),
            movable=True,
        ),
        Screen(
            title=Words("No patients held back", "不必留出患者"),
            text=Words(
                "MAML needs **other** patients of each task (the query set) to judge its inner steps. Suppose there are none: four labeled patients of each disease, and that is all. Then MAML adapts to "
                "one half and judges by the other. Reptile judges nothing and can adapt to all of them.",
                "MAML 需要每个任务的**另一些**患者（查询集）来评判走得如何。假设没有：每种疾病只有四位已确诊患者，再无别人。MAML 只好用一半来适应、一半来评判；Reptile 不作评判，可以全部用来适应。",
            ),
            question=Question(
                Words("Whose start works best for new patients?", "谁的起点对新患者最有用？"),
                tuple(RULES.values()),
                world.winner,
                answers.who_wins,
            ),
            figure=lambda state, shown: pictures.races(state, revealed=shown),
            step=5,
            formula=formulas.on_new_patients,
            code=Code(world.race, "descended(plane.loss_on(told)"),
            actions=(OTHERS,),
            controls=(FEW,),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "First set **0 inner steps**. Then 3 inner steps and an inner step size of 12: the paths jump across their valleys. Then 6 inner steps, α back at 1.5, and an outer step size of 3: the start "
                "overshoots its target. Press [10 outer steps] each time.",
                "先把内循环设为 **0 步**。再设为 3 步、内循环步长 12：路径会跳过山谷。最后设为 6 步、α 调回 1.5、外循环步长 3：起点会冲过目标。每次都按“外循环 10 步”。",
            ),
            question=Question(
                Words("With 0 inner steps, what does Reptile learn? (MAML learned one model for all.)", "内循环 0 步时，Reptile 学到什么？（MAML 学到的是一个通用于全部任务的模型。）"),
                (
                    Words("One model for all tasks, like MAML", "与 MAML 一样，一个通用的模型"),
                    Words("Nothing: every path ends where it began", "什么也学不到：每条路的终点就是起点"),
                    Words("The mean of the three best models", "三个最佳模型的平均"),
                ),
                1,
                Words(
                    "No step, no arrow. What you would notice: training runs without any error, and the loss is a flat line. The Meta-train page therefore shows accuracy on other tasks before and after adaptation; if "
                    "both stay where they began, nothing was learned.",
                    "没有步，就没有箭头。您会看到：训练照常运行，没有任何报错，损失却是一条平线。所以元训练页会显示其他任务上适应前后的准确率；两者都原地不动，就是什么也没学到。",
                ),
            ),
            figure=lambda state, shown: pictures.broken(state if shown else state.updated(outer=0)),
            reveal=lambda state: state.updated(steps=0, outer=10),
            step=5,
            formula=formulas.where_it_stops,
            code=Code(initial_minus_adapted, "ends[name].mean(0)"),
            actions=(outer(10), outer(1)),
            controls=(STEPS, ALPHA, EPSILON),
            movable=True,
        ),
    ),
    notes=(
        TeachingNote(5, Words("Recall lesson 3, one sentence each: start, inner step, outer step.", "各用一句话回顾第 3 课：起点、内循环步、外循环步。")),
        TeachingNote(8, Words("Screen 1 on squared paper: give three ends, let students draw the new start for ε = 0.25 and ε = 1.", "第 1 屏配方格纸：给出三个终点，请学生画出 ε = 0.25 与 ε = 1 时的新起点。")),
        TeachingNote(10, Words("Screen 2 in pairs: find a start where all three rules agree, and one where Reptile turns away from MAML.", "第 2 屏两人一组：找一个三种规则一致的起点，再找一个 Reptile 偏离 MAML 的起点。")),
        TeachingNote(10, Words("Screens 3 and 4: vote, then let each group take another seed and count on the board who wins.", "第 3、4 屏：先投票，再让每组换一个随机种子，在黑板上统计谁赢。")),
        TeachingNote(12, Words("Screen 5 as a quiz: three ways to fail, one sentence each on what a colleague would notice. Close with `python -m metamed_core meta-train --learner reptile --help`.", "第 5 屏作小测：三种失败方式，各用一句话写出同事会注意到什么。最后看 `python -m metamed_core meta-train --learner reptile --help`。")),
    ),
)  # fmt: skip
