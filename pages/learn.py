"""Learn: short lessons in few-shot diagnosis; a link is a lesson."""

from __future__ import annotations

import streamlit as st

from pages.parts.common import warm
from pages.parts.common.frame import frame

say = frame("pages/learn.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.parts.learn import contents as lesson_contents
from pages.parts.learn import place as lesson_place
from pages.parts.learn import screen as lesson_screen

place = lesson_place.here()
if place.lesson is None:
    lesson_contents.contents(say, place)
else:
    lesson_screen.lesson_page(say)
