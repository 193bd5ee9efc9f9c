"""Learn: short lessons in few-shot diagnosis; a link is a lesson."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import preload
from pages.parts.common.menu import Page
from pages.parts.common.page_frame import frame

PAGE = Page(
    title=Words("Learn", "学习"),
    icon=":material/school:",
    summary=Words("How learning from five patients can work at all, one idea per screen.", "只凭五位患者为何也能学习：每屏讲清一个概念。"),
    order=4,
)
say = frame("pages/learn.py")
with st.skeleton(height=400):
    preload.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of preload.py.
from pages.parts.learn.address import current_address
from pages.parts.learn.contents import contents
from pages.parts.learn.questionnaire import questionnaire_page
from pages.parts.learn.screen import lesson_page

address = current_address()
if address.questionnaire:
    questionnaire_page(say)
elif address.lesson is None:
    contents(say, address)
else:
    lesson_page(say)
