"""The pictures of the lesson on matching: lines to the labeled patients, votes, sharpness, and the regions of two learners."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from metamed_core.drawing import (
    GRAY,
    Area,
    Axis,
    Chart,
    Dots,
    Label,
    Line,
    Mark,
    Point,
    SeriesStyle,
    Table,
    points,
    series_styles,
    verbatim,
)
from metamed_core.words import Words
from pages.lessons import geometry
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching.computation import NAMES, SHARPEST, SHIPPED_SHARPNESS, TALL, WIDE, MatchingState

STYLES = series_styles(len(NAMES))
SOLID = tuple(SeriesStyle(style.color, style.shape, (1, 0)) for style in STYLES)
RING = SeriesStyle(GRAY.color, "circle", (1, 0))
PLANE, BESIDE, HALF = (450, 366), (350, 366), (400, 326)
X = Axis(Words("ferritin (SD from healthy)", "铁蛋白（偏离健康人的标准差）"), -WIDE, WIDE)
Y = Axis(Words("MCV (SD)", "MCV（标准差）"), -TALL, TALL)
HOW = Words(
    "How to read: filled marks are labeled patients, the open circle is the new patient; the wider a line, the larger the weight of that labeled patient.",
    "读法：实心标记为已确诊患者，空心圆为新患者；线越宽，那位已确诊患者的权重越大。",
)
WIDEST = 26.0  # pixels of a line with all the weight
TAGGED, MOST_TAGS = 0.1, 4  # weights from here on are written beside the patient, but not too many
ABOVE, BESIDE_MARK = 0.32, 0.22  # how far from its patient a weight stands, in units of the plane
CLOSE = (1.0, 0.45)  # and how near two patients are too near for two weights
SHORT = (Words("iron", "缺铁"), Words("inflammation", "炎症"), Words("B12", "B12 缺乏"))


def plane(state: MatchingState, title: Words, *, lines: bool = True) -> Chart:
    """The labeled patients and the asked one; lines: how much the asked one looks at each."""
    patients, share = world.labeled(state), world.weights(state)
    own, marks = world.here(state), list[Mark]()
    tagged = _tagged(patients.values.tolist(), share) if lines else []
    length = math.hypot(*own)
    if lines and length:
        far = min(WIDE / abs(own[0]) if own[0] else math.inf, TALL / abs(own[1]) if own[1] else math.inf)
        marks.append(Line(((0.0, 0.0), (own[0] * far, own[1] * far)), GRAY, Words("same direction", "方向相同"), 1.2, part="direction"))
    if lines:
        for (x, y), k, weight in zip(patients.values.tolist(), patients.y.tolist(), share, strict=True):
            marks.append(Line((own, (x, y)), SOLID[k], width=max(0.5, WIDEST * weight), opacity=0.7, part="weight"))
    for k, name in enumerate(NAMES):
        rows = [i for i, each in enumerate(patients.y.tolist()) if each == k]
        at = points(patients.values[rows].tolist())
        told = (
            tuple(Words("{name}: weight {w}%", "{name}：权重 {w}%").format(name=name, w=f"{100 * share[i]:.1f}") for i in rows)
            if lines
            else ()
        )
        marks.append(Dots(at, STYLES[k], name, 6, tooltips=told, part="patients"))
    for i in tagged:
        x, y = patients.values[i].tolist()
        weight_told = verbatim(f"{100 * share[i]:.0f}%")
        # Above the patient; at the upper edge beside, away from the line, or it would cover the title.
        left = own[0] > x
        beside = Label((x - BESIDE_MARK if left else x + BESIDE_MARK, y), weight_told, "end" if left else "start")
        marks.append(Label((x, y + ABOVE), weight_told) if y + 2 * ABOVE <= TALL else beside)
    marks.append(Dots(((0.0, 0.0),), SeriesStyle(GRAY.color, "cross", (1, 0)), Words("healthy average", "健康人的平均"), 5))
    told_own = Words("the new patient: ferritin {x}, MCV {y}", "新患者：铁蛋白 {x}，MCV {y}")
    named = told_own.format(x=f"{own[0]:.2f}", y=f"{own[1]:.2f}")
    marks.append(Dots((own,), RING, Words("new patient", "新患者"), 9, filled=False, handles=("asked",), tooltips=(named,), part="asked"))
    alt = Words(
        "Plane of ferritin and MCV with lines from the asked patient to the labeled ones",
        "铁蛋白与 MCV 平面，从新患者连向各已确诊患者",
    )
    return Chart(title, HOW, alt, X, Y, tuple(marks), click="asked", shape=PLANE)


def _tagged(values: list[list[float]], share: list[float]) -> list[int]:
    """Whose weight is written beside them: the largest, but of patients so near that the numbers would cover one another only one."""
    found: list[int] = []
    for i in sorted(range(len(share)), key=lambda i: -share[i])[:MOST_TAGS]:
        free = all(abs(values[i][0] - values[j][0]) > CLOSE[0] or abs(values[i][1] - values[j][1]) > CLOSE[1] for j in found)
        if share[i] >= TAGGED and free:
            found.append(i)
    return found


def table(state: MatchingState, *, revealed: bool, n: int = 7) -> Table:
    """The labeled patients with the largest weights, the rest added up."""
    patients, share, turn = world.labeled(state), world.weights(state), world.cosines(state)
    order = sorted(range(len(share)), key=lambda i: -share[i]) if revealed else list(range(len(share)))
    rows = [
        (
            NAMES[int(patients.y[i])],
            *(verbatim(text if revealed else "?") for text in (f"{turn[i]:.2f}".replace("-", "−"), f"{100 * share[i]:.1f}%")),
        )
        for i in order[:n]
    ]
    rest = sum(share[i] for i in order[n:])
    last = Words("{n} {n:other|others}", "其余 {n} 位").format(n=len(order) - n)
    rows.append((last, verbatim(""), verbatim(f"{100 * rest:.1f}%" if revealed else "?")))
    header = (Words("labeled patient", "已确诊患者"), Words("cosine", "余弦"), Words("weight", "权重"))
    how = Words(
        "Right: the largest weights. Cosine 1: same direction; −1: opposite direction.",
        "右表：权重最大的几位。余弦为 1 表示方向相同，−1 表示方向相反。",
    )
    drawn = (*(STYLES[int(patients.y[i])] for i in order[:n]), None)
    return Table(Words("Who has the largest weight?", "谁的权重最大？"), how, header, tuple(rows), drawn, frozenset({(0, 2)}), 300)


def bars(state: MatchingState, *, both: bool = False) -> Chart:
    """Votes of each diagnosis, a bar made of its patients' shares. both: with and without the division by class size."""
    ways = (True, False) if both else (bool(state.divided),)
    marks: list[Mark] = []
    for j, divided in enumerate(ways):
        for k in range(len(NAMES)):
            left = k + 0.62 + 0.4 * j if both else k + 0.7
            marks += _bar(state, k, left, 0.36 if both else 0.6, divided=divided)
    ticks = tuple((k + 1.0, name) for k, name in enumerate(SHORT))
    title = Words("Votes added up by diagnosis", "按诊断把票相加")
    how = Words(
        "Right: each bar is the sum of the weights of a diagnosis, one segment for each patient.",
        "右图：条形是该诊断全部权重之和，每段一位患者。",
    )
    if both:
        title = Words("Left bars: divided by class size; right bars: not divided", "左边的条形：除以各类人数；右边的：不除")
        how = Words(
            "Right picture: in each pair, the left bar is the code's answer, the right bar is equation 1 of Vinyals et al. 2016 as printed.",
            "右图：每对条形中，左边为代码的答案，右边为 Vinyals 等 2016 式 1 的原样。",
        )
    y = Axis(Words("probability", "概率"), 0, 1.1, ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5)))
    alt = Words("Bars: the probability of each diagnosis", "条形图：各诊断的概率")
    return Chart(title, how, alt, Axis(Words("diagnosis", "诊断"), 0.4, 3.6, ticks=ticks), y, tuple(marks), shape=BESIDE)


def _bar(state: MatchingState, k: int, left: float, width: float, *, divided: bool) -> list[Mark]:
    """The bar of one diagnosis: what each of its patients adds, one upon the other."""
    total = world.votes(state, divided=divided)[k]
    own = [w for w, each in zip(world.weights(state), world.labeled(state).y.tolist(), strict=True) if each == k]
    scale, low, marks = total / max(sum(own), 1e-300), 0.0, list[Mark]()
    part = "vote divided" if divided else "vote plain"
    for weight in sorted(own, reverse=True):
        high = low + weight * scale
        marks.append(
            Area(((left, low), (left, high), (left + width, high), (left + width, low)), SOLID[k], 0.75 if divided else 0.3, part=part)
        )
        marks.append(Line(((left, high), (left + width, high)), SeriesStyle("#FFFFFF", "circle", (1, 0)), width=1))
        low = high
    marks.append(Label((left + width / 2, total + 0.045), verbatim(f"{100 * total:.0f}%"), bold=divided))
    return marks


def sharpness_curve(state: MatchingState) -> Chart:
    """Probability of each diagnosis by sharpness; now, and what the shipped network has learned."""
    steps = [SHARPEST * (i / 60) ** 2 for i in range(61)]
    told = [world.votes(state.updated(sharpness=s)) for s in steps]
    marks: list[Mark] = [
        Line(tuple((s**0.5, each[k]) for s, each in zip(steps, told, strict=True)), STYLES[k], NAMES[k], 2.5) for k in range(len(NAMES))
    ]
    now = state.sharpness**0.5
    marks.append(Line(((now, 0.0), (now, 1.0)), RING, Words("now", "当前"), 2.5, part="now"))
    shipped = SHIPPED_SHARPNESS**0.5
    marks.append(Line(((shipped, 0.0), (shipped, 1.0)), GRAY, Words("value of the shipped network", "自带网络的值"), 1.5))
    x = Axis(Words("sharpness", "锐度"), 0, SHARPEST**0.5, ticks=tuple((v**0.5, verbatim(v)) for v in (0, 2, 5, 10, 20, 40, 60)))
    y = Axis(Words("probability", "概率"), 0, 1.04, ticks=tuple((v / 4, verbatim(f"{25 * v}%")) for v in range(5)))
    how = Words("Right: the answer for this patient at every sharpness.", "右图：在每种锐度下对这位患者的答案。")
    title = Words("The answer by sharpness", "答案随锐度的变化")
    alt = Words("Probability of each diagnosis by sharpness", "各诊断概率随锐度的变化")
    return Chart(title, how, alt, x, y, tuple(marks), shape=BESIDE)


def regions(state: MatchingState, *, matching: bool, revealed: bool) -> Chart:
    """Which diagnosis is named where, by one of the two learners, and the asked patients, crossed where predicted wrongly."""
    marks: list[Mark] = []
    if revealed and matching:
        marks += [
            Area(corners, STYLES[k], 0.16, part="matching") for k, corners in wedges(lambda values: world.said_by_matching(state, values))
        ]
    elif revealed:
        shapes = geometry.nearest_regions(world.centers(state).numpy(), WIDE, TALL)
        marks += [Area(corners, STYLES[k], 0.16) for k, corners in enumerate(shapes)]
    patients, known = world.asked(state), world.labeled(state)
    says = world.said_by_matching if matching else world.said_by_prototypes
    wrong = says(state, patients.values) != patients.y if revealed else torch.zeros(len(patients.y), dtype=torch.bool)
    for k, name in enumerate(NAMES):
        marks.append(Dots(points(patients.values[(patients.y == k) & ~wrong].tolist()), STYLES[k], size=3, opacity=0.8, part="judged"))
        marks.append(Dots(points(known.values[known.y == k].tolist()), STYLES[k], None if matching else name, 6))
    if revealed:
        cross = SeriesStyle("#D55E00", "cross", (1, 0))
        marks.append(Dots(points(patients.values[wrong].tolist()), cross, Words("wrong answer", "判断错误"), 5, part="judged"))
    if revealed and not matching:
        marks += [
            Dots((at,), STYLES[k], None, 11, filled=False, part="centers") for k, at in enumerate(points(world.centers(state).tolist()))
        ]
    who = Words("Matching", "匹配网络") if matching else Words("Prototypes", "原型网络")
    count = world.n_right(state)[int(matching)]
    title = (
        Words("{who}: {n} of {all} correct", "{who}：{all} 位中 {n} 位正确").format(who=who, n=count, all=len(patients.y))
        if revealed
        else who
    )
    alt = Words("Plane with the regions of {who}", "{who}的判断区域").format(who=who)
    return Chart(title, MATCHING_HOW if matching else PROTOTYPE_HOW, alt, X, Y, tuple(marks), shape=HALF)


PROTOTYPE_HOW = Words(
    "How to read: the tint shows which diagnosis is predicted there; large marks are labeled patients, small marks new ones. Left: outlined marks are the prototypes.",
    "读法：着色表示在该处会判断为哪种诊断；大标记为已确诊患者，小标记为新患者。左图：空心标记为原型。",
)
MATCHING_HOW = Words(
    "Right: only the direction from the healthy average counts, so the regions are shaped like slices of a cake.",
    "右图：只看偏离健康人平均的方向，所以区域像切开的蛋糕。",
)


def wedges(says: Callable[[Tensor], Tensor], n: int = 720) -> list[tuple[int, tuple[Point, ...]]]:
    """Diagnosis and polygon of each slice, for a learner that looks at directions only: asked at `n` angles and at the plane's corners."""
    corner = math.atan2(TALL, WIDE)
    corners = (corner, math.pi - corner, math.pi + corner, 2 * math.pi - corner)
    angles = sorted([2 * math.pi * i / n for i in range(n)] + list(corners))
    reach = [min(WIDE / max(abs(math.cos(a)), 1e-12), TALL / max(abs(math.sin(a)), 1e-12)) for a in angles]
    edge = [(r * math.cos(a), r * math.sin(a)) for a, r in zip(angles, reach, strict=True)]
    said = says(torch.tensor(edge, dtype=torch.float64)).tolist()
    first = next((i for i in range(len(said)) if said[i] != said[i - 1]), 0)
    order = [*range(first, len(said)), *range(first)]
    slices: list[tuple[int, list[Point]]] = []
    for i in order:
        if not slices or slices[-1][0] != said[i]:
            if slices:
                slices[-1][1].append(edge[i])  # up to where the next begins
            slices.append((said[i], []))
        slices[-1][1].append(edge[i])
    slices[-1][1].append(edge[order[0]])
    return [(k, ((0.0, 0.0), *rim)) for k, rim in slices]
