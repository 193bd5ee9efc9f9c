"""Lesson 2, an episode: support and query as two small tables, and why they must not share a patient."""

from __future__ import annotations

from metamed_core.data import Cohort
from metamed_core.drawing import Figure
from metamed_core.words import Words
from pages.lessons.l02_episode import answers, formulas, pictures
from pages.lessons.l02_episode import computation as world
from pages.lessons.l02_episode.computation import EpisodeState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

WAYS = Control("ways", Words("diagnoses (N)", "诊断数（N）"))
SHOTS = Control("shots", Words("labeled patients of each diagnosis (K)", "每种诊断的已确诊患者数（K）"))
LEAKED = Control("leaked", Words("patients of each diagnosis in both tables", "每种诊断中同时在两表的患者数"))
NEXT = Action[EpisodeState]("next", Words("Next episode", "下一个小任务"), ":material/skip_next:", lambda s: s.updated(number=s.number + 1))

# -- what is seen ----------------------------------------------------------------------------------------------------


def with_leak(state: EpisodeState, shown: bool) -> Figure:
    """The labeled patients and thirty episodes; before the answer nobody stands in both tables."""
    now = state if shown else state.updated(leaked=0)
    return pictures.support_table(now), pictures.all_episodes(now, shown=world.N_EPISODES, beside=True)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=8,
    title=Words("An episode: two small tables", "小任务（episode）：两张小表"),
    goal=Words(
        "See a few-shot task as two small tables: one to learn from, one to be tested on.",
        "把一个小样本任务看作两张表：一张用来学，一张用来考。",
    ),
    outcome=Words(
        "explain the size of a task, such as three diagnoses with two labeled patients each (3-way 2-shot), and find the mistake in a study whose two tables share patients.",
        "说明任务的大小，例如三种诊断各两位已确诊患者（3 类 2 样本），并在一项两表共用患者的研究中找出错误。",
    ),
    state=EpisodeState,
    screens=(
        Screen(
            title=Words("Support set: what the model learns from", "支持集：用来学的"),
            text=Words(
                "From a data set with six diagnoses we draw **three** at random, and for each of them **two** patients whose diagnosis the learner may see (3-way 2-shot). This small "
                "table is the **support set**.",
                "从含六种诊断的数据集中随机抽取**三种**，每种取**两位**患者，学习器可以看到其诊断：这就是“3 类 2 样本”任务。这张小表叫作**支持集**。",
            ),
            question=Question(
                Words("How many labeled patients are in this task (3-way 2-shot)?", "这个任务（3 类 2 样本）有多少位已确诊患者？"),
                (Words("2", "2"), Words("3", "3"), Words("5", "5"), Words("6", "6")),
                3,
                Words("Two patients for each of three diagnoses. Move the two sliders and watch the table.", "三种诊断，每种两位。拖动两个滑块，观察表格。"),
            ),
            figure=lambda state, shown: (pictures.support_table(state) if shown else pictures.whole_cohort(state),),
            reveal=lambda state: state.updated(ways=3, shots=2, leaked=0),
            formula=formulas.size,
            code=Code(world.drawn, "everyone.apart("),
            actions=(NEXT,),
            controls=(WAYS, SHOTS),
        ),
        Screen(
            title=Words("Query set: what the model is tested on", "查询集：用来考的"),
            text=Words(
                "For each of these diagnoses, **three patients** are drawn to be diagnosed: the **query set**. The learner sees their laboratory values but not their diagnoses. It answers, and we "
                "compare. That is one episode.",
                "再为每种诊断抽取**三位待判断**的患者：**查询集**。学习器看得到他们的化验，看不到诊断。它作答，我们核对。这就是一个小任务（episode）。",
            ),
            question=Question(
                Words("May the same patient be in both tables?", "同一位患者可以同时出现在两张表中吗？"),
                (Words("Yes, the more data the better", "可以，数据越多越好"), Words("No, never", "绝不可以"), Words("Yes, if the diagnosis is hidden in the query", "可以，只要查询集里隐藏诊断")),
                1,
                Words("Whoever has seen the patient has seen the answer: no patient of the right table is in the left one. The last screen shows what happens otherwise.", "见过这位患者，就等于见过答案：右表的患者没有一位在左表中。最后一屏会展示若非如此的后果。"),
            ),
            figure=lambda state, shown: (pictures.support_table(state), pictures.query_table(state, revealed=shown)),
            reveal=lambda state: state.updated(leaked=0),
            formula=formulas.share,
            code=Code(Cohort.apart, "return [rows[:k_shot]"),
            actions=(NEXT,),
        ),
        Screen(
            title=Words("Diagnoses become numbers", "诊断变成编号"),
            text=Words(
                "Inside a task, diagnoses are only **numbers**: class 0, 1, 2. Every episode draws its diagnoses anew from the six.",
                "在任务内部，诊断只是**编号**：类别 0、1、2。每个小任务都从六种诊断中重新抽取。",
            ),
            question=Question(
                Words("In the next episode, is class 0 the same diagnosis?", "下一个小任务中，类别 0 还是同一种诊断吗？"),
                (Words("Yes, always", "是，总是"), Words("Only by chance", "只有碰巧才是"), Words("Never", "绝不是")),
                1,
                Words(
                    "A number only says “different from the others in this task”. So there is nothing to memorize; the only thing that carries over from one episode to the next is **how** to learn.",
                    "编号只表示“与本任务中的其他诊断不同”。因此没有什么可死记；从一个小任务带到下一个小任务的，只有**如何学习**。",
                ),
            ),
            figure=lambda state, shown: tuple(pictures.classes_table(state, state.number + i) for i in range(3 if shown else 1)),
            formula=formulas.size,
            code=Code(world.drawn, "rng.choice("),
            actions=(NEXT,),
            controls=(WAYS,),
        ),
        Screen(
            title=Words("One episode or thirty", "一个小任务，还是三十个"),
            text=Words(
                "One episode tests three patients of each diagnosis. The next draws its diagnoses and its patients anew. A method is judged on **many** "
                "episodes, the same ones for every method.",
                "一个小任务每种诊断只测试三位患者，下一个小任务重新抽取诊断与患者。评判学习器要用**许多**小任务，而且所有参评方法用的都相同。",
            ),
            question=Question(
                Words("How far apart are the worst and the best of 30 episodes?", "30 个小任务中，最差与最好相差多少？"),
                (Words("About 5 points", "约 5 个百分点"), Words("About 20 points", "约 20 个百分点"), Words("40 points or more", "40 个百分点或更多")),
                answers.how_far_apart,
                answers.why_many,
            ),
            figure=lambda state, shown: (pictures.all_episodes(state, shown=world.N_EPISODES if shown else 1),),
            formula=formulas.average,
            code=Code(world.accuracy, "return sum("),
            controls=(WAYS, SHOTS),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "Put some query patients into the support set as well. This happens easily: two visits of one patient, two samples of one tumor, two rows from one case report.",
                "让查询集的患者也出现在支持集里。这很容易发生：同一患者的两次就诊、同一肿瘤的两份样本、同一病例报告的两行。",
            ),
            question=Question(
                Words("What happens to the accuracy?", "准确率会怎样？"),
                (Words("It falls", "下降"), Words("It stays the same", "不变"), Words("It rises, although nothing was learned better", "上升，尽管并没有学得更好")),
                answers.what_a_leak_does,
                Words(
                    "What a reader notices is a result too good for so few patients. If you tell MetaMed which column names the patient, hospital or paper, it never puts rows of the same one "
                    "into both tables.",
                    "读者会注意到：患者这么少，结果却好得反常。只要指明患者、医院或论文所在的列，MetaMed 就不会把同一来源的行同时放进两张表。",
                ),
            ),
            figure=with_leak,
            reveal=lambda state: state.updated(leaked=max(state.leaked, 2)),
            formula=formulas.in_both,
            code=Code(Cohort.apart, "return [rows[:k_shot]"),
            controls=(LEAKED, SHOTS),
        ),
    ),
    notes=(
        TeachingNote(8, Words("Print the data set as cards and let students draw a task with three diagnoses and two patients each by hand.", "把数据集打印成卡片，让学生亲手抽一个 3 类 2 样本任务。")),
        TeachingNote(10, Words("Screens 1 and 2: one student plays the learner and must diagnose the query patients aloud.", "第 1、2 屏：请一位学生扮演学习器，当众判断查询集。")),
        TeachingNote(7, Words("Screen 3: why may the learner not know the names of the diagnoses?", "第 3 屏：为什么不能让学习器知道诊断的名称？")),
        TeachingNote(10, Words("Screen 4: everybody notes the result of one episode; collect them on the board as a histogram.", "第 4 屏：每人记下一个小任务的结果，在黑板上汇成直方图。")),
        TeachingNote(10, Words("Screen 5: find a paper in your field and see how its patients were split; could one be on both sides?", "第 5 屏：在本专业的一篇论文中找出患者如何划分；有没有人可能同时出现在两侧？")),
    ),
)  # fmt: skip
