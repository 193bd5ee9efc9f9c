"""Lesson 9, break it: six faults, the symptom that a clinician would see, what the app says, and what mends it."""

from __future__ import annotations

from metamed_core.data import Cohort, labels
from metamed_core.drawing.picture import Figure
from metamed_core.learners import prototypical_log_posterior
from metamed_core.learners import support_cross_validator as held_out
from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it import pictures
from pages.lessons.l09_break_it.computation import Broken
from pages.lessons.latex import number
from pages.lessons.script import Act, Code, Formula, Knob, Lesson, Note, Question, Screen

K = Knob("k", Words("labelled patients of each diagnosis", "每种诊断的已确诊患者数"))
FAULT = Knob(
    "fault",
    Words("what is wrong", "哪里出了错"),
    options={
        "none": Words("nothing", "没有"),
        "labels": Words("shuffled labels", "标签打乱"),
        "prior": Words("wrong practice", "练错了东西"),
    },
)
DROP = Act[Broken](
    "drop",
    Words("Drop it (the app's remedy)", "删除（应用的处理）"),
    ":material/delete:",
    lambda s: s.but(dropped=1),
    lambda s: s.dropped == 1,
)
FROM_B = Knob("from_b", Words("labelled from hospital B, of each", "每种来自医院 B 的已确诊患者"))
TELL = Act[Broken](
    "tell",
    Words("Label one haemolysis", "确诊一位溶血"),
    ":material/person_add:",
    lambda s: s.but(told=s.told + 1),
    lambda s: s.told >= world.MOST_CURED,
)
NAMES = {
    "right": Words("right", "正确"),
    "left": Words("left-out patients", "留出患者"),
    "held": Words("held-out accuracy", "留出准确率"),
    "plain": Words("plain means", "简单均值"),
    "same": Words("same diagnosis", "诊断相同"),
    "labelled": Words("labelled", "已确诊"),
    "apart": Words("judged at the other hospital", "在另一家医院评判"),
    "one": Words("left out, hospitals mixed", "留出，医院混合"),
    "usual": Words("known diseases", "已知疾病"),
    "new": Words("the new disease", "新疾病"),
    "unknown": Words("not known", "未知"),
}


def per_cent(value: float) -> str:
    """A share in LaTeX; in words where it is not known."""
    return rf"{number(100 * value, 0)}\,\%" if value == value else "<unknown>"  # noqa: PLR0124 - NaN is not itself


# -- what stands under the figures -----------------------------------------------------------------------------------


def left_out(state: Broken, fault: str, k: int = world.N_LABELLED) -> Formula:
    """The held-out accuracy as a count, beside plain class means."""
    found = world.outcome(state.seed, fault, k)
    n = found.trace.n_held_out
    told = rf"\frac{{{round(found.held_out * n)}}}{{{n}}} = {per_cent(found.held_out)}" if n else r"\frac{0}{0}: <unknown>"
    return Formula(
        r"<held> = \frac{<right>}{<left>}",
        rf"{told} \qquad <plain>: {per_cent(found.trace.baseline_held_out)}",
        Words(
            "Each labelled patient in turn is left out, and named from the others. A patient alone in a diagnosis cannot be left out: nobody would be left to learn it from.",
            "依次留出每位已确诊患者，由其余患者推断。某诊断只有一位患者时无法留出：那样就没有人可供学习了。",
        ),
        NAMES,
    )


def copied(state: Broken) -> Formula:
    """Which share of the labelled the column names."""
    n, total = world.told_by_treatment(state.seed)
    after = world.outcome(state.seed, "leak", cured=state.dropped)
    return Formula(
        r"\frac{<same>}{<labelled>} \geq 0.95",
        rf"\frac{{{n}}}{{{total}}} = {per_cent(n / total)} \qquad <held>: {per_cent(after.held_out)}",
        Words(
            "A column with as many values as there are diagnoses, whose values name nearly every labelled patient's diagnosis, is reported.",
            "若某列的取值个数与诊断数相同，且几乎能说出每位已确诊患者的诊断，就会被报告。",
        ),
        NAMES,
    )


def two_ways(state: Broken) -> Formula:
    """Held-out accuracy with hospitals mixed, and accuracy with hospitals apart."""
    found, (apart, _) = world.outcome(state.seed, "hospital", cured=state.from_b), world.apart(state.seed, state.from_b)
    return Formula(
        r"G(S) \cap G(Q) = \emptyset",
        rf"<one>: {per_cent(found.held_out)} \qquad <apart>: {per_cent(apart)}",
        Words(
            "$G$: the hospitals of the labelled ($S$) and of those asked about ($Q$). With all labelled patients from one hospital nobody is left to ask.",
            "$G$：已确诊患者（$S$）与待判断患者（$Q$）所属的医院。若已确诊患者都来自同一家医院，就没有可评判的人了。",
        ),
        NAMES,
    )


def far(state: Broken) -> Formula:
    """Distances of patients of known diseases and of the new one from the nearest labelled patient."""
    found = world.outcome(state.seed, "missing", cured=state.told)
    return Formula(
        r"\begin{matrix}\sum_k p(k \mid x) = 1 \\ d(x) = \min_i |f(x) - f(x_i)|\end{matrix}",
        rf"<usual>: d = {number(found.nearest(new=False))} \qquad <new>: d = {number(found.nearest(new=True))}",
        Words(
            "Probabilities of the diagnoses in the table always add up to 1: none is kept for “something else”. $d$: distance from the nearest labelled patient, as on each card; medians.",
            "表中各诊断的概率之和总是 1：没有给“其他疾病”留一份。$d$：到最近的已确诊患者的距离，每张卡片上都有；此处为中位数。",
        ),
        NAMES,
    )


# -- what is seen ----------------------------------------------------------------------------------------------------


def with_one(state: Broken, shown: bool) -> Figure:
    """Before: what three clinics with one patient each say. After: the bars and the app's words."""
    words = pictures.said(world.outcome(state.seed, "one", state.k)) if shown else pictures.unsaid()
    return pictures.opinions(state, revealed=shown), words


def alarmed(state: Broken, shown: bool) -> Figure:
    """Shuffled labels or wrong practice: three bars, and the app's words."""
    found = world.outcome(state.seed, state.fault)
    title = pictures.summary(found) if shown else Words("What the clinician sees, and what not", "医生看得到的与看不到的")
    return pictures.bars(found, title, revealed=shown, left_out=shown), pictures.said(found) if shown else pictures.unsaid()


def with_leak(state: Broken, shown: bool) -> Figure:
    """Before: the file. After: three bars and the app's words."""
    found = world.outcome(state.seed, "leak", cured=state.dropped if shown else 0)
    if not shown:
        return pictures.leaking(state), pictures.bars(
            found, Words("Left out, nearly all are right", "留出时几乎全部判断正确"), revealed=False
        )
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found)


def two_hospitals(state: Broken, shown: bool) -> Figure:
    """Three bars for new patients of the other hospital, and the app's words, Compare's among them."""
    found = world.outcome(state.seed, "hospital", cured=state.from_b if shown else 0)
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


def missing(state: Broken, shown: bool) -> Figure:
    """Three bars with twelve patients of a fourth disease among the new, and the app's words, a card among them."""
    found = world.outcome(state.seed, "missing", cured=state.told if shown else 0)
    if not shown:
        return pictures.bars(
            found, Words("48 new patients, 12 of them with a fourth disease", "48 位新患者，其中 12 位患第四种疾病"), revealed=False
        ), pictures.unsaid()
    return pictures.bars(found, pictures.summary(found), revealed=True), pictures.said(found, pictures.card(found))


def why_one(state: Broken) -> Words:
    """How many of the new patients the clinics do not agree on."""
    n, of = world.n_disagree(state)
    return Words(
        "They disagree on {n} of {of}. Symptom: add one patient, and answers given yesterday change. The app warns twice: a single patient is a weak basis, and held-out accuracy cannot be known, since nobody "
        "can be left out. Move the slider: from two on it can.",
        "{of} 位中有 {n} 位意见不一。症状：添一位患者，昨天的答案就变了。应用会提醒两次：一位患者依据太弱；而且无法估计留出准确率，因为没有人可以留出。拖动滑块：从两位起就可以了。",
    ).format(n=n, of=of)


def why_alarm(state: Broken) -> Words:
    """What the held-out accuracy is for both faults."""
    shuffled, elsewhere, fine = (world.outcome(state.seed, fault) for fault in ("labels", "prior", "none"))
    return Words(
        "The held-out accuracy: {a} % with shuffled labels, {b} % with weights that practised on the wrong things, {c} % with neither. Near guessing, plain means too: look at labels and columns; the app cannot know. "
        "Clearly below **plain class means**: this algorithm or its weights, and the app warns. How sure it is misleads: {d} % and {e} % here, {f} % with neither.",
        "留出准确率：标签打乱时 {a}%，权重练错东西时 {b}%，两者皆无时 {c}%。若与瞎猜相近，简单类均值也一样，请查标签和列，应用无从知道；若明显低于**简单类均值**，问题在算法或其权重，应用会警告。自信程度会误导：此处分别为 {d}% 和 {e}%，两者皆无时 {f}%。",
    ).format(
        **{
            name: f"{100 * value:.0f}"
            for name, value in zip(
                "abcdef", (shuffled.held_out, elsewhere.held_out, fine.held_out, shuffled.sure, elsewhere.sure, fine.sure), strict=True
            )
        }
    )


def why_leak(state: Broken) -> Words:
    """How new patients fare with the column and without it."""
    before, after = (world.outcome(state.seed, "leak", cured=dropped) for dropped in (0, 1))
    n = len(before.truth)
    return Words(
        "Only {a} of {n}. For labelled patients the treatment was written down after the diagnosis; new ones all get iron first, whatever they have. Symptom: too good to be true, left out. The upload check finds it "
        "and offers the remedy. Without the column: {b} of {n}, and a held-out accuracy that one can believe.",
        "{n} 位中只有 {a} 位。已确诊患者的治疗是在诊断之后才写下的；新患者不论患什么病都先给铁剂。症状：留出准确率好得不真实。上传检查会发现它，并给出处理办法。删除该列后：{n} 位中 {b} 位，留出准确率也可信了。",
    ).format(a=before.n_right, b=after.n_right, n=n)


def why_hospital(state: Broken) -> Words:
    """What new patients of hospital B get, and after three of each were labelled there."""
    before, after = (world.outcome(state.seed, "hospital", cured=n) for n in (0, world.MOST_CURED))
    return Words(
        "{a} of {n}: another analyser, other patients. Left out, all are from hospital A, so nothing shows. **Diagnose does not warn.** Symptom: it worked at home and fails elsewhere. Give the column “hospital” the role "
        "“group”: Compare then never labels and asks in one hospital, and refuses where there is only one. Cure: label some at B; with three of each {b} of {n}.",
        "{n} 位中只有 {a} 位：仪器不同，患者也不同。留出时全是医院 A 的人，所以看不出来。**“诊断”页不会警告**。症状：在本院好用，换一家就失灵。把“医院”列的角色设为“分组”：此后“比较”页绝不在同一家医院既学又考，只有一家时则拒绝评判。对策：在医院 B 确诊几位；每种三位时为 {b} 位。",
    ).format(a=before.n_right, b=after.n_right, n=len(before.truth))


def why_missing(state: Broken) -> Words:
    """What becomes of the twelve, and after some were labelled."""
    before, after = (world.outcome(state.seed, "missing", cured=n) for n in (0, 2))
    known, new = before.nearest(new=False), before.nearest(new=True)
    return Words(
        "It can only name what it was told, so all twelve are wrong, and **the app does not say so**; nothing stands out on the curve either. The one sign is on the card: the nearest labelled patient is farther away than usual "
        "(here {new} instead of {known}). If a patient is unlike all neighbours shown, think of a diagnosis that is not in the table. Two labelled ones: {a} → {b} of {n} right.",
        "它只能说出学过的名称，因此这十二位全错，而**应用不会指出**；曲线上也看不出异样。唯一的迹象在卡片上：最近的已确诊患者比平常更远（此处 {new}，平常 {known}）。如果患者与所列的近邻都不像，请想一想表中没有的诊断。确诊两位之后：{n} 位中正确的由 {a} 位增至 {b} 位。",
    ).format(new=f"{new:.2f}", known=f"{known:.2f}", a=before.n_right, b=after.n_right, n=len(before.truth))


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    key="break_it",
    number=9,
    minutes=12,
    title=Words("Break it", "把它弄坏"),
    goal=Words(
        "Meet six ways in which a few-shot diagnosis goes wrong, and learn by which sign each shows, or does not.",
        "认识小样本诊断出错的六种方式，以及每一种由哪个迹象显露，或者根本不显露。",
    ),
    after=Words(
        "tell from what the app shows whether to mend labels, columns, weights or patients, and name two faults that it does not report.",
        "根据应用的显示判断该修正标签、列、权重还是患者，并说出两种应用不会报告的故障。",
    ),
    state=Broken,
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
                why_one,
            ),
            figure=with_one,
            formula=lambda state: left_out(state, "one", state.k),
            code=Code(held_out.folds, "counts[y] > 1"),
            knobs=(K,),
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
                why_alarm,
            ),
            figure=alarmed,
            formula=lambda state: left_out(state, state.fault),
            code=Code(held_out.SupportCrossValidator.advance, "return sum"),
            knobs=(FAULT,),
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
                why_leak,
            ),
            figure=with_leak,
            formula=copied,
            code=Code(labels.check, "_is_copy(records, column)"),
            acts=(DROP,),
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
                why_hospital,
            ),
            figure=two_hospitals,
            formula=two_ways,
            code=Code(Cohort.apart, "self._by_group(members"),
            knobs=(FROM_B,),
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
                why_missing,
            ),
            figure=missing,
            formula=far,
            code=Code(prototypical_log_posterior, "log_softmax"),
            acts=(TELL,),
        ),
    ),
    notes=(
        Note(6, Words("Before opening the app: collect faults of data that students have met. Who noticed, and how late?", "打开应用之前：请学生说说遇到过的数据错误。是谁发现的？晚了多久？")),
        Note(8, Words("Screen 1: three rows of students play the clinics. What would each report as its accuracy?", "第 1 屏：三排学生扮演三家诊所。各自会报告多高的准确率？")),
        Note(9, Words("Screen 2: cover the setting; let the class say from bars and words alone which fault it is.", "第 2 屏：遮住设置，请全班只凭条形与原话说出是哪种故障。")),
        Note(7, Words("Screen 3: which columns of your own records are written after the diagnosis?", "第 3 屏：您自己的病历里，哪些列是在诊断之后才写下的？")),
        Note(8, Words("Screens 4 and 5: the app is silent. What would you have to look at, and who would have to tell you?", "第 4、5 屏：应用没有出声。您该看什么？又该由谁告诉您？")),
        Note(7, Words("Close: a table on the board of six faults, symptom, sign, cure; each group fills in one row.", "最后：在黑板上列表：六种故障的症状、迹象与对策，每组填一行。")),
    ),
)  # fmt: skip
