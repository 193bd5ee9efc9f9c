"""What a page says of a class: the code, large, and for everybody the way in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.parts.common.classrooms import IDLE_HOURS, spoken
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import CLASS, go, server
from pages.parts.learn.classroom import Seat, close, join, leave, open_class
from pages.parts.learn.tally import follow

TITLE = Words("Vote as a class", "全班投票")
FOR_STUDENTS = Words("Type the code that the lecturer shows:", "请输入老师展示的课堂码：")
FOR_LECTURERS = Words(
    "**For the lecturer:** at every question of a lesson you see how many chose what, and you show the answer to all. Votes have no names. They stay in this "
    "server's memory, are written nowhere, and are forgotten when you close the class or after {n} hours in which nothing happens.",
    "**供老师使用**：在课程的每一道题上，您能看到各选项的票数，并由您向全班揭晓答案。投票不记名，只存于本服务器的内存，不写入任何地方；您关闭课堂后，或连续 {n} 小时没有任何操作，投票即被清除。",
).format(n=IDLE_HOURS)
CLASS_STYLE = """<style>
.st-key-class_code_shown [data-testid=stMarkdownContainer] p { font-size: 2.6rem !important; line-height: 1.1; letter-spacing: 0.04em; }
.st-key-class_tally [data-testid=stProgress] [role=progressbar] > div { height: 0.8rem; }
</style>"""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def class_door(say: Say) -> None:
    """The way into a class, for who is in none."""
    with st.popover(say(TITLE), icon=":material/how_to_vote:", key="class_door"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.text_input(say(FOR_STUDENTS), key="class_code", max_chars=20, width=280, on_change=_join)
            st.button(say(Words("Join", "加入")), key="class_join", type="primary", on_click=_join)
        st.divider()
        st.markdown(say(FOR_LECTURERS))
        st.button(say(Words("Open a class", "开设课堂")), key="class_open", icon=":material/co_present:", on_click=open_class)


def class_strip(say: Say, seat: Seat) -> None:
    """The code and the way out; on a student's page the way to where the lecturer is, too."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="class_strip"):
        if seat.is_lecturer:
            _lecturer(say, seat)
        else:
            _student(say, seat)


def _join() -> None:
    join(st.session_state["class_code"])


def _lecturer(say: Say, seat: Seat) -> None:
    st.markdown(say(Words("Class code", "课堂码")), width="content")
    with st.container(key="class_code_shown", width="content"):
        st.markdown(f"**{spoken(seat.room.code)}**", width="content")
    host = urlsplit(server()).hostname
    where = Words("to be typed at Learn → Vote as a class", "请在“学习”→“全班投票”中输入")
    if host and host not in LOOPBACK:  # what a loopback address means on a student's computer is that computer
        where = Words("or open {link}", "或打开 {link}").format(link=f"`{server()}/learn?{CLASS}={seat.room.code}`")
    st.markdown(say(where), width="content")
    with st.popover(say(Words("Close the class", "关闭课堂")), icon=":material/close:", type="tertiary", key="class_close"):
        st.markdown(say(Words("All its votes are forgotten at once, for everybody.", "所有投票立即清除，对所有人生效。")))
        st.button(say(Words("Close now", "立即关闭")), key="class_close_now", type="primary", on_click=close, args=(seat.room,))


def _student(say: Say, seat: Seat) -> None:
    st.markdown(f":material/how_to_vote: {say(Words('Class', '课堂'))} **{spoken(seat.room.code)}**", width="content")
    at = seat.room.at
    if at is not None and at != seat.asked:
        label = Words("Go to the class: lesson {n}, screen {screen}", "前往课堂所在：第 {n} 课第 {screen} 屏")
        label = label.format(n=LESSONS[at[0]].number, screen=at[1])
        st.button(say(label), key="class_follow", icon=":material/arrow_forward:", on_click=go, args=at, type="primary")
    st.button(say(Words("Leave the class", "离开课堂")), key="class_leave", icon=":material/logout:", type="tertiary", on_click=leave)
    follow(seat)
