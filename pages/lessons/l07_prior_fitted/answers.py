"""The correct answers and explanations of lesson 7, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l07_prior_fitted import computation as world
from pages.lessons.l07_prior_fitted.computation import PriorFittedState


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


def how_far(state: PriorFittedState) -> Words:
    """Today's gap, and why it is not zero."""
    return Words(
        "With {k} labeled {k:patient|patients} of each disease, the two differ by {g} percentage points on average over four tasks, more in some, less in others: press [Next task], then [Twice as many patients]. The difference cannot be zero: the formula **knows** that values follow bell curves of the same width. The network was trained "
        "on skewed values, outliers, thresholds and gaps as well. Its prior is **wider**, so it stays more cautious, above all far from the labeled patients.",
        "每种疾病 {k} 位已确诊患者时，四个任务平均相差 {g} 个百分点，有的任务多些，有的少些：请按“下一个任务”，再按“患者加倍”。差距不会是零：公式**知道**数值服从宽度相同的钟形分布。网络训练时还见过偏态、离群值、阈值和缺失，它的先验**更宽**，所以更谨慎，在远离已确诊患者处尤其如此。",
    ).format(g=f"{100 * world.gap(state.seed, state.shots):.0f}", k=state.shots)
