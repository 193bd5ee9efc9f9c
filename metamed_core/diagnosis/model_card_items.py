"""The items of the TRIPOD+AI statement that apply to an in-house few-shot predictor, each with what the run knows of it."""

from __future__ import annotations

from collections.abc import Callable

from metamed_core.diagnosis import model_card_facts as of
from metamed_core.diagnosis.model_card_facts import Run
from metamed_core.diagnosis.model_card_weights import weights
from metamed_core.words import INTENDED_USE, Words

Fact = Callable[[Run], Words | None]


def unknown(_: Run) -> Words | None:
    """What no run can know: the user provides it."""
    return None


def always(en: str, zh: str) -> Fact:
    """What is the same for every run."""
    return lambda _: Words(en, zh)


_INTRODUCTION: tuple[tuple[str, Words, Fact], ...] = (
    ("1", Words("Title", "标题"), of.title),
    ("3a", Words("Context and rationale", "背景与理由"), unknown),
    ("3b", Words("Intended use", "预期用途"), lambda _: INTENDED_USE),
    ("3b", Words("Target population and users", "目标人群与使用者"), unknown),
    ("3c", Words("Known health inequalities", "已知的健康不平等"), unknown),
    ("4", Words("Objective", "目的"), always(
        "Development with internal evaluation on one table; no external evaluation.", "在一张表格上开发并作内部评估；未作外部评估。")),
)  # fmt: skip
_METHODS: tuple[tuple[str, Words, Fact], ...] = (
    ("5a", Words("Source of data", "数据来源"), of.source),
    ("5b", Words("Dates of the data", "数据日期"), unknown),
    ("6a", Words("Setting and centers", "场所与中心"), of.sites),
    ("6b", Words("Eligibility of patients", "患者入选标准"), unknown),
    ("6c", Words("Treatments received", "所受治疗"), unknown),
    ("7", Words("Data preparation", "数据准备"), of.preparation),
    ("8a", Words("Outcome", "结局"), of.outcome),
    ("8a", Words("How and when the diagnoses were made", "诊断的依据与时间"), unknown),
    ("8b", Words("Who made the diagnoses, and whether blinded", "诊断者及是否盲法"), unknown),
    ("9a", Words("Choice of predictors", "预测变量的选择"), always(
        "All columns with a role that carries a value; none was selected by its relation to the diagnoses.", "所有带数值角色的列；未按与诊断的关系筛选。")),
    ("9b", Words("Predictors", "预测变量"), of.predictors),
    ("9c", Words("How and when the predictors were measured", "预测变量的测量方法与时间"), unknown),
    ("10", Words("Sample size", "样本量"), of.sample_size),
    ("11", Words("Missing data", "缺失数据"), of.missing),
    ("12a", Words("Use of the data", "数据的使用"), of.validation),
    ("12c", Words("Algorithm", "算法"), of.algorithm),
    ("12c", Words("Weights and their training", "权重及其训练"), weights),
    ("12e", Words("Measures of performance", "性能指标"), always(
        "Accuracy with Wilson's 95% interval, a label-shuffle test, mean probability against the share that is right, coverage of prediction sets.",
        "准确率及 Wilson 95% 区间、标签置换检验、平均概率与正确比例之比较、预测集覆盖率。")),
    ("12f", Words("Calibration", "校准"), always(
        "A temperature learned on simulated tables, then one multiplier fitted to the held-out patients of this table (maximum a posteriori), with up to "
        "three labeled patients a diagnosis around what the agreement of two halves of the columns on the undiagnosed patients says.",
        "先采用在模拟表格上学习的温度，再按本表留出的患者拟合一个乘数（最大后验）；每种诊断的已确诊患者平均不超过三位时，其先验以两半指标对未确诊患者结论的一致程度为中心。")),
    ("13", Words("Class imbalance", "类别不平衡"), always(
        "Diagnoses weigh the same however many labeled patients they have; pretest probabilities can be given.",
        "无论已确诊患者多少，各诊断权重相同；可另行指定验前概率。")),
    ("14", Words("Fairness", "公平性"), always(
        "Accuracy is told by sex, age band and site where known (23b); nothing was done to make it equal.", "在已知时按性别、年龄段与场所列出准确率（23b）；未作均衡处理。")),
    ("15", Words("Output", "输出"), of.asked),
    ("16", Words("Differences between development and evaluation", "开发与评估数据的差异"), always(
        "None: held-out patients come from the same table.", "无：留出的患者来自同一表格。")),
    ("17", Words("Ethical approval", "伦理批准"), unknown),
)  # fmt: skip
_OPEN_SCIENCE: tuple[tuple[str, Words, Fact], ...] = (
    ("18a", Words("Funding", "资助"), unknown),
    ("18b", Words("Conflicts of interest", "利益冲突"), unknown),
    ("18c", Words("Protocol", "研究方案"), unknown),
    ("18d", Words("Registration", "注册"), unknown),
    ("18e", Words("Availability of data", "数据可得性"), unknown),
    ("18f", Words("Availability of code", "代码可得性"), of.reproduction),
    ("19", Words("Patient and public involvement", "患者与公众参与"), unknown),
)
_RESULTS: tuple[tuple[str, Words, Fact], ...] = (
    ("20a", Words("Flow of patients", "患者流程"), of.flow),
    ("20b", Words("Characteristics of held-out patients", "留出患者的特征"), of.characteristics),
    ("21", Words("Patients in the evaluation", "参与评估的患者"), of.numbers_analyzed),
    ("23a", Words("Performance", "性能"), of.performance),
    ("23b", Words("Performance by group", "各组性能"), of.heterogeneity),
)
_DISCUSSION: tuple[tuple[str, Words, Fact], ...] = (
    ("25", Words("Interpretation", "解释"), unknown),
    ("26", Words("Limitations", "局限"), always(
        "Few patients of one table: intervals are wide, and another hospital may differ. It chooses among the diagnoses of the table only. Held-out patients also "
        "fitted the calibration, so its agreement with them is optimistic.",
        "仅一张表格的少量患者：区间较宽，其他医院可能不同。只能在表中诊断之间选择。留出的患者也用于校准，故与其吻合的程度偏乐观。")),
    ("27a", Words("Input of poor quality", "低质量输入"), always(
        "The upload check names columns that may identify a patient or give the diagnosis away, mixed units, unreadable values and duplicates.",
        "上传检查会指出可能识别患者身份或泄露诊断的列、混用的单位、无法读取的数值与重复项。")),
    ("27b", Words("What the user has to do", "使用者须做之事"), always(
        "Confirm the role of each column; read the reasons and the prediction set, not the first diagnosis alone.", "确认各列角色；查看依据与预测集，而非仅看第一种诊断。")),
    ("27c", Words("Next steps", "后续步骤"), unknown),
)  # fmt: skip

SECTIONS: tuple[tuple[Words, tuple[tuple[str, Words, Fact], ...]], ...] = (
    (Words("Introduction", "引言"), _INTRODUCTION),
    (Words("Methods", "方法"), _METHODS),
    (Words("Open science", "开放科学"), _OPEN_SCIENCE),
    (Words("Results", "结果"), _RESULTS),
    (Words("Discussion", "讨论"), _DISCUSSION),
)
"""Sections of items: number of the statement, title, and what the run knows."""
