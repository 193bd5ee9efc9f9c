"""Lesson 6, matching: every labeled patient votes, and counts the more, the more similar the patient is."""

from __future__ import annotations

from metamed_core.drawing import Figure
from metamed_core.learners import attention, matching_posterior
from metamed_core.words import Words
from pages.lessons.l06_matching import answers, formulas, pictures
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching.computation import MatchingState
from pages.lessons.lesson import Action, Code, Control, Lesson, Question, Screen, TeachingNote

# -- what the reader can do ------------------------------------------------------------------------------------------

SHOTS = Control("shots", Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"))
SHARPNESS = Control("sharpness", Words("sharpness", "锐度"), 0.2)
CROWD = Control("crowd", Words("additional patients with iron deficiency", "额外的缺铁患者"))
FACES = Control(
    "faces", Words("iron deficiency appears", "缺铁的表现"), options={1: Words("in one way", "一种"), 2: Words("in two ways", "两种")}
)
COPY = Action[MatchingState](
    "copy", Words("Enter the most similar patient again", "把最相似的患者再录入一次"), ":material/content_copy:", world.copy,
    lambda s: s.copies >= world.MOST_COPIES, played=True,
)  # fmt: skip

# -- what is seen ----------------------------------------------------------------------------------------------------

MOVE = Words("Whom does this patient resemble? Drag the open circle", "这位患者像谁？拖动空心圆")


def who_is_looked_at(state: MatchingState, shown: bool) -> Figure:
    """The plane, and the weights as a table."""
    return pictures.plane(state, MOVE, lines=shown), pictures.table(state, revealed=shown)


def who_wins(state: MatchingState, shown: bool) -> Figure:
    """The lines, and the votes once shown."""
    drawn = pictures.plane(state if shown else world.outvoted(state), MOVE)
    return (drawn, pictures.bars(state)) if shown else (drawn,)


def how_sharp(state: MatchingState, shown: bool) -> Figure:
    """The lines at this sharpness; the curve once shown."""
    title = Words("Sharpness {s}: the largest weight is {w}%", "锐度 {s}：最大权重 {w}%").format(
        s=f"{state.sharpness:.1f}", w=f"{100 * max(world.weights(state)):.0f}"
    )
    drawn = pictures.plane(state, title)
    return (drawn, pictures.sharpness_curve(state)) if shown else (drawn,)


def two_faces(state: MatchingState, shown: bool) -> Figure:
    """Both learners on a diagnosis with two faces."""
    now = state if shown else world.with_two_faces(state)
    return tuple(pictures.regions(now, matching=matching, revealed=shown) for matching in (False, True))


def broken(state: MatchingState, shown: bool) -> Figure:
    """Lines and both ways to count."""
    now = state if shown else world.crowded(state).updated(crowd=0)
    title = Words(
        "{n} labeled {n:patient|patients} with iron deficiency, {k} of each other diagnosis", "缺铁 {n} 位，其他诊断各 {k} 位已确诊患者"
    )
    drawn = pictures.plane(now, title.format(n=world.class_sizes(now)[0], k=now.shots))
    return drawn, pictures.bars(now, both=shown)


# -- the script ------------------------------------------------------------------------------------------------------

LESSON = Lesson(
    module=__name__,
    minutes=10,
    title=Words("Matching: patients who vote", "匹配网络：由患者投票"),
    goal=Words(
        "See an answer as a vote of labeled patients, and what decides how much a vote counts.",
        "把答案看作已确诊患者的投票，并了解一票有多重由什么决定。",
    ),
    outcome=Words(
        "explain a matching network's answer from its attention lines, and say when to prefer it to prototypes.",
        "从注意力连线看出匹配网络为何这样回答，并知道何时应选它而不是原型网络。",
    ),
    state=MatchingState,
    on_move=world.move,
    steps=(
        Words("Turn every patient, labeled or new, into a point; here it is simply the two laboratory values.", "把每位患者（已确诊的与新的）变成一个点；此处就是两项化验值。"),
        Words("Compare the direction of the new patient with that of each labeled one, seen from the healthy average: the cosine of the angle between them.", "从健康人的平均处看，比较新患者与每位已确诊患者的方向，即两者夹角的余弦。"),
        Words("Multiply by the sharpness, and turn the results into weights that sum to 1.", "乘以锐度，再换算成总和为 1 的权重。"),
        Words("Add up the weights of each diagnosis, and divide by its number of labeled patients.", "把每种诊断的权重相加，再除以其已确诊患者数。"),
        Words("Scale these votes so that they sum to 1: the probabilities.", "按比例缩放，使总和为 1，即为概率。"),
    ),
    screens=(
        Screen(
            title=Words("Compare with labeled patients", "与已确诊患者比较"),
            text=Words(
                "Three diagnoses with four labeled patients each, and a new patient without a diagnosis (open circle). A matching network computes **no average**: it compares the new patient with the labeled ones themselves. How much "
                "one of them counts is their weight, called **attention**.",
                "三种诊断，每种四位已确诊患者，还有一位尚未诊断的新患者（空心圆）。匹配网络**不求平均**：它把新患者与已确诊患者本人比较；某位患者占多少分量，就是其权重，称为**注意力**。",
            ),
            question=Question(
                Words("How many of the twelve labeled patients influence the answer?", "十二位已确诊患者中，有几位影响答案？"),
                (Words("One: the nearest", "一位：最近的那位"), Words("Four: the patients of the nearest diagnosis", "四位：最近的那种诊断的患者"), Words("All of them, but some next to nothing", "全部，但有的几乎为零")),
                2,
                answers.looks_like,
            ),
            figure=who_is_looked_at,
            step=3,
            formula=formulas.one_weight,
            code=Code(attention, "normalize(queries"),
            movable=True,
        ),
        Screen(
            title=Words("Add up the votes", "把票加起来"),
            text=Words(
                "The weights become an answer by voting: each labeled patient votes for their own diagnosis, with their weight.",
                "投票就得到答案：每位已确诊患者把自己的权重投给自己的诊断。",
            ),
            question=Question(
                Words("Whose diagnosis wins?", "哪种诊断会胜出？"),
                (
                    Words("Always that of the single widest line", "总是最宽那条线所属的诊断"),
                    Words("The one with the largest sum; several thin lines can beat a wide one", "权重之和最大的诊断；几条细线可以胜过一条宽线"),
                    Words("The one with the most lines", "线条最多的诊断"),
                ),
                1,
                answers.why_it_wins,
            ),
            figure=who_wins,
            reveal=world.outvoted,
            step=5,
            formula=formulas.added_up,
            code=Code(matching_posterior, "mass = attended @"),
            controls=(SHOTS,),
            movable=True,
        ),
        Screen(
            title=Words("How much similarity counts", "相似程度有多重要"),
            text=Words(
                "One number decides how much similarity counts: the **sharpness**. Every cosine is multiplied by it before the weights are computed. It is learned in meta-training, from patients with other diseases.",
                "相似到底有多重要，由一个数决定：**锐度**。计算权重之前，每个余弦都要乘以它；它的值在元训练中，从患其他疾病的患者身上学得。",
            ),
            question=Question(
                Words("With sharpness 0, what is the answer for any patient?", "锐度为 0 时，对任何患者的答案是什么？"),
                (
                    Words("The diagnosis of the most similar patient", "最相似那位患者的诊断"),
                    Words("Every diagnosis equally probable", "每种诊断概率相同"),
                    Words("No answer at all", "没有答案"),
                ),
                1,
                Words(
                    "Then similarity does not count at all: all weights are equal. Increase it: at 60 a single patient decides almost alone (like a nearest neighbor, so one unusual patient can mislead it). In between, several "
                    "similar patients decide together.",
                    "那时相似程度完全不起作用，权重全部相等。把锐度调高：到 60 时几乎由一位患者决定（相当于最近邻，一位反常的患者就能误导结果）。两者之间，则由几位相似的患者共同决定。",
                ),
            ),
            figure=how_sharp,
            reveal=lambda state: state.updated(sharpness=0.0),
            step=3,
            formula=formulas.spread_out,
            code=Code(attention, ".softmax"),
            controls=(SHARPNESS,),
            movable=True,
        ),
        Screen(
            title=Words("A disease that appears in two ways", "有两种表现的疾病"),
            text=Words(
                "Iron deficiency lowers ferritin, unless there is also inflammation, which raises it. So it now appears **in two ways**, lower left and lower right. A prototypical network keeps one point for each diagnosis; "
                "a matching network keeps every patient.",
                "缺铁使铁蛋白降低；但若同时有炎症，铁蛋白又会升高。于是它有**两种**表现：左下与右下。原型网络每种诊断只保留一个点；匹配网络保留每一位患者。",
            ),
            question=Question(
                Words("Which is correct for more of the 60 new patients?", "60 位新患者中，哪种网络判断正确的更多？"),
                (Words("Prototypes", "原型网络"), Words("Matching", "匹配网络"), Words("Both the same", "两者一样")),
                answers.better,
                Words(
                    "The prototype of iron deficiency lies between its two groups, where there is no patient, so the patients of one group get a wrong answer. Matching finds a few similar patients for each of them. If the disease appears in only one way, both are "
                    "about equally good, and prototypes are simpler to explain. Switch to “in one way” and see.",
                    "缺铁的原型落在两种表现之间，那里没有任何患者，因而其中一组患者会被判错。匹配网络为每位患者找到少数相似者。只有一种表现时两者相当，而原型更简明。切换到“一种”看看。",
                ),
            ),
            figure=two_faces,
            reveal=world.with_two_faces,
            step=5,
            formula=formulas.both_scores,
            code=Code(matching_posterior, "return mass"),
            controls=(FACES, SHOTS),
        ),
        Screen(
            title=Words("Try to break it", "试着弄坏它"),
            text=Words(
                "A clinic has entered twenty patients with iron deficiency and four with each other disease. First, enter one patient **again and again**. Then drag the open circle straight **towards the cross**, where "
                "healthy people are, and watch the bars.",
                "一家诊所录入了二十位缺铁患者，其他疾病各四位。先把同一位患者**反复录入**，再把空心圆径直拖**向十字**（健康人所在），观察条形。",
            ),
            question=Question(
                Words("If votes were simply added up, which diagnosis would gain from the twenty patients?", "如果只是简单相加，这二十位会让哪种诊断占便宜？"),
                (
                    Words("None: only similarity counts", "没有：只看相似程度"),
                    Words("Iron deficiency, for every patient, because it has more votes", "缺铁：对每位患者都得利，因为票数多"),
                    Words("The rare diseases, because they are conspicuous", "罕见的疾病，因为显眼"),
                ),
                1,
                Words(
                    "The number of entries tells how a table was made, not how common a disease is. Simply adding up (the right bar of a pair) would multiply the odds of iron deficiency by five for everybody. So the code divides by the number of labeled patients (the left bar). A patient who is entered repeatedly still counts too much within their own diagnosis. And a "
                    "nearly healthy patient gets as firm an answer as a severe case in the same direction: the network can be very sure about someone who is not ill.",
                    "录入多少位，反映的是表格怎么来的，而不是疾病有多常见。简单相加时（每对中右边的条形），二十比四会让每个人患缺铁的优势都乘以五。所以代码要除以各类人数（左边的条形）。重复录入的患者在自己的诊断内部仍会分量过重。而几乎健康的人，会与同方向的重症得到同样肯定的答案：也就是说，对没病的人它也可能非常肯定。",
                ),
            ),
            figure=broken,
            reveal=world.crowded,
            step=5,
            formula=formulas.with_and_without,
            code=Code(matching_posterior, "mass = attended @"),
            actions=(COPY,),
            controls=(CROWD, SHARPNESS),
            movable=True,
        ),
    ),
    notes=(
        TeachingNote(5, Words("Without the app: one student describes a patient; the others raise a hand, the higher the more this patient resembles one they have met. That is attention.", "不开应用：一位学生描述患者，其他人按“像不像自己见过的某位”举手，越像举得越高。这就是注意力。")),
        TeachingNote(8, Words("Screens 1 and 2: predict the widest line on a printed handout, with a ruler laid through the cross.", "第 1、2 屏：在打印的讲义上，用直尺从十字处比划，预测最宽的线。")),
        TeachingNote(10, Words("Screen 3 in pairs: find a patient whose answer changes with the sharpness; which of the two answers would you trust?", "第 3 屏两人一组：找一位答案随锐度改变的患者；您更相信哪个答案？")),
        TeachingNote(10, Words("Screen 4: count over several seeds how many more patients matching gets right; then think of a disease in your field that appears in two ways.", "第 4 屏：用几个随机种子统计匹配网络多判对几位；再想想本专业中有两种表现的疾病。")),
        TeachingNote(12, Words("Screen 5 in three groups, one way to break it each; every group tells the others what went wrong and how one could have noticed.", "第 5 屏分三组，每组一种弄坏方式；各组向其他组说明哪里出错，以及怎样才能发现。")),
    ),
)  # fmt: skip
