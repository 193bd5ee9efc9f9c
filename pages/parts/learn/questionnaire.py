"""The questionnaire before and after the lessons: twelve items in random order, the score once all are answered, and the file to take away.

Everything stays in the session, and goes with it ("Delete my data"); nothing is shown as right or wrong before the end.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.lessons.questionnaire import LONGEST_WORD, SEEDS, WHEN, arranged, file_name, result_csv, wrong
from pages.lessons.questionnaire_items import ITEMS, Item
from pages.parts.common import bound_widgets
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address, current_address, go, go_to_questionnaire

KEY = "questionnaire"
TITLE = Words("Questionnaire before and after the lessons", "课前课后问卷")
ABOUT = Words(
    "{n} questions about what the lessons teach. Answer as well as you can, and guess where you do not know; the score comes when all are answered. "
    "Your answers stay in this tab until you close or reload it, or choose “Delete my data”. Nobody else sees them unless you hand on the file at the end.",
    "共 {n} 道题，内容都是各节课所讲的。请尽力作答，不会的可以猜；全部答完后显示得分。您的答案只留在本标签页中，关闭、刷新或点击“删除我的数据”后即清除。"
    "除非您把最后的文件交给别人，没有人看得到。",
)
NO_SOLUTION = Words(
    "Which answer is right is not shown here, so that the questionnaire can measure again after the lessons. The lesson explains it.",
    "这里不显示正确答案，以便学完课程后再次测量。相应的课程中有解释。",
)
CODE_WORD = Words("Code word (optional)", "暗号（可不填）")
CODE_HELP = Words(
    "By it your files from before and after the lessons find each other. Choose a word that does not say who you are, and type the same one both times. It stands in the name of the file only.",
    "凭它把您课前与课后的两个文件配成一对。请取一个看不出您是谁的词，两次输入相同的词。它只出现在文件名中。",
)


@dataclass
class Sitting:
    """One reader's answers. answers: item -> answer, by their names; is_done: the score is shown, and nothing can be changed any more."""

    when: str = ""
    seed: int = field(default_factory=lambda: secrets.randbelow(SEEDS))
    answers: dict[str, str] = field(default_factory=dict)
    is_done: bool = False


def questionnaire_door(say: Say) -> None:
    """The way to the questionnaire, from the contents."""
    st.button(say(TITLE), icon=":material/quiz:", key="open_questionnaire", type="tertiary", on_click=go_to_questionnaire)


@st.fragment
def questionnaire_page(say: Say) -> None:
    """The items, or, once all are answered, the result."""
    address = current_address()
    if not address.questionnaire:
        st.rerun()  # on to a lesson, or back to the contents
    sitting = _sitting(address)
    with st.container(key="questionnaire", width=860):
        st.button(say(Words("Contents", "目录")), icon=":material/toc:", key="to_contents", on_click=go, args=(None,), type="tertiary")
        st.header(say(TITLE), anchor=False)
        if sitting.is_done:
            _result(say, sitting)
        else:
            _items(say, sitting)


def _sitting(address: Address) -> Sitting:
    """That of this session; a new one begins with what the link says of when it is answered."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Sitting(address.questionnaire if address.questionnaire in WHEN else "")
    held: Sitting = st.session_state[KEY]
    return held


def _items(say: Say, sitting: Sitting) -> None:
    st.markdown(say(ABOUT.format(n=len(ITEMS))))

    def choose_when(when: str) -> None:
        sitting.when = when

    offered = {when: say(words) for when, words in WHEN.items()}
    label = say(Words("When do you answer?", "您在什么时候作答？"))
    bound_widgets.choice(st.radio, label, offered, key="quiz_when", value=sitting.when, write=choose_when, horizontal=True)
    for at, (item, order) in enumerate(arranged(sitting.seed), start=1):
        _item(say, sitting, at, item, order)
    missing, unsaid = len(ITEMS) - len(sitting.answers), not sitting.when
    st.button(
        say(Words("Finish and show the score", "完成并显示得分")),
        key="quiz_finish",
        type="primary",
        disabled=bool(missing or unsaid),
        on_click=_finish,
        args=(sitting,),
    )
    if missing:
        st.caption(say(Words("{n} of {all} still to be answered.", "{all} 题中还有 {n} 题未答。").format(n=missing, all=len(ITEMS))))
    elif unsaid:
        st.caption(
            say(Words("Say at the top when you answer: before or after the lessons.", "请在最上方选择作答时间：学习课程之前或之后。"))
        )


def _item(say: Say, sitting: Sitting, at: int, item: Item, order: list[str]) -> None:
    def choose(answer: str) -> None:
        if not sitting.is_done:
            sitting.answers[item.key] = answer

    with st.container(border=True):
        offered = {name: say(item.options[name]) for name in order}
        label = f"**{at}.** {say(item.text)}"
        bound_widgets.choice(st.radio, label, offered, key=f"quiz_{item.key}", value=sitting.answers.get(item.key), write=choose)


def _finish(sitting: Sitting) -> None:
    sitting.is_done = True


def _result(say: Say, sitting: Sitting) -> None:
    missed = wrong(sitting.answers)
    st.subheader(
        say(Words("{right} of {n} right", "{n} 题答对 {right} 题").format(right=len(ITEMS) - len(missed), n=len(ITEMS))), anchor=False
    )
    st.caption(say(WHEN[sitting.when]))
    _file(say, sitting)
    if missed:
        st.markdown(say(Words("**Not right**, with the screen that treats it:", "**未答对的题**，以及讲到它的那一屏：")))
        st.caption(say(NO_SOLUTION))
    for item in missed:
        lesson = LESSONS[item.lesson]
        with st.container(border=True):
            st.markdown(say(item.text))
            st.caption(say(Words("Your answer: {answer}", "您的回答：{answer}").format(answer=item.options[sitting.answers[item.key]])))
            label = Words("Lesson {n}, screen {screen}: {title}", "第 {n} 课第 {screen} 屏：{title}")
            label = label.format(n=lesson.number, screen=item.screen, title=lesson.title)
            st.button(say(label), icon=":material/arrow_forward:", key=f"quiz_to_{item.key}", on_click=go, args=(item.lesson, item.screen))
    st.button(say(Words("Answer again", "重新作答")), icon=":material/replay:", key="quiz_again", type="tertiary", on_click=_again)


def _file(say: Say, sitting: Sitting) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        word = st.text_input(say(CODE_WORD), key="quiz_code", help=say(CODE_HELP), max_chars=LONGEST_WORD, width=280)
        name = file_name(sitting.when, sitting.seed, word)
        st.download_button(
            say(Words("Take the answers away (CSV)", "下载答案（CSV）")),
            data=result_csv(sitting.when, sitting.seed, sitting.answers),
            file_name=name,
            mime="text/csv",
            icon=":material/download:",
            key="quiz_csv",
            on_click="ignore",
            type="primary",
        )
    st.caption(f"`{name}`")


def _again() -> None:
    st.session_state[KEY] = Sitting()
