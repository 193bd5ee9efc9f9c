"""The formulas of lesson 5 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l05_prototypes import computation as world
from pages.lessons.l05_prototypes.computation import PrototypesState
from pages.lessons.latex import column, mean_column, number
from pages.lessons.lesson import Formula, Term


def mean(state: PrototypesState) -> Formula:
    """The prototype of the picked patient's diagnosis, written out."""
    k = world.picked_diagnosis(state)
    patients = world.labeled(state)
    own = patients.values[patients.y == k].tolist()
    center = world.prototypes(state)[world.present(state).index(k)].tolist()
    return Formula(
        r"c_k = \frac{1}{|S_k|}\sum_{i \in S_k} f(x_i)",
        f"{column(center)} = {mean_column(zip(*own, strict=True))}",
        Words(
            "$c_k$: prototype of {name}; $S_k$: its labeled patients; $f(x)$: the embedding, here simply the two values. Snell et al. 2017, eq. 1.",
            "$c_k$：{name}的原型；$S_k$：该诊断的已确诊患者；$f(x)$：嵌入，此处就是两项数值本身。Snell 等 2017，式 1。",
        ).format(name=world.NAMES[k]),
        terms=(
            Term("c_k", Words("prototype of {name}", "{name}的原型").format(name=world.NAMES[k]), f"prototype{k}"),
            Term("S_k", Words("labeled patients with {name}", "{name}的已确诊患者").format(name=world.NAMES[k]), f"patients{k}"),
        ),
    )


def posterior(state: PrototypesState) -> Formula:
    """Distances and probabilities of the patient who is asked about."""
    here = (state.x, state.y)
    gaps, proba = world.squared_distances(state, here), world.probabilities(state, here)
    told = [rf"p_{k + 1} = \frac{{e^{{-{number(gap)}}}}}{{\sum}} = {number(proba[k])}" for k, gap in gaps.items()]
    names = [Words(f"{k + 1}: {world.NAMES[k].en}", f"{k + 1}：{world.NAMES[k].zh}") for k in gaps]
    listed = Words(", ".join(name.en for name in names), "，".join(name.zh for name in names))
    return Formula(
        r"p(k \mid x) = \frac{e^{-|f(x) - c_k|^2}}{\sum_j e^{-|f(x) - c_j|^2}}",
        r",\quad ".join(told),
        Words("Squared distance to each prototype, turned into probabilities ({names}). Snell et al. 2017, eq. 2.", "到各原型的距离平方，换算成概率（{names}）。Snell 等 2017，式 2。").format(names=listed),
        terms=(
            Term("f(x)", Words("the new patient", "新患者"), "asked"),
            Term("c_k", Words("the prototypes", "各原型"), "prototype"),
            Term("|f(x) - c_k|^2", Words("the distances, squared", "距离的平方"), "gap"),
        ),
    )  # fmt: skip


def score(state: PrototypesState) -> Formula:
    """How many asked patients are predicted correctly."""
    right, n = world.n_right(state)
    return Formula(
        r"\hat{k}(x) = \underset{k}{\mathrm{arg\,min}}\; |f(x) - c_k|^2",
        rf"\frac{{{right}}}{{{n}}} = {number(100 * right / n, 0)}\,\%",
        Words("The nearest prototype decides; the number is the share of {n} new patients whose diagnosis is correct.", "由最近的原型给出诊断；数值为 {n} 位新患者中判断正确的比例。").format(n=n),
        terms=(
            Term("f(x)", Words("the new patients", "新患者"), "judged"),
            Term("c_k", Words("the prototypes", "各原型"), "prototype"),
            Term(r"\underset{k}{\mathrm{arg\,min}}", Words("to which prototype a place is nearest", "离哪个原型最近"), "region"),
        ),
    )  # fmt: skip
