"""The two curves of a meta-training: accuracy on validation tasks, and the loss of the tasks that it is trained on."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from metamed_core.words import Words
from pages.parts.common.live_chart import live_chart
from pages.parts.common.page_frame import Say
from pages.parts.common.vega_specs import thinned
from pages.parts.meta_train import charts
from pages.parts.meta_train.live_run import LiveRun
from pages.parts.meta_train.state import MetaTrainingState

SMOOTH = 20  # steps over which the loss is averaged
LINES = {
    "after": Words("after adaptation", "适应之后"),
    "before": Words("before adaptation", "适应之前"),
    "nearest_centroid": Words("untrained prototype", "未训练的原型"),
    "logistic_regression": Words("logistic regression", "逻辑回归"),
}
ON_DISEASES, ON_SIMULATED = Words("validation diseases", "验证疾病"), Words("simulated validation tasks", "模拟的验证任务")
VALIDATING = Words("Accuracy on {on}: first validation in progress", "在{on}上的准确率：正在首次验证")
FINDING = Words(
    "Accuracy on {on}: {first}% at the start, {best}% at best (step {step})",
    "在{on}上的准确率：开始时 {first}%，最好 {best}%（第 {step} 步）",
)
TASKS = Words("{tasks}.", "{tasks}。")
BEST_OF = Words(
    "The best of {n} looks at the same patients flatters: expect less on others.",
    "同一批患者上 {n} 次验证中最好的一次偏乐观：在其他患者上会更低。",
)
LOSS_TITLE = Words("Loss on the training tasks (what is minimized)", "训练任务上的损失（优化目标）")
LOSS_LATER = Words(
    "It is drawn while it runs; the losses before the page was reloaded are not kept.", "运行时绘制；刷新页面之前的损失不予保存。"
)
HOW_TO_READ = Words(
    "How to read: on the left, how often patients of diseases that are never trained on get the right diagnosis, when one or a few patients of each are "
    "labeled. The two level lines need no training. If the left curve falls while the right one still falls, the learner has begun to learn the "
    "training diseases by heart; the weights of the best moment are kept.",
    "读法：左图为从不用于训练的疾病的患者被正确诊断的比例（每种疾病有一位或几位已确诊患者）；两条水平线无需训练。若左线下降而右线仍在下降，"
    "说明学习器开始死记训练疾病；系统保留最好时刻的权重。",
)


def curves(say: Say, state: MetaTrainingState) -> None:
    """Both, side by side, once there is a run that has begun."""
    run = state.run
    if run is None or run.progress is None:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _accuracy(say, run)
    with right:
        _loss(say, run)
    st.caption(say(HOW_TO_READ))


def _accuracy(say: Say, run: LiveRun) -> None:
    names, n_steps = {key: say(title) for key, title in LINES.items()}, run.training.budget.meta_steps
    st.markdown(f"**{say(_finding(run))}**")
    if remark := _remark(run):
        st.caption(say(remark))
    data = _accuracies(run, names)
    floor = max(0.0, math.floor(10 * float(data["value"].min()) - 0.5) / 10) if len(data) else 0.5
    live_chart(
        "training_accuracy",
        say(Words("Accuracy on validation tasks by step, before and after adaptation", "验证任务上适应前后的准确率随步数的变化")),
        data,
        (say, n_steps, floor),
        lambda: charts.accuracy(names, say(Words("step", "步")), say(Words("accuracy", "准确率")), n_steps, floor),
    )
    st.markdown(f":small[{charts.legend(names)}]")


def _loss(say: Say, run: LiveRun) -> None:
    st.markdown(f"**{say(LOSS_TITLE)}**")
    losses, n_steps = _losses(run), run.training.budget.meta_steps
    if losses.empty:
        st.caption(say(LOSS_LATER))
        return
    top, mean = _top(losses), Words("loss, mean of {n} {n:step|steps}", "损失（{n} 步均值）").format(n=SMOOTH)
    live_chart(
        "training_loss",
        say(Words("Loss on the training tasks by step", "训练任务上的损失随步数的变化")),
        losses,
        (say, n_steps, top),
        lambda: charts.loss(say(Words("step", "步")), say(mean), n_steps, top),
    )


def _finding(run: LiveRun) -> Words:
    """The best validation so far, in words."""
    on = ON_DISEASES if run.training.split else ON_SIMULATED
    if run.progress is None or not run.progress.validation:
        return VALIDATING.format(on=on)
    first, best = run.progress.validation[0], run.progress.best()
    return FINDING.format(on=on, first=f"{100 * first['accuracy']:.1f}", best=f"{100 * best['accuracy']:.1f}", step=best["step"])


def _remark(run: LiveRun) -> Words | None:
    """On which tasks, and of how many looks that is the best."""
    if run.validated_on is None or run.progress is None or not run.progress.validation:
        return None
    tasks = TASKS.format(tasks=run.validated_on.words)
    return tasks + BEST_OF.format(n=n) if (n := len(run.progress.validation)) > 1 else tasks


def _accuracies(run: LiveRun, names: Mapping[str, str]) -> pd.DataFrame:
    """One row a line and step: `step`, `value`, `line`."""
    rows: list[tuple[float, float, str]] = []
    if run.progress is not None:
        for one in run.progress.validation:
            rows += [(one["step"], one[key], names[line]) for line, key in (("after", "accuracy"), ("before", "before"))]
        for baseline, accuracy in run.progress.baselines.items():
            rows += [(step, accuracy, names[baseline]) for step in (0, run.training.budget.meta_steps)]
    return pd.DataFrame(rows, columns=["step", "value", "line"])


def _losses(run: LiveRun) -> pd.DataFrame:
    """One row a step: the mean of the last steps' losses."""
    steps = pd.DataFrame(run.losses, columns=["step", "value"])
    steps["value"] = steps["value"].rolling(SMOOTH, min_periods=1).mean()
    return steps.iloc[thinned(range(len(steps)))]


def _top(losses: pd.DataFrame) -> float:
    """Where the axis ends: a round number above all losses so far, so that it rarely moves, and then upwards only."""
    highest = max(1.1 * float(losses["value"].max()), 0.01)
    unit = 10 ** math.floor(math.log10(highest))
    return float(next(step * unit for step in (1, 2, 5, 10) if step * unit >= highest))
