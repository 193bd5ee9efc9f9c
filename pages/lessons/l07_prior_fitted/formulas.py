"""The formulas of lesson 7 with the numbers of the present state."""

from __future__ import annotations

from dataclasses import replace

from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted import small_network
from pages.lessons.l07_prior_fitted.computation import PriorFittedState
from pages.lessons.latex import number
from pages.lessons.lesson import Formula, Term

LABELED = Term("S", Words("the labeled patients", "已确诊患者"), "labeled")
EXACT = Term(r"p(k \mid x, S)", Words("the exact answer", "精确答案"), "exact")
APART = Term(r"\overline{|q - p|}", Words("how far the two are apart", "两者相差多少"), "gap")


def drawn(state: PriorFittedState) -> Formula:
    """How a task comes about, with this one's size."""
    task = world.exercise(state.seed, state.kind, state.number)
    missing = 100 * float(task.values.isnan().double().mean())
    return Formula(
        r"<rule> \sim <prior>, \qquad (x, y) \sim <rule>",
        rf"<seed>\ {state.seed}, <task>\ {state.number + 1}: \quad {world.N_WAY} \cdot {world.N_LABELED} = {task.n}\ <labeled>, \quad {task.values.shape[1]}\ <tests>, \quad {number(missing, 0)}\,\%\ <missing>",
        Words(
            "$\\sim$: is drawn at random from; $x$: the tests of a patient, $y$: the diagnosis. First the diseases are drawn (which tests they change, and how), then their patients. The network that comes with MetaMed, called “shipped” below, was trained on {n} such tasks, none of them twice.",
            "$\\sim$：随机抽自；$x$：患者的各项检验，$y$：诊断。先抽取疾病（影响哪些检验、如何影响），再抽取患者。MetaMed 自带的网络用 {n} 个这样的任务训练过，没有一个重复。",
        ).format(n=f"{world.N_META_TRAINING_TASKS:,}"),
        {
            "rule": Words("disease", "疾病"),
            "prior": Words("prior", "先验"),
            "seed": Words("seed", "种子"),
            "task": Words("task", "任务"),
            "labeled": Words("labeled patients", "位已确诊患者"),
            "tests": Words("tests", "项检验"),
            "missing": Words("missing", "缺失"),
        },
        (Term("(x, y)", Words("the patients that were drawn", "抽出的患者"), "labeled"),),
    )


def graded(state: PriorFittedState) -> Formula:
    """The loss of this exercise."""
    loss, right, n = world.exercise_loss(state)
    return Formula(
        r"\min_\theta\ \mathbb{E}_{<prior>}\Big[-\log q_\theta(y \mid x, S)\Big]",
        rf"-\overline{{\log q}} = {number(loss)} \qquad <guess>: \log {world.N_WAY} = {number(1.0986)} \qquad <right>: \frac{{{right}}}{{{n}}}",
        Words(
            "The loss $-\\log q$ is 0 if the true diagnosis got probability 1, and the larger the lower its probability; here the mean over the twelve patients. $q_\\theta$: the network's probability of the truth, $\\theta$: its weights, $S$: labeled patients, $\\mathbb{E}$: "
            "mean over all tasks of the prior. On a single task the loss can still be large.",
            "损失 $-\\log q$：真实诊断的概率为 1 时为 0，概率越低则越大；此处为十二位患者的平均。$q_\\theta$：网络给真实诊断的概率；$\\theta$：网络的权重；$S$：已确诊患者；$\\mathbb{E}$：对先验的全部任务取平均。单个任务的损失仍可能很大。",
        ),
        {
            "prior": Words("prior", "先验"),
            "guess": Words("guessing", "瞎猜"),
            "right": Words("correct", "正确"),
        },
        (LABELED, Term("x", Words("the new patients", "新患者"), "asked")),
    )


def approaches(state: PriorFittedState) -> Formula:
    """How far the small network is from the exact answer, at first and now."""
    first, now = (100 * small_network.small_gap(state.seed, n) for n in (0, state.practice))
    return Formula(
        r"\begin{gathered} \min_q \mathbb{E}[-\log q] \\ \Downarrow \\ q(k \mid x, S) = p(k \mid x, S) \end{gathered}",
        rf"\overline{{|q - p|}}: \quad {number(first, 1)} \to {number(now, 1)}\ <points>",
        Words(
            "$q$: network; $p$: exact posterior under the prior it is trained on; $S$: labeled patients. Nothing has a lower mean loss than the posterior: it is the optimum of training. How near a network comes depends on its size and its steps, and a single step may lead away. Müller et al. 2022, corollary 1.1.",
            "$q$：网络；$p$：训练所用先验下的精确后验；$S$：已确诊患者。没有什么比后验的平均损失更低：它是训练的最优点。网络能靠多近，取决于其大小和步数，单独一步也可能偏离。Müller 等 2022，推论 1.1。",
        ),
        {"points": Words("percentage points", "个百分点")},
        (LABELED, EXACT, Term(r"q(k \mid x, S)", Words("the small network", "小网络"), "network"), APART),
    )


def closed_form(state: PriorFittedState) -> Formula:
    """What is known of both means, and the gap of the shipped network."""
    support = world.simple(state.seed, state.number).support(state.shots)
    known = [world.posterior_mean(support, k) for k in range(2)]
    told = r",\quad ".join(rf"m_{k + 1} = {number(m)}" for k, (m, _) in enumerate(known))
    return Formula(
        r"p(k \mid x, S) \propto \mathcal{N}(x;\ m_k,\ 1 + v_k)",
        rf"{told} \qquad \overline{{|q - p|}} = {number(100 * world.gap(state.seed, state.shots), 1)}\ <points>",
        Words(
            "$\\mathcal{N}$: bell curve of that mean and variance; $m_k = v_k \\sum_{i \\in S_k} x_i$ with $v_k = 1 / (n_k + 1 / \\tau^2)$: the mean of disease $k$ estimated from its $n_k$ labeled patients, pulled towards 0 when they are few; $\\tau$ = 1.5: spread of the means in this world. "
            "$q$: the shipped network, the average of several readings, calibrated.",
            "$\\mathcal{N}$：以此为均值与方差的钟形曲线；$m_k = v_k \\sum_{i \\in S_k} x_i$，$v_k = 1 / (n_k + 1 / \\tau^2)$：由 $n_k$ 位已确诊患者估计的疾病 $k$ 的均值，患者少时向 0 收缩；$\\tau$ = 1.5：这个世界中均值的标准差。$q$：自带网络，多次读取取平均并经校准。",
        ),
        {"points": Words("percentage points", "个百分点")},
        (LABELED, EXACT, APART),
    )


def both_right(state: PriorFittedState) -> Formula:
    """Right answers and sureness of both."""
    formula, network, n = world.right(state)
    sure = [100 * value for value in world.sureness(state)]
    return Formula(
        r"p(k \mid x, S) \ <exact>\ \Leftarrow\ <true>",
        rf"<formula>: \frac{{{formula}}}{{{n}}},\ {number(sure[0], 0)}\,\% \qquad <network>: \frac{{{network}}}{{{n}}},\ {number(sure[1], 0)}\,\%",
        Words(
            "New patients with a correct answer, and mean confidence (the larger of the two probabilities).",
            "判断正确的新患者，以及平均置信度（两个概率中较大者）。",
        ),
        {
            "exact": Words("is exact", "精确"),
            "true": Words("the prior is true", "先验属实"),
            "formula": Words("formula", "公式"),
            "network": Words("shipped network", "自带网络"),
        },
        (LABELED, replace(EXACT, words=Words("the formula", "公式")), Term("<network>", Words("its answers", "它的答案"), "network")),
    )
