"""The correct answers and explanations of lesson 9, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it.computation import BreakItState

CLEARLY, NEARLY_ALL, ABOUT = 0.1, 0.9, 2  # accuracies that differ clearly; a share that is nearly all; patients that are about as many


def why_one(state: BreakItState) -> Words:
    """How many of the new patients the clinics do not agree on."""
    n, of = world.n_disagree(state)
    return Words(
        "They disagree on {n} of {of}. What you would notice: add one patient, and yesterday's answers change. The app warns twice: a single patient is a weak basis, and cross-validated accuracy cannot be measured, because no patient "
        "can be left out. Move the slider: with two or more it can.",
        "{of} 位中有 {n} 位意见不一。您会注意到：添一位患者，昨天的答案就变了。应用会提醒两次：一位患者依据太弱；而且无法估计交叉验证准确率，因为没有人可以留出。拖动滑块：从两位起就可以了。",
    ).format(n=n, of=of)


def what_tells(state: BreakItState) -> int:
    """0: only the confidence tells shuffled labels from wrong weights; 1: only the upload check; 2: the baseline classifier does."""
    labels, prior, fine = (world.app_result(state.seed, fault) for fault in ("labels", "prior", "none"))
    if labels.trace.baseline_held_out < fine.trace.baseline_held_out - CLEARLY and prior.trace.baseline_held_out > prior.held_out + CLEARLY:
        return 2
    return 1 if labels.records.findings else 0


def why_alarm(state: BreakItState) -> Words:
    """Cross-validated accuracy, the baseline classifier's and the confidence for both faults and for neither."""
    labels, prior, fine = (world.app_result(state.seed, fault) for fault in ("labels", "prior", "none"))
    return Words(
        "Cross-validated accuracy falls with both: {a}% with shuffled labels, {b}% with the wrong weights, {c}% with neither. But the **baseline classifier**, which has no weights, falls with shuffled labels only: {d}%, {e}% and {f}%. "
        "So if both are close to guessing, check labels and columns; the app cannot know. If only the learner is, its weights do not fit, and the app warns (a gap of a patient or two is chance). Confidence is lowered by either fault, "
        "because the app adjusts it on held-out patients ({g}%, {h}%, {i}%); the upload check finds neither.",
        "交叉验证准确率在两种情况下都下降：标签打乱 {a}%，权重不对 {b}%，两者皆无 {c}%。但没有权重的**基线分类器**只在标签打乱时下降：依次为 {d}%、{e}%、{f}%。所以，两者都接近瞎猜时，请检查标签和列，应用无从知道；只有学习器如此时，是权重不合适，"
        "应用会警告（相差一两位患者属于偶然）。置信度在两种情况下都会下降，因为应用用留出的患者作了校正（{g}%、{h}%、{i}%）；上传检查两者都发现不了。",
    ).format(
        **{
            name: f"{100 * value:.0f}"
            for name, value in zip(
                "abcdefghi",
                (
                    *(each.held_out for each in (labels, prior, fine)),
                    *(each.trace.baseline_held_out for each in (labels, prior, fine)),
                    *(each.sure for each in (labels, prior, fine)),
                ),
                strict=True,
            )
        }
    )


def what_a_leak_does(state: BreakItState) -> int:
    """New patients with the leaking column: 0: nearly all correct; 1: about as many as without it; 2: fewer."""
    before, after = (world.app_result(state.seed, "leak", cured=dropped) for dropped in (0, 1))
    if before.n_right >= NEARLY_ALL * len(before.truth):
        return 0
    return 2 if before.n_right < after.n_right - ABOUT else 1


def whether_it_shows(state: BreakItState) -> int:
    """0: cross-validated accuracy falls as far as the share of correct new patients; 1: it does not; 2: the upload check says so."""
    found = world.app_result(state.seed, "hospital")
    if found.records.findings:
        return 2
    return 1 if found.held_out > found.n_right / len(found.truth) + CLEARLY else 0


def how_many_warned(state: BreakItState) -> int:
    """Of the twelve with the new disease, before one is labeled, the app warns of 0: none; 1: some; 2: all."""
    warned, n = world.app_result(state.seed, "missing").n_unlike(new=True)
    return 0 if not warned else 2 if warned == n else 1


def why_leak(state: BreakItState) -> Words:
    """How new patients fare with the column and without it."""
    before, after = (world.app_result(state.seed, "leak", cured=dropped) for dropped in (0, 1))
    n = len(before.truth)
    return Words(
        "Only {a} of {n}. For labeled patients the treatment was written down after the diagnosis; new ones all get iron first, whatever they have. What you would notice: a cross-validated accuracy that is too good to be true. The upload check finds the column "
        "and offers to drop it. Without it: {b} of {n}, and a cross-validated accuracy that can be trusted.",
        "{n} 位中只有 {a} 位。已确诊患者的治疗是在诊断之后才写下的；新患者不论患什么病都先给铁剂。您会注意到：交叉验证准确率好得不真实。上传检查会发现该列，并提议删除。删除之后：{n} 位中 {b} 位，交叉验证准确率也可信了。",
    ).format(a=before.n_right, b=after.n_right, n=n)


def why_hospital(state: BreakItState) -> Words:
    """What new patients of hospital B get, and after three of each were labeled there."""
    before, after = (world.app_result(state.seed, "hospital", cured=n) for n in (0, world.MOST_CURED))
    return Words(
        "Cross-validated accuracy says {h}%, but {a} of {n} new patients are correct ({s}%): another analyzer, other patients. All patients that can be left out are from hospital A. **Diagnose does not warn.** What you would notice: it worked at home and fails elsewhere. Give the column “hospital” the role "
        "“group”: Compare then never trains and tests in the same hospital, and refuses if there is only one. Remedy: label some patients at B; with three of each, {b} of {n} are correct.",
        "交叉验证准确率为 {h}%，而 {n} 位新患者中只有 {a} 位正确（{s}%）：仪器不同，患者也不同。能留出的全是医院 A 的患者。**“诊断”页不会警告**。您会注意到：在本院好用，换一家就失灵。把“医院”列的角色设为“分组”：此后“比较”页绝不在同一家医院既学又考，只有一家时则拒绝评判。对策：在医院 B 确诊几位；每种三位时为 {b} 位。",
    ).format(
        a=before.n_right,
        b=after.n_right,
        n=len(before.truth),
        h=f"{100 * before.held_out:.0f}",
        s=f"{100 * before.n_right / len(before.truth):.0f}",
    )


def why_missing(state: BreakItState) -> Words:
    """Of how many the app warns, and what becomes of the twelve after some were labeled."""
    before, after = (world.app_result(state.seed, "missing", cured=n) for n in (0, 2))
    (warned, n), (others, m) = (before.n_unlike(new=new) for new in (True, False))
    return Words(
        "For {warned} of {n}, and for {others} of the {m} {m:other|others}, who do have one of the diagnoses: the warning is set so that at most about 1 in 10 of those get it by mistake. It looks at how far a patient is from the labeled ones "
        "(typically {new} here, {known} for the known diseases), so it misses those who happen to be near. The most probable diagnosis is wrong for all {n}, and cross-validated accuracy does not show it. Whoever gets the warning may have a diagnosis that is not in the table; "
        "whoever does not may have one, too. With two of them labeled, {b} instead of {a} of {all} are correct.",
        "{n} 位中 {warned} 位；另外 {m} 位确有表中诊断的患者中也有 {others} 位：设定为其中每 10 位至多约 1 位会被误报。警告看的是患者离已确诊患者有多远（此处中位数为 {new}，已知疾病为 {known}），碰巧离得近的就会漏掉。对这 {n} 位，最可能的诊断全都是错的，交叉验证准确率也看不出来。"
        "有警告的患者可能患表中没有的病；没有警告的也可能。确诊两位之后：{all} 位中正确的由 {a} 位增至 {b} 位。",
    ).format(
        warned=warned,
        n=n,
        others=others,
        m=m,
        new=f"{before.nearest(new=True):.2f}",
        known=f"{before.nearest(new=False):.2f}",
        a=before.n_right,
        b=after.n_right,
        all=len(before.truth),
    )
