"""Lesson 9, break it: six faults, what a clinician would notice, what the app says, and the remedy."""

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

K = Control("k", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"))
FAULT = Control(
    "fault",
    Words("what is wrong", "哪里出了错"),
    options={
        "none": Words("nothing", "没有"),
        "labels": Words("shuffled labels", "标签打乱"),
        "prior": Words("wrong training diseases", "用错误的疾病训练"),
    },
)
DROP = Action[BreakItState](
    "drop",
    Words("Drop the column (as the app offers)", "删除该列（应用的建议）"),
    ":material/delete:",
    lambda s: s.updated(dropped=1),
    lambda s: s.dropped == 1,
)
FROM_B = Control("from_b", Words("labeled patients of each diagnosis from hospital B", "每种来自医院 B 的已确诊患者"))
TELL = Action[BreakItState](
    "tell",
    Words("Label one patient with hemolysis", "确诊一位溶血患者"),
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
    """Shuffled labels or wrong training diseases: three bars, and the app's words."""
    found = world.app_result(state.seed, state.fault)
    title = pictures.summary(found) if shown else Words("What the clinician sees, and what stays hidden", "医生看得到的与看不到的")
    return pictures.bars(found, title, revealed=shown, left_out=shown), pictures.said(found) if shown else pictures.unsaid()


def with_leak(state: BreakItState, shown: bool) -> Figure:
    """Before: the file. After: three bars and the app's words."""
    found = world.app_result(state.seed, "leak", cured=state.dropped if shown else 0)
    if not shown:
        return pictures.leaking(state), pictures.bars(
            found, Words("Cross-validated accuracy is nearly 100%", "交叉验证准确率接近 100%"), revealed=False
        )
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found)


def two_hospitals(state: BreakItState, shown: bool) -> Figure:
    """Three bars for new patients of the other hospital, and the app's words, Compare's among them."""
    found = world.app_result(state.seed, "hospital", cured=state.from_b if shown else 0)
    asked = Words("new at B", "B 院新患者")
    if not shown:
        return pictures.bars(
            found,
            Words("All labeled patients are from hospital A", "已确诊患者全部来自医院 A"),
            revealed=False,
            left_out=False,
            asked=asked,
        ), pictures.unsaid()
    share, refused = world.apart(state.seed, state.from_b)
    told = refused or Words(
        "No warning. Tested across hospitals, with 1 labeled patient of each diagnosis: {share}% correct.",
        "无警告。跨医院测试，每种 1 位已确诊患者：正确 {share}%。",
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
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found, pictures.card(found), pictures.warned(found))


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=12,
    title=Words("Break it", "把它弄坏"),
    goal=Words(
        "See six ways in which a few-shot diagnosis goes wrong, and which sign reveals each of them, if any.",
        "认识小样本诊断出错的六种方式，以及每一种由哪个迹象显露，或者根本不显露。",
    ),
    outcome=Words(
        "tell from what the app shows whether to correct labels, columns, weights or patients, and name a fault that it never reports and one that it reports for some patients only.",
        "根据应用的显示判断该修正标签、列、权重还是患者，并说出一种应用从不报告的故障，以及一种只对部分患者报告的故障。",
    ),
    state=BreakItState,
    screens=(
        Screen(
            title=Words("One patient of each", "每种只有一位"),
            text=Words(
                "Three clinics, three diagnoses, six laboratory values. Each clinic has labeled **one patient of each diagnosis**, from its own patients. All three diagnose the same 36 new patients.",
                "三家诊所，三种诊断，六项化验。每家只确诊了自己的患者，**每种诊断一位**。三家都来判断同样的 36 位新患者。",
            ),
            question=Question(
                Words("On how many of the 36 new patients do the three clinics disagree?", "36 位新患者中，三家意见不全一致的有多少位？"),
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
                "Eight labeled patients of each diagnosis. In one clinic the **labels were shuffled** in a spreadsheet. In another the labels are correct, but the weights were **trained on the wrong diseases**, which "
                "affect other values. Both make the answers worse.",
                "每种八位已确诊患者。一家诊所的**标签在表格里被打乱**了。另一家标签正确，但权重**用错误的疾病训练**：那些疾病影响的是别的指标。两者都使答案变差。",
            ),
            question=Question(
                Words("By what can a clinician tell which of the two faults it is?", "医生凭什么能分辨是两种故障中的哪一种？"),
                (Words("How confident the answers are", "答案的置信度"), Words("The upload check", "上传检查"), Words("The baseline classifier (class means), cross-validated on the same patients", "基线分类器（类均值）在同样患者上的交叉验证准确率")),
                answers.what_tells,
                answers.why_alarm,
            ),
            figure=alarmed,
            formula=lambda state: formulas.left_out(state, state.fault),
            code=Code(held_out.SupportCrossValidator.accuracy, "argmax(-1) == found.y"),
            controls=(FAULT,),
        ),
        Screen(
            title=Words("A column that gives away the answer", "泄露答案的一列"),
            text=Words(
                "Somebody has added the column “**treatment given**”. Cross-validated accuracy is now nearly 100%. Good news?",
                "有人加了一列“**已给治疗**”。现在交叉验证准确率接近 100%。是好消息吗？",
            ),
            question=Question(
                Words("The new patients were all given iron first. For how many of them is the diagnosis correct?", "新患者一律先给了铁剂：其中判断正确的有多少？"),
                (Words("Also for nearly all", "同样几乎全部"), Words("About as many as without the column", "与没有这一列时相仿"), Words("Fewer than without the column", "比没有这一列时更少")),
                answers.what_a_leak_does,
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
                "All twenty-four labeled patients are from **hospital A**. The 36 new ones are from **hospital B**, which has another analyzer and older patients.",
                "二十四位已确诊患者全部来自**医院 A**。36 位新患者来自**医院 B**：仪器不同，患者也更年长。",
            ),
            question=Question(
                Words("Does the cross-validated accuracy reveal this?", "交叉验证准确率会反映这一点吗？"),
                (Words("Yes, it falls", "会，它会下降"), Words("No, it only knows hospital A", "不会，它只认识医院 A"), Words("The upload check does", "上传检查会提醒")),
                answers.whether_it_shows,
                answers.why_hospital,
            ),
            figure=two_hospitals,
            formula=formulas.two_ways,
            code=Code(Cohort.apart, "self._by_group(members"),
            controls=(FROM_B,),
        ),
        Screen(
            title=Words("Try to break it: a disease without labels", "试着弄坏它：无人确诊过的疾病"),
            text=Words(
                "Twelve of the new patients have **hemolysis**. No labeled patient has it; the table contains three other diagnoses, and an answer is always one of those.",
                "新患者中有十二位是**溶血**。已确诊患者中没有这种病；表格里只有另外三种诊断，答案总是其中之一。",
            ),
            question=Question(
                Words("For how many of the twelve does the app warn that they are unlike every labeled patient?", "这十二位中，应用会对几位警告“与所有已确诊患者均不相似”？"),
                (Words("For none of them", "一位也没有"), Words("For some of them", "其中一部分"), Words("For all twelve", "十二位全部")),
                answers.how_many_warned,
                answers.why_missing,
            ),
            figure=missing,
            formula=formulas.far,
            code=Code(prototypical_log_posterior, "log_softmax"),
            actions=(TELL,),
        ),
    ),
    notes=(
        TeachingNote(6, Words("Before opening the app: collect data errors that students have met. Who noticed them, and how late?", "打开应用之前：请学生说说遇到过的数据错误。是谁发现的？晚了多久？")),
        TeachingNote(8, Words("Screen 1: three rows of students play the clinics. What would each report as its accuracy?", "第 1 屏：三排学生扮演三家诊所。各自会报告多高的准确率？")),
        TeachingNote(9, Words("Screen 2: hide the setting; let the class say from the bars and the app's sentences alone which fault it is.", "第 2 屏：遮住设置，请全班只凭条形与原话说出是哪种故障。")),
        TeachingNote(7, Words("Screen 3: which columns of your own records are written after the diagnosis?", "第 3 屏：您自己的病历里，哪些列是在诊断之后才写下的？")),
        TeachingNote(8, Words("Screens 4 and 5: no warning at all, and warnings for some patients only. What would you have to look at, and who would have to tell you?", "第 4、5 屏：前者毫无警告，后者只对部分患者警告。您该看什么？又该由谁告诉您？")),
        TeachingNote(7, Words("Finish with a table on the board: six faults, with symptom, sign and remedy; each group fills in one row.", "最后：在黑板上列表：六种故障的症状、迹象与对策，每组填一行。")),
    ),
)  # fmt: skip
