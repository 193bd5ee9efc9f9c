"""Learn: short lessons in few-shot diagnosis; a link is a lesson."""

from __future__ import annotations

import streamlit as st

from pages.parts.common import warm
from pages.parts.common.frame import frame

say = frame("pages/learn.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.parts.learn.address import current_address
from pages.parts.learn.contents import contents
from pages.parts.learn.screen import lesson_page

address = current_address()
if address.lesson is None:
    contents(say, address)
else:
    lesson_page(say)
