"""Lesson 3, MAML: the inner and the outer loop, drawn apart, one step at a time."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.learners import descend
from metamed_core.words import Words
from pages.lessons import plane_of_weights as plane
from pages.lessons.l03_maml import answers, formulas, pictures
from pages.lessons.l03_maml.computation import MamlState
from pages.lessons.l03_maml.offline import offline
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

# -- what the reader can do ------------------------------------------------------------------------------------------


def move(state: MamlState, name: str, x: float, y: float) -> MamlState:
    """The start at another place: everything begins anew from there."""
    return state.updated(x=round(x, 2), y=round(y, 2), inner=0, outer=0)


def outer(n: int) -> Action[MamlState]:
    """A button for `n` outer steps."""
    label = Words("Outer step", "外循环一步") if n == 1 else Words("{n} outer steps", "外循环 {n} 步").format(n=n)
    icon = ":material/move_down:" if n == 1 else ":material/fast_forward:"
    return Action(
        f"outer_{n}", label, icon, lambda s: s.updated(outer=s.outer + n, inner=0), lambda s: s.outer >= plane.MAX_OUTER, played=n == 1
    )


INNER = Action[MamlState](
    "inner", Words("Inner step", "内循环一步"), ":material/skip_next:", lambda s: s.updated(inner=s.inner + 1), lambda s: s.inner >= s.steps
)
ALPHA = Control("alpha", Words("inner step size α", "内循环步长 α"), 0.1)
STEPS = Control("steps", Words("inner steps", "内循环步数"))


# -- what is seen ----------------------------------------------------------------------------------------------------


def loss_surface(state: MamlState, shown: bool) -> Figure:
    """Task A alone; the first inner step once shown."""
    n = min(state.inner, state.steps) if shown else 0
    return pictures.of_task(state, 0, n), pictures.patients_of(state, 0, n)


def three_paths(state: MamlState, shown: bool) -> Figure:
    """Three tasks from one start; the paths as far as they were stepped."""
    n = min(state.inner, state.steps) if shown else 0
    return pictures.of_all(state, n, title=pictures.INNER_TITLE.format(n=n, all=state.steps)), pictures.inner_losses(state, n)


def all_inner_steps(state: MamlState) -> MamlState:
    """Every inner step is shown, at least one."""
    steps = max(state.steps, 1)
    return state.updated(steps=steps, inner=steps)


def both_loops(state: MamlState, shown: bool) -> Figure:
    """The inner paths; once shown, where the outer step goes and which loss it lowers."""
    if not shown:
        return (pictures.of_all(state, state.steps, title=pictures.LOOPS_TITLE.format(o=state.outer)),)
    return pictures.of_all(state, state.steps, arrows=True), pictures.outer_losses(state)


def three_ways(state: MamlState, shown: bool) -> Figure:
    """The way of the start by each rule once shown."""
    now = state if shown else state.updated(outer=0)
    return pictures.of_rules(now, revealed=shown), pictures.rule_losses(now, revealed=shown)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=12,
    title=Words("MAML: two loops", "MAML：两层循环"),
    goal=Words(
        "See why MAML does not look for a good model, but for a good starting point.",
        "明白 MAML 寻找的不是一个好模型，而是一个好的出发点。",
    ),
    outcome=Words(
        "tell the inner loop from the outer loop, and say what second derivatives cost and what they gain.",
        "分清内循环与外循环，并说出二阶导数的代价与收益。",
    ),
    state=MamlState,
    on_move=move,
    offline=offline,
    steps=(
        Words("All tasks share one start.", "所有任务共用一个起点。"),
        Words("**Inner step:** each task computes the slope of the loss on its own labeled patients and goes a little downhill.", "**内循环步**：每个任务计算自己已确诊患者上损失的坡度，沿下坡走一小步。"),
        Words("It repeats this a few times and so ends at weights of its own.", "如此重复几次，各任务到达自己的权重。"),
        Words("**Outer step:** how would the loss of these ends on **other** patients change if the start moved? The start goes downhill by the mean over the tasks.", "**外循环步**：若起点移动，这些终点在**另一些**患者上的损失会怎样变化？起点按各任务的平均沿下坡移动。"),
        Words("Back to the inner steps, from the new start. For your own patients only the inner steps are done.", "从新起点重新做内循环。对您自己的患者，只做内循环步。"),
    ),
    screens=(
        Screen(
            title=Words("A model is a point", "一个模型就是一个点"),
            text=Words(
                "Iron deficiency or inflammation? Our model sees two laboratory values and gives each a **weight**. So every possible model is a point "
                "in this plane. The contour lines show the loss on the twelve labeled patients, that is, how wrong a model is: a valley whose lowest point is on the inside.",
                "是缺铁还是炎症？我们的模型只看两项化验值，并给每项一个**权重**。于是每个可能的模型就是这个平面上的一个点。等高线表示模型在 12 位已确诊患者上的损失，即错得有多厉害：像一座山谷，最内圈是谷底。",
            ),
            question=Question(
                Words("From the start (ring), where does one gradient step lead?", "从起点（圆环）出发，走一步梯度下降会去哪里？"),
                (
                    Words("Straight to the bottom of the valley", "直接走到谷底"),
                    Words("Straight downhill, across the contour lines", "垂直穿过等高线，沿最陡的方向下坡"),
                    Words("Along the contour line", "沿着等高线走"),
                ),
                1,
                Words(
                    "The gradient is perpendicular to the contour lines. It only knows the slope where it stands, not where the bottom is. Move the start and see.",
                    "梯度与等高线垂直，它只知道脚下的坡度，并不知道谷底在哪里。移动起点看看。",
                ),
            ),
            figure=loss_surface,
            step=2,
            formula=formulas.one_step,
            code=Code(descend, "weight - lr *"),
            actions=(INNER,),
            reveal=lambda state: state.updated(inner=max(state.inner, 1), steps=max(state.steps, 1)),
            controls=(ALPHA,),
            movable=True,
        ),
        Screen(
            title=Words("The inner loop: adapt", "内循环：适应"),
            text=Words(
                "Now there are three tasks, A, B and C, each with its own two diseases, its own labeled patients and its own valley. All three begin at the **same "
                "start**. Each then takes a few steps down its own valley. This is the **inner loop**, and it is all that happens when you upload patients.",
                "现在有三个鉴别任务 A、B、C，各有自己的已确诊患者，也各有自己的山谷。三者都从**同一个起点**出发。沿自己的山谷走几步下坡，就是**内循环**：您上传患者时发生的就只有这件事。",
            ),
            question=Question(
                Words("After the inner steps, which task has the lowest loss on its labeled patients?", "走完内循环后，哪个任务在其已确诊患者上的损失最低？"),
                tuple(pair.name for pair in plane.PAIRS),
                answers.lowest,
                answers.why_lowest,
            ),
            figure=three_paths,
            step=3,
            formula=formulas.three_losses,
            code=Code(descend, "weight - lr *"),
            actions=(INNER,),
            reveal=all_inner_steps,
            controls=(ALPHA, STEPS),
            movable=True,
        ),
        Screen(
            title=Words("The outer loop: move the start", "外循环：移动起点"),
            text=Words(
                "Each task now says where the **start** should have been for its path to end better (dashed arrows). The start moves by the mean of the three: "
                "one **outer step**. Then all three take their inner steps again, from the new start.",
                "现在每个任务都指出**起点**本该在哪里，它的路才会有更好的终点（虚线箭头）。起点按三者的平均移动：这就是一步**外循环**。然后三个任务从新起点重新走。",
            ),
            question=Question(
                Words("Whose loss does the outer step use?", "外循环这一步用的是谁的损失？"),
                (
                    Words("The labeled patients that the inner steps used", "内循环所用的那些已确诊患者"),
                    Words("Other patients of the same tasks", "同样任务的另一些患者"),
                    Words("Patients of a fourth task", "第四个任务的患者"),
                ),
                1,
                Words(
                    "If the labeled patients of the inner steps (the **support set**) were used, a start that merely memorizes them would win. The others (the **query set**) answer what we want to know: "
                    "does it work for the next patient? Press [Outer step] a few times.",
                    "若用内循环的那些已确诊患者（**支持集**）评判，死记硬背的起点就会胜出。另一些患者（**查询集**）问的才是我们关心的：对下一位患者是否有效？请多按几次“外循环一步”。",
                ),
            ),
            figure=both_loops,
            step=4,
            formula=formulas.outer_step,
            code=Code(plane.meta_loss, "descended("),
            actions=(outer(1), outer(10)),
            movable=True,
        ),
        Screen(
            title=Words("Second order, first order, Reptile", "二阶、一阶与 Reptile"),
            text=Words(
                "The gray surface is what matters: the loss **after** the inner steps, for every start. MAML follows its exact slope, for which it needs second "
                "derivatives. **First-order MAML** assumes that the slope at the end of the path also holds at the start. **Reptile** simply goes part of the way to where the "
                "inner steps ended.",
                "灰色曲面才是关键：每个起点在内循环**之后**的损失。MAML 精确地沿它下降，为此需要二阶导数。**一阶 MAML** 假定终点处的坡度在起点处同样成立。**Reptile** 则只是朝内循环的终点走一小段。",
            ),
            question=Question(
                Words("From this start, do the three rules end in the same place?", "从这个起点出发，三种规则会到同一处吗？"),
                (
                    Words("Yes, they only differ in speed", "会，只是快慢不同"),
                    Words("MAML and first order do, Reptile does not", "MAML 与一阶相同，Reptile 不同"),
                    Words("No, each ends in a different place", "不会，各到各处"),
                ),
                answers.where_they_end,
                answers.why_there,
            ),
            figure=three_ways,
            step=4,
            formula=formulas.three_rules,
            code=Code(descend, "weight - lr *"),
            actions=(outer(1), outer(10)),
            reveal=lambda state: state.updated(outer=max(state.outer, 20)),
            movable=True,
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "What if there is no inner loop: **0 inner steps**? With the answer, try two more: 3 inner steps with a step size above 6, then the start dragged into a far corner. Press [10 outer steps] each time and "
                "watch the loss in the title.",
                "如果没有内循环，即**内循环 0 步**，会怎样？揭晓之后再试两种：3 步内循环、步长 6 以上；以及把起点拖到远处的角落。每次都按“外循环 10 步”，观察标题中的损失。",
            ),
            question=Question(
                Words("With 0 inner steps, what does the outer loop learn?", "内循环步数为 0 时，外循环学到的是什么？"),
                (
                    Words("Nothing: the start stays where it is", "什么也学不到：起点不动"),
                    Words("One model for all three tasks at once", "一个同时用于三个任务的模型"),
                    Words("The same start as with three steps", "与三步时相同的起点"),
                ),
                1,
                answers.why_one_model,
            ),
            figure=both_loops,
            reveal=lambda state: state.updated(steps=0, inner=0, outer=max(state.outer, 10)),
            step=5,
            formula=formulas.what_is_lowered,
            code=Code(plane.meta_loss, "loss_on(task.query)"),
            actions=(outer(10), outer(1)),
            controls=(STEPS, ALPHA),
            movable=True,
        ),
    ),
    notes=(
        TeachingNote(5, Words("Screen 1 on the board: let two students place a start and point where the step goes.", "第 1 屏投影：请两位学生放置起点，并指出下一步的方向。")),
        TeachingNote(10, Words("Screen 2 in pairs: who finds a start from which all three tasks reach a low loss?", "第 2 屏两人一组：谁能找到让三个任务都走得好的起点？")),
        TeachingNote(12, Words("Screen 3 together: vote on the question, then do ten outer steps one by one; let students explain the three arrows.", "第 3 屏全班：先投票，再逐步做十步外循环；请学生说出三个箭头的含义。")),
        TeachingNote(8, Words("Screen 4: write down the three losses from two starts; discuss when leaving out second derivatives is a fair price.", "第 4 屏：从两个起点各记下三个损失；讨论何时值得略去二阶导数。")),
        TeachingNote(10, Words("Screen 5 as homework or quiz: hand out the link with hidden controls and ask for one sentence on each way to break it.", "第 5 屏作为作业或小测：发放隐藏控件的链接，请学生对每种“弄坏”方式各写一句话。")),
    ),
)  # fmt: skip
