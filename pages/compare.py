"""Compare: several learners and plain classifiers on the same episodes. Not built yet; says so."""

from __future__ import annotations

from metamed_core.words import Words
from pages.shared.coming import coming
from pages.shared.frame import frame

WILL = (
    Words(
        "All algorithms on identical tasks and seeds, with plain classifiers (logistic regression, nearest centroid) always in the list",
        "所有算法使用完全相同的任务和随机种子，并始终包含普通分类器（逻辑回归、最近质心）",
    ),
    Words(
        "A leaderboard with 95 % intervals, and whether the leader can be told apart from the next",
        "带 95% 区间的排行榜，并说明领先者与次席能否区分",
    ),
    Words("Accuracy against the number of labelled patients and against adaptation steps", "准确率随已确诊患者数和适应步数的变化"),
    Words("The twin curve: a meta-learned start beside a random start", "对照曲线：元学习起点与随机起点并列"),
    Words("Calibration, log-loss, net benefit, and what each costs in time", "校准、对数损失、净获益，以及各自耗费的时间"),
    Words("The patients on whom the methods disagree", "各方法意见不一的患者"),
)
TODAY = (
    Words(
        "In Diagnose, choose one algorithm after another on the same patients and watch the held-out accuracy of each.",
        "在“诊断”中，对相同的患者依次选用各种算法，观察各自的留出准确率。",
    ),
    Words(
        "The example cohorts keep the true diagnoses aside, so you can reveal them and count.",
        "示例队列另存有真实诊断，可以揭晓并核对。",
    ),
)

say = frame("pages/compare.py")
coming(say, WILL, TODAY)
