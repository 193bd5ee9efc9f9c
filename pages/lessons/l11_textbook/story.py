"""Lesson 11, what the textbook is worth: rows of knowledge beside few labeled patients, wrong rows, and trust read off the table."""

from __future__ import annotations

from metamed_core.data import class_means
from metamed_core.drawing import Figure
from metamed_core.knowledge import Trust, probably_right
from metamed_core.learners import prototypical_log_posterior
from metamed_core.statistics import metrics
from metamed_core.words import Words
from pages.lessons.l11_textbook import answers, formulas, pictures
from pages.lessons.l11_textbook.computation import MOST_COUNTS, TextbookState
from pages.lessons.lesson import Code, Control, Lesson, Question, Screen, TeachingNote

K = Control("k", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"))
COUNTS = Control(
    "counts",
    Words("patients that a row counts as", "一行知识相当于几位患者"),
    options={n: Words(str(n), str(n)) for n in range(1, MOST_COUNTS + 1)},
)
EXCHANGED = Control("exchanged", Words("rows that are exchanged", "对调的行数"), options={n: Words(str(n), str(n)) for n in (2, 3, 4)})


def no_patient(state: TextbookState, shown: bool) -> Figure:
    """The page of the textbook and, once revealed, how far it leads alone."""
    page = pictures.page(state)
    return (page, pictures.alone(state)) if shown else (page,)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=11,
    title=Words("What the textbook is worth", "教科书值多少"),
    goal=Words(
        "See when a page of a textbook replaces labeled patients, what a wrong page does, and how patients show whether to trust it.",
        "看清教科书的一页何时能代替已确诊患者、写错的一页有何后果，以及患者如何表明它是否可信。",
    ),
    outcome=Words(
        "say in advance where knowledge helps and where it hurts, and read “your row counts as 0.9 patients”.",
        "预先说出知识在哪里有用、在哪里有害，并看懂“这一行知识相当于 0.9 位患者”。",
    ),
    state=TextbookState,
    screens=(
        Screen(
            title=Words("No patient at all", "一位患者也没有"),
            text=Words(
                "Four diagnoses and eight tests in six small clinics, with **no labeled patient**. But there is a textbook: for some tests it says that they are high or low in a diagnosis, and never how far. Each of its rows is taken for the average patient of a diagnosis.",
                "六家小诊所，四种诊断，八项检查，**没有任何已确诊患者**。但有一本教科书：对部分检查只说某种诊断偏高或偏低，从不说相差多少。把它的每一行当作该诊断的“平均患者”。",
            ),
            question=Question(
                Words("How many of 100 new patients get the right diagnosis?", "100 位新患者中，有多少位诊断正确？"),
                (Words("About 25, as by guessing", "约 25 位，与瞎猜一样"), Words("About 50", "约 50 位"), Words("65 or more", "65 位以上")),
                answers.by_rows,
                answers.why_by_rows,
            ),
            figure=no_patient,
            formula=formulas.by_rows,
            code=Code(prototypical_log_posterior, "return"),
        ),
        Screen(
            title=Words("A row counts as a patient", "一行知识当作一位患者"),
            text=Words(
                "Now there is **one labeled patient** of diagnosis 1 (blue), and what the textbook says (orange). The true mean is gray; no one knows it. The row stands among the labeled patients as if it were one more of them, and together they make the **prototype**, the point that stands for the diagnosis (lesson 5).",
                "现在诊断 1 有**一位已确诊患者**（蓝），还有教科书所述（橙）。真实均值为灰色，无人知晓。这一行像多出的一位患者，站在已确诊患者之中；合起来得到**原型**，即代表该诊断的那个点（见第 5 课）。",
            ),
            question=Question(
                Words("Where will the prototype be in a test of which the textbook speaks?", "在教科书提到的检查上，原型会在哪里？"),
                (Words("At the patient’s value", "在患者的数值处"), Words("Half-way between the two", "在两者正中间"), Words("At what the textbook says", "在教科书所述之处")),
                1,
                answers.why_half_way,
            ),
            figure=lambda state, shown: (pictures.mixture(state, revealed=shown),),
            formula=formulas.mixed,
            code=Code(class_means, "return torch.where"),
            controls=(K, COUNTS),
        ),
        Screen(
            title=Words("Worth by number of patients", "有多少患者，值多少"),
            text=Words(
                "The line shows how well new patients are recognized from **labeled patients only**: none, 1, 3 or 10 of each diagnosis. Then the same rows are added to the same patients.",
                "图中的线是**只有已确诊患者**时的准确率：每种诊断 0、1、3 或 10 位。随后在同样的患者上加入同样的知识。",
            ),
            question=Question(
                Words("With ten labeled patients of each, how much does the page still add?", "每种已有十位患者时，这一页还能带来多少提升？"),
                (Words("10 points or more", "10 个百分点以上"), Words("About 5 points", "约 5 个百分点"), Words("2 points or less", "2 个百分点以下")),
                answers.at_ten,
                answers.why_at_ten,
            ),
            figure=lambda state, shown: (pictures.worth(state, revealed=shown),),
            formula=formulas.gained,
            code=Code(metrics.accuracy, "return"),
            controls=(COUNTS,),
        ),
        Screen(
            title=Words("The wrong page", "翻错了页"),
            text=Words(
                "The rows have slipped: each now stands beside **another diagnosis**. Nobody notices, and every row is believed as before.",
                "各行错了位：每一行都写在**另一种诊断**旁边。无人察觉，仍照旧相信。",
            ),
            question=Question(
                Words("With one labeled patient of each, what do the exchanged rows cost, compared with no rows?", "每种一位患者时，与没有知识相比，对调的知识造成多大损失？"),
                (Words("Nothing: the patients prevail", "没有损失：患者占上风"), Words("About 5 to 25 points", "约 5 至 25 个百分点"), Words("More than 25 points", "25 个百分点以上")),
                answers.how_much_lost,
                answers.why_lost,
            ),
            figure=lambda state, shown: (pictures.exchanged(state, revealed=shown),),
            formula=formulas.lost,
            code=Code(Trust.counts_as, "return"),
            controls=(EXCHANGED, COUNTS),
        ),
        Screen(
            title=Words("Try to break it: trust read off the table", "试着弄坏它：由患者得出信任度"),
            text=Words(
                "Now each row must prove itself: the rows alone are asked for the diagnoses of the **labeled patients**. A right row finds its own patients, an exchanged one finds others’. The answer mixes “without” and “with” by how probably each row is right.",
                "现在每一行都要接受检验：先只凭各行判断**已确诊患者**。正确的行能认出自己的患者，对调的行却认出别人的。最后按每行正确的概率，把“无知识”与“有知识”的答案混合。",
            ),
            question=Question(
                Words("With one labeled patient of each, how much do the exchanged rows still cost?", "每种一位患者时，对调的知识还造成多大损失？"),
                (Words("As much as before", "与之前一样多"), Words("About half", "约一半"), Words("2 points or less", "2 个百分点以下")),
                answers.still_lost,
                answers.why_still_lost,
            ),
            figure=lambda state, shown: (pictures.repaired(state, revealed=shown),),
            formula=formulas.trusted,
            code=Code(probably_right, "careful ="),
            controls=(EXCHANGED,),
        ),
    ),
    notes=(
        TeachingNote(8, Words("Before opening the app: everyone writes a row for two diagnoses and five tests (↑, ↓ or nothing) from memory; compare the rows.", "打开应用之前：每人凭记忆为两种诊断、五项检查各写一行（↑、↓ 或空白），然后互相比较。")),
        TeachingNote(8, Words("Screen 1: read the page aloud. Which two diagnoses does it hardly distinguish?", "第 1 屏：朗读这一页。哪两种诊断几乎无法区分？")),
        TeachingNote(8, Words("Screen 2: compute one prototype by hand, for one and for three patients. What would a hallmark be?", "第 2 屏：手算一个原型，分别用一位和三位患者。标志性特征又该怎么算？")),
        TeachingNote(10, Words("Screens 3 and 4: at which number of patients would you close the book? Does your answer change once rows may be wrong?", "第 3、4 屏：有多少患者时您会合上书？如果知识可能有错，答案会变吗？")),
        TeachingNote(11, Words("Screen 5, then Diagnose: type a wrong row for a bundled table and find what the page says of it.", "第 5 屏，然后打开“诊断”页：为自带数据集故意填错一行，看页面怎么说。")),
    ),
)  # fmt: skip
