"""A meta-training as one watches it: Start, Stop, Continue, how far it is, and two charts that grow."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from metamed_core.meta_training import MetaRun
from metamed_core.words import Words
from pages.parts.common.forms import complain
from pages.parts.common.frame import Say
from pages.parts.common.live_chart import is_tick, live_chart
from pages.parts.common.live_charts import thinned
from pages.parts.common.text import plain
from pages.parts.meta_train import charts as training_charts
from pages.parts.meta_train.state import TICK, Training

SMOOTH = 20  # steps over which the loss is averaged
LINES = {
    "after": Words("after adaptation", "适应之后"),
    "before": Words("before adaptation", "适应之前"),
    "nearest_centroid": Words("untrained prototype", "未训练的原型"),
    "logistic_regression": Words("logistic regression", "逻辑回归"),
}


def running(say: Say, training: Training) -> None:
    """Controls and charts; ticks by itself while anything is computed."""

    def draw() -> None:
        if training.busy and is_tick():
            training.tick()
            training.needs_rerun |= not training.busy
        _controls(say, training)
        if not training.error_place:
            complain(say, training.complaint)
        if training.progress is not None:
            _charts(say, training)
        if not is_tick():
            training.needs_rerun = False  # this is the full run: the judgement is drawn next
        elif training.needs_rerun:
            st.rerun()  # a full run, which sets or drops the timer

    st.fragment(draw, run_every=TICK if training.busy else None)()


def _controls(say: Say, training: Training) -> None:
    def press(act: str) -> None:
        getattr(training, act)()
        training.needs_rerun = True

    stopped = training.run is not None and not training.is_finished and not training.busy
    with st.container(horizontal=True, vertical_alignment="center"):
        if stopped:
            st.button(
                say(Words("Continue", "继续")),
                icon=":material/play_arrow:",
                key="training_continue",
                type="primary",
                on_click=press,
                args=("go_on",),
                disabled=training.lacks_table,
            )
        st.button(
            say(Words("Begin anew", "重新开始") if training.run is not None else Words("Start", "开始")),
            icon=":material/restart_alt:" if training.run is not None else ":material/play_arrow:",
            key="training_begin",
            type="primary" if training.run is None else "secondary",
            on_click=press,
            args=("begin",),
            disabled=training.busy or not training.can_begin,
        )
        st.button(
            say(Words("Stop", "停止")),
            icon=":material/stop:",
            key="training_stop",
            on_click=press,
            args=("stop",),
            disabled=not training.busy,
        )
        if training.running and training.run is not None and training.progress is not None:
            st.progress(training.progress.step / max(training.run.plan.meta_steps, 1), width=200)
        st.markdown(say(_where(training)), width="content")


def _where(training: Training) -> Words:
    """How far it is."""
    run, progress = training.run, training.progress
    if run is None:
        return _before(training)
    of = {"step": progress.step if progress else 0, "planned": run.plan.meta_steps}
    if training.running:
        if training.pace is None:
            return Words("step **{step} / {planned}**", "第 **{step} / {planned}** 步").format(**of)
        left = (run.plan.meta_steps - of["step"]) / training.pace
        return Words(
            "step **{step} / {planned}**, {tasks} tasks a second, {left} s left",
            "第 **{step} / {planned}** 步，每秒 {tasks} 个任务，剩余约 {left} 秒",
        ).format(**of, tasks=f"{training.pace * run.plan.meta_batch:.0f}", left=math.ceil(left))
    if training.judging is not None and training.plan is not None and training.comparison is not None:
        return Words("Judging on the novel diseases: {done} / {n}", "正在新疾病上评判：{done} / {n}").format(
            done=len(training.comparison.results), n=training.plan.n_results
        )
    if training.is_finished:
        return Words("Finished: **{planned}** steps.", "已完成：**{planned}** 步。").format(**of)
    return _stopped(training, run, of)


def _before(training: Training) -> Words:
    """What Start will do, and how long that takes once the pace is known."""
    asked = training.asked
    pace = training.paces.get((asked.learner, asked.network))
    if pace is None:
        return Words("{n} steps: press Start and watch.", "共 {n} 步：点击“开始”并观察。").format(n=asked.meta_steps)
    return Words(
        "{n} steps, about {seconds} s at the pace of your last run: press Start and watch.",
        "共 {n} 步，按上次的速度约 {seconds} 秒：点击“开始”并观察。",
    ).format(n=asked.meta_steps, seconds=math.ceil(asked.meta_steps / pace))


def _stopped(training: Training, run: MetaRun, of: dict[str, int]) -> Words:
    if training.lacks_table:
        return Words(
            "Stopped at step **{step}** of {planned}. It goes on when the same table is opened again: “{source}”.",
            "停在第 **{step}** / {planned} 步。重新打开同一表格“{source}”即可继续。",
        ).format(**of, source=plain(run.source))
    return Words(
        "Stopped at step **{step}** of {planned}; everything so far is kept.", "停在第 **{step}** / {planned} 步；已学到的均已保留。"
    ).format(**of)


def _charts(say: Say, training: Training) -> None:
    run, progress = training.run, training.progress
    if run is None or progress is None:
        return
    names = {key: say(title) for key, title in LINES.items()}
    steps, accuracy = say(Words("outer step", "外循环步")), say(Words("accuracy", "准确率"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{say(_finding(training))}**")
        data = _accuracies(training, names)
        floor = max(0.0, math.floor(10 * float(data["value"].min()) - 0.5) / 10) if len(data) else 0.5
        live_chart(
            "training_accuracy",
            say(
                Words(
                    "Accuracy on held-out diseases against steps, before and after adaptation",
                    "在未练习过的疾病上、适应前后的准确率随步数的变化",
                )
            ),
            data,
            (say, run.plan.meta_steps, floor),
            lambda: training_charts.accuracy(names, steps, accuracy, run.plan.meta_steps, floor),
        )
        st.markdown(f":small[{training_charts.legend(names)}]")
    with right:
        st.markdown(f"**{say(Words('What it lowers: the loss of the tasks it practises on', '它在降低什么：练习任务的损失'))}**")
        losses = _losses(training)
        if losses.empty:
            st.caption(
                say(
                    Words(
                        "It is drawn while it runs; the losses of earlier visits are not kept.",
                        "运行时绘制；以往访问时的损失不予保存。",
                    )
                )
            )
        else:
            top = _top(losses)
            live_chart(
                "training_loss",
                say(Words("Loss of the tasks practised on against steps", "练习任务的损失随步数的变化")),
                losses,
                (say, run.plan.meta_steps, top),
                lambda: training_charts.loss(
                    steps, say(Words("loss, mean of {n} steps", "损失（{n} 步均值）").format(n=SMOOTH)), run.plan.meta_steps, top
                ),
            )
    st.caption(
        say(
            Words(
                "How to read: left, how often patients of the validation diseases are named rightly, with one to five labelled patients of each; these diseases are "
                "never practised on. The two level lines need no training. When the left curve falls while the right one still does, the learner learns its "
                "diseases by heart; the best moment is kept.",
                "读法：左图为验证疾病的患者被正确判断的比例（每种有一到五位已确诊患者），这些疾病从不用于练习；两条水平线无需训练。若左线下降而右线仍在下降，说明学习器在死记所练的疾病；系统保留最好的时刻。",
            )
        )
    )


def _finding(training: Training) -> Words:
    """The best validation so far, in words."""
    validation = training.progress.validation if training.progress else ()
    if not validation:
        return Words("On diseases it does not practise on: validating for the first time", "在未练习的疾病上：正在首次验证")
    best = max(validation, key=lambda one: (one["accuracy"], -one["log_loss"]))
    return Words(
        "On diseases it does not practise on: {first} % at the start, {best} % at best (step {step})",
        "在未练习的疾病上：开始时 {first}%，最好 {best}%（第 {step} 步）",
    ).format(first=f"{100 * validation[0]['accuracy']:.1f}", best=f"{100 * best['accuracy']:.1f}", step=best["step"])


def _accuracies(training: Training, names: dict[str, str]) -> pd.DataFrame:
    """One row a line and step: `step`, `value`, `line`."""
    progress, run = training.progress, training.run
    if progress is None or run is None:
        return pd.DataFrame(columns=["step", "value", "line"])
    rows = [
        (one["step"], one[key], names[line])
        for one in progress.validation
        for line, key in (("after", "accuracy"), ("before", "before"))
        if key in one
    ]
    rows += [(step, value, names[line]) for line, value in progress.rivals.items() for step in (0, run.plan.meta_steps)]
    return pd.DataFrame(rows, columns=["step", "value", "line"])


def _losses(training: Training) -> pd.DataFrame:
    """One row a step: the mean of the last steps' losses."""
    steps = pd.DataFrame(training.losses, columns=["step", "value"])
    steps["value"] = steps["value"].rolling(SMOOTH, min_periods=1).mean()
    return steps.iloc[thinned(range(len(steps)))]


def _top(losses: pd.DataFrame) -> float:
    """Where the axis ends: a round number above all losses so far, so that it rarely moves, and then upwards only."""
    highest = max(1.1 * float(losses["value"].max()), 0.01)
    unit = 10 ** math.floor(math.log10(highest))
    return float(next(step * unit for step in (1, 2, 5, 10) if step * unit >= highest))
