"""Lesson 8, how many shots are enough: luck of the draw, curves that meet, and how sure one can be of a measured accuracy."""

from __future__ import annotations

from metamed_core.data import class_means
from metamed_core.statistics import intervals, metrics
from metamed_core.words import Words
from pages.lessons.l08_shots import answers, formulas, pictures
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots.computation import ShotsState
from pages.lessons.lesson import Code, Control, Lesson, Question, Screen, TeachingNote

K = Control("k", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"))
EPISODES = Control("episodes", Words("episodes", "小任务数"), options={n: Words(str(n), str(n)) for n in world.EPISODES})
PATIENTS = Control(
    "patients", Words("patients of each diagnosis", "每种诊断的患者数"), options={n: Words(str(n), str(n)) for n in (6, 12, 20)}
)
UNUSUAL = Control("unusual", Words("how unusual the first patient is (%)", "第一位患者有多不典型（%）"), 5)
OVERLAP = Control(
    "overlap",
    Words("patients of diagnosis 2 that look like diagnosis 1", "诊断 2 中与诊断 1 毫无差别的患者"),
    options={v: Words(f"{100 * v:.0f}%", f"{100 * v:.0f}%") for v in (0.25, 0.5, 1.0)},
)
KIND = Control(
    "kind",
    Words("kind of disease", "疾病类型"),
    options={
        0: Words("all", "全部"),
        1: Words("organ systems", "器官系统"),
        2: Words("mechanisms", "发病机制"),
        3: Words("criteria", "诊断标准"),
        4: Words("too little, too much", "过少与过多"),
    },
)

# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=10,
    title=Words("How many shots are enough", "多少样本才够"),
    goal=Words(
        "Read from a curve how many labeled patients a question needs, and how far to trust the curve.",
        "学会从曲线判断一个问题需要多少已确诊患者，以及这条曲线本身有多可信。",
    ),
    outcome=Words(
        "plan how many patients to label, and tell a reliable interval from one that only comes from many repetitions.",
        "规划需要确诊多少位患者，并能区分可信的区间与仅靠多次重复得来的区间。",
    ),
    state=ShotsState,
    screens=(
        Screen(
            title=Words("Who happens to be labeled", "先确诊了谁"),
            text=Words(
                "One clinic, four diagnoses, 120 new patients to diagnose. Which patients happen to be labeled is chance. With **ten** of each it hardly matters which: sixty draws are "
                "shown on the right.",
                "一家诊所，四种诊断，120 位待判断的新患者。先确诊了哪些患者纯属偶然。每种有**十位**时，是谁关系不大：图右侧为六十次抽取。",
            ),
            question=Question(
                Words("With one patient of each, how far apart are the luckiest and the unluckiest draw?", "每种只有一位时：最走运与最不走运的抽取相差多少？"),
                (Words("About 5 points", "约 5 个百分点"), Words("About 15 points", "约 15 个百分点"), Words("25 points or more", "25 个百分点以上")),
                answers.how_far,
                answers.why_so_far,
            ),
            figure=lambda state, shown: (pictures.luck(state, revealed=shown),),
            formula=formulas.spread,
            code=Code(intervals.mean_interval, "values.std(ddof=1)"),
            controls=(K,),
        ),
        Screen(
            title=Words("Three methods, one curve each", "三种方法，三条曲线"),
            text=Words(
                "The network was meta-trained on other diseases (distances as in its paper: every column counts alike); the untrained prototype and logistic regression know **nothing but these patients**. All three get the same patients, from 1 to 50 of each "
                "diagnosis.",
                "网络用其他疾病做过元训练（距离按原论文计算，各列权重相同）；未训练的原型和逻辑回归**除了这些患者一无所知**。三者用同样的患者，每种诊断从 1 位到 50 位。",
            ),
            question=Question(
                Words("How many patients of each diagnosis does logistic regression need to do as well as the network with 3?", "逻辑回归每种需要多少位，才能赶上网络用 3 位时的水平？"),
                (Words("Also 3", "同样 3 位"), Words("About 5 to 20", "约 5 至 20 位"), Words("More than 20", "20 位以上")),
                answers.enough,
                answers.why_enough,
            ),
            figure=lambda state, shown: (pictures.curves(state, revealed=shown),),
            formula=formulas.reached,
            code=Code(metrics.accuracy, "return"),
            controls=(KIND,),
        ),
        Screen(
            title=Words("How sure is that number?", "这个数字有多可靠？"),
            text=Words(
                "Twenty small clinics see the same diseases. Each has tested the **same method in 100 episodes**, drawn again and again from its own few patients, and "
                "gives a 95% interval, which should contain the true accuracy in 19 of 20 clinics.",
                "二十家小诊所面对同样的疾病。各家从自己为数不多的患者中反复抽取 **100 个小任务**（episode）来评判同一方法，并给出 95% 区间：20 家中应有 19 家包含真值。",
            ),
            question=Question(
                Words("How many of the twenty intervals contain the true accuracy?", "二十个区间中，有多少个包含真实准确率？"),
                (Words("19 or 20", "19 或 20 个"), Words("13 to 18", "13 至 18 个"), Words("12 or fewer", "12 个或更少")),
                answers.how_many_hold,
                answers.why_few_hold,
            ),
            figure=lambda state, shown: (pictures.intervals(state, revealed=shown),),
            formula=formulas.errors,
            code=Code(intervals.two_way_clustered_mean, "variance = by_episode"),
            controls=(EPISODES, PATIENTS),
        ),
        Screen(
            title=Words("An unusual first patient", "不典型的第一位患者"),
            text=Words(
                "Rare diseases are often first noticed in an **unusual** patient. Here that patient of one diagnosis is labeled first; the others are drawn at random. See how well this diagnosis is "
                "recognized.",
                "罕见病往往先在一位**不典型**的患者身上被注意到。这位患者最先确诊，其余随机抽取。请看这种诊断的识别情况。",
            ),
            question=Question(
                Words("How many more patients does it take until the unusual first one hardly matters?", "再添多少位，不典型的第一位才基本不碍事？"),
                (Words("A few", "几位"), Words("More than nine", "九位以上"), Words("None: it hardly matters from the start", "不用添：一开始就不碍事")),
                answers.how_many_more,
                answers.why_outvoted,
            ),
            figure=lambda state, shown: (pictures.first_patient(state, revealed=shown),),
            formula=formulas.pulled,
            code=Code(class_means, "members.transpose"),
            controls=(UNUSUAL,),
        ),
        Screen(
            title=Words("Try to break it: two diagnoses that look alike", "试着弄坏它：两种一模一样的诊断"),
            text=Words(
                "Now the patients of diagnosis 2 look **exactly** like those of diagnosis 1 in all twelve columns. Label as many as you like, up to 50 of each.",
                "现在诊断 2 的患者在全部十二列上与诊断 1 **毫无差别**。随意增加已确诊患者：每种多达 50 位。",
            ),
            question=Question(
                Words("If all of them look alike, for how many of 100 patients can any method be correct at best?", "如果全部一模一样：100 位患者中，任何方法最多能判对多少？"),
                (Words("All, with enough patients", "患者足够多就能全部认出"), Words("75 of 100", "100 位中的 75 位"), Words("50 of 100", "100 位中的 50 位")),
                1,
                Words(
                    "Between these two it can only toss a coin: half of two quarters is lost. If a curve has become flat below what you need, you need another **test**, not more "
                    "patients or another method.",
                    "在这两者之间只能掷硬币：两个四分之一各丢一半。曲线已经变平却还不够用时，需要的是另一项**检查**，而不是更多患者或另一种方法。",
                ),
            ),
            figure=lambda state, shown: (pictures.curves(state, revealed=shown, overlap=(state.overlap or 1.0) if shown else 0.0),),
            formula=formulas.most,
            code=Code(metrics.accuracy, "return"),
            controls=(OVERLAP,),
            reveal=lambda state: state.updated(overlap=state.overlap or 1.0),
        ),
    ),
    notes=(
        TeachingNote(6, Words("Before opening the app: how many patients would you want to see before you trust a new test? Note the answers.", "打开应用之前：要有多少位患者，您才会相信一项新检查？记下大家的答案。")),
        TeachingNote(8, Words("Screen 1: each student is one draw. Whose clinic was lucky, and could they know it?", "第 1 屏：每位学生是一次抽取。谁的诊所走运？他们自己能知道吗？")),
        TeachingNote(10, Words("Screen 2: let students draw the two other curves on paper. Then go through the four kinds of disease: what stays the same?", "第 2 屏：请学生在纸上画出另外两条曲线。再依次查看四类疾病：什么不变？")),
        TeachingNote(11, Words("Screen 3: 10, 30, 100 episodes, then 6 and 20 patients. Which of the two makes the reliable interval narrower?", "第 3 屏：依次用 10、30、100 个小任务，再用 6 位与 20 位患者。哪一种使可信的区间变窄？")),
        TeachingNote(10, Words("Screens 4 and 5: do we need more patients, another method or another test? Sort five real papers into these three groups.", "第 4、5 屏：需要更多患者、另一种方法，还是另一项检查？把五篇真实论文归入这三类。")),
    ),
)  # fmt: skip
