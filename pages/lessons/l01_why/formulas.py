"""The formulas of lesson 1 with the numbers of the present state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l01_why import computation as why
from pages.lessons.l01_why.computation import WhyState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula

NAMES = {
    "accuracy": Words("accuracy", "准确率"),
    "right": Words("predicted correctly", "判断正确"),
    "asked": Words("asked", "待判断"),
    "labeled": Words("labeled", "已确诊"),
    "new": Words("new", "新患者"),
    "unknowns": Words("unknowns", "未知数"),
    "from": Words("from", "来自"),
    "patients": Words("patients", "患者"),
    "unanimous": Words("all agree", "一致"),
    "meta_trained": Words("meta-trained", "经元训练"),
    "ordinary": Words("ordinary", "普通"),
    "task": Words("task", "任务"),
    "query": Words("query", "查询集"),
    "support": Words("support", "支持集"),
}


def share_correct(state: WhyState) -> Formula:
    """Accuracy on labeled and on new patients."""
    seen, new = why.ordinary_accuracy(state.seed, state.shots)
    return Formula(
        r"<accuracy> = \frac{<right>}{<asked>}",
        rf"<labeled>: {number(100 * seen, 0)}\,\% \qquad <new>: {number(100 * new, 0)}\,\%",
        Words("Mean over {n} {n:task|tasks}, {q} new {q:patient|patients} of each disease in every task.", "{n} 个任务的平均，每个任务中每种疾病有 {q} 位新患者。").format(n=why.N_TASKS, q=why.N_QUERY),
        NAMES,
    )  # fmt: skip


def needed(state: WhyState) -> Formula:
    """Accuracy at three numbers of shots."""
    told = [rf"K = {k}: {number(100 * why.ordinary_accuracy(state.seed, k)[1], 0)}\,\%" for k in (3, 10, 50)]
    return Formula(
        r"<accuracy>(K) = \frac{<right>}{<asked>}",
        r"\qquad ".join(told),
        Words("$K$: labeled patients of each disease (“shots”).", "$K$：每种疾病的已确诊患者数（即“每类样本数”）。"),
        NAMES,
    )


def agreement(state: WhyState) -> Formula:
    """How many of ten patients all clinics agree on."""
    n = why.n_unanimous(state.seed, state.shots)
    return Formula(
        r"\underbrace{12 + 1}_{<unknowns>} \quad <from> \quad \underbrace{2K}_{<patients>}",
        rf"13 \quad <from> \quad {2 * state.shots} \qquad \Rightarrow \qquad <unanimous>\ {n} / 10",
        Words(
            "Twelve weights and an intercept must be found from $2K$ patients. As long as there are fewer patients than unknowns, many solutions fit equally well.",
            "要从 $2K$ 位患者求出 12 个权重和 1 个截距：只要患者少于未知数，就有许多解同样吻合。",
        ),
        NAMES,
    )


def practice_loss(state: WhyState) -> Formula:
    """The meta-loss of the last step, and the two accuracies."""
    ours, plain = why.gain(state)
    loss = number(why.meta_loss_now(state), 2) if state.practice else r"\mathrm{?}"
    return Formula(
        r"\min_\theta\ \mathbb{E}_{<task>}\big[L_{<query>}(\theta;\ <support>)\big]",
        rf"L = {loss} \qquad <meta_trained>: {number(100 * ours, 0)}\,\% \qquad <ordinary>: {number(100 * plain, 0)}\,\%",
        Words(
            "$\\theta$: the network's weights. Each task gives it a few labeled patients (support) and asks about others (query); $L$: the mean loss on the "
            "query patients in the last step, 0 for perfect answers.",
            "$\\theta$：网络的权重。在许多任务的每一个中，先给它几位患者（支持集），再问它另一些患者（查询集）；$L$：最近一步在查询集上的平均损失，完全答对为 0。",
        ),
        NAMES,
    )
