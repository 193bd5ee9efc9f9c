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
        "{right} of {n}; guessing would give 4. The prior has easy tasks and hopeless ones, as clinics have: press [Next task] and try the other kinds. After each exercise of its practice the network was told the truth and its weights "
        "moved a little. Now they do not move any more: for your patients it only **reads**.",
        "{n} 位中 {right} 位；瞎猜约 4 位。先验里有容易的任务，也有无望的任务，正如临床：请按“下一个任务”，并试试其他类型。练习时每做完一题，网络都会得知真相，权重随之移动一点。如今权重不再移动：面对您的患者，它只**读取**。",
    ).format(right=right, n=n)


def how_far(state: PriorFittedState) -> Words:
    """Today's gap, and why it is not zero."""
    return Words(
        "On average over four tasks {g} percentage points apart, with {k} labelled patients of each disease; in one task more, in another less: press [Next task], then [Twice as many patients]. It cannot be zero: the formula **knows** that values are bell-shaped, equally wide and of one kind. The network has practised "
        "on skewed values, outliers, thresholds and gaps as well, its prior is **wider**, so it stays more careful, most of all far from the labelled patients.",
        "每种疾病 {k} 位已确诊患者时，四个任务平均相差 {g} 个百分点，有的任务多些，有的少些：请按“下一个任务”，再按“患者加倍”。差距不会是零：公式**知道**数值呈钟形、宽度相同、只有一种。网络还练习过偏态、离群值、阈值和缺失，它的先验**更宽**，所以更谨慎，在远离已确诊患者处尤其如此。",
    ).format(g=f"{100 * world.gap(state.seed, state.shots):.0f}", k=state.shots)
