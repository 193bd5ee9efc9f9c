"""The pictures of the lesson on how many shots are enough."""

from __future__ import annotations

from metamed_core.drawing import GRAY, TEAL, Axis, Chart, Dots, Label, Line, Mark, Point, SeriesStyle, verbatim
from metamed_core.words import Words
from pages.lessons.l08_shots import computation as world
from pages.lessons.l08_shots import small_clinics, unusual_patient
from pages.lessons.l08_shots.computation import FEW, KINDS, N_LUCK, N_SMALL, SHOTS, ShotsState

STYLES = {
    "network": TEAL,
    "prototype": SeriesStyle("#0072B2", "triangle-up", (2, 2)),
    "regression": SeriesStyle("#D55E00", "square", (6, 3)),
}
NAMES = {
    "network": Words("shipped weights (prototypical network)", "自带权重（原型网络）"),
    "prototype": Words("untrained prototype", "未训练的原型"),
    "regression": Words("logistic regression", "逻辑回归"),
}
EPISODES_ONLY, TWO_WAY = SeriesStyle("#D55E00", "square", (1, 0)), TEAL
K_TITLE = Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数")
UNUSUAL = Words("the first patient is unusual (as set below)", "第一位患者不典型（程度如下方所设）")
ACCURACY = Words("accuracy on new patients", "在新患者上的准确率")


def _axis(low: float, high: float = 1.02, title: Words = ACCURACY) -> Axis:
    start = round(low * 10)
    return Axis(title, low, high, percent=True, ticks=tuple((v / 10, verbatim(f"{10 * v}%")) for v in range(start, 11)))


def luck(state: ShotsState, *, revealed: bool) -> Chart:
    """Accuracy in sixty draws of the labeled patients: ten of each diagnosis and, once revealed, the chosen number."""
    columns = [(2.0, 10)] + ([(1.0, state.k)] if revealed else [])
    marks: list[Mark] = []
    for at, k in columns:
        values = world.luck(state.seed, k)
        # Beside one another in a fixed pattern, so that equal values do not hide each other.
        places: tuple[Point, ...] = tuple((at + 0.036 * (i % 11 - 5), float(value)) for i, value in enumerate(values))
        marks.append(Dots(places, STYLES["network"], size=4.5, opacity=0.75))
        mean = float(values.mean())
        marks.append(Line(((at - 0.28, mean), (at + 0.28, mean)), TWO_WAY, width=3))
        told = verbatim(f"{100 * float(values.min()):.0f} … {100 * float(values.max()):.0f}%")
        marks.append(Label((at, float(values.max()) + 0.045), told, bold=True))
    ticks = ((1.0, verbatim(state.k) if revealed else verbatim("1: ?")), (2.0, verbatim(10)))
    title = Words("The same clinic, the same new patients, {n} draws of who is labeled", "同一家诊所、同样的新患者：抽取 {n} 次“谁已确诊”").format(n=N_LUCK)  # fmt: skip
    how = Words("How to read: each dot is one draw; the line is their mean.", "读法：每点为一次抽取；横线为均值。")
    low = max(0.0, float(world.luck(state.seed, 1).min()) // 0.1 / 10 - 0.1)
    return Chart(title, how, Words("Accuracy by draw of the labeled patients", "各次抽取的准确率"), Axis(K_TITLE, 0.4, 2.6, ticks=ticks), _axis(low, 1.08), tuple(marks), shape=(640, 380))  # fmt: skip


def curves(state: ShotsState, *, revealed: bool, overlap: float | None = None) -> Chart:
    """Three methods against the number of labeled patients; before the answer only the network's curve.

    overlap: with the ceiling it sets, in one clinic of each kind of disease; None: in all clinics of the chosen kind.
    """
    one_each = overlap is not None
    kind, overlap = 0 if one_each else state.kind, overlap or 0.0
    found = world.curves(state.seed, overlap, kind, one_each=one_each)
    marks: list[Mark] = [
        Line(tuple((float(i), value) for i, value in enumerate(found[method])), STYLES[method], NAMES[method], 2.5, markers=True)
        for method in (world.METHODS if revealed else ("network",))
    ]
    end = len(SHOTS) - 1
    if overlap and revealed:
        most = world.ceiling(overlap)
        plain = world.curves(state.seed, one_each=True)["network"]
        marks.append(Line(((-0.3, most), (end + 0.3, most)), GRAY, Words("no method can do better now", "改动之后，任何方法都无法超过"), 2))
        marks.append(Line(tuple((float(i), v) for i, v in enumerate(plain)), TEAL, Words("shipped weights, before the change", "自带权重，改动之前"), 1.5, 0.5))  # fmt: skip
    x = Axis(K_TITLE, -0.4, end + 0.4, ticks=tuple((float(i), verbatim(k)) for i, k in enumerate(SHOTS)))
    title = Words("Four diagnoses: correct answers for new patients, by number of labeled patients", "四种诊断：新患者判断正确的比例随已确诊患者数的变化")  # fmt: skip
    if overlap:
        title = Words("{share}% of the patients of diagnosis 2 look exactly like diagnosis 1", "诊断 2 有 {share}% 的患者与诊断 1 毫无差别").format(share=f"{100 * overlap:.0f}")  # fmt: skip
    how = Words("How to read: mean over {n} simulated {n:clinic|clinics}; all methods got the same patients.", "读法：{n} 家模拟诊所的平均；各方法所用患者完全相同。").format(n=len(KINDS) if one_each else 2 if kind else 2 * len(KINDS))  # fmt: skip
    return Chart(title, how, Words("Accuracy by number of labeled patients", "准确率随已确诊患者数的变化"), x, _axis(0.2), tuple(marks), shape=(700, 380))  # fmt: skip


def intervals(state: ShotsState, *, revealed: bool) -> Chart:
    """Twenty small clinics: the interval from episodes alone and, once revealed, the one that counts patients too, and the truth."""
    both = small_clinics.both_intervals(state.seed, state.patients, state.episodes)
    marks: list[Mark] = []
    for i, (narrow, wide) in enumerate(both):
        first = i == 0
        x = i + 1.0
        name = Words("counts episodes only", "只计小任务") if first else None
        marks.append(Line(((x - 0.15, narrow.low), (x - 0.15, narrow.high)), EPISODES_ONLY, name, 6))
        if revealed:
            name = Words("counts patients as well", "同时计入患者") if first else None
            marks.append(Line(((x + 0.2, wide.low), (x + 0.2, wide.high)), TWO_WAY, name, 2))
    if revealed:
        aim = small_clinics.truth(state.seed)
        marks.append(Line(((0.2, aim), (N_SMALL + 0.8, aim)), GRAY, Words("true accuracy (all patients)", "真实准确率（全部患者）"), 2.5))  # fmt: skip
    title = Words("Twenty clinics, each with {p} {p:patient|patients} of each diagnosis and {e} {e:episode|episodes}: their 95% intervals", "二十家诊所，各有每种诊断 {p} 位患者、{e} 个小任务：各自的 95% 区间").format(p=state.patients, e=state.episodes)  # fmt: skip
    how = Words("How to read: each column is one clinic; same method, same diseases, different patients.", "读法：每列一家诊所；方法与疾病相同，患者不同。")  # fmt: skip
    ends = [end for pair in both for one in pair for end in (one.low, one.high)]
    low, high = min(ends) // 0.1 / 10, min(1.02, max(ends) // 0.1 / 10 + 0.11)
    y = Axis(Words("accuracy", "准确率"), low, high, percent=True, ticks=tuple((v / 10, verbatim(f"{10 * v}%")) for v in range(round(10 * low), 11) if v / 10 <= high))  # fmt: skip
    x_axis = Axis(Words("clinic", "诊所"), 0, N_SMALL + 1, ticks=tuple((float(i), verbatim(i)) for i in (1, 5, 10, 15, 20)))
    return Chart(title, how, Words("Intervals of twenty clinics", "二十家诊所的区间"), x_axis, y, tuple(marks), shape=(700, 380))


def first_patient(state: ShotsState, *, revealed: bool) -> Chart:
    """Share of one diagnosis predicted correctly, when its first labeled patient is typical and when not; the latter at one shot only before."""
    usual, odd = (unusual_patient.with_first(state.seed, at) for at in (5, state.unusual))
    shown = odd if revealed else odd[:1]
    marks: list[Mark] = [
        Line(_by_shots(usual), TEAL, Words("the first patient is typical", "第一位患者典型"), 2.5, markers=True),
        Line(_by_shots(shown), STYLES["regression"], UNUSUAL, 2.5, markers=True),
    ]
    if not revealed:
        marks.append(Label((1.25, odd[0]), verbatim("?"), "start", bold=True))
    title = Words(
        "Correct answers for patients of this diagnosis; the other labeled patients are drawn at random",
        "该诊断的患者判断正确的比例（其余已确诊患者随机抽取）",
    )
    how = Words("How to read: mean over 20 draws of the other labeled patients.", "读法：其余已确诊患者抽取 20 次的平均。")
    x = Axis(K_TITLE, 0.6, FEW[-1] + 0.4, ticks=tuple((float(k), verbatim(k)) for k in FEW))
    return Chart(title, how, Words("Accuracy with a typical and an unusual first patient", "第一位患者典型与不典型时的准确率"), x, _axis(0.0), tuple(marks), shape=(660, 380))  # fmt: skip


def _by_shots(values: tuple[float, ...]) -> tuple[Point, ...]:
    return tuple((float(k), value) for k, value in zip(FEW, values, strict=False))
