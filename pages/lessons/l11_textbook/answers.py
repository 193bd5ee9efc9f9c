"""The correct answers and explanations of lesson 11, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l11_textbook import computation as world
from pages.lessons.l11_textbook import pictures
from pages.lessons.l11_textbook.computation import N_WAY, SHOTS, TextbookState

ONE, MOST = SHOTS.index(1), SHOTS.index(10)
NEARLY = 0.02
"""Within two points two accuracies are nearly the same."""


def by_rows(state: TextbookState) -> int:
    """Which option says how many new patients the rows alone predict correctly."""
    found = world.alone(state.seed)
    mean = sum(found) / len(found)
    return 2 if mean >= 0.65 else 1 if mean > 0.35 else 0


def why_by_rows(state: TextbookState) -> Words:
    """The numbers of the clinics."""
    found = world.alone(state.seed)
    return Words(
        "{mean} of 100, between {low} and {high} in the six clinics; guessing gives {guess}. The textbook names the direction of some tests and never how far they move, and that is enough for most patients. On Diagnose, "
        "too, a diagnosis without any labeled patient can be found by its row alone; on Compare this is “0 labeled patients”.",
        "100 位中判对 {mean} 位（六家诊所为 {low} 至 {high} 位）；瞎猜只有 {guess} 位。教科书只说了部分检查的方向，没有说相差多少，但对多数患者已经够用。在“诊断”页上，没有任何已确诊患者的诊断也可以只凭一行知识来判断；在“比较”页上，这就是“每类样本数为 0”。",
    ).format(mean=_whole(sum(found) / len(found)), low=_whole(min(found)), high=_whole(max(found)), guess=_whole(1 / N_WAY))


def why_half_way(state: TextbookState) -> Words:
    """The test of which one speaks, and what becomes of it with more patients."""
    at, (_, said, patients, prototype) = world.told_test(state), world.one_diagnosis(state)
    return Words(
        "A row counts as one patient, so with one labeled patient the prototype lies half-way. Here, test {name}: {mean} by {k} {k:patient|patients}, {row} said, {both} together. The more patients, the less the row says; where the "
        "textbook is silent it changes nothing, for a blank is never “normal”.",
        "一行知识相当于一位患者，所以只有一位已确诊患者时，原型正好在中间。此处检查 {name}：{k} 位患者为 {mean}，教科书为 {row}，合起来为 {both}。患者越多，这一行的影响越小；教科书没有提到之处则毫无改变，因为空白绝不等于“正常”。",
    ).format(name=pictures.TESTS[at], mean=_two(patients[at]), row=_two(said[at]), both=_two(prototype[at]), k=state.k)


def at_ten(state: TextbookState) -> int:
    """Which option says what the page adds with ten patients of each."""
    found = world.measured(state.seed, 0, state.counts)
    gain = found.believed[MOST] - found.without[MOST]
    return 2 if gain <= NEARLY else 1 if gain < 0.1 else 0


def why_at_ten(state: TextbookState) -> Words:
    """All accuracies, without and with."""
    found = world.measured(state.seed, 0, state.counts)
    pairs = ", ".join(f"{k}: {_whole(a)} → {_whole(b)}" for k, a, b in zip(SHOTS, found.without, found.believed, strict=True))
    return Words(
        "Without → with rows, in percent, by number of patients: {pairs}. Where patients are few, the page replaces them; with many, they know better, and a weight that is fixed may even cost something. This is why rare diseases gain most.",
        "各患者数下无 → 有知识的准确率（%）：{pairs}。患者很少时，书上的一页可以代替患者；患者很多时，他们更清楚，固定的权重甚至可能有害。因此罕见病获益最多。",
    ).format(pairs=pairs)


def how_much_lost(state: TextbookState) -> int:
    """Which option says what exchanged rows cost with one patient of each."""
    found = world.measured(state.seed, state.exchanged, state.counts)
    cost = found.without[ONE] - found.believed[ONE]
    return 0 if cost <= NEARLY else 1 if cost <= 0.25 else 2


def why_lost(state: TextbookState) -> Words:
    """The accuracies with exchanged rows."""
    found = world.measured(state.seed, state.exchanged, state.counts)
    return Words(
        "With one patient of each, {a}% without rows and {b}% with the exchanged ones; with three {c}% and {d}%. A line that slipped in a table, or a textbook about other patients, does this without a word if it is believed. Let a row count as two or three patients: the "
        "more it is believed, the more it costs.",
        "每种一位患者时，没有知识为 {a}%，加上对调的知识为 {b}%；三位时为 {c}% 与 {d}%。表格错了一行，或教科书说的是另一类患者，如果照单全收，就会这样悄无声息地出错。让一行相当于两三位患者试试：越是相信，代价越大。",
    ).format(a=_whole(found.without[ONE]), b=_whole(found.believed[ONE]), c=_whole(found.without[2]), d=_whole(found.believed[2]))


def still_lost(state: TextbookState) -> int:
    """Which option says what exchanged rows still cost with one patient of each, when trust is read off them."""
    found = world.measured(state.seed, state.exchanged)
    before, after = (found.without[ONE] - each[ONE] for each in (found.believed, found.read))
    return 2 if after <= NEARLY else 1 if after < 0.75 * before else 0


def why_still_lost(state: TextbookState) -> Words:
    """How far the rows were trusted, and where nothing can help."""
    right, wrong = world.measured(state.seed), world.measured(state.seed, state.exchanged)
    return Words(
        "{a}% without rows, {b}% with them. Each row is first asked for the labeled patients: exchanged rows count as {w} {w:patient|patients} on the mean, right ones as {r}, which keep their gain ({c}%). But where there is **no patient**, nobody can object: {d}%, and guessing gives {guess}%. "
        "What a clinician sees on Diagnose: “your row counts as 0.0 patients; conflict: …”, or, without any patient, “the answer rests on the row alone”.",
        "没有知识为 {a}%，加上后为 {b}%。先让各行判断已确诊患者：对调的行平均相当于 {w} 位患者，正确的行相当于 {r} 位，其提升得以保留（{c}%）。但**没有患者**时，无人能反驳：{d}%，而瞎猜有 {guess}%。"
        "临床上在“诊断”页看到的是：“这一行知识相当于 0.0 位患者；冲突：……”；没有患者时则是“答案只依据这一行知识”。",
    ).format(
        a=_whole(wrong.without[ONE]),
        b=_whole(wrong.read[ONE]),
        w=f"{wrong.counted[ONE]:.2f}",
        r=f"{right.counted[ONE]:.2f}",
        c=_whole(right.read[ONE]),
        d=_whole(wrong.read[0]),
        guess=_whole(1 / N_WAY),
    )


def _whole(share: float) -> str:
    return f"{100 * share:.0f}"


def _two(value: object) -> str:
    return f"{float(value) + 0.0:.2f}"  # type: ignore[arg-type]
