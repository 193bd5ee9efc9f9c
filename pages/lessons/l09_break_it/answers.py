"""The correct answers and explanations of lesson 9, where they depend on the state."""

from __future__ import annotations

from metamed_core.words import Words
from pages.lessons.l09_break_it import computation as world
from pages.lessons.l09_break_it.computation import BreakItState


def why_one(state: BreakItState) -> Words:
    """How many of the new patients the clinics do not agree on."""
    n, of = world.n_disagree(state)
    return Words(
        "They disagree on {n} of {of}. What you would notice: add one patient, and yesterday's answers change. The app warns twice: a single patient is a weak basis, and cross-validated accuracy cannot be measured, because no patient "
        "can be left out. Move the slider: with two or more it can.",
        "{of} 位中有 {n} 位意见不一。您会注意到：添一位患者，昨天的答案就变了。应用会提醒两次：一位患者依据太弱；而且无法估计交叉验证准确率，因为没有人可以留出。拖动滑块：从两位起就可以了。",
    ).format(n=n, of=of)


def why_alarm(state: BreakItState) -> Words:
    """What the cross-validated accuracy is for both faults."""
    shuffled, elsewhere, fine = (world.app_result(state.seed, fault) for fault in ("labels", "prior", "none"))
    return Words(
        "The cross-validated accuracy: {a}% with shuffled labels, {b}% with weights trained on the wrong diseases, {c}% with neither fault. If it is close to guessing, and the baseline classifier's too, check labels and columns; the app cannot know. "
        "If it is clearly below the **baseline classifier**, the algorithm or its weights do not fit, and the app warns. The held-out patients lower the confidence, too: {d}% and {e}% here, {f}% with neither fault.",
        "交叉验证准确率：标签打乱时 {a}%，权重用错误的疾病训练时 {b}%，两者皆无时 {c}%。若它与瞎猜相近，基线分类器也一样，请检查标签和列，应用无从知道；若它明显低于**基线分类器**，问题在算法或其权重，应用会警告。留出的患者也会使置信度降低：此处分别为 {d}% 和 {e}%，两者皆无时 {f}%。",
    ).format(
        **{
            name: f"{100 * value:.0f}"
            for name, value in zip(
                "abcdef", (shuffled.held_out, elsewhere.held_out, fine.held_out, shuffled.sure, elsewhere.sure, fine.sure), strict=True
            )
        }
    )


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
        "Only {a} of {n} are correct: another analyzer, other patients. All patients that can be left out are from hospital A, so the cross-validated accuracy shows nothing. **Diagnose does not warn.** What you would notice: it worked at home and fails elsewhere. Give the column “hospital” the role "
        "“group”: Compare then never trains and tests in the same hospital, and refuses if there is only one. Remedy: label some patients at B; with three of each, {b} of {n} are correct.",
        "{n} 位中只有 {a} 位：仪器不同，患者也不同。能留出的全是医院 A 的患者，所以交叉验证准确率看不出来。**“诊断”页不会警告**。您会注意到：在本院好用，换一家就失灵。把“医院”列的角色设为“分组”：此后“比较”页绝不在同一家医院既学又考，只有一家时则拒绝评判。对策：在医院 B 确诊几位；每种三位时为 {b} 位。",
    ).format(a=before.n_right, b=after.n_right, n=len(before.truth))


def why_missing(state: BreakItState) -> Words:
    """What becomes of the twelve, and after some were labeled."""
    before, after = (world.app_result(state.seed, "missing", cured=n) for n in (0, 2))
    known, new = before.nearest(new=False), before.nearest(new=True)
    return Words(
        "It can only answer with a diagnosis from the table, so all twelve are wrong, and **the app does not say so**; the curve shows nothing either. The only sign is on the patient's card: the nearest labeled patient is farther away than usual "
        "(here {new} instead of {known}). If a patient is unlike all the neighbors shown, think of a diagnosis that is not in the table. With two of them labeled, {b} instead of {a} of {n} are correct.",
        "它只能回答表中已有的诊断，因此这十二位全错，而**应用不会指出**；曲线上也看不出异样。唯一的迹象在卡片上：最近的已确诊患者比平常更远（此处 {new}，平常 {known}）。如果患者与所列的近邻都不像，请想一想表中没有的诊断。确诊两位之后：{n} 位中正确的由 {a} 位增至 {b} 位。",
    ).format(new=f"{new:.2f}", known=f"{known:.2f}", a=before.n_right, b=after.n_right, n=len(before.truth))
