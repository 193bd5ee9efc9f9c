"""The parts of the home page: four cards that lead to pages, and the intended use. Imports no heavy package."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.page_frame import Say


@dataclass(frozen=True)
class Door:
    """One card: the page that it leads to, with title, description and contents."""

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
            "Start here: every patient without a diagnosis gets a ranked list of diagnoses, with probabilities and reasons.",
            "从这里开始：每位未确诊患者都会得到一份诊断排序，附概率与依据。",
        ),
        (
            Words("Opens on a finished example: nothing to upload", "打开即是一个已完成的示例，无需上传"),
            Words(
                "Your own table: a file of nearly any kind, pasted cells, or typed in",
                "可用自己的表格：几乎任何格式的文件、粘贴的单元格，或直接录入",
            ),
            Words("Five algorithms, which you can watch learning step by step", "五种算法，可逐步观看其学习过程"),
            Words("The most similar labeled patients beside each answer", "每个答案旁附最相似的已确诊患者"),
        ),
        Words("Open Diagnose", "进入诊断"),
    ),
    Door(
        "pages/compare.py",
        Words("Compare", "比较"),
        ":material/balance:",
        Words(
            "Which algorithm works best on a table, and is the difference more than chance?",
            "哪种算法在一份表格上表现最好？差异是否超出偶然？",
        ),
        (
            Words(
                "Meta-learning beside ordinary baseline classifiers, on the same patients",
                "元学习与常用的基线分类器在相同的患者上对照",
            ),
            Words(
                "Accuracy with 95% intervals, for 1 to 20 labeled patients of each diagnosis",
                "每种诊断有 1 至 20 位已确诊患者时的准确率及 95% 区间",
            ),
            Words("Calibration, net benefit and computing time", "校准、净获益与计算时间"),
        ),
        Words("Open Compare", "进入比较"),
    ),
    Door(
        "pages/meta_train.py",
        Words("Meta-train", "元训练"),
        ":material/model_training:",
        Words(
            "Prepare an algorithm for diseases that it has never seen, on a table of many diagnoses.",
            "用一份含多种诊断的表格训练算法，使它能应对从未见过的疾病。",
        ),
        (
            Words("Watch it train, a minute or two", "观看训练过程，约一两分钟"),
            Words("Tested on diseases kept aside: accuracy and probabilities", "在留出的疾病上测试：准确率与概率"),
            Words("Keep the weights, and use them in Diagnose and Compare", "保存权重，用于诊断与比较"),
        ),
        Words("Open Meta-train", "进入元训练"),
    ),
    Door(
        "pages/learn.py",
        Words("Learn", "学习"),
        ":material/school:",
        Words(
            "How can a few patients be enough? Eleven short lessons, for a class or for yourself.",
            "为什么几位患者就够了？十一节短课，适合课堂教学，也适合自学。",
        ),
        (
            Words("One idea per screen, with a figure that you can change", "每屏一个概念，配一幅可以操作的图"),
            Words("Predict first, then see", "先预测，再揭晓"),
            Words("When it fails: each lesson ends with a way to break it", "何时失效：每节课最后都试着把它弄坏"),
        ),
        Words("Open Learn", "进入学习"),
    ),
)

IS = (
    Words(
        "A way to see how learning from 1 to 20 patients per disease works, on real and simulated tables",
        "用真实和模拟的表格，直观了解每种疾病仅有 1 至 20 位患者时如何学习",
    ),
    Words(
        "Ranked diagnoses with what they rest on: the most similar labeled patients, and the average patient of each diagnosis in clinical units",
        "给出有据可查的诊断排序：最相似的已确诊患者，以及以临床单位表示的各诊断“平均患者”",
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
WHAT = Words(
    "Most rare diseases have too few patients for ordinary machine learning. MetaMed takes a table with a few patients per disease whose diagnosis is "
    "known, and suggests diagnoses for the others. So few are enough because its algorithms were trained beforehand on thousands of other small "
    "tables: they have learned how to learn (meta-learning).",
    "多数罕见病的患者太少，普通的机器学习无从学起。给 MetaMed 一份表格，每种疾病只需几位已确诊患者，它便为其余患者给出可能的诊断。"
    "几位就够，是因为其中的算法事先在成千上万份其他小表格上训练过：它们学会了如何学习（元学习）。",
)


def doors(say: Say) -> None:
    """Draw the cards in rows of two, each row of equal height: four side by side would push their buttons off the first screen."""
    for row in (DOORS[:2], DOORS[2:]):
        for column, door in zip(st.columns(2, gap="medium"), row, strict=True):
            with column.container(border=True, height="stretch", vertical_alignment="distribute", key=f"door_{door.path[6:-3]}"):
                with st.container(gap="small"):
                    st.subheader(f"{door.icon} {say(door.title)}", anchor=False)
                    st.markdown(say(door.sentence))
                    st.caption("\n".join(f"- {say(item)}" for item in door.inside))
                enter(say, door)


def enter(say: Say, door: Door) -> None:
    """Draw the button of a card; only that of the first card is a primary button."""
    first = door is DOORS[0]
    if st.button(
        say(door.enter), icon=":material/arrow_forward:", key=f"enter_{door.path[6:-3]}", type="primary" if first else "secondary"
    ):
        st.switch_page(door.path)


def points(say: Say, title: Words, icon: str, items: tuple[Words, ...]) -> None:
    """Draw a short list with a title."""
    st.subheader(f"{icon} {say(title)}", anchor=False)
    st.markdown("\n".join(f"- {say(item)}" for item in items))


def what_it_is(say: Say) -> None:
    """Draw the intended and the excluded uses side by side."""
    what, what_not = st.columns(2, gap="large")
    with what:
        points(say, Words("What it is", "它是什么"), ":material/check_circle:", IS)
    with what_not:
        points(say, Words("What it is not", "它不是什么"), ":material/do_not_disturb_on:", IS_NOT)
