"""The correct answers and explanations of lesson 7, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted import small_network
from pages.lessons.l07_prior_fitted.computation import PriorFittedState

SAME, ABOUT = 0.005, 2  # a mean distance that is none; patients that are about as many


def how_many(state: PriorFittedState) -> int:
    """0: at most five of twelve right; 1: six to eight; 2: nine or more."""
    right = world.exercise_loss(state)[1]
    return 0 if right <= 5 else 1 if right <= 8 else 2


def as_many(state: PriorFittedState) -> Words:
    """The count, and what it is worth."""
    _, right, n = world.exercise_loss(state)
    return Words(
        "{right} of {n}; guessing would give 4. The prior has easy tasks and hopeless ones, as in real clinics: press [Next task] and try the other kinds of disease. After each training task the network was told the true diagnoses, and its weights "
        "changed a little. Now the weights no longer change: the network only **reads** your patients.",
        "{n} 位中 {right} 位；瞎猜约 4 位。先验里有容易的任务，也有无望的任务，正如临床：请按“下一个任务”，并试试其他类型。训练时每做完一题，网络都会得知真实诊断，权重随之改变一点。如今权重不再改变：面对您的患者，它只**读取**。",
    ).format(right=right, n=n)


def how_near(state: PriorFittedState) -> Words:
    """The distance from the exact answer before training and now, and why it shrinks."""
    first, now = (f"{100 * small_network.small_gap(state.seed, steps):.0f}" for steps in (0, state.practice))
    return Words(
        "Before training it is {first} percentage points away on average, after {n} {n:step|steps} {now}: for a while nothing seems to happen, then the curve bends. Press [Meta-train] and go on. The lowest mean loss is that of the exact probabilities "
        "(the **posterior** under this prior): so training on tasks **fits** the network to the prior, computed here as you press.",
        "训练前平均相差 {first} 个百分点，{n} 步后 {now} 个：起初似乎毫无动静，随后曲线才弯过来。请按“元训练”继续。平均损失以精确的概率（这个先验下的**后验**）为最低：所以用任务训练**就是**拟合，您每按一次，这里就真的算一次。",
    ).format(first=first, now=now, n=state.practice)


def how_close(state: PriorFittedState) -> int:
    """The shipped network and the exact answer: 0: the same; 1: some percentage points apart; 2: as far apart as guessing."""
    apart, guessing = world.gap(state.seed, state.shots), world.guessing_gap(state.seed, state.shots)
    return 0 if apart < SAME else 1 if apart < guessing else 2


def who_is_right(state: PriorFittedState) -> int:
    """With a disease on both sides: 0: the formula names more rightly; 1: the network; 2: about as many."""
    formula, network, _ = world.right(state.updated(world="faces"))
    return 2 if abs(formula - network) <= ABOUT else int(network > formula)


def how_far(state: PriorFittedState) -> Words:
    """Today's gap, and why it is not zero."""
    exact, network = world.mean_sureness(state.seed, state.shots)
    return Words(
        "With {k} labeled {k:patient|patients} of each disease, the two differ by {g} percentage points on average over four tasks (always guessing 50% would by {guess}); mean confidence: formula {exact}%, network {net}%. Press [Next task], then [Twice as many patients]. The difference cannot be zero: the formula **knows** that values follow bell curves of the same width. The network was trained "
        "on skewed values, outliers, thresholds and gaps as well. Its prior is **wider**.",
        "每种疾病 {k} 位已确诊患者时，四个任务平均相差 {g} 个百分点（一律猜 50% 则相差 {guess} 个）；平均置信度：公式 {exact}%，网络 {net}%。请按“下一个任务”，再按“患者加倍”。差距不会是零：公式**知道**数值服从宽度相同的钟形分布。网络训练时还见过偏态、离群值、阈值和缺失，它的先验**更宽**。",
    ).format(
        k=state.shots,
        g=f"{100 * world.gap(state.seed, state.shots):.0f}",
        guess=f"{100 * world.guessing_gap(state.seed, state.shots):.0f}",
        exact=f"{100 * exact:.0f}",
        net=f"{100 * network:.0f}",
    )
