"""What a teacher hands out: the link to this screen as it stands, with or without controls, the lesson on paper, with or without the answers, and where it has one its offline file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.handout import handout_html
from pages.lessons.lesson import Lesson
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import Address, link_to, server, set_flag
from pages.parts.learn.offline import offline_html
from pages.parts.learn.progress import Progress

LOCKED_HERE = "learn_locked_here"  # who has hidden the controls in this tab may show them again
SAME = Words(
    "Whoever opens this link in a MetaMed of the same version sees exactly the same figures and numbers.",
    "在同一版本的 MetaMed 中打开此链接，看到的图形与数字完全相同。",
)
OFFLINE = Words(
    "One HTML file in this language, with the answers: it opens by a double click, needs no network and computes each step by itself.",
    "本语言的单个 HTML 文件，含答案：双击即可打开，无需网络，每一步都由文件自己计算。",
)
HIDES = Words(
    "Hides settings, answers and the teacher's notes. This is not protection: anyone can show them again by editing the address.",
    "隐藏设置、答案和教师备课内容。这不是保密措施：任何人修改地址即可重新显示。",
)


def hand_out(say: Say, lesson: Lesson[Any], progress: Progress, address: Address, *, with_answers: bool) -> None:
    """Link, lock and handouts. with_answers: offer the teachers' handout; a reader of a locked link gets the students' only."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson_hand_out"):
        if not address.locked:
            _links(say, lesson, progress, address)
            label = say(Words("Hide controls", "隐藏控件"))
            st.button(label, icon=":material/visibility_lock:", key="lock_here", help=say(HIDES), on_click=_lock, args=(True,))
        elif st.session_state.get(LOCKED_HERE):
            label = say(Words("Show controls", "显示控件"))
            st.button(label, icon=":material/lock_open:", key="unlock_here", on_click=_lock, args=(False,))
        _handout(say, lesson, progress.state.seed, answers=False)
        if with_answers and not address.locked:
            _handout(say, lesson, progress.state.seed, answers=True)
            if lesson.offline is not None:
                _offline(say, lesson, progress.state.seed)


def _handout(say: Say, lesson: Lesson[Any], seed: int, *, answers: bool) -> None:
    link = f"{server()}{link_to(lesson, lesson.state(seed), Address(lesson.key), say.language, locked=not answers)}"
    label = Words("Handout with answers", "教师讲义（含答案）") if answers else Words("Handout for students", "学生讲义（无答案）")
    who = "teachers" if answers else "students"
    st.download_button(
        say(label),
        data=lambda: handout_html(lesson, seed, say.language, link=link, answers=answers),
        file_name=f"metamed_lesson_{lesson.number}_{lesson.key}_{who}_{say.language}.html",
        mime="text/html",
        icon=":material/co_present:" if answers else ":material/print:",
        key=f"lesson_handout_{who}",
        on_click="ignore",
    )


def _offline(say: Say, lesson: Lesson[Any], seed: int) -> None:
    st.download_button(
        say(Words("The whole lesson as one file that works offline", "整节课：可离线使用的单个文件")),
        data=lambda: offline_html(lesson, seed, say.language),
        file_name=f"metamed_lesson_{lesson.number}_{lesson.key}_offline_{say.language}.html",
        mime="text/html",
        icon=":material/wifi_off:",
        key="lesson_offline",
        help=say(OFFLINE),
        on_click="ignore",
    )


def _links(say: Say, lesson: Lesson[Any], progress: Progress, address: Address) -> None:
    with st.popover(say(Words("Copy link", "复制链接")), icon=":material/link:", key="lesson_link"):
        st.caption(say(SAME))
        st.code(f"{server()}{link_to(lesson, progress.state, address, say.language, locked=False)}", language=None, wrap_lines=True)
        st.caption(say(Words("For students:", "发给学生：") + HIDES))
        st.code(f"{server()}{link_to(lesson, progress.state, address, say.language, locked=True)}", language=None, wrap_lines=True)


def _lock(locked: bool) -> None:
    st.session_state[LOCKED_HERE] = True
    set_flag("lock", on=locked)
