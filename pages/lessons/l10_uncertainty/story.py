"""Lesson 10, reading uncertainty: a probability is a frequency, and what a temperature, a set and Bayes' rule make of it."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.statistics import Calibration, metrics
from metamed_core.words import Words
from pages.lessons.l10_uncertainty import answers, formulas, pictures
from pages.lessons.l10_uncertainty import computation as world
from pages.lessons.l10_uncertainty.computation import SHOTS, UncertaintyState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

K = Control("k", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"), options={k: Words(str(k), str(k)) for k in SHOTS})
T = Control("temperature", Words("temperature T", "温度 T"), 0.05)
AIM = Control("aim", Words("probability the set must reach", "集合须达到的概率"), 0.01)
RARE = Control("of_1000", Words("people with the disease, of 1000", "每 1000 人中的患者数"), 1)
ANSWER = Control("answer", Words("probability that was given", "给出的概率"), 0.01)
TELLING = Control(
    "telling",
    Words("columns that tell anything", "含有信息的列"),
    options={1.0: Words("all", "全部"), 0.5: Words("half", "一半"), 0.25: Words("a quarter", "四分之一")},
)
FIRST_TRY = 1.3  # so that there is something left to find
CARD = Action[UncertaintyState](
    "card",
    Words("Temperature from the model card", "用模型卡中的温度"),
    ":material/device_thermostat:",
    lambda s: s.updated(temperature=round(world.card_temperature(s.k), 2)),
)

# -- what is seen ----------------------------------------------------------------------------------------------------


def sets_and_bars(state: UncertaintyState, shown: bool) -> Figure:
    """The table of seven patients and, once revealed, accuracy by size of the set."""
    table = pictures.set_table(state, revealed=shown)
    return (table, pictures.set_bars(state)) if shown else (table,)


def rare(state: UncertaintyState, shown: bool) -> Figure:
    """The curve by prevalence and, once revealed, ten thousand people."""
    curve = pictures.by_prevalence(state, revealed=shown)
    return (pictures.people(state), curve) if shown else (curve,)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=12,
    title=Words("Reading uncertainty", "读懂不确定性"),
    goal=Words(
        "Read a probability as a promise that can be checked, and know when it does not hold for your patient.",
        "把概率读作可以检验的承诺，并知道它何时对您的患者不成立。",
    ),
    outcome=Words(
        "read a reliability diagram, say what a temperature can correct, and adjust an answer to how rare a disease is.",
        "看懂可靠性图，说清温度能校正什么，并按疾病的罕见程度修正一个答案。",
    ),
    state=UncertaintyState,
    screens=(
        Screen(
            title=Words("What does 75% mean?", "75% 是什么意思？"),
            text=Words(
                "120 small tables with three diagnoses and **one labeled patient of each**. For every new patient the network gives a diagnosis and its probability. If it says 75% for a hundred "
                "patients, it should be correct for about 75 of them.",
                "一百二十张小表，各三种诊断，**每种一位已确诊患者**。网络为每位新患者给出一个诊断及其概率。如果它对一百位患者都说 75%，其中应有约 75 位正确。",
            ),
            question=Question(
                Words("It says about 75% for a hundred patients. For how many of them is it correct?", "它对一百位患者都说约 75%，其中判对的有多少？"),
                (Words("About 75, as it says", "约 75 位，说多少就对多少"), Words("Clearly fewer: it is overconfident", "明显更少：过度自信"), Words("Clearly more: it is underconfident", "明显更多：信心不足")),
                answers.how_often,
                answers.too_sure,
            ),
            figure=lambda state, shown: (pictures.frequency(state, revealed=shown),),
            formula=formulas.gap,
            code=Code(metrics.Reliability.error, "gaps = "),
            controls=(K,),
        ),
        Screen(
            title=Words("A temperature", "温度"),
            text=Words(
                "The simplest correction is **one number for all patients**: divide the logarithm of every probability by T, then rescale to 100%.",
                "最简单的修正是**所有患者共用一个数**：把全部概率的对数除以 T，再缩放到合计 100%。",
            ),
            question=Question(
                Words("With one labeled patient of each, the answers are overconfident. Which T corrects them, and how many patients get another diagnosis by it?", "每种一位已确诊患者时，答案过度自信。哪个 T 能校正？又有多少患者的诊断会因此改变？"),
                (Words("T below 1; a few", "T 小于 1；少数人"), Words("T above 1; none", "T 大于 1；没有人"), Words("T above 1; about half", "T 大于 1；约一半人")),
                1,
                answers.how_tempered,
            ),
            figure=lambda state, shown: pictures.tempered(state if shown else state.updated(k=1), revealed=shown),
            formula=formulas.softened,
            code=Code(Calibration.apply, "return (log_proba / "),
            actions=(CARD,),
            controls=(T, K),
            reveal=lambda state: state.updated(k=1, temperature=FIRST_TRY if state.temperature == 1 else state.temperature),
        ),
        Screen(
            title=Words("A set of diagnoses, and when to abstain", "给出一组诊断，以及何时弃权"),
            text=Words(
                "Now ten labeled patients of each. Instead of one diagnosis, take the **fewest diagnoses that together reach 90%**: the prediction set. A set of one is an answer; a set of all three says that another test is needed.",
                "现在每种十位已确诊患者。不只取一个诊断，而取**合计达到 90% 的最少诊断**，即预测集合。只有一个诊断的集合就是答案；三个全在的集合等于说：还需要另一项检查。",
            ),
            question=Question(
                Words("For how many of 100 patients does the set contain the correct diagnosis?", "100 位患者中，集合包含真实诊断的有多少？"),
                (Words("About 50", "约 50 位"), Words("About 75", "约 75 位"), Words("90 or more", "90 位以上")),
                lambda state: 2 if (share := world.coverage(state)[0]) >= 0.88 else 1 if share > 0.62 else 0,
                Words(
                    "If the probabilities are calibrated, the set contains it at least as often as promised, and often more, because the last diagnosis exceeds the target. The price is larger sets. If you answer only where the set has "
                    "one diagnosis, you are correct far more often and abstain for the others. The Compare page shows this as coverage.",
                    "只要概率经过校准，包含的比例至少与承诺的一样高；往往更高，因为最后一个诊断会超出目标。代价是集合变大。若只在集合仅有一个诊断时作答，就会准确得多，其余则弃权。“比较”页以“覆盖率”显示这一点。",
                ),
            ),
            figure=sets_and_bars,
            formula=formulas.held,
            code=Code(metrics.prediction_sets, "needed = "),
            controls=(AIM,),
        ),
        Screen(
            title=Words("How rare is the disease?", "这种病有多罕见？"),
            text=Words(
                "The learner treats all three diagnoses as **equally common**: it was given the same number of patients of each. But diagnosis 1 is rare: 10 of 1000 people have it. For a new patient the learner answers “diagnosis 1, 90%”.",
                "学习器把三种诊断当作**同样常见**：给它的患者数相同。但诊断 1 很罕见：1000 人中有 10 人。它对一位新患者说：“诊断 1，90%”。",
            ),
            question=Question(
                Words("How probable is it that this patient has diagnosis 1?", "这位患者真的患病的概率有多大？"),
                (Words("About 90%", "约 90%"), Words("About half", "约一半"), Words("About 15% or less", "约 15% 或更低")),
                answers.which_rare,
                answers.how_rare,
            ),
            figure=rare,
            formula=formulas.bayes,
            code=Code(metrics.adjust_prevalence, "case, other ="),
            controls=(RARE, ANSWER),
        ),
        Screen(
            title=Words("Try to break it: a harder table", "试着弄坏它：更难的表格"),
            text=Words(
                "With the temperature from the model card, the answers are calibrated **on tables like those it was learned from**. Now come tables of the same size in which only a quarter of the columns tell anything.",
                "使用模型卡中的温度，答案是可信的，但**仅限于它学过的那类表格**。现在来了大小相同、却只有四分之一的列含有信息的表格。",
            ),
            question=Question(
                Words("The temperature is the same. The answers are now ...", "温度不变。现在的答案……"),
                (Words("still calibrated", "依旧可信"), Words("underconfident", "信心不足"), Words("overconfident", "过度自信")),
                answers.still_honest,
                answers.why_harder,
            ),
            figure=lambda state, shown: (pictures.harder(state, revealed=shown),),
            formula=lambda state: formulas.gap(state, world.card_temperature(state.k), state.telling),
            code=Code(metrics.Reliability.error, "gaps = "),
            controls=(TELLING, K),
            reveal=lambda state: state.updated(telling=0.25) if state.telling == 1 else state,
        ),
    ),
    notes=(
        TeachingNote(7, Words("Before opening the app: everyone writes down ten statements with a probability each; count together how often “90%” was right.", "打开应用之前：每人写下十个判断并各给一个概率；一起数数“90%”有多少是对的。")),
        TeachingNote(8, Words("Screen 1: read one point of the diagram aloud as a sentence about patients. Then repeat it with 3 and 10 labeled patients.", "第 1 屏：把图上一个点读成一句关于患者的话。再换成 3 位和 10 位已确诊患者。")),
        TeachingNote(8, Words("Screen 2: find the best T by hand, then use the one from the model card. Why must it not be fitted on the patients to be diagnosed?", "第 2 屏：先手动找最好的 T，再用模型卡中的。为什么不能用待诊断的患者来拟合它？")),
        TeachingNote(8, Words("Screen 3: at which size of the set would you order another test? Which errors does abstention hide?", "第 3 屏：集合多大时您会加做检查？弃权会掩盖哪些错误？")),
        TeachingNote(8, Words("Screen 4: compute the table again for a disease in your own ward and in general practice.", "第 4 屏：按贵病房与全科门诊的患病率，各重新数一遍表格。")),
        TeachingNote(6, Words("Screen 5: which sign on the Diagnose page would have warned you? Name tables that are harder than they look.", "第 5 屏：“诊断”页上哪个迹象会提醒您？举出看似容易、实则很难的表格。")),
    ),
)  # fmt: skip
