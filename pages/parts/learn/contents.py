"""The contents of Learn: the path of the lessons, minutes each, what one can do afterwards, and how far one is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.lessons.lesson import Lesson
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address, current_address, go
from pages.parts.learn.class_strip import CLASS_STYLE, class_door, class_strip
from pages.parts.learn.classroom import take_seat
from pages.parts.learn.progress import next_screen, screens_done
from pages.parts.learn.questionnaire import questionnaire_door

UNKNOWN = Words("There is no lesson called “{name}”. These are the lessons there are:", "没有名为“{name}”的课程。现有课程如下：")
OVERVIEW = Words(
    "{n} {n:lesson|lessons}, about {total} {total:minute|minutes} of reading in all. Every screen asks a question before it shows the answer, and every number is computed "
    "live with the app's own code. A lesson can be handed out as a link or on paper.",
    "共 {n} 节课，自学约需 {total} 分钟。每一屏都先提问、再揭晓，所有数字均由应用自身的代码实时计算；每节课都可以用链接分发，或打印成讲义。",
)


def contents(say: Say, address: Address) -> None:
    """All lessons there are, in order; the next one to read has the primary button."""
    if address.unknown:
        st.warning(say(UNKNOWN).format(name=plain(address.unknown[:60])), icon=":material/search_off:")
    _class(say)
    total = sum(lesson.minutes for lesson in LESSONS.values())
    st.markdown(say(OVERVIEW.format(n=len(LESSONS), total=total)), width=860)
    following = next((lesson.key for lesson in LESSONS.values() if screens_done(lesson) < len(lesson.screens)), "")
    for lesson in LESSONS.values():
        _row(say, lesson, primary=lesson.key == following)


def _class(say: Say) -> None:
    """The class of this tab, or the way into one, and the way to the questionnaire; who opens the link of a class is led on to its question."""
    seat = take_seat(say)
    if current_address().lesson is not None:
        st.rerun()
    if seat is not None:
        st.html(CLASS_STYLE)
        class_strip(say, seat)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if seat is None:
            class_door(say)
        questionnaire_door(say)


def _row(say: Say, lesson: Lesson[Any], *, primary: bool) -> None:
    done, n = screens_done(lesson), len(lesson.screens)
    with st.container(border=True, key=f"lesson_{lesson.key}"):
        summary, button = st.columns([5, 1], vertical_alignment="center", gap="medium")
        with summary, st.container(gap=None):
            st.subheader(f"{lesson.number} · {say(lesson.title)}", anchor=False)
            st.markdown(say(lesson.goal))
            outcome = Words("Afterwards you can {outcome}", "学完之后，您能够{outcome}").format(outcome=lesson.outcome)
            minutes = Words("{n} {n:minute|minutes}", "{n} 分钟").format(n=lesson.minutes)
            tick = ":material/check_circle: " if done == n else ""
            progress = Words("{done} of {n} screens done", "已完成 {done} / {n} 屏").format(done=done, n=n)
            st.caption(f":material/schedule: {say(minutes)} · {tick}{say(progress)}  \n{say(outcome)}")
        with button:
            st.button(
                say(_button_label(done, n).format(n=lesson.number)),
                key=f"open_{lesson.key}",
                on_click=go,
                args=(lesson.key, next_screen(lesson)),
                type="primary" if primary else "secondary",
                width="stretch",
            )


def _button_label(done: int, n: int) -> Words:
    if not done:
        return Words("Begin lesson {n}", "开始第 {n} 课")
    return Words("Continue lesson {n}", "继续第 {n} 课") if done < n else Words("Read lesson {n} again", "重读第 {n} 课")
