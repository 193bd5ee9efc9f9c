"""The pictures of the lesson on breaking it: three bars that one learns to read once, and what the app itself says."""

from __future__ import annotations

import math

from metamed_core.diagnosis import NOTHING_ODD, diagnose, held_out_title, held_out_warning, how_to_read
from metamed_core.drawing import GRAY, TEAL, Area, Axis, Chart, Label, Line, Mark, SeriesStyle, Table, verbatim
from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it.computation import COLUMNS, DIAGNOSES, NEW, AppResult, BreakItState

CONFIDENCE, HELD_OUT, TRUE = SeriesStyle("#0072B2", "circle", (1, 0)), TEAL, SeriesStyle("#D55E00", "square", (1, 0))
CALLED = {
    "iron deficiency": Words("iron deficiency", "缺铁"),
    "inflammation": Words("inflammation", "炎症"),
    "hypothyroidism": Words("hypothyroidism", "甲状腺功能减退"),
    "hemolysis": Words("hemolysis", "溶血"),
}
TREATED = Words("treatment given", "已给治疗")
WRITTEN = {**CALLED, "treatment given": TREATED, "diagnosis": Words("diagnosis", "诊断")}
"""What stands in the simulated file, as its reader would have written it."""
ASKED = Words("new", "新患者")
HOW = Words(
    "Bars: mean confidence (probability of the answer); cross-validated accuracy (labeled patients left out in turn); share of new patients with a correct answer. A clinician sees the first two; the third is "
    "known here because the patients are simulated. Table: the app's own sentences, bold where it warns.",
    "条形：平均置信度（答案的概率）；交叉验证准确率（依次留出已确诊患者）；新患者中判断正确的比例。医生只看得到前两条，第三条因为是模拟患者才知道。表：均为应用原话，粗体为警告。",
)


def bars(found: AppResult, title: Words, *, revealed: bool, asked: Words | None = None, left_out: bool = True) -> Chart:
    """Confidence, cross-validated accuracy beside the baseline classifier, and once revealed the share of new patients with a correct answer.

    left_out: or whether that, too, is still a question.
    """
    shown = [
        (Words("confidence", "置信度"), found.sure, CONFIDENCE),
        (Words("cross-validated", "交叉验证"), found.held_out if left_out else math.nan, HELD_OUT),
    ]
    shown.append((asked or ASKED, found.n_right / len(found.truth) if revealed else math.nan, TRUE))
    base, chance = found.trace.baseline_held_out, 1 / found.records.n_way
    marks: list[Mark] = []
    for i, (_, value, style) in enumerate(shown):
        x = i + 1.0
        if math.isnan(value):
            marks.append(Label((x, 0.06), verbatim("?") if i == 2 or not left_out else Words("not known", "未知"), bold=True))
            continue
        marks.append(Area(((x - 0.32, 0), (x - 0.32, value), (x + 0.32, value), (x + 0.32, 0)), style, 0.7))
        top = base if i == 1 and value < base < value + 0.1 else value  # the line of the baseline must not lie over the number
        marks.append(Label((x, top + 0.045), verbatim(f"{100 * value:.0f}%"), bold=True))
    if left_out and not math.isnan(base):
        marks.append(Line(((1.6, base), (2.4, base)), SeriesStyle("#7A8A8A", "circle", (1, 0)), Words("baseline classifier (class means)", "基线分类器（类均值）"), 3.5))  # fmt: skip
    marks.append(Line(((0.5, chance), (3.5, chance)), GRAY, Words("guessing", "瞎猜"), 1.5))
    x_axis = Axis(verbatim(""), 0.5, 3.5, ticks=tuple((i + 1.0, name) for i, (name, _, _) in enumerate(shown)))
    y = Axis(
        Words("confidence, or share correct", "置信度，或正确比例"),
        0,
        1.12,
        percent=True,
        ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5)),
    )
    return Chart(title, HOW, Words("Confidence, cross-validated accuracy and new patients with a correct answer", "置信度、交叉验证准确率与新患者的正确比例"), x_axis, y, tuple(marks), shape=(400, 360))  # fmt: skip


def said(found: AppResult, *further: tuple[Words, Words]) -> Table:
    """What the app says of this table: the upload check's findings, the cross-validated accuracy with its warning, and further rows."""
    findings = [_as_written(finding.message) for finding in found.records.findings]
    check = Words("Upload check", "上传检查")
    rows = [(check, message) for message in findings] or [(check, NOTHING_ODD)]
    held = Words("Diagnose, curve", "“诊断”页，曲线")
    rows.append((held, held_out_title(found.held_out, found.trace.n_held_out)))
    if (warning := held_out_warning(found.held_out, found.trace.baseline_held_out)) is not None:
        rows.append((held, warning))
    if not found.trace.calibrated:
        rows.append((Words("Diagnose, answers", "“诊断”页，答案"), how_to_read(found.trace)))
    rows += further
    strong = frozenset((i, 1) for i, row in enumerate(rows) if i < len(findings) or row[1] is warning)
    return Table(Words("What the app shows", "应用显示什么"), verbatim(""), (Words("where", "位置"), Words("what it says", "内容")), tuple(rows), strong=strong, width=400)  # fmt: skip


def _as_written(message: Words) -> Words:
    """The app's sentence with the file's quoted names in the reader's language: a Chinese clinic's file would have Chinese ones."""
    zh = message.zh
    for name, words in WRITTEN.items():
        zh = zh.replace(f"“{name}”", f"“{words.zh}”")
    return Words(message.en, zh)


def unsaid() -> Table:
    """The place of the app's words before the answer."""
    rows = ((Words("Upload check", "上传检查"), verbatim("?")), (Words("Diagnose", "“诊断”页"), verbatim("?")))
    return Table(Words("What will the app show?", "应用会显示什么？"), verbatim(""), (Words("where", "位置"), Words("what it says", "内容")), rows, width=400)  # fmt: skip


def summary(found: AppResult) -> Words:
    """The finding of the bars in one line."""
    return Words("Correct for {right} of {n} new patients", "{n} 位新患者中判断正确 {right} 位").format(
        right=found.n_right, n=len(found.truth)
    )


def opinions(state: BreakItState, *, revealed: bool) -> Table:
    """Eight new patients and, once revealed, how three clinics name them, each with labeled patients of its own; wrong answers are bold."""
    asked = world.file_of(state.seed, "none")
    shown = [i for d in range(len(DIAGNOSES)) for i in range(d * world.N_NEW, d * world.N_NEW + 3)][:8]
    truth = list(asked["truth"][asked["diagnosis"].isna()])
    said_of = world.clinics_say(state)
    rows = tuple(
        (verbatim(f"P-{at + 1}"), CALLED[truth[i]], *(CALLED[each[i]] if revealed else verbatim("?") for each in said_of))
        for at, i in enumerate(shown)
    )
    wrong = frozenset((at, c + 2) for at, i in enumerate(shown) for c, each in enumerate(said_of) if revealed and each[i] != truth[i])
    header = (Words("new", "新患者"), Words("truth", "真实诊断"), *(Words("clinic {n}", "诊所 {n}").format(n=c + 1) for c in range(3)))
    title = Words(
        "Three clinics with {k} labeled {k:patient|patients} of each diagnosis: the same new patients",
        "三家诊所，每种各有 {k} 位已确诊：同样的新患者",
    ).format(k=state.k)
    if revealed:
        title = Words(
            "{k} labeled of each: the three clinics disagree on {n} of {all} new patients",
            "每种各 {k} 位已确诊：{all} 位新患者中，三家意见不一的有 {n} 位",
        ).format(k=state.k, n=world.n_disagree(state)[0], all=world.n_disagree(state)[1])
    return Table(title, Words("Bold: wrong answers.", "粗体：判断错误。"), header, rows, strong=wrong, width=400)


def card(found: AppResult) -> tuple[Words, Words]:
    """The answer card of the patient of the new disease of whom the app is surest: diagnosis, probability, nearest labeled patient."""
    cards = diagnose(found.trace, -1)
    chosen = max((one for one, new in zip(cards, found.new, strict=True) if new), key=lambda one: one.probability)
    near = chosen.nearest[0]
    message = Words("{who}, who has {disease}: {top} {p}; nearest labeled patient {near} ({diagnosis}), distance {d}", "{who}，实为{disease}：{top} {p}；最近的已确诊患者 {near}（{diagnosis}），距离 {d}").format(
        who=chosen.name, disease=CALLED[next(iter(NEW))], top=CALLED[chosen.top], p=f"{chosen.probability:.0%}", near=near.name, diagnosis=CALLED[near.diagnosis], d=f"{near.distance:.2f}"
    )  # fmt: skip
    return Words("Diagnose, a card", "“诊断”页，卡片"), message


def warned(found: AppResult) -> tuple[Words, Words]:
    """Of how many patients of the new disease, and of how many others, the cards say that they are unlike every labeled patient."""
    (n_new, of_new), (n_other, of_others) = (found.n_unlike(new=new) for new in (True, False))
    message = Words(
        "“Unlike every labeled patient”, or healthy by all reference ranges: {a} of {n} {n:patient|patients} with {disease}, {b} of the {m} {m:other|others}",
        "“与所有已确诊患者均不相似”或所有数值都在参考范围内：{disease} {n} 位中 {a} 位，其余 {m} 位中 {b} 位",
    )
    return Words("Diagnose, cards", "“诊断”页，各卡片"), message.format(
        a=n_new, n=of_new, b=n_other, m=of_others, disease=CALLED[next(iter(NEW))]
    )


def leaking(state: BreakItState) -> Table:
    """Six rows of the file with the treatment in it."""
    rows_of = world.file_of(state.seed, "leak")
    known, new = rows_of[rows_of["diagnosis"].notna()], rows_of[rows_of["diagnosis"].isna()]
    picked = [*(known.iloc[i] for i in (0, world.N_LABELED, 2 * world.N_LABELED)), *(new.iloc[i] for i in (0, world.N_NEW, 2 * world.N_NEW))]  # fmt: skip
    told = {
        "oral iron": Words("oral iron", "口服铁剂"),
        "antibiotics": Words("antibiotics", "抗生素"),
        "thyroxine": Words("thyroxine", "甲状腺素"),
    }
    body = tuple(
        (verbatim(row["ferritin"]), verbatim(row["TSH"]), told[row["treatment given"]], CALLED.get(row["diagnosis"], verbatim("?")))
        for row in picked
    )
    header = (Words("ferritin", "铁蛋白"), Words("TSH", "TSH"), TREATED, WRITTEN["diagnosis"])
    how = Words("Three labeled and three new patients; two of the {n} other {n:column|columns} are shown.", "三位已确诊与三位新患者；{n} 列中另列出两列。").format(n=len(COLUMNS))  # fmt: skip
    return Table(Words("The file, six of its rows", "文件中的六行"), how, header, body, width=400)
