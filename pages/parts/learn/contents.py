"""The contents of Learn: the path of the lessons, minutes each, what one can do afterwards, and how far one is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons import LESSONS
from pages.lessons.script import Lesson
from pages.parts.common.frame import Say
from pages.parts.common.text import plain
from pages.parts.learn.place import Place, go, stages


def contents(say: Say, place: Place) -> None:
    """All lessons there are, in order; the next one to read has the primary button."""
    if place.asked:
        told = Words("There is no lesson called “{name}”. These are the lessons there are:", "没有名为“{name}”的课程。现有课程如下：")
        st.warning(say(told).format(name=plain(place.asked[:60])), icon=":material/search_off:")
    total = sum(lesson.minutes for lesson in LESSONS.values())
    told = Words(
        "{n} lessons, {total} minutes of reading in all. Each asks before it shows, computes everything live with the code the app itself uses, and "
        "can be handed out as a link or printed.",
        "共 {n} 节课，自学约需 {total} 分钟。每一屏都先提问、再揭晓，所有数字均由应用自身的代码实时计算；每节课都可以用链接分发，或打印成讲义。",
    )
    st.markdown(say(told.format(n=len(LESSONS), total=total)), width=860)
    following = next((one.key for one in LESSONS.values() if _done(one) < len(one.screens)), "")
    for lesson in LESSONS.values():
        _row(say, lesson, primary=lesson.key == following)


def _done(lesson: Lesson[Any]) -> int:
    """Screens of which the answer has been shown in this tab."""
    held = stages().get(lesson.key)
    return len(held.shown) if held else 0


def _row(say: Say, lesson: Lesson[Any], *, primary: bool) -> None:
    done, n = _done(lesson), len(lesson.screens)
    with st.container(border=True, key=f"lesson_{lesson.key}"):
        told, button = st.columns([5, 1], vertical_alignment="center", gap="medium")
        with told, st.container(gap=None):
            st.subheader(f"{lesson.number} · {say(lesson.title)}", anchor=False)
            st.markdown(say(lesson.goal))
            after = Words("Afterwards you can {after}", "学完之后，您能够{after}").format(after=lesson.after)
            minutes = Words("{n} minutes", "{n} 分钟").format(n=lesson.minutes)
            tick = ":material/check_circle: " if done == n else ""
            progress = Words("{done} of {n} screens done", "已完成 {done} / {n} 屏").format(done=done, n=n)
            st.caption(f":material/schedule: {say(minutes)} · {tick}{say(progress)}  \n{say(after)}")
        with button:
            if not done:
                named = Words("Begin lesson {n}", "开始第 {n} 课")
            else:
                named = Words("Go on with lesson {n}", "继续第 {n} 课") if done < n else Words("Read lesson {n} again", "重读第 {n} 课")
            st.button(
                say(named.format(n=lesson.number)),
                key=f"open_{lesson.key}",
                on_click=go,
                args=(lesson.key, _next_screen(lesson)),
                type="primary" if primary else "secondary",
                width="stretch",
            )


def _next_screen(lesson: Lesson[Any]) -> int:
    held = stages().get(lesson.key)
    n = len(lesson.screens)
    return next((at for at in range(1, n + 1) if held is None or at not in held.shown), 1)
