"""Lesson 4, Reptile beside MAML: where the arrows differ, what one inner step is, and what needs no query."""

from __future__ import annotations

from metamed_core.drawing.picture import Figure
from metamed_core.learners import Reptile, descend, initial_minus_adapted
from metamed_core.words import Words
from pages.lessons.l03_maml import computation as maml
from pages.lessons.l03_maml.computation import RULES
from pages.lessons.l04_reptile import computation as world
from pages.lessons.l04_reptile import pictures
from pages.lessons.l04_reptile.computation import Walk
from pages.lessons.latex import column, number
from pages.lessons.script import Act, Code, Formula, Knob, Lesson, Note, Question, Screen

# -- what the reader can do ------------------------------------------------------------------------------------------


def move(state: Walk, name: str, x: float, y: float) -> Walk:
    """The start at another place: everything begins anew from there."""
    return state.but(x=round(x, 2), y=round(y, 2), outer=0)


def outer(n: int) -> Act[Walk]:
    """A button for `n` outer steps."""
    label = Words("Outer step", "外循环一步") if n == 1 else Words("{n} outer steps", "外循环 {n} 步").format(n=n)
    icon = ":material/move_down:" if n == 1 else ":material/fast_forward:"
    return Act(f"outer_{n}", label, icon, lambda s: s.but(outer=s.outer + n), lambda s: s.outer >= maml.MOST_OUTER)


OTHERS = Act[Walk](
    "others", Words("Other patients", "换一批患者"), ":material/shuffle:", lambda s: s.but(draw=s.draw + 1), lambda s: s.draw >= 99
)
EPSILON = Knob("epsilon", Words("outer step size ε", "外循环步长 ε"), 0.05)
ALPHA = Knob("alpha", Words("inner step size α", "内循环步长 α"), 0.1)
STEPS = Knob("steps", Words("inner steps", "内循环步数"))
FEW = Knob("few", Words("labelled patients of each disease", "每种疾病的已确诊患者数"))

# -- what stands under the figures -----------------------------------------------------------------------------------


def towards_the_ends(state: Walk) -> Formula:
    """The next outer step, written out."""
    here = world.trail(state)[-1]
    reached = world.ends(here, state.seed, state.alpha, state.steps)
    there = world.moved(here, world.towards(here, state.seed, state.alpha, state.steps), state.epsilon)
    return Formula(
        r"\theta \leftarrow \theta + \varepsilon\Big(\frac{1}{3}\sum_t \theta'_t - \theta\Big)",
        rf"{column(there)} = {column(here)} + {number(state.epsilon)} \cdot \Big({column(world.mean(reached))} - {column(here)}\Big)",
        Words(
            "$\\theta$: the start (weight of ferritin above, of MCV below); $\\theta'_t$: where the inner steps of task $t$ ended; $\\varepsilon$: the share of the way. Nichol et al. 2018, "
            "algorithm 2.",
            "$\\theta$：起点（上为铁蛋白的权重，下为 MCV 的权重）；$\\theta'_t$：任务 $t$ 内循环的终点；$\\varepsilon$：走全程的几分之几。Nichol 等 2018，算法 2。",
        ),
    )


def three_means(state: Walk) -> Formula:
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
            "The bar is the mean over three tasks. $\\nabla L$: slope of the loss. MAML: slope felt at the start, through the inner steps; first order: slope at the ends; Reptile: no slope on other patients (the query) at all. "
            "Degrees: away from MAML's mean.",
            "横线表示三个任务的平均；$\\nabla L$：损失的坡度。MAML：穿过内循环、在起点处感到的坡度；一阶：终点处的坡度；Reptile：完全不看另一些患者（查询集）上的坡度。度数：与 MAML 平均箭头的夹角。",
        ),
        {**RULES, "query": Words("query", "查询集")},
    )


def same_step(state: Walk) -> Formula:
    """One inner step: both sides of the identity."""
    here = (state.x, state.y)
    ours = world.towards(here, state.seed, state.alpha, 1)
    joint = world.joint_gradient(here, state.seed)
    return Formula(
        r"\theta - \frac{1}{3}\sum_t \theta'_t \;=\; \alpha\,\nabla \Big(\frac{1}{3}\sum_t L_t\Big)(\theta)",
        rf"{column(ours)} \;=\; {number(state.alpha, 1)} \cdot {column(joint)}",
        Words(
            "$L_t$: loss on the labelled patients of task $t$, $\\nabla$: its slope, $\\alpha$: inner step size. With one inner step, Reptile's arrow **is** the slope of the three losses together, times $\\alpha$. From the second step on it is not.",
            "$L_t$：任务 $t$ 已确诊患者上的损失，$\\nabla$：其坡度，$\\alpha$：内循环步长。内循环只走一步时，Reptile 的箭头**就是**三个损失合在一起的坡度乘以 $\\alpha$。从第二步起就不是了。",
        ),
    )


def on_new_patients(state: Walk) -> Formula:
    """Loss on new patients at the end of each rule's way."""
    told = [rf"<{rule}>: {number(world.losses_of(state, rule)[-1], 3)}" for rule in RULES]
    half, whole = state.few // 2 * 2, 2 * state.few
    return Formula(
        rf"\underbrace{{{half}}}_{{<walk>}} + \underbrace{{{whole - half}}}_{{<judge>}} \quad <or> \quad \underbrace{{{whole}}}_{{<all>}}",
        r"\qquad ".join(told),
        Words(
            "Patients of a task: MAML parts them; Reptile walks on all. The three losses: on 80 new patients of each task, after {o} outer steps. 0: all named rightly, for certain; 0.69: a coin.",
            "一个任务的患者：MAML 分成两份；Reptile 全部用来走步。三个损失：外循环 {o} 步后，在每个任务 80 位新患者上的损失。0：全部十拿九稳地判对；0.69：等于掷硬币。",
        ).format(o=world.RACE),
        {
            **RULES,
            "walk": Words("to walk on", "走步"),
            "judge": Words("to judge", "评判"),
            "or": Words("or", "或"),
            "all": Words("Reptile walks on all", "Reptile 全部走步"),
        },
    )


def where_it_stops(state: Walk) -> Formula:
    """How far the start is from the mean of the ends, first and now; and the loss."""
    way = world.trail(state)
    gaps = [(x * x + y * y) ** 0.5 for x, y in (world.towards(at, state.seed, state.alpha, state.steps) for at in (way[0], way[-1]))]
    losses = [maml.mean_meta_loss(at, state.as_maml) for at in (way[0], way[-1])]
    return Formula(
        r"<stops>\ \theta = \frac{1}{3}\sum_t \theta'_t(\theta)",
        rf"\Big|\theta - \overline{{\theta'_t}}\Big|: {number(gaps[0])} \to {number(gaps[1])} \qquad <loss>: {number(losses[0], 3)} \to {number(losses[1], 3)}",
        Words(
            "Distance between the start and the mean of the ends, and query loss after the inner steps (0.69: as good as a coin): at first, and now. A distance of 0 only says that nothing moves, not that something is learnt.",
            "起点与三个终点平均的距离，以及内循环之后的查询集损失（0.69 等于掷硬币）：最初与现在。距离为 0 只说明起点不再移动，并不说明学到了什么。",
        ),
        {"stops": Words("Reptile stops where", "Reptile 停在"), "loss": Words("query loss", "查询集损失")},
    )


# -- what is seen ----------------------------------------------------------------------------------------------------


def the_rule(state: Walk, shown: bool) -> Figure:
    """Three paths, their ends as a table; the mean and the step once shown."""
    return pictures.of_ends(state, revealed=shown), pictures.table_of_ends(state, revealed=shown)


def three_rules(state: Walk, shown: bool) -> Figure:
    """The same start and paths three times; MAML's arrows at once, the others' once shown."""
    return tuple(pictures.arrows(state, rule, revealed=shown) for rule in RULES)


def joint(state: Walk, shown: bool) -> Figure:
    """One inner step and several, over the loss of one model for all."""
    return pictures.one_or_several(state, revealed=shown), pictures.joint_losses(state, revealed=shown)


def nearer(state: Walk) -> int:
    """Whose mean arrow lies nearer to MAML's: 0 first-order MAML, 1 Reptile, 2 about the same."""
    here = (state.x, state.y)
    first, reptile = (
        world.angle(world.mean(world.asked(here, state, rule)), world.mean(world.asked(here, state, "maml")))
        for rule in ("first_order", "reptile")
    )
    return 2 if abs(first - reptile) < 5 else int(reptile < first)


def why_nearer(state: Walk) -> Words:
    """The reason, with the mean over single tasks."""
    here = (state.x, state.y)
    first, reptile = (sum(world.angles(here, state, rule)) / len(maml.PAIRS) for rule in ("first_order", "reptile"))
    return Words(
        "The titles tell of the thick arrows. Thin arrow by thin arrow, first order is {a}° off on average, Reptile {b}°; in a mean that evens out. First order asks the same patients as MAML and forgets only how "
        "the path bends; Reptile points to where the path went. Drag the start: where a task is solved, its arrows are short and their direction is chance.",
        "标题说的是粗箭头。逐个细箭头比较，一阶平均偏 {a}°，Reptile 偏 {b}°；取平均后会部分抵消。一阶问的是与 MAML 相同的患者，只忽略了路径如何弯曲；Reptile 则指向路径走到的地方。拖动起点看看：任务已解决之处箭头很短，方向近乎偶然。",
    ).format(a=f"{first:.0f}", b=f"{reptile:.0f}")


def why_joint(state: Walk) -> Words:
    """The reason, and how far apart the ways end."""
    return Words(
        "One step of each task, averaged, is one step on all patients together: the two sides below are equal. Only from the second inner step on do paths bend, and the start seeks a place near "
        "all ends instead of one that is good by itself. In this small world the two lie close: the ways end {a} apart on the plane with 3 inner steps, {b} with 6.",
        "每个任务各走一步再取平均，等于在全部患者上走一步：下方等式两边相等。只有从第二步起路径才会弯曲，起点要找的就不再是“本身就好”的位置，而是“离各终点都近”的位置。在这个小世界里两处相距不远：内循环 3 步时，两条路的终点在平面上相距 {a}，6 步时 {b}。",
    ).format(a=f"{world.parted(state, 3):.2f}", b=f"{world.parted(state, 6):.2f}")


def who_wins(state: Walk) -> Words:
    """The reason, whoever has won."""
    return Words(
        "Reptile walks on all {n} patients of a task. MAML walks on half of them and must keep the other half to be judged on; with so few, that judgement is luck, and its start may run away. Press "
        "[Other patients] several times and count who wins. With 80 query patients, as in lesson 3, MAML is as good or better.",
        "Reptile 用任务的全部 {n} 位患者走步。MAML 只用一半走步，另一半必须留作评判；人数这么少，评判全凭运气，起点可能越跑越远。多按几次“换一批患者”，数数谁赢。若像上一课那样有 80 位查询集患者，MAML 不输甚至更好。",
    ).format(n=2 * state.few)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    key="reptile",
    number=4,
    minutes=10,
    title=Words("Reptile beside MAML", "Reptile 与 MAML 对照"),
    goal=Words(
        "See what remains of MAML when one only looks at where the inner steps ended.",
        "看看如果只关心内循环走到了哪里，MAML 还剩下什么。",
    ),
    after=Words(
        "say where the arrows of MAML, first-order MAML and Reptile come from, and when the simplest of them is enough.",
        "说出 MAML、一阶 MAML 与 Reptile 的箭头各从何而来，以及何时最简单的一种就够用。",
    ),
    state=Walk,
    moved=move,
    screens=(
        Screen(
            title=Words("Go towards where they ended", "朝终点走去"),
            text=Words(
                "The plane of lesson 3: each point is a model, a weight for ferritin and one for MCV. A **task** asks which of two diseases patients have; each **inner step** moves the model so that the task's "
                "labelled patients are named a little better. Three tasks walk three steps, each down its own valley, from one **start**. Reptile looks at nothing but the three **ends**.",
                "还是第 3 课的平面：每一点是一个模型，即铁蛋白和 MCV 各一个权重。一个**任务**问的是：患者患的是两种疾病中的哪一种；**内循环**每走一步，模型就把该任务的已确诊患者判断得好一点。三个任务从同一个**起点**出发，各沿自己的山谷走三步。"
                "Reptile 只看这三条路的**终点**。",
            ),
            question=Question(
                Words("Where does Reptile move the start?", "Reptile 会把起点移到哪里？"),
                (
                    Words("To the end of the best path", "移到走得最好的那条路的终点"),
                    Words("A part of the way to the mean of the three ends", "朝三个终点的平均位置走一段"),
                    Words("Straight down the steepest of the three valleys", "沿三座山谷中最陡的一座直接下坡"),
                ),
                1,
                Words(
                    "That is the whole rule: adapt to every task, then go a little towards the mean of where one arrived. Press [Outer step]; the ends move along, so the start must follow them again.",
                    "全部规则就是这样：对每个任务适应一遍，再朝“到达之处”的平均走一小段。请按“外循环一步”：终点也会跟着移动，于是起点还要继续追。",
                ),
            ),
            figure=the_rule,
            formula=towards_the_ends,
            code=Code(initial_minus_adapted, "ends[name].mean(0)"),
            acts=(outer(1), outer(10)),
            knobs=(EPSILON, STEPS),
            movable=True,
        ),
        Screen(
            title=Words("Where the arrows differ", "箭头不同在哪里"),
            text=Words(
                "The same start and the same paths, three times. An arrow tells where a task would have the start. **MAML** asks: how must the start change so that **other** patients are named better at "
                "the end? **First-order MAML** takes the slope of their loss (how badly they are named) at the end and acts as if it held at the start. **Reptile** points to the end itself.",
                "同一个起点、同样的路径，画三次。箭头表示一个任务希望起点去哪里。**MAML** 问的是：起点怎样改变，终点处才能把**另一些**患者判断得更好？**一阶 MAML** 取终点处损失（判断得有多差）的坡度，当作起点处也成立。**Reptile** 直接指向终点。",
            ),
            question=Question(
                Words("Whose mean arrow (thick) lies nearer to MAML's?", "谁的平均箭头（粗）更接近 MAML 的？"),
                (Words("First-order MAML's", "一阶 MAML 的"), Words("Reptile's", "Reptile 的"), Words("Both about the same", "两者差不多")),
                nearer,
                why_nearer,
            ),
            figure=three_rules,
            formula=three_means,
            code=Code(descend, "weight - lr *"),
            knobs=(STEPS, ALPHA),
            movable=True,
        ),
        Screen(
            title=Words("One inner step is no meta-learning", "内循环一步不算元学习"),
            text=Words(
                "The grey lines now are another landscape: how badly **one** model, without any adaptation, names the patients of all three tasks thrown together. Ordinary training walks down this one.",
                "灰线现在是另一张地形图：**一个**模型不做任何适应，对三个任务混在一起的全部患者判断得有多差。普通训练走的就是这张图的下坡。",
            ),
            question=Question(
                Words("With a single inner step, where does Reptile's start end up?", "内循环只走一步时，Reptile 的起点最后停在哪里？"),
                (
                    Words("Where it ends with several inner steps, only later", "与多步时相同之处，只是更慢"),
                    Words("On the floor of this landscape: ordinary training", "在这张图的谷底：就是普通训练"),
                    Words("It does not move at all", "根本不动"),
                ),
                1,
                why_joint,
            ),
            figure=joint,
            reveal=lambda state: state.but(outer=max(state.outer, 30), epsilon=max(state.epsilon, 1.0)),
            formula=same_step,
            code=Code(Reptile.meta_gradient, "now = descend("),
            acts=(outer(10),),
            knobs=(STEPS, EPSILON),
            movable=True,
        ),
        Screen(
            title=Words("No patients kept back", "不必留出患者"),
            text=Words(
                "MAML needs **other** patients of each task to judge its paths by (the query). Suppose there are none: four labelled patients of each disease, and that is all. Then MAML walks on "
                "half and judges by half. Reptile judges nothing and may walk on all of them.",
                "MAML 需要每个任务的**另一些**患者（查询集）来评判走得如何。假设没有：每种疾病只有四位已确诊患者，再无别人。MAML 只好用一半走步、一半评判；Reptile 不作评判，可以全部用来走步。",
            ),
            question=Question(
                Words("Whose start serves new patients best?", "谁的起点对新患者最有用？"),
                tuple(RULES.values()),
                world.winner,
                who_wins,
            ),
            figure=lambda state, shown: pictures.races(state, revealed=shown),
            formula=on_new_patients,
            code=Code(world.race, "descended(maml.loss_on(told)"),
            acts=(OTHERS,),
            knobs=(FEW,),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "First with **0 inner steps**. Then 3 inner steps and an inner step size of 12: the paths jump over their valleys. Then 6 inner steps, α back at 1.5, and an outer step size of 3: the start "
                "overshoots what it aims at. Each time press [10 outer steps].",
                "先把内循环设为 **0 步**。再设为 3 步、内循环步长 12：路径会跳过山谷。最后设为 6 步、α 调回 1.5、外循环步长 3：起点会冲过目标。每次都按“外循环 10 步”。",
            ),
            question=Question(
                Words("With 0 inner steps, what does Reptile learn? (MAML learnt one model for all.)", "内循环 0 步时，Reptile 学到什么？（MAML 学到的是一个通用于全部任务的模型。）"),
                (
                    Words("One model for all tasks, like MAML", "与 MAML 一样，一个通用的模型"),
                    Words("Nothing: every path ends where it began", "什么也学不到：每条路的终点就是起点"),
                    Words("The mean of the three best models", "三个最佳模型的平均"),
                ),
                1,
                Words(
                    "No step, no arrow. The symptom: training runs, no error appears, and the loss is a flat line. Meta-train therefore shows accuracy on other tasks before and after adaptation; if "
                    "both stay where they began, nothing was learnt.",
                    "没有步，就没有箭头。症状是：训练照常运行，没有任何报错，损失却是一条平线。所以元训练页会显示其他任务上适应前后的准确率；两者都原地不动，就是什么也没学到。",
                ),
            ),
            figure=lambda state, shown: pictures.broken(state if shown else state.but(outer=0)),
            reveal=lambda state: state.but(steps=0, outer=10),
            formula=where_it_stops,
            code=Code(initial_minus_adapted, "ends[name].mean(0)"),
            acts=(outer(10), outer(1)),
            knobs=(STEPS, ALPHA, EPSILON),
            movable=True,
        ),
    ),
    notes=(
        Note(5, Words("Recall lesson 3 in one sentence each: start, inner step, outer step.", "各用一句话回顾第 3 课：起点、内循环步、外循环步。")),
        Note(8, Words("Screen 1 on squared paper: give three ends, let students draw the new start for ε = 0.25 and ε = 1.", "第 1 屏配方格纸：给出三个终点，请学生画出 ε = 0.25 与 ε = 1 时的新起点。")),
        Note(10, Words("Screen 2 in pairs: find a start where all three rules agree, and one where Reptile turns away from MAML.", "第 2 屏两人一组：找一个三种规则一致的起点，再找一个 Reptile 偏离 MAML 的起点。")),
        Note(10, Words("Screens 3 and 4: vote, then let each table take another seed and tally who wins on the board.", "第 3、4 屏：先投票，再让每组换一个随机种子，在黑板上统计谁赢。")),
        Note(12, Words("Screen 5 as a quiz: three ways to fail, one sentence each on what a colleague would notice. Close with `python -m metamed_core meta-train --learner reptile --help`.", "第 5 屏作小测：三种失败方式，各用一句话写出同事会注意到什么。最后看 `python -m metamed_core meta-train --learner reptile --help`。")),
    ),
)  # fmt: skip
