"""Lesson 1: why a few patients are not enough without training on other diseases."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.learners import Prototypical
from metamed_core.meta_training import meta_train
from metamed_core.statistics import metrics
from metamed_core.words import Words
from pages.lessons.l01_why import answers, formulas, pictures
from pages.lessons.l01_why import computation as why
from pages.lessons.l01_why.computation import STEPS_PER_PRESS, WhyState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

SHOTS = Control("shots", Words("labeled patients of each disease", "每种疾病的已确诊患者数"))
UNLIKE = Control("unlike", Words("how different the training diseases are from ours", "训练所用疾病与我们的疾病有多不同"), 0.1)


def meta_train_button(n: int) -> Action[WhyState]:
    """A button for `n` more steps of meta-training."""
    label = Words("Meta-train {n} {n:step|steps}", "元训练 {n} 步").format(n=n)
    return Action(
        f"meta_train_{n}",
        label,
        ":material/fitness_center:",
        lambda s: s.updated(practice=s.practice + n),
        lambda s: s.practice >= why.MAX_META_STEPS,
        played=n == STEPS_PER_PRESS,
    )


# -- what is seen ----------------------------------------------------------------------------------------------------


def two_views(state: WhyState, shown: bool) -> Figure:
    """The curve of meta-training and one task as the network sees it; before the answer, before any meta-training."""
    now = state if shown else state.updated(practice=0, unlike=0.0)
    return pictures.learning(now, revealed=shown), pictures.seen_by_network(now)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=10,
    title=Words("Why a few patients are not enough", "为什么几位患者不够"),
    goal=Words(
        "See what ordinary machine learning makes of three patients of each disease, and what training on other diseases changes.",
        "看看每种疾病只有三位患者时，普通的机器学习能做到什么，以及先用其他疾病训练能改变什么。",
    ),
    outcome=Words(
        "say what meta-learning adds, and when it adds nothing.",
        "说清元学习带来了什么，以及在什么条件下毫无帮助。",
    ),
    state=WhyState,
    screens=(
        Screen(
            title=Words("Six patients, twelve laboratory values", "六位患者，十二项化验"),
            text=Words(
                "Two rare diseases, three labeled patients of each, twelve laboratory values. Ordinary machine learning (a logistic regression) finds weights that give "
                "**all six the correct diagnosis**. Then forty new patients come.",
                "两种罕见病，每种三位已确诊患者，十二项化验。普通的机器学习（逻辑回归）找到一组权重，使这**六位全部判断正确**。随后来了四十位新患者。",
            ),
            question=Question(
                Words("For how many of the new patients is its diagnosis correct?", "它能正确判断多少新患者？"),
                (Words("Nearly all", "几乎全部"), Words("About three in four", "约四分之三"), Words("Little more than by tossing a coin", "比掷硬币好不了多少")),
                answers.how_many_new,
                answers.why_so_few,
            ),
            figure=lambda state, shown: (pictures.bars(state, revealed=shown),),
            formula=formulas.share_correct,
            code=Code(metrics.accuracy, "return"),
            controls=(SHOTS,),
        ),
        Screen(
            title=Words("More patients would help", "患者多了就好"),
            text=Words(
                "With enough patients, ordinary machine learning works. But how many are enough? A rare disease does not have them: a hospital may see "
                "one such patient a year.",
                "只要患者足够多，普通的机器学习就没有问题。可多少才够？罕见病偏偏没有这么多：一家医院一年也许只见到一位。",
            ),
            question=Question(
                Words("About how many labeled patients of each disease does it take to reach 90%?", "要达到 90%，每种疾病大约需要多少位已确诊患者？"),
                (Words("5", "5"), Words("10", "10"), Words("20 or more", "20 位或更多")),
                answers.how_many_needed,
                answers.why_so_many,
            ),
            figure=lambda state, shown: (pictures.by_shots(state, revealed=shown),),
            formula=formulas.needed,
            code=Code(metrics.accuracy, "return"),
        ),
        Screen(
            title=Words("Five clinics, one method", "五家诊所，同一种方法"),
            text=Words(
                "Five clinics learn the **same two diseases** with the same method, each from its own three patients per disease. Each diagnoses its own patients perfectly. Now all five "
                "diagnose the same ten new patients.",
                "五家诊所用同一方法学习**同样的两种疾病**，每家各有自己的患者，每种三位；各家对自己的患者都判断无误。现在请它们判断同样的十位新患者。",
            ),
            question=Question(
                Words("On how many of the ten do all five clinics agree?", "十位患者中，五家诊所意见全部一致的有几位？"),
                (Words("On most", "多数"), Words("On about half", "约一半"), Words("On few", "寥寥几位")),
                answers.how_many_agree,
                answers.why_they_differ,
            ),
            figure=lambda state, shown: (pictures.opinions(state, revealed=shown),),
            formula=formulas.agreement,
            code=Code(why.clinics, "ordinary(Episode"),
            controls=(SHOTS,),
        ),
        Screen(
            title=Words("Train on other diseases first", "先用其他疾病训练"),
            text=Words(
                "**Meta-learning:** a network is trained on many small tasks with **other** diseases, each with three labeled patients per disease, and corrected by how well it diagnoses new "
                "ones. It never sees our diseases. But diseases share organs, so it can learn elsewhere which values to look at.",
                "**元学习**：用许多**其他**疾病的小任务训练网络，每个任务每种疾病三位已确诊患者，再根据它对新患者的判断加以纠正。它从未见过我们的疾病。但疾病共用器官系统：该看什么，可以从别处学到。",
            ),
            question=Question(
                Words("After this training, how well does it do on our diseases, with the same six patients?", "元训练之后，用同样的六位患者，它在我们的疾病上表现如何？"),
                (Words("As badly as ordinary learning", "与普通学习一样差"), Words("Somewhat better", "略好一些"), Words("As well as ordinary learning with 20 patients of each, or better", "赶上甚至超过普通学习用每种 20 位患者时的水平")),
                answers.how_much_better,
                answers.why_better,
            ),
            figure=two_views,
            reveal=lambda state: state.updated(practice=max(state.practice, 5 * STEPS_PER_PRESS)),
            formula=formulas.practice_loss,
            code=Code(Prototypical.meta_loss, "return cross_entropy"),
            actions=(meta_train_button(STEPS_PER_PRESS), meta_train_button(5 * STEPS_PER_PRESS)),
            controls=(SHOTS,),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "Meta-training helps because the training diseases affect the **same organ systems** as ours. Change with the slider how different from ours they are, and look "
                "at the curve again.",
                "元训练之所以有用，是因为训练所用的疾病与我们的疾病影响**相同的器官系统**。用滑块改变它们与我们的疾病有多不同，再看曲线。",
            ),
            question=Question(
                Words("If the training diseases affect entirely different organs, what is meta-training worth?", "如果训练所用的疾病涉及完全不同的器官，元训练还有用吗？"),
                (Words("As much as before", "与之前一样"), Words("It helps less, but never hurts", "少一些，但不会比不训练更差"), Words("It can hurt: worse than ordinary learning", "可能有害：比普通学习更差")),
                answers.what_it_is_worth,
                answers.why_it_hurts,
            ),
            figure=two_views,
            reveal=lambda state: state.updated(practice=max(state.practice, 5 * STEPS_PER_PRESS), unlike=1.0),
            formula=formulas.practice_loss,
            code=Code(meta_train, "mean_gradient("),
            actions=(meta_train_button(STEPS_PER_PRESS), meta_train_button(5 * STEPS_PER_PRESS)),
            controls=(UNLIKE, SHOTS),
        ),
    ),
    notes=(
        TeachingNote(8, Words("Screen 1: ask for a show of hands before [Show]; write the guess on the board.", "第 1 屏：揭晓前举手表决，把猜测写在黑板上。")),
        TeachingNote(7, Words("Screen 2: how many patients of your rarest disease did your department see last year?", "第 2 屏：贵科室去年见过多少位您最罕见疾病的患者？")),
        TeachingNote(10, Words("Screen 3: let each row of students be a clinic. Why can no clinic notice that it is wrong?", "第 3 屏：每排学生扮演一家诊所。为什么没有一家能察觉自己错了？")),
        TeachingNote(12, Words("Screen 4: meta-train ten steps at a time; stop when the class can predict the next point of the curve.", "第 4 屏：每次元训练十步；当全班能预测曲线的下一点时停下。")),
        TeachingNote(8, Words("Screen 5: collect medical fields in which training on other diseases would mislead.", "第 5 屏：请大家举出“用别处的疾病训练反而会误导”的领域。")),
    ),
)  # fmt: skip
