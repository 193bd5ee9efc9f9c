"""The picture of the lesson on prototypes: patients, means and the regions nearest to them."""

from __future__ import annotations

from metamed_core.drawing import GRAY, Area, Axis, Chart, Dots, Line, Mark, SeriesStyle, points, series_styles
from metamed_core.words import Words
from pages.lessons import geometry
from pages.lessons.l05_prototypes.computation import (
    NAMES,
    TALL,
    WIDE,
    PrototypesState,
    answers,
    asked,
    labeled,
    picked,
    present,
    prototypes,
)

STYLES = series_styles(len(NAMES))
BORDER = SeriesStyle(GRAY.color, "circle", (1, 0))
X = Axis(Words("ferritin (standard deviations from healthy)", "铁蛋白（偏离健康人的标准差数）"), -WIDE, WIDE)
Y = Axis(Words("MCV (standard deviations)", "MCV（标准差数）"), -TALL, TALL)
HOW = Words(
    "How to read: filled marks are labeled patients, large outlined marks the prototypes, tinted areas the region nearest to each.",
    "读法：实心标记为已确诊患者，大空心标记为原型，着色区域为离各原型最近的部分。",
)


def plane(
    state: PrototypesState,
    title: Words,
    *,
    means: bool = True,
    regions: bool = True,
    ask: bool = False,
    judged: bool = False,
    hand: bool = False,
) -> Chart:
    """The patients; means, regions: of the prototypes; ask: the one who is asked about; judged: all asked patients, right or wrong."""
    marks: list[Mark] = []
    centers = prototypes(state).numpy()
    if regions:
        for k, corners in zip(present(state), geometry.nearest_regions(centers, WIDE, TALL), strict=True):
            marks.append(Area(corners, STYLES[k], 0.16, part="region"))
            marks.append(Line((*corners, *corners[:1]), BORDER, width=1, opacity=0.7, part="region"))
    if judged:
        marks += _judged(state)
    marks += _labeled(state, threads=means)
    if means:
        marks += [
            Dots(
                (point,),
                STYLES[k],
                Words("prototype of {name}", "{name}的原型").format(name=NAMES[k]),
                11,
                filled=False,
                part=f"prototype prototype{k}",
            )
            for k, point in zip(present(state), points(centers.tolist()), strict=True)
        ]
    if ask:
        marks += _asked_one(state)
    alt = Words("Plane of ferritin and MCV with labeled patients and prototypes", "铁蛋白与 MCV 平面，含已确诊患者与原型")
    return Chart(title, HOW, alt, X, Y, tuple(marks), "asked" if ask else "", str(picked(state)) if hand else "", (760, 420))


def _labeled(state: PrototypesState, *, threads: bool) -> list[Mark]:
    """Filled marks, each diagnosis with its own; threads lead from a patient to the prototype they belong to."""
    patients, marks = labeled(state), list[Mark]()
    centers = dict(zip(present(state), points(prototypes(state).tolist()), strict=True))
    for k, name in enumerate(NAMES):
        rows = [i for i in patients.numbers if int(patients.y[i]) == k]
        at = points(patients.values[rows].tolist())
        if threads:
            marks += [Line((point, centers[k]), STYLES[k], width=1, opacity=0.55) for point in at]
        told = tuple(
            Words("patient {i}: {name}, ferritin {x}, MCV {y}", "患者 {i}：{name}，铁蛋白 {x}，MCV {y}").format(
                i=i + 1, name=name, x=f"{x:.2f}", y=f"{y:.2f}"
            )
            for i, (x, y) in zip(rows, at, strict=True)
        )
        marks.append(Dots(at, STYLES[k], name, 6, handles=tuple(map(str, rows)), tooltips=told, part=f"patients{k}"))
    return marks


def _judged(state: PrototypesState) -> list[Mark]:
    """All asked patients: small marks of their true diagnosis, a cross where the answer is wrong."""
    values, y = asked(state)
    wrong = answers(state) != y
    marks: list[Mark] = [
        Dots(points(values[(y == k) & ~wrong].tolist()), STYLES[k], size=3, opacity=0.75, part="judged") for k in range(len(NAMES))
    ]
    cross = SeriesStyle("#D55E00", "cross", (1, 0))
    return [*marks, Dots(points(values[wrong].tolist()), cross, Words("new patient, wrong answer", "新患者，判断错误"), 4, part="judged")]


def _asked_one(state: PrototypesState) -> list[Mark]:
    here = (state.x, state.y)
    lines = [Line((here, point), GRAY, width=1.5, part="gap") for point in points(prototypes(state).tolist())]
    told = Words("the new patient: ferritin {x}, MCV {y}", "新患者：铁蛋白 {x}，MCV {y}")
    named = told.format(x=f"{here[0]:.2f}", y=f"{here[1]:.2f}")
    return [*lines, Dots((here,), BORDER, Words("not diagnosed yet", "尚未诊断"), 8, handles=("asked",), tooltips=(named,), part="asked")]
