"""The correct answers and explanations of lesson 6, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l06_matching import computation as world
from pages.lessons.l06_matching.computation import MatchingState


def better(state: MatchingState) -> int:
    """0 prototypes, 1 matching, 2 equal."""
    prototypes, matching = world.n_right(world.with_two_faces(state))
    return 2 if prototypes == matching else int(matching > prototypes)


def looks_like(state: MatchingState) -> Words:
    """Why not the nearest mark, with today's patients."""
    least = 100 * min(world.weights(state))
    smallest = Words("less than 0.1", "不到 0.1") if least < 0.1 else Words(f"{least:.1f}", f"{least:.1f}")
    return Words(
        "All {n} do, with weights from {most}% down to {least}%; those in the same **direction** from the healthy average have the most influence. What counts is which values are abnormal and in what proportion, not by how much: the pattern, not the severity. "
        "Drag the open circle and watch the lines.",
        "全部 {n} 位都有影响，权重从 {most}% 到 {least}%；从健康人平均处看**方向**相同的，影响最大。重要的是哪些值异常、比例如何，而不是异常多少：看模式，不看轻重。拖动空心圆，观察线的变化。",
    ).format(n=len(world.labeled(state).y), most=f"{100 * max(world.weights(state)):.0f}", least=smallest)


def why_it_wins(state: MatchingState) -> Words:
    """Whose line is the widest here, and whose votes add up to most."""
    widest, votes = world.most_attended(state), world.votes(state)
    own, winner = int(world.labeled(state).y[widest]), votes.index(max(votes))
    told = Words(
        "Each bar on the right is the sum of the lines of one color, and that is the **probability** of the diagnosis.",
        "右边的条形就是同色线条叠起来的高度，也就是该诊断的**概率**。",
    )
    if own != winner:
        told += Words(
            "Here the widest line ({w}%) is of {own}, but the votes for {winner} add up to {p}%.",
            "此处最宽的线（{w}%）属于{own}，而{winner}的票加起来有 {p}%。",
        ).format(
            w=f"{100 * world.weights(state)[widest]:.0f}", own=world.NAMES[own], winner=world.NAMES[winner], p=f"{100 * votes[winner]:.0f}"
        )
    return told + Words(
        "Drag the open circle slowly to where two bars are equally high: there the network is undecided, and its probabilities say so.",
        "把空心圆慢慢拖到两根条形一样高的地方：网络在那里拿不定主意，概率也如实反映。",
    )
