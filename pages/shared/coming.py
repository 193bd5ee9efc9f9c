"""A page that is not built yet, honestly: what will be here, and what one can do today."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.shared.frame import Say

NOT_BUILT = Words(
    "This page is not built yet: there is nothing to run here. Below is what it will do, and what you can do today.",
    "本页尚未推出，目前没有可运行的内容。下面说明它将做什么，以及您今天可以做什么。",
)


def coming(say: Say, will: tuple[Words, ...], today: tuple[Words, ...]) -> None:
    """Say that the page is not built; list what it will do (in its order) and what one can do today."""
    st.info(say(NOT_BUILT), icon=":material/construction:")
    plan, now = st.columns([3, 2], gap="large")
    with plan:
        st.subheader(say(Words("What will be here", "这里将会有")), anchor=False)
        st.markdown("\n".join(f"{number}. {say(item)}" for number, item in enumerate(will, start=1)))
    with now.container(border=True):
        st.subheader(say(Words("What you can do today", "您今天可以做的")), anchor=False)
        st.markdown("\n".join(f"- {say(item)}" for item in today))
        if st.button(say(Words("Open Diagnose", "进入诊断")), icon=":material/stethoscope:", key="to_diagnose", type="primary"):
            st.switch_page("pages/diagnose.py")
