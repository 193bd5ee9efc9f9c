"""The pictures of the lesson on what the textbook is worth."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from metamed_core.drawing import GRAY, TEAL, Axis, Chart, Dots, Line, Mark, SeriesStyle, Table, verbatim
from metamed_core.knowledge import GRADE_SIGNS
from metamed_core.words import Words
from pages.lessons.l11_textbook import computation as world
from pages.lessons.l11_textbook.computation import N_COLUMNS, N_WAY, SHOTS, TextbookState

STYLES = {
    "without": SeriesStyle("#0072B2", "circle", (6, 3)),
    "right": TEAL,
    "wrong": SeriesStyle("#D55E00", "square", (2, 2)),
    "wrong_read": SeriesStyle("#CC79A7", "diamond", (1, 0)),
}
NAMES = {
    "without": Words("labeled patients only", "只有已确诊患者"),
    "right": Words("with the rows of the textbook", "加上教科书的各行"),
    "wrong": Words("with exchanged rows, believed", "加上对调的各行，完全相信"),
    "wrong_read": Words("with exchanged rows, trust read off the patients", "加上对调的各行，信任度由患者得出"),
}
SAID = SeriesStyle("#D55E00", "square", (1, 0))
ACCURACY = Words("accuracy on new patients", "在新患者上的准确率")
GUESS = Words("by guessing", "瞎猜")
TESTS = "ABCDEFGH"
PERCENT = tuple((v / 10, verbatim(f"{10 * v}%")) for v in range(0, 11, 2))


def page(state: TextbookState) -> Table:
    """What the textbook of the first clinic says: a row for each diagnosis."""
    said = world.clinics(state.seed)[0].said
    rows = tuple((diagnosis(k), *(_sign(float(value)) for value in said[k])) for k in range(N_WAY))
    return Table(
        Words("A page of the textbook (clinic 1)", "教科书的一页（诊所 1）"),
        Words("How to read: ↑ high and ↓ low against the reference range; where nothing stands, nothing is said.", "读法：↑ 与 ↓ 表示相对于参考区间偏高与偏低；空格表示未作陈述。"),
        (Words("diagnosis", "诊断"), *(verbatim(name) for name in TESTS)),
        rows,
        width=380,
    )  # fmt: skip


def diagnosis(k: int) -> Words:
    """The name of a diagnosis."""
    return Words("diagnosis {k}", "诊断 {k}").format(k=k + 1)


def _sign(value: float) -> Words:
    return GRADE_SIGNS["high" if value > 0 else "low"] if value else verbatim("")


def alone(state: TextbookState) -> Chart:
    """Accuracy of the rows without any patient, clinic by clinic."""
    found = world.alone(state.seed)
    mean = sum(found) / len(found)
    marks: list[Mark] = [
        Line(((0.5, 1 / N_WAY), (len(found) + 0.5, 1 / N_WAY)), GRAY, GUESS, 2),
        Line(((0.5, mean), (len(found) + 0.5, mean)), TEAL, Words("mean of the clinics", "各诊所平均"), 2),
        Dots(tuple((i + 1.0, value) for i, value in enumerate(found)), TEAL, size=6),
    ]
    title = Words("The rows alone predict {n} of 100 new patients correctly", "仅凭各行知识，100 位新患者中判对 {n} 位").format(
        n=f"{100 * mean:.0f}"
    )
    how = Words("How to read: each mark is one clinic with its own textbook; no patient is labeled.", "读法：每个标记为一家诊所及其教科书；没有任何已确诊患者。")  # fmt: skip
    x = Axis(Words("clinic", "诊所"), 0.5, len(found) + 0.5, ticks=tuple((i + 1.0, verbatim(i + 1)) for i in range(len(found))))
    return Chart(title, how, Words("Accuracy of the rows alone", "仅凭各行知识的准确率"), x, _axis(), tuple(marks), shape=(400, 340))


def mixture(state: TextbookState, *, revealed: bool) -> Chart:
    """One diagnosis, test by test: what is true, what is said, what the labeled patients show and, once revealed, the prototype of all."""
    true, said, patients, prototype = world.one_diagnosis(state)
    marks: list[Mark] = [
        Dots(_marks(true, 0.0), GRAY, Words("true mean of the diagnosis", "该诊断的真实均值"), 4, filled=False),
        Dots(_marks(said, -0.15, only=said), SAID, Words("said by the textbook", "教科书所述"), 6),
        Dots(_marks(patients, 0.15), STYLES["without"], Words("mean of {k} labeled {k:patient|patients}", "{k} 位已确诊患者的均值").format(k=state.k), 5),
    ]  # fmt: skip
    if revealed:
        name = Words("prototype: patients and row", "原型：患者与该行")
        marks.append(Dots(_marks(prototype, 0.0), SeriesStyle(TEAL.color, "diamond", (1, 0)), name, 7))
    title = Words("Diagnosis 1, test by test, in standard deviations from healthy people", "诊断 1 的各项检查（与健康人相差的标准差数）")
    how = Words("How to read: where the textbook says nothing, the prototype is the mean of the patients.", "读法：教科书未作陈述之处，原型就是患者的均值。")  # fmt: skip
    x = Axis(Words("test", "检查"), -0.6, N_COLUMNS - 0.4, ticks=tuple((float(i), verbatim(name)) for i, name in enumerate(TESTS)))
    y = Axis(Words("standard deviations", "标准差数"), -4, 4, ticks=tuple((float(v), verbatim(v)) for v in range(-4, 5, 2)))
    return Chart(title, how, Words("Values of one diagnosis, test by test", "某一诊断的各项检查值"), x, y, tuple(marks), shape=(700, 380))


def _marks(values: Tensor, beside: float, only: Tensor | None = None) -> tuple[tuple[float, float], ...]:
    return tuple((i + beside, float(value)) for i, value in enumerate(values) if only is None or only[i] != 0)


def worth(state: TextbookState, *, revealed: bool) -> Chart:
    """Accuracy without and, once revealed, with the right rows."""
    found = world.measured(state.seed, 0, state.counts)
    shown = {"without": found.without} | ({"right": found.believed} if revealed else {})
    return _curves(
        shown, Words("New patients predicted correctly, by number of labeled patients", "新患者判断正确的比例随已确诊患者数的变化")
    )


def exchanged(state: TextbookState, *, revealed: bool) -> Chart:
    """The same, and once revealed with exchanged rows that are believed."""
    found = world.measured(state.seed, 0, state.counts)
    shown = {"without": found.without, "right": found.believed}
    if revealed:
        shown["wrong"] = world.measured(state.seed, state.exchanged, state.counts).believed
    return _curves(
        shown,
        Words("The rows of {n} {n:diagnosis|diagnoses} stand beside another one", "{n} 种诊断的知识对调了位置").format(n=state.exchanged),
    )


def repaired(state: TextbookState, *, revealed: bool) -> Chart:
    """Exchanged rows, believed and, once revealed, trusted as far as the patients bear them out."""
    wrong = world.measured(state.seed, state.exchanged)
    shown = {"without": wrong.without, "wrong": wrong.believed} | ({"wrong_read": wrong.read} if revealed else {})
    return _curves(
        shown,
        Words("Exchanged rows of {n} {n:diagnosis|diagnoses}: believed, or trusted as far as the patients bear them out", "{n} 种诊断的知识对调：完全相信，或按患者印证的程度相信").format(n=state.exchanged),
    )  # fmt: skip


def _curves(shown: Mapping[str, tuple[float, ...]], title: Words) -> Chart:
    end = len(SHOTS) - 1
    marks: list[Mark] = [Line(((-0.3, 1 / N_WAY), (end + 0.3, 1 / N_WAY)), GRAY, GUESS, 2)]
    marks += [
        Line(tuple((float(i), value) for i, value in enumerate(values)), STYLES[way], NAMES[way], 2.5, markers=True)
        for way, values in shown.items()
    ]
    n = world.N_CLINICS * world.N_DRAWS
    how = Words(
        "How to read: mean over {n} draws of the labeled patients in {m} simulated clinics, the same for every line.",
        "读法：在 {m} 家模拟诊所中抽取已确诊患者 {n} 次的平均，各线所用患者相同。",
    ).format(n=n, m=world.N_CLINICS)
    x = Axis(
        Words("labeled patients of each diagnosis", "每种诊断的已确诊患者数"),
        -0.4,
        end + 0.4,
        ticks=tuple((float(i), verbatim(k)) for i, k in enumerate(SHOTS)),
    )
    alt = Words("Accuracy by number of labeled patients, without and with rows", "有无知识时准确率随已确诊患者数的变化")
    return Chart(title, how, alt, x, _axis(), tuple(marks), shape=(700, 380))


def _axis() -> Axis:
    return Axis(ACCURACY, 0.0, 1.02, percent=True, ticks=PERCENT)
