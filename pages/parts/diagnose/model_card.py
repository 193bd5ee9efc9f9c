"""The model card of the run, for whoever has to describe or approve it."""

from __future__ import annotations

import streamlit as st

from metamed_core.diagnosis import ModelCard
from metamed_core.words import Words
from pages.parts.common import audit
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot

WHAT = Words(
    "The model card follows the TRIPOD+AI statement: data, algorithm, weights and their training, accuracy on held-out patients, limits. What the program cannot know, "
    "such as setting and ethical approval, says “not provided”; fill it in in the Markdown file. It names no patient.",
    "模型卡依据 TRIPOD+AI 声明：数据、算法、权重及其训练、留出患者的准确率与局限。程序无法得知的内容（如场所与伦理批准）标为“未提供”，可在 Markdown 文件中补充。其中不含任何患者。",
)


def model_card(say: Say, state: Adaptation, shown: Snapshot) -> None:
    """The card as HTML to read and print, and as Markdown to fill in."""
    source = state.patients.current

    def card() -> ModelCard:
        return ModelCard.of(shown.trace, shown.cursor, shown.records, source.file or source.source, state.patients.coverage)

    with st.container(horizontal=True, vertical_alignment="center"):
        for form, title, make in (
            ("html", Words("Model card (HTML)", "模型卡（HTML）"), lambda: card().to_html(say.language)),
            ("md", Words("Model card (Markdown)", "模型卡（Markdown）"), lambda: card().to_markdown(say.language)),
        ):
            st.download_button(
                say(title),
                data=audit.noted(make, "model_card_downloaded", form=form, table="own" if source.is_own else "public"),
                file_name=f"metamed_model_card.{form}",
                mime="text/html" if form == "html" else "text/markdown",
                icon=":material/description:",
                key=f"card_{form}",
                on_click="ignore",
                help=say(WHAT),
            )
