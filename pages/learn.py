"""Learn: ten short lessons. Not built yet; says so."""

from __future__ import annotations

from metamed_core.words import Words
from pages.shared.coming import coming
from pages.shared.frame import frame

WILL = (
    Words("Why learning from a few patients fails without practice on other tasks", "没有在其他任务上练习过，为何只凭几位患者学不好"),
    Words("An episode: support and query as two small tables", "一个任务片段：支持集与查询集两张小表"),
    Words("MAML: the inner and the outer loop, one step at a time", "MAML：内循环与外循环，一步一步地看"),
    Words("Reptile beside MAML: where the arrows differ", "Reptile 与 MAML 并列：箭头有何不同"),
    Words("Prototypes: regions that move when a patient moves", "原型：患者移动时，区域随之移动"),
    Words("Matching: which labelled patients are looked at, and how much", "匹配：看了哪些已确诊患者，各看多少"),
    Words("A prior-fitted network: what a synthetic task looks like", "先验拟合网络：合成任务是什么样子"),
    Words("How many patients are enough", "多少位患者才够"),
    Words("Break it: one patient, shuffled labels, a leaking column", "弄坏它：单个患者、打乱的标签、泄漏答案的列"),
    Words("How to read an uncertain answer", "如何解读不确定的结果"),
)
TODAY = (
    Words(
        "In Diagnose, step through an adaptation by hand: the loss, the map of patients and every probability move with the step.",
        "在“诊断”中手动逐步执行适应：损失、患者分布图和每个概率都随步变化。",
    ),
    Words(
        "Change one label or one value in the table, and see which answers move.",
        "改动表格中的一个标签或数值，看哪些结果随之改变。",
    ),
)

say = frame("pages/learn.py")
coming(say, WILL, TODAY)
