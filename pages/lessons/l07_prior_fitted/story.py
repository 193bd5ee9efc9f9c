"""Lesson 7, a prior-fitted network: what it is trained on, what that makes of it, and where it misleads."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.learners import PriorFitted, PriorFittedClassifier
from metamed_core.meta_training.tasks import table
from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import answers, formulas, pictures, small_network
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted.computation import PriorFittedState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

# -- what the reader can do ------------------------------------------------------------------------------------------

KIND = Control(
    "kind",
    Words("kind of disease", "疾病类型"),
    options={
        "pathways": Words("organ systems", "器官系统"),
        "mechanisms": Words("mechanisms", "发病机制"),
        "rules": Words("criteria", "诊断标准"),
        "spectra": Words("too little, too much", "过少与过多"),
    },
)
WORLD = Control(
    "world",
    Words("the table", "表格"),
    options={
        "assumed": Words("as assumed", "符合假设"),
        "faces": Words("disease 2 on both sides", "疾病 2 分居两侧"),
        "shuffled": Words("labels shuffled", "标签打乱"),
    },
)
NEXT = Action[PriorFittedState](
    "next", Words("Next task", "下一个任务"), ":material/skip_next:", lambda s: s.updated(number=(s.number + 1) % (world.MOST_TASKS + 1))
)
MORE = Action[PriorFittedState](
    "more",
    Words("Twice as many patients", "患者加倍"),
    ":material/group_add:",
    lambda s: s.updated(shots=2 * s.shots),
    lambda s: s.shots >= world.MOST_SHOTS,
)
META_TRAIN = Action[PriorFittedState](
    "meta_train",
    Words("Meta-train {n} {n:step|steps}", "元训练 {n} 步").format(n=small_network.STEPS_PER_PRESS),
    ":material/fitness_center:",
    lambda s: s.updated(practice=s.practice + small_network.STEPS_PER_PRESS),
    lambda s: s.practice >= world.MAX_META_STEPS,
    played=True,
)

# -- what is seen ----------------------------------------------------------------------------------------------------


def a_task(state: PriorFittedState, shown: bool) -> Figure:
    """A table; its most telling tests once shown."""
    return (pictures.table_of(state), pictures.plane_of(state, asked=False, revealed=True)) if shown else (pictures.table_of(state),)


def an_exercise(state: PriorFittedState, shown: bool) -> Figure:
    """Labeled and asked patients, and the network's answers once shown."""
    return pictures.plane_of(state, asked=True, revealed=shown), pictures.answers_of(state, revealed=shown)


def the_fit(state: PriorFittedState, shown: bool) -> Figure:
    """The small network before any training; after it, the exact answer and the distance from it once shown."""
    now = state if shown else state.updated(practice=0)
    left = pictures.small_curve(now, revealed=shown)
    return (left, pictures.small_learning(now)) if shown else (left,)


def beside_exact(state: PriorFittedState, shown: bool) -> Figure:
    """Exact and shipped, along the value and by patients."""
    now = state.updated(world="assumed")
    left = pictures.shipped_curve(now, revealed=shown)
    return (left, pictures.shipped_gaps(now)) if shown else (left,)


def broken(state: PriorFittedState, shown: bool) -> Figure:
    """The formula where its prior is wrong; the network beside it once shown."""
    now = state if shown else lies_on_both_sides(state)
    left = pictures.shipped_curve(now, revealed=shown)
    return (left, pictures.scores(now)) if shown else (left,)


def lies_on_both_sides(state: PriorFittedState) -> PriorFittedState:
    """A world that the formula does not know."""
    return state.updated(world="faces", shots=8)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=12,
    title=Words("A prior-fitted network", "先验拟合网络"),
    goal=Words(
        "See what a network can be trained on before it meets your patients, and what it then assumes.",
        "看看一个网络在见到您的患者之前可以用什么来训练，以及它因此假设了什么。",
    ),
    outcome=Words(
        "explain what a prior is, why training on tasks from it fits the network, and name a table for which this misleads.",
        "说出先验是什么、为什么用它抽出的任务训练就是拟合，并举出一种会因此被误导的表格。",
    ),
    state=PriorFittedState,
    steps=(
        Words("Invent diseases at random by the rules of the prior, and patients who have them: a task.", "按先验的规则随机虚构几种疾病和患这些病的患者，作为一个任务。"),
        Words("Give the network some of these patients with their diagnoses, and ask for those of the others.", "把其中一部分患者连同诊断交给网络，再问其余患者的诊断。"),
        Words("Compute the loss: the lower the probability of the true diagnosis, the higher it is.", "计算损失：给真实诊断的概率越低，损失越高。"),
        Words("Change the weights a little, downhill on this loss, and begin again with a new task: this is **meta-training**.", "沿损失的下坡略微改变权重，再换一个新任务从头开始：这就是**元训练**。"),
        Words("For your own patients no weight changes: the network reads the labeled ones and answers at once.", "对您自己的患者不改变任何权重：网络读入已确诊患者，随即作答。"),
    ),
    screens=(
        Screen(
            title=Words("What it is trained on", "它用什么来训练"),
            text=Words(
                "Three diagnoses, six patients each, five laboratory tests; nine of the patients are shown. A **prior-fitted network** is trained on more than a million of such tables.",
                "三种诊断各六位患者，五项检验，此处列出其中九位。**先验拟合网络**就是用一百多万张这样的表格训练出来的。",
            ),
            question=Question(
                Words("Where do these patients come from?", "这些患者来自哪里？"),
                (Words("From a hospital, anonymized", "一家医院，已匿名"), Words("From a textbook", "教科书"), Words("From nowhere: they were drawn at random just now", "哪儿也不是：刚刚随机抽出来的")),
                2,
                Words(
                    "None of them is a real patient, and tests and units are invented too. First a disease is invented that changes some tests, then people who have it, then a laboratory that rounds, repeats and leaves gaps. The rules by which all this is drawn are the **clinical prior**: what the network will consider possible. Press [Next task].",
                    "其中没有任何真实患者，检验及其单位也是虚构的。先虚构一种会影响某些检验的疾病，再虚构患病的人，然后是会取整、重复、留下缺失的化验室。抽取这一切的规则，就是**临床先验**：网络将认为什么是可能的。请按“下一个任务”。",
                ),
            ),
            figure=a_task,
            step=1,
            formula=formulas.drawn,
            code=Code(table, "with_repeats(body"),
            actions=(NEXT,),
            controls=(KIND,),
        ),
        Screen(
            title=Words("One training task", "一道训练题"),
            text=Words(
                "The network is given the eighteen labeled patients and must diagnose twelve others. It answers with probabilities. You see a real answer of the network that comes with MetaMed, on a task it has never seen.",
                "给网络看十八位已确诊患者，再问另外十二位。它以概率作答。这里是 MetaMed 自带的网络在一个从未见过的任务上的真实答案。",
            ),
            question=Question(
                Words("For how many of the twelve is it correct?", "十二位中它能判对几位？"),
                (Words("At most five", "至多五位"), Words("Six to eight", "六到八位"), Words("Nine or more", "九位或更多")),
                answers.how_many,
                answers.as_many,
            ),
            figure=an_exercise,
            step=2,
            formula=formulas.graded,
            code=Code(PriorFittedClassifier._told, "self._voted(x, rows)"),  # noqa: SLF001 - the line that adds up the votes stands there
            actions=(NEXT,),
            controls=(KIND,),
        ),
        Screen(
            title=Words("What training leads to", "训练通向哪里"),
            text=Words(
                "Now a world so simple that the correct answer can be **calculated**: one laboratory value, two diseases, bell curves. A small new network is trained on tasks from this world only. Nobody tells it the formula.",
                "现在换一个简单到可以**算出**正确答案的世界：一项化验值，两种疾病，钟形分布。让一个全新的小网络只用这个世界的任务训练。没有人告诉它公式。",
            ),
            question=Question(
                Words("What do its answers approach?", "它的答案会接近什么？"),
                (
                    Words("50% everywhere: it has no formula", "处处 50%：它没有公式"),
                    Words("The exact answer of Bayes' rule", "贝叶斯公式的精确答案"),
                    Words("A jump at the nearest labeled patient", "在最近的已确诊患者处跳变"),
                ),
                1,
                answers.how_near,
            ),
            figure=the_fit,
            reveal=lambda state: state.updated(practice=max(state.practice, small_network.STEPS_AT_REVEAL)),
            step=4,
            formula=formulas.approaches,
            code=Code(PriorFitted.meta_gradient, "loss = _loss("),
            actions=(META_TRAIN,),
        ),
        Screen(
            title=Words("The shipped network beside the exact answer", "自带网络与精确答案对照"),
            text=Words(
                "The same simple world, now with the **shipped** network, which was trained on the clinical prior and never on this world. The green curve is the exact answer; the dotted curve is what it approaches with more and more patients.",
                "还是那个简单的世界，这次用的是**自带**网络：它用临床先验训练，从未专门用这个世界训练过。绿色曲线是精确答案；点线是患者越来越多时它趋近的答案。",
            ),
            question=Question(
                Words("How close does it get?", "它能有多接近？"),
                (Words("Exactly the same", "分毫不差"), Words("Roughly: some percentage points apart", "大致接近：相差若干个百分点"), Words("Not close at all: as far apart as guessing", "毫不相干：与瞎猜差得一样远")),
                answers.how_close,
                answers.how_far,
            ),
            figure=beside_exact,
            step=5,
            formula=formulas.closed_form,
            code=Code(world.exact, "logs.append"),
            actions=(MORE, NEXT),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "Let disease 2 lie on **both sides** of disease 1, like too little and too much of a hormone. The formula assumes one bell curve for each disease; the shipped network was trained on the clinical prior. With the answer, **shuffle the labels** too.",
                "让疾病 2 位于疾病 1 的**两侧**，就像某种激素过少与过多。公式认定每种疾病只有一个钟形；自带网络用临床先验训练。揭晓之后，再**打乱标签**看看。",
            ),
            question=Question(
                Words("Disease 2 lies on both sides. Which is correct for more patients?", "疾病 2 分居两侧，哪一个判对的患者更多？"),
                (Words("The formula: it is exact", "公式：它是精确的"), Words("The network: its prior is wider", "网络：它的先验更宽"), Words("Both about the same", "两者差不多")),
                answers.who_is_right,
                Words(
                    "“Exact” means exact **under its prior**. If the prior is wrong, more patients do not correct the curve. The network was trained on such diseases too, so its curve bends. Its own prior is wrong for other tables, such as thousands of gene counts: check it against "
                    "the baseline classifiers on the Compare page. With shuffled labels both should be unsure of everything, and correct answers are luck.",
                    "所谓精确，是**就它的先验而言**。先验错误时，患者再多，曲线也纠正不过来。网络训练时见过这样的疾病，所以曲线会弯。但对另一些表格，例如成千上万的基因计数，它自己的先验也是错的：请在“比较”页与基线分类器对照。标签打乱之后，两者都应当几乎没有把握，判对多少只是运气。",
                ),
            ),
            figure=broken,
            reveal=lies_on_both_sides,
            step=5,
            formula=formulas.both_right,
            code=Code(world.posterior_mean, "precision ="),
            actions=(MORE, NEXT),
            controls=(WORLD,),
        ),
    ),
    notes=(
        TeachingNote(6, Words("Before opening the app, ask: what have you seen so often that you expect it in the next patient? That is a prior.", "打开应用之前先问：有什么是您见得太多、因而预期下一位患者也会有的？这就是先验。")),
        TeachingNote(9, Words("Screens 1 and 2: each student takes another task and notes for how many of the twelve the network is correct; make a histogram.", "第 1、2 屏：每位学生取一个任务编号，记下网络判对几位；汇成直方图。")),
        TeachingNote(10, Words("Screen 3 together: one student presses, another reads the distance aloud; when does the curve bend? Was the network ever told Bayes' rule?", "第 3 屏全班：一人按键，一人报出差距；何时开始弯？有没有人告诉过网络贝叶斯公式？")),
        TeachingNote(10, Words("Screen 4: find the places where the network is more cautious than the formula; which of the two would you trust for your own patients?", "第 4 屏：找出网络比公式更谨慎的地方；面对自己的患者，您更信哪一个？")),
        TeachingNote(10, Words("Screen 5 in groups: think of a table from your field that the clinical prior (docs/explanation/prior.md) does not contain.", "第 5 屏分组：举出本专业中一种临床先验（docs/explanation/prior.md）没有包含的表格。")),
    ),
)  # fmt: skip
