"""Learn: short lessons in few-shot diagnosis; a link is a lesson."""

from __future__ import annotations

import streamlit as st

from pages.shared import warm
from pages.shared.frame import frame

say = frame("pages/learn.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.shared import lesson_contents, lesson_place, lesson_screen

place = lesson_place.here()
if place.lesson is None:
    lesson_contents.contents(say, place)
else:
    lesson_screen.lesson_page(say)
