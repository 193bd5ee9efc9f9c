"""Marks and axes that the lessons on MAML and Reptile share: the plane of the two weights, and losses by step beside it."""

from __future__ import annotations

from collections.abc import Sequence

from metamed_core.drawing import TEAL, Axis, Chart, Dots, Line, Mark, Point, SeriesStyle, Strokes, points
from metamed_core.words import Words
from pages.lessons.plane_of_weights import PAIRS, REACH, contours

PLANE, BESIDE = (405, 388), (395, 388)  # the plane's two axes have one scale, so that downhill looks perpendicular to a contour line
X = Axis(Words("weight of ferritin", "铁蛋白的权重"), -REACH, REACH)
Y = Axis(Words("weight of MCV", "MCV 的权重"), -REACH, REACH)
START = Words("start", "起点")
START_AT = Words("start at {x}, {y}", "起点：{x}，{y}")
LOSS = Words("loss on other patients", "另一些患者上的损失")


def rings(seed: int, opacity: float = 0.6) -> list[Mark]:
    """The two innermost contour lines of each task: where its best models lie."""
    return [Strokes(line, pair.style, width=1.2, opacity=opacity) for i, pair in enumerate(PAIRS) for line in contours(seed, i)[:2]]


def beside(title: Words, how: Words, x: Axis, y: Words, marks: list[Mark]) -> Chart:
    """Losses by step, drawn beside the plane; their axis begins at 0."""
    highest = max((value for mark in marks if isinstance(mark, Line) for _, value in mark.points), default=1.0)
    return Chart(title, how, title, x, Axis(y, 0, 1.06 * max(highest, 0.4)), tuple(marks), shape=BESIDE)


def path_marks(path: Sequence[Point], style: SeriesStyle, name: Words | None = None) -> list[Mark]:
    """Inner steps; before the first only the name for the legend."""
    return [
        Line(
            points(path) if len(path) > 1 else (),
            style,
            name or Words("inner steps", "内循环步"),
            2.5,
            arrow=True,
            markers=True,
            part="path",
        )
    ]


def inside(at: Point) -> Point:
    """The point, held at the edge of the plane."""
    x, y = (min(max(value, -REACH), REACH) for value in at)
    return x, y


def start_mark(at: Point) -> Dots:
    """The ring that can be dragged."""
    told = START_AT.format(x=f"{at[0]:.2f}", y=f"{at[1]:.2f}")
    return Dots((at,), TEAL, START, 8, filled=False, handles=("start",), tooltips=(told,), part="start")


def weights_plane(title: Words, marks: list[Mark], how: Words) -> Chart:
    """Marks on the plane of the two weights; a click on it moves the start."""
    alt = Words(
        "Plane of the weights of ferritin and MCV with contour lines, inner paths and the start",
        "铁蛋白与 MCV 权重平面，含等高线、内循环路径和起点",
    )
    return Chart(title, how, alt, X, Y, tuple(marks), click="start", shape=PLANE)
