"""Meta-train: make a new initialisation on a task distribution. Not built yet as a page; says so."""

from __future__ import annotations

from metamed_core.words import Words
from pages.shared.coming import coming
from pages.shared.frame import frame

WILL = (
    Words(
        "Choose what to practise on: a table with many diseases (split by disease) or simulated clinical tasks",
        "选择练习的材料：包含多种疾病的表格（按疾病划分），或模拟的临床任务",
    ),
    Words("Choose a learner and a budget of time", "选择学习器和时间预算"),
    Words(
        "Watch the accuracy on unseen diseases, before and after adaptation, beside a start that never trained",
        "观察在未见疾病上适应前后的准确率，并与未经训练的起点对照",
    ),
    Words("Stop and resume without losing what was learnt", "随时停止和继续，已学到的不会丢失"),
    Words("Keep the weights as a file with a card, and choose them in Diagnose", "把权重连同说明卡存为文件，并在“诊断”中选用"),
)
TODAY = (
    Words(
        "Diagnose already starts from weights that were meta-trained on simulated clinical tasks; they come with MetaMed.",
        "“诊断”已从在模拟临床任务上元训练得到的权重出发；这些权重随 MetaMed 一同提供。",
    ),
    Words(
        "The same weights can be made anew from the command line; the README gives the command.",
        "同样的权重可用命令行重新生成；命令见 README。",
    ),
)

say = frame("pages/meta_train.py")
coming(say, WILL, TODAY)
