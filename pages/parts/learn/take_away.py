"""What a teacher hands out: the link to this screen as it stands, with or without controls, and the lesson on paper."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.handout import handout_html
from pages.lessons.script import Lesson
from pages.parts.common.frame import Say
from pages.parts.learn.place import OPENED_LOCK, Place, Stage, flag, query, server

LINK = Words(
    "Whoever opens it on a MetaMed of this version sees the same figures and numbers, to the bit.",
    "在同一版本的 MetaMed 中打开，看到的图形与数字逐位相同。",
)
HIDES = Words(
    "Hides settings, answers and teacher's notes. A curtain, not a lock: who edits the address can draw it back.",
    "隐藏设置、答案和教师备课内容。这只是一道帘子而非锁：修改地址即可掀开。",
)


def take_away(say: Say, lesson: Lesson[Any], stage: Stage, place: Place) -> None:
    """Link, curtain and handout; a reader of a locked link gets only the handout, without answers."""
    link = f"{server()}{query(lesson, stage.state, place, say.language, locked=place.locked)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson_take_away"):
        if not place.locked:
            _copy(say, lesson, stage, place)
            st.button(
                say(Words("Hide controls", "隐藏控件")),
                icon=":material/visibility_lock:",
                key="lock_here",
                help=say(HIDES),
                on_click=_curtain,
                args=(True,),
            )
        elif st.session_state.get(OPENED_LOCK):
            st.button(
                say(Words("Show controls", "显示控件")), icon=":material/lock_open:", key="unlock_here", on_click=_curtain, args=(False,)
            )
        st.download_button(
            say(Words("Handout (HTML)", "讲义（HTML）")),
            data=lambda: handout_html(lesson, stage.state, say.language, link=link, answers=not place.locked),
            file_name=f"metamed_lesson_{lesson.number}_{lesson.key}_{say.language}.html",
            mime="text/html",
            icon=":material/print:",
            key="lesson_handout",
            on_click="ignore",
        )


def _copy(say: Say, lesson: Lesson[Any], stage: Stage, place: Place) -> None:
    with st.popover(say(Words("Copy link", "复制链接")), icon=":material/link:", key="lesson_link"):
        st.caption(say(LINK))
        st.code(f"{server()}{query(lesson, stage.state, place, say.language, locked=False)}", language=None, wrap_lines=True)
        st.caption(say(Words("For students:", "发给学生：") + HIDES))
        st.code(f"{server()}{query(lesson, stage.state, place, say.language, locked=True)}", language=None, wrap_lines=True)


def _curtain(closed: bool) -> None:
    st.session_state[OPENED_LOCK] = True
    flag("lock", on=closed)
