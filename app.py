"""Home: three doors, and what this is and is not. Imports nothing heavy; torch warms up in the background."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.frame import Say, frame


@dataclass(frozen=True)
class Door:
    """One card: where it leads, what one does there, and what is inside."""

    path: str
    title: Words
    icon: str
    sentence: Words
    inside: tuple[Words, ...]
    enter: Words


DOORS = (
    Door(
        "pages/diagnose.py",
        Words("Diagnose", "诊断"),
        ":material/stethoscope:",
        Words(
            "Give a few patients with a diagnosis and others without one; see how a meta-learner adapts, and what it says about each.",
            "给出少量已确诊和若干未确诊的患者，观看元学习器如何适应，并了解它对每位患者的判断。",
        ),
        (
            Words("Opens on an example that is already adapted", "打开即是一个已完成适应的示例"),
            Words("Your own table: CSV, TSV, Excel or Parquet", "可用自己的表格：CSV、TSV、Excel 或 Parquet"),
            Words(
                "Five algorithms, from prototypical networks and MAML to a prior-fitted network, step by step",
                "五种算法，从原型网络、MAML 到先验拟合网络，逐步展示",
            ),
            Words("Ranked answers with the nearest labelled patients", "诊断排序，并附最相近的已确诊患者"),
        ),
        Words("Open Diagnose", "进入诊断"),
    ),
    Door(
        "pages/compare.py",
        Words("Compare", "比较"),
        ":material/balance:",
        Words(
            "Put the algorithms side by side on the same patients, with plain classifiers always in the list.",
            "让各种算法在相同的患者上并排较量，并始终与普通分类器对照。",
        ),
        (
            Words("Accuracy with intervals against the number of patients", "准确率及其区间随患者数的变化"),
            Words("Calibration, net benefit and cost", "校准、净获益与计算成本"),
            Words("What a meta-learned start is worth", "元学习的起点究竟值多少"),
        ),
        Words("Open Compare", "进入比较"),
    ),
    Door(
        "pages/learn.py",
        Words("Learn", "学习"),
        ":material/school:",
        Words(
            "Short lessons, one idea a screen, for a class or for oneself.",
            "一节节短课，每屏一个概念，适合课堂教学，也适合自学。",
        ),
        (
            Words("Episodes, inner and outer loop, prototypes", "任务片段、内外循环与原型"),
            Words("Predict first, then see", "先预测，再揭晓"),
            Words("Each lesson ends with a way to break it", "每节课最后都试着把它弄坏"),
        ),
        Words("Open Learn", "进入学习"),
    ),
)

IS = (
    Words(
        "A place to see how learning from one to twenty patients per disease works, on real and simulated tables",
        "用真实和模拟的表格，直观了解每种疾病仅有一至二十位患者时如何学习",
    ),
    Words(
        "A ranked list with its basis: nearest patients, prototypes in original units, probability at every step",
        "给出有据可查的排序：最相近的患者、以原始单位表示的原型、每一步的概率",
    ),
    Words("Entirely on this computer, also without a network", "完全在本机运行，无需网络"),
)
IS_NOT = (
    Words(
        "Not a medical device: no diagnosis, treatment or triage of a real patient may rest on it",
        "不是医疗器械：不得据此对真实患者作出诊断、治疗或分诊决定",
    ),
    Words(
        "Not validated in any clinic; the probabilities may be wrong for your patients",
        "未经任何临床机构验证；所示概率对您的患者可能并不准确",
    ),
    Words("Not for images, and not for anything urgent", "不处理影像，也不用于任何紧急情况"),
)


def doors(say: Say) -> None:
    """The three cards, side by side and of one height."""
    for column, door in zip(st.columns(len(DOORS), gap="medium"), DOORS, strict=True):
        with column.container(border=True, height="stretch", vertical_alignment="distribute", key=f"door_{door.path[6:-3]}"):
            with st.container(gap="small"):
                st.subheader(f"{door.icon} {say(door.title)}", anchor=False)
                st.markdown(say(door.sentence))
                st.caption("\n".join(f"- {say(item)}" for item in door.inside))
            enter(say, door)


def enter(say: Say, door: Door) -> None:
    """The card's button; the one primary button of the screen leads to the first."""
    kind = "primary" if door is DOORS[0] else "secondary"
    if st.button(say(door.enter), icon=":material/arrow_forward:", key=f"enter_{door.path[6:-3]}", type=kind):
        st.switch_page(door.path)


def points(say: Say, title: Words, icon: str, items: tuple[Words, ...]) -> None:
    """A short titled list."""
    st.subheader(f"{icon} {say(title)}", anchor=False)
    st.markdown("\n".join(f"- {say(item)}" for item in items))


say = frame("app.py")
st.markdown(
    say(
        Words(
            "Most rare diseases have too few patients for ordinary machine learning. A meta-learner has practised on thousands of other small "
            "tasks, so that a few labelled patients are enough to begin. MetaMed shows it at work.",
            "多数罕见病的患者太少，普通的机器学习无从学起。元学习器已在成千上万个其他小任务上练习过，因此只要几位已确诊患者就能开始。MetaMed 让您看到它如何工作。",
        )
    ),
    width=860,
)
doors(say)
st.space("small")
what, what_not = st.columns(2, gap="large")
with what:
    points(say, Words("What it is", "它是什么"), ":material/check_circle:", IS)
with what_not:
    points(say, Words("What it is not", "它不是什么"), ":material/do_not_disturb_on:", IS_NOT)
