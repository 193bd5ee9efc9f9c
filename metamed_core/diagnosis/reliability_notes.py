"""Sentences about the reliability of an adaptation, for the upload check, the accuracy curve and the answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from metamed_core.words import Words

if TYPE_CHECKING:
    from metamed_core.diagnosis.trace import AdaptationTrace
    from metamed_core.diagnosis.watched_step import Step

NOTHING_ODD = Words("Nothing odd was found in this table.", "未发现异常。")
WORSE = Words(
    "At this step the cross-validated accuracy of the algorithm ({now}) is below that of the untrained nearest class mean ({base}): "
    "try another algorithm or label more patients.",
    "在这一步，算法的交叉验证准确率（{now}）低于未经训练的最近类均值分类器（{base}）：建议换用其他算法，或补充已确诊患者。",
)
SINGLE = Words(
    "The cross-validated accuracy is not known: no diagnosis has two labeled patients.",
    "无法估计交叉验证准确率：没有哪种诊断有两位已确诊患者。",
)
HELD_OUT = Words("Cross-validated accuracy {now} ({right} of {n})", "交叉验证准确率 {now}（{n} 位中 {right} 位）")
CALIBRATED = Words(
    "How to read: at the last step the figures are calibrated on simulated tables: there, of the answers given 0.90, about 90 in 100 are right. "
    "On real tables they are further off (the documentation says by how much): read them with care, most of all with few patients. With up to three "
    "labeled patients a diagnosis they are raised where two halves of the columns agree on the undiagnosed patients, and lowered where they do not.",
    "读法：最后一步的数值已在模拟表格上校准：在模拟表格上，给出 0.90 的答案约有九成正确。"
    "在真实表格上偏差更大（具体数值见文档），请谨慎解读，患者很少时尤其如此。"
    "每种诊断的已确诊患者平均不超过三位时，若两半指标对未确诊患者的结论一致，数值会调高，否则调低。",
)
OTHER_SETTINGS = Words(
    "How to read: take the figures as a ranking. They were calibrated for the default settings, and yours differ.",
    "读法：请将数值视为排序。它们是按默认设置校准的，而您的设置与之不同。",
)
ORDER_ONLY = Words(
    "How to read: take the figures as a ranking. They are not calibrated: of the answers given 0.90, more or fewer than 90 in 100 may be right.",
    "读法：请将数值视为排序。它们尚未校准：给出 0.90 的答案中，实际正确的比例可能高于或低于九成。",
)
ONLY_HELD_OUT = Words(
    "How to read: these figures are calibrated by the held-out patients of this table alone, since nothing was learned on simulated tables for "
    "these weights and settings: with few patients they are rough.",
    "读法：对当前的权重与设置，未在模拟表格上学习过校准，这些数值仅根据本表格中留出的患者校准：患者很少时较为粗略。",
)
SAID_AND_RIGHT = Words(
    "On {n} labeled {n:patient|patients} held out as a test, the first diagnosis was given {said} on average and was right for {right}; "
    "adjusted by this, as everywhere here, it is given {now}.",
    "在 {n} 位留出检验的已确诊患者上，首位诊断的概率平均为 {said}，实际正确的比例为 {right}；据此调整后（此处各处均已调整）平均为 {now}。",
)


def held_out_title(now: float, n: int) -> Words:
    """Title with the cross-validated accuracy `now` (0..1) on `n` patients; if it is NaN, the title says that it is unknown."""
    return SINGLE if math.isnan(now) else HELD_OUT.format(now=f"{now:.0%}", right=round(now * n), n=n)


def held_out_warning(now: float, base: float) -> Words | None:
    """A warning if the cross-validated accuracy `now` is below that of the nearest class mean, `base` (both 0..1); else None."""
    return WORSE.format(now=f"{now:.0%}", base=f"{base:.0%}") if now < base else None


def how_to_read(trace: AdaptationTrace, step_index: int = -1) -> Words:
    """Whether the probabilities at a step are calibrated, and what they were and should have been on held-out patients."""
    said = said_and_right(trace.steps[step_index]) if trace.steps else None
    if trace.calibrated:
        return CALIBRATED if said is None else CALIBRATED + said
    if said is not None:
        return ONLY_HELD_OUT + said
    return ORDER_ONLY if trace.initialization.calibration.settings is None else OTHER_SETTINGS


def said_and_right(step: Step) -> Words | None:
    """How sure the answers to the held-out patients were, how many were right, and how sure they are once adjusted; None without any."""
    if step.held_out is None or not len(step.held_out.y):
        return None
    said, now = step.held_out.confidence(), step.held_out.confidence(step.classifier.sharpness)
    right = f"{step.held_out_accuracy:.2f}"
    return SAID_AND_RIGHT.format(n=len(step.held_out.y), said=f"{said:.2f}", right=right, now=f"{now:.2f}")
