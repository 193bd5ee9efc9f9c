"""Home: a door to each page, and what this is and is not. Imports nothing heavy; torch warms up in the background."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import home
from pages.parts.common.menu import Page
from pages.parts.common.page_frame import frame

PAGE = Page(
    title=Words("Home", "首页"),
    icon=":material/home:",
    summary=Words("How well can a computer diagnose from only a few patients?", "只有几位患者，计算机能学会诊断吗？"),
    order=0,
)
say = frame("home.py")
st.markdown(say(home.WHAT), width=860)
home.doors(say)
st.space("small")
home.what_it_is(say)
