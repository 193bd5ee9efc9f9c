"""How deep a reader wants to see an algorithm: the picture only, the steps in words, or the arithmetic with the numbers of the figure.

Each deeper one has what the one before it has. It stands in the address, like the size of the text, and goes along to the next screen and lesson.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from metamed_core.words import Words
from pages.lessons.lesson import Lesson, Screen
from pages.parts.common import bound_widgets
from pages.parts.common.page_frame import Say
from pages.parts.learn.address import DEEPEST, DEPTH, DEPTHS, Address, set_depth
from pages.parts.learn.texts import STEPS

LABEL = Words("How deep", "深入程度")
NAMES = dict(zip(DEPTHS, (Words("Picture", "图"), Words("Steps", "步骤"), Words("Arithmetic", "算式")), strict=True))
LATER = {
    "picture": None,
    "steps": Words("The steps appear with the answer.", "揭晓后显示步骤。"),
    DEEPEST: Words("The steps, the formula and the line of code appear with the answer.", "揭晓后显示步骤、公式与代码行。"),
}
"""What is still to come before the answer is shown."""


def choose_depth(say: Say, address: Address) -> None:
    """The three depths."""
    offered = {depth: say(name) for depth, name in NAMES.items()}
    bound_widgets.choice(st.segmented_control, say(LABEL), offered, key=f"learn_{DEPTH}", value=address.depth, write=set_depth)


def steps(say: Say, lesson: Lesson[Any], screen: Screen[Any]) -> None:
    """The steps of the algorithm up to the one that this screen is about; the later ones would give later answers away."""
    told = "\n".join(f"{i}. {say(step)}" for i, step in enumerate(lesson.steps[: screen.step], start=1))
    with st.container(key="lesson_steps", gap=None):
        st.markdown(f"**{say(STEPS)}**\n\n{told}")
