"""Lesson 5, prototypes: one point for a diagnosis, and the region that is nearest to it."""

from __future__ import annotations

from metamed_core.data import class_means
from metamed_core.drawing import Figure
from metamed_core.learners import prototypical_log_posterior
from metamed_core.words import Words
from pages.lessons.l05_prototypes import computation as world
from pages.lessons.l05_prototypes import formulas, pictures
from pages.lessons.l05_prototypes.computation import PrototypesState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

RELABEL = Action[PrototypesState](
    "relabel", Words("Next diagnosis for the selected patient", "为选定患者换一个诊断"), ":material/swap_horiz:", world.relabel
)
SHOTS = Control("shots", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"))
FACES = Control(
    "faces", Words("iron deficiency appears", "缺铁的表现"), options={1: Words("in one way", "一种"), 2: Words("in two ways", "两种")}
)

FACES_TITLE = Words("Iron deficiency in two ways, and two other diagnoses", "缺铁有两种表现，另有两种诊断")

# -- what is seen ----------------------------------------------------------------------------------------------------


def one_moves(state: PrototypesState, shown: bool) -> Figure:
    """The patients, prototypes and regions; once shown, how far the last moved patient and the prototype have moved."""
    title = Words("Three diagnoses, four patients each, and their prototypes", "三种诊断，每种四位患者，及其原型")
    if shown:
        moved, pulled = world.moved_and_pulled(state)
        title = Words("Patient {i} moved by {moved}, the prototype by {pulled}", "患者 {i} 移动了 {moved}，原型移动了 {pulled}").format(
            i=world.picked(state) + 1, moved=f"{moved:.2f}", pulled=f"{pulled:.2f}"
        )
    return (pictures.plane(state, title, judged=shown, hand=shown),)


def one_label(state: PrototypesState, shown: bool) -> Figure:
    """The patients, prototypes and regions; once shown, how many new patients get another answer than with correct labels."""
    title = Words("Twelve labels, all of them correct", "十二个标签，全部正确")
    if not shown:
        return (pictures.plane(world.correctly_labeled(state), title),)
    changed, n = world.n_changed_by_labels(state)
    told = Words(
        "With these labels, {k} of {n} new patients get another answer than with the correct ones",
        "用这些标签，{n} 位新患者中有 {k} 位的答案与标签正确时不同",
    )
    return (pictures.plane(state, told.format(k=changed, n=n), judged=True, hand=True),)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=10,
    title=Words("Prototypes: one point for a diagnosis", "原型：一个点代表一种诊断"),
    goal=Words(
        "See a diagnosis as a single point, and learn when that is a fair summary.",
        "把一种诊断看作一个点，并了解这种看法何时成立。",
    ),
    outcome=Words(
        "predict how a prototypical network's answer changes when a patient is added, moved or mislabeled.",
        "预判在增加、移动或误标一位患者时，原型网络的答案会怎样改变。",
    ),
    state=PrototypesState,
    on_move=world.move,
    on_pick=world.pick,
    steps=(
        Words("Turn every labeled patient into a point; here it is simply the two laboratory values.", "把每位已确诊患者变成一个点；此处就是两项化验值。"),
        Words("For each diagnosis take the mean of its points: the **prototype**.", "对每种诊断取其各点的均值，即**原型**。"),
        Words("Measure the distance from a new patient to each prototype, and square it.", "量出新患者到各原型的距离，并取平方。"),
        Words("Turn the distances into probabilities: the nearer, the more probable, and all sum to 1.", "把距离换算成概率：越近概率越大，总和为 1。"),
        Words("The diagnosis of the nearest prototype is the answer.", "最近原型所属的诊断就是答案。"),
    ),
    screens=(
        Screen(
            title=Words("Where is the point?", "点在哪里？"),
            text=Words(
                "Three diagnoses, four labeled patients each, two laboratory values. A prototypical network keeps only **one point** for each diagnosis and forgets the "
                "rest.",
                "三种诊断，每种四位已确诊患者，两项化验值。原型网络为每种诊断只保留**一个点**，其余都忘掉。",
            ),
            question=Question(
                Words("Where is the point that stands for a diagnosis?", "代表一种诊断的点在哪里？"),
                (
                    Words("On its most typical patient", "在最典型的那位患者身上"),
                    Words("At the mean of its patients, even if no patient is there", "在其患者的均值处，那里也许没有任何患者"),
                    Words("At the patient farthest from the other diagnoses", "在离其他诊断最远的患者处"),
                ),
                1,
                Words("It is the mean of each value, called the **prototype**. A thin line joins every patient to the prototype that the patient pulls on.", "就是各项数值的均值，称为**原型**。细线把每位患者与其牵引的原型相连。"),
            ),
            figure=lambda state, shown: (
                pictures.plane(state, Words("Three diagnoses, four patients each", "三种诊断，每种四位患者"), means=shown, regions=False),
            ),
            step=2,
            formula=formulas.mean,
            code=Code(class_means, "members.transpose"),
            controls=(SHOTS,),
        ),
        Screen(
            title=Words("The nearest prototype decides", "由最近的原型决定"),
            text=Words(
                "A new patient (gray) gets the diagnosis of the **nearest** prototype. So the plane is divided into regions, one for each diagnosis. Drag the gray patient, "
                "or click anywhere, and watch the probabilities below.",
                "新患者（灰色）得到**最近**原型的诊断。于是平面被分成若干区域，每种诊断一块。拖动灰色患者，或点击任意位置，观察下方的概率。",
            ),
            question=Question(
                Words("What does the border between two diagnoses look like?", "两种诊断之间的边界是什么样的？"),
                (
                    Words("A straight line, halfway between the two prototypes", "一条直线，位于两个原型正中间"),
                    Words("A curve that bends around the patients", "绕着患者弯曲的曲线"),
                    Words("A circle around each prototype", "围绕各原型的圆"),
                ),
                0,
                Words(
                    "Points at the same distance from two prototypes form a straight line (the regions are called Voronoi regions). On this line both diagnoses are equally probable.",
                    "到两个原型距离相等的点构成一条直线（Voronoi 区域）。在这条线上，两种诊断的概率相等。",
                ),
            ),
            figure=lambda state, shown: (
                pictures.plane(state, Words("In which region is the gray patient?", "灰色患者落在哪个区域？"), regions=shown, ask=True),
            ),
            step=5,
            formula=formulas.posterior,
            code=Code(prototypical_log_posterior, "log_softmax"),
            movable=True,
        ),
        Screen(
            title=Words("Move a patient", "移动一位患者"),
            text=Words(
                "Laboratory values are measured with error, and one of four patients may be unusual. Drag any labeled patient: the prototype, the borders and the answers for "
                "60 other patients (small marks) change with it.",
                "化验总有误差，四位患者中也可能有一位不典型。拖动任意一位已确诊患者：原型、边界以及另外 60 位患者（小标记）的答案都会随之改变。",
            ),
            question=Question(
                Words("One of four patients moves by 1 to the right. How far does the prototype move?", "四位患者中有一位向右移动 1，原型移动多少？"),
                (Words("By 1", "移动 1"), Words("By 1/2", "移动 1/2"), Words("By 1/4", "移动 1/4"), Words("Not at all", "不动")),
                2,
                Words(
                    "It is the mean of four patients, so each contributes a quarter. With a single labeled patient the prototype would move the whole way.",
                    "这是四位患者的均值，每位占四分之一。若只有一位已确诊患者，原型就会完全跟着移动。",
                ),
            ),
            figure=one_moves,
            reveal=world.one_to_the_right,
            step=5,
            formula=formulas.mean,
            code=Code(class_means, "members.transpose"),
            movable=True,
        ),
        Screen(
            title=Words("Change a label", "改动一个标签"),
            text=Words(
                "Diagnoses can be wrong. Select a patient (click, or Tab and Enter) and give this patient **another diagnosis**: two prototypes move, the one that loses the patient "
                "and the one that gains the patient.",
                "诊断也可能有误。选定一位患者（点击，或用 Tab 与回车），给他**换一个诊断**：失去与得到这位患者的两个原型都会移动。",
            ),
            question=Question(
                Words("One of twelve labels is wrong. What is the consequence?", "十二个标签中有一个错误，会有什么后果？"),
                (
                    Words("Only the mislabeled patient gets a wrong answer", "只有被误标的患者判断错误"),
                    Words("The borders of two diagnoses shift, for every patient", "两种诊断的边界整体移动，影响所有人"),
                    Words("None: the mean corrects it", "没有影响，均值会纠正它"),
                ),
                1,
                Words(
                    "The mislabeled patient pulls a prototype towards the other disease, and all its borders move. A mean tolerates small errors, but not an outlier.",
                    "误标的患者把原型拉向另一种疾病，它的每条边界都会移动。均值能容忍小误差，却不能容忍离群者。",
                ),
            ),
            figure=one_label,
            reveal=world.mislabeled,
            step=5,
            formula=formulas.score,
            code=Code(prototypical_log_posterior, "log_softmax"),
            actions=(RELABEL,),
            movable=True,
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "Let iron deficiency appear **in two ways** (with inflammation, ferritin is no longer low). Then set one labeled patient for each diagnosis. Then drag one patient "
                "to a corner.",
                "让缺铁有**两种**表现（合并炎症时，铁蛋白不再降低）。再把每种诊断的已确诊患者设为一位。然后把一位患者拖到角落。",
            ),
            question=Question(
                Words("Where is the prototype of a diagnosis that appears in two ways?", "有两种表现的诊断，其原型在哪里？"),
                (
                    Words("At the mean of one of the two groups", "在其中一组的均值处"),
                    Words("Between the two groups, where there is no patient", "在两组之间，那里没有患者"),
                    Words("There are two prototypes", "会有两个原型"),
                ),
                1,
                Words(
                    "The mean of two groups describes neither group. What a clinician sees: confident but wrong answers. Matching networks, which compare with every single patient, "
                    "do better here; so does treating the two forms as two diagnoses.",
                    "两组的均值哪一组也不像。临床上看到的是：答案很肯定，却是错的。匹配网络逐个查看患者，在此更合适；把两种表现当作两种诊断也可以。",
                ),
            ),
            figure=lambda state, shown: (
                pictures.plane(state if shown else state.updated(faces=2), FACES_TITLE, means=shown, regions=shown, judged=shown, hand=shown),
            ),
            step=5,
            formula=formulas.score,
            code=Code(class_means, "members.transpose"),
            actions=(RELABEL,),
            controls=(FACES, SHOTS),
            reveal=lambda state: state.updated(faces=2),
            movable=True,
        ),
    ),
    notes=(
        TeachingNote(5, Words("Before opening the app: ask for the “average patient” with a disease that everybody knows. Who has met one?", "打开应用之前：请大家描述某种常见病的“平均患者”。谁真的见过？")),
        TeachingNote(8, Words("Screens 1 and 2: let students draw the border on paper before [Show].", "第 1、2 屏：揭晓之前，请学生在纸上画出边界。")),
        TeachingNote(12, Words("Screens 3 and 4 in pairs: who can lower the share of correct answers most by moving one patient?", "第 3、4 屏两人一组：谁能只动一位患者就让正确率降得最多？")),
        TeachingNote(12, Words("Screen 5: find a real disease in the students' own field that appears in two ways; which learner suits it?", "第 5 屏：在学生自己的专业里找一种有两种表现的疾病；哪种学习器适合它？")),
        TeachingNote(8, Words("Finish on the Diagnose page: it shows prototypes in original units; compare them with a textbook.", "最后打开“诊断”页：它以原始单位显示原型，请与教科书对照。")),
    ),
)  # fmt: skip
