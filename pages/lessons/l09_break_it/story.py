"""Lesson 9, break it: six faults, the symptom that a clinician would see, what the app says, and what mends it."""

from __future__ import annotations

from metamed_core.data import Cohort, labels
from metamed_core.drawing import Figure
from metamed_core.learners import prototypical_log_posterior
from metamed_core.learners import support_cross_validator as held_out
from metamed_core.words import Words
from pages.lessons.l09_break_it import answers, formulas, pictures
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it.computation import BreakItState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

K = Control("k", Words("labelled patients of each diagnosis", "每种诊断的已确诊患者数"))
FAULT = Control(
    "fault",
    Words("what is wrong", "哪里出了错"),
    options={
        "none": Words("nothing", "没有"),
        "labels": Words("shuffled labels", "标签打乱"),
        "prior": Words("wrong practice", "练错了东西"),
    },
)
DROP = Action[BreakItState](
    "drop",
    Words("Drop it (the app's remedy)", "删除（应用的处理）"),
    ":material/delete:",
    lambda s: s.updated(dropped=1),
    lambda s: s.dropped == 1,
)
FROM_B = Control("from_b", Words("labelled from hospital B, of each", "每种来自医院 B 的已确诊患者"))
TELL = Action[BreakItState](
    "tell",
    Words("Label one haemolysis", "确诊一位溶血"),
    ":material/person_add:",
    lambda s: s.updated(told=s.told + 1),
    lambda s: s.told >= world.MOST_CURED,
)


# -- what is seen ----------------------------------------------------------------------------------------------------


def with_one(state: BreakItState, shown: bool) -> Figure:
    """Before: what three clinics with one patient each say. After: the bars and the app's words."""
    words = pictures.said(world.app_result(state.seed, "one", state.k)) if shown else pictures.unsaid()
    return pictures.opinions(state, revealed=shown), words


def alarmed(state: BreakItState, shown: bool) -> Figure:
    """Shuffled labels or wrong practice: three bars, and the app's words."""
    found = world.app_result(state.seed, state.fault)
    title = pictures.summary(found) if shown else Words("What the clinician sees, and what not", "医生看得到的与看不到的")
    return pictures.bars(found, title, revealed=shown, left_out=shown), pictures.said(found) if shown else pictures.unsaid()


def with_leak(state: BreakItState, shown: bool) -> Figure:
    """Before: the file. After: three bars and the app's words."""
    found = world.app_result(state.seed, "leak", cured=state.dropped if shown else 0)
    if not shown:
        return pictures.leaking(state), pictures.bars(
            found, Words("Left out, nearly all are right", "留出时几乎全部判断正确"), revealed=False
        )
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found)


def two_hospitals(state: BreakItState, shown: bool) -> Figure:
    """Three bars for new patients of the other hospital, and the app's words, Compare's among them."""
    found = world.app_result(state.seed, "hospital", cured=state.from_b if shown else 0)
    asked = Words("new at B", "B 院新患者")
    if not shown:
        return pictures.bars(
            found,
            Words("All labelled patients are from hospital A", "已确诊患者全部来自医院 A"),
            revealed=False,
            left_out=False,
            asked=asked,
        ), pictures.unsaid()
    share, refused = world.apart(state.seed, state.from_b)
    told = refused or Words(
        "No warning. Judged across hospitals, 1 labelled of each: {share} % right.", "无警告。跨医院评判，每种 1 位已确诊：正确 {share}%。"
    ).format(share=f"{100 * share:.0f}")
    return pictures.bars(found, pictures.summary(found), revealed=True, asked=asked), pictures.said(
        found, (Words("Compare", "“比较”页"), told)
    )


def missing(state: BreakItState, shown: bool) -> Figure:
    """Three bars with twelve patients of a fourth disease among the new, and the app's words, a card among them."""
    found = world.app_result(state.seed, "missing", cured=state.told if shown else 0)
    if not shown:
        return pictures.bars(
            found, Words("48 new patients, 12 of them with a fourth disease", "48 位新患者，其中 12 位患第四种疾病"), revealed=False
        ), pictures.unsaid()
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found, pictures.card(found))


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=12,
    title=Words("Break it", "把它弄坏"),
    goal=Words(
        "Meet six ways in which a few-shot diagnosis goes wrong, and learn by which sign each shows, or does not.",
        "认识小样本诊断出错的六种方式，以及每一种由哪个迹象显露，或者根本不显露。",
    ),
    outcome=Words(
        "tell from what the app shows whether to mend labels, columns, weights or patients, and name two faults that it does not report.",
        "根据应用的显示判断该修正标签、列、权重还是患者，并说出两种应用不会报告的故障。",
    ),
    state=BreakItState,
    screens=(
        Screen(
            title=Words("One patient of each", "每种只有一位"),
            text=Words(
                "Three clinics, three diagnoses, six laboratory values. Each clinic has labelled **one patient of each diagnosis**, its own. The same 36 new patients are shown to all three.",
                "三家诊所，三种诊断，六项化验。每家只确诊了自己的患者，**每种诊断一位**。同样的 36 位新患者给三家看。",
            ),
            question=Question(
                Words("On how many of the 36 new patients do the three not all agree?", "36 位新患者中，三家意见不全一致的有多少位？"),
                (Words("On none", "没有"), Words("On one to seven", "一到七位"), Words("On eight or more", "八位或更多")),
                lambda state: 2 if (n := world.n_disagree(state)[0]) >= 8 else 1 if n else 0,
                answers.why_one,
            ),
            figure=with_one,
            formula=lambda state: formulas.left_out(state, "one", state.k),
            code=Code(held_out.folds, "counts[y] > 1"),
            controls=(K,),
        ),
        Screen(
            title=Words("Two faults, one alarm", "两种故障，一个警报"),
            text=Words(
                "Five labelled patients of each. In one clinic the **labels were shuffled** in a spreadsheet. In another the labels are right, but the weights **practised on the wrong things**: diseases that "
                "show in other values.",
                "每种五位已确诊患者。一家诊所的**标签在表格里被打乱**了。另一家标签正确，但权重**练错了东西**：练的是表现在别的指标上的疾病。",
            ),
            question=Question(
                Words("Which of these will tell that something is wrong?", "下面哪一项会告诉您出了问题？"),
                (Words("It is less sure of its answers", "它对答案不那么自信"), Words("The upload check", "上传检查"), Words("Labelled patients, left out and named", "留出已确诊患者再判断")),
                2,
                answers.why_alarm,
            ),
            figure=alarmed,
            formula=lambda state: formulas.left_out(state, state.fault),
            code=Code(held_out.SupportCrossValidator.advance, "return sum"),
            controls=(FAULT,),
        ),
        Screen(
            title=Words("A column that gives it away", "泄露答案的一列"),
            text=Words(
                "Somebody has added the column “**treatment given**”. Left-out patients are now named rightly nearly always. Good news?",
                "有人加了一列“**已给治疗**”。现在留出的患者几乎全都判断正确。是好消息吗？",
            ),
            question=Question(
                Words("And of the new patients, who were all given iron first: how many are named rightly?", "新患者一律先给了铁剂：其中判断正确的有多少？"),
                (Words("As many: nearly all", "同样几乎全部"), Words("About as many as without the column", "与没有这一列时相仿"), Words("Fewer than without the column", "比没有这一列时更少")),
                2,
                answers.why_leak,
            ),
            figure=with_leak,
            formula=formulas.copied,
            code=Code(labels.check, "_is_copy(records, column)"),
            actions=(DROP,),
        ),
        Screen(
            title=Words("One hospital only", "只有一家医院"),
            text=Words(
                "All fifteen labelled patients are from **hospital A**. The 36 new ones are from **hospital B**, with another analyser and older patients.",
                "十五位已确诊患者全部来自**医院 A**。36 位新患者来自**医院 B**：仪器不同，患者也更年长。",
            ),
            question=Question(
                Words("Does the held-out accuracy warn of it?", "留出准确率会提醒这一点吗？"),
                (Words("Yes, it falls", "会，它会下降"), Words("No, it knows hospital A only", "不会，它只认识医院 A"), Words("The upload check does", "上传检查会提醒")),
                1,
                answers.why_hospital,
            ),
            figure=two_hospitals,
            formula=formulas.two_ways,
            code=Code(Cohort.apart, "self._by_group(members"),
            controls=(FROM_B,),
        ),
        Screen(
            title=Words("Try to break it: a disease nobody labelled", "试着弄坏它：无人确诊过的疾病"),
            text=Words(
                "Among the new patients are twelve with **haemolysis**. No labelled patient has it; the table knows three other diagnoses.",
                "新患者中有十二位是**溶血**。已确诊患者中没有这种病；表格只认识另外三种诊断。",
            ),
            question=Question(
                Words("What does the app answer for these twelve?", "应用对这十二位会怎样回答？"),
                (Words("“Unlike any of these”", "“与这些都不像”"), Words("Equal probabilities for all three", "三种概率相等"), Words("One of the three, as for anybody else", "与其他人一样，三种之一")),
                2,
                answers.why_missing,
            ),
            figure=missing,
            formula=formulas.far,
            code=Code(prototypical_log_posterior, "log_softmax"),
            actions=(TELL,),
        ),
    ),
    notes=(
        TeachingNote(6, Words("Before opening the app: collect faults of data that students have met. Who noticed, and how late?", "打开应用之前：请学生说说遇到过的数据错误。是谁发现的？晚了多久？")),
        TeachingNote(8, Words("Screen 1: three rows of students play the clinics. What would each report as its accuracy?", "第 1 屏：三排学生扮演三家诊所。各自会报告多高的准确率？")),
        TeachingNote(9, Words("Screen 2: cover the setting; let the class say from bars and words alone which fault it is.", "第 2 屏：遮住设置，请全班只凭条形与原话说出是哪种故障。")),
        TeachingNote(7, Words("Screen 3: which columns of your own records are written after the diagnosis?", "第 3 屏：您自己的病历里，哪些列是在诊断之后才写下的？")),
        TeachingNote(8, Words("Screens 4 and 5: the app is silent. What would you have to look at, and who would have to tell you?", "第 4、5 屏：应用没有出声。您该看什么？又该由谁告诉您？")),
        TeachingNote(7, Words("Close: a table on the board of six faults, symptom, sign, cure; each group fills in one row.", "最后：在黑板上列表：六种故障的症状、迹象与对策，每组填一行。")),
    ),
)  # fmt: skip
