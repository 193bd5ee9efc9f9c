"""The frame of every page: title, menu, language, intended use, and deletion of the user's data.

Every page starts with `say = frame("pages/x.py")` and writes each text as `say(Words("..", ".."))`.
`st.navigation` is not used: with a folder named pages/, a deep link would run a page without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from metamed_core.words import INTENDED_USE, LANGUAGES, Language, Words
from pages.parts.common import audit, own_data, server_limits, sessions, sign_in
from pages.parts.common.menu import HOME, PAGES
from pages.parts.common.reading import show_reading

HERE = Path(__file__).parent
NAMES = {"en": "English", "zh": "中文"}

# Streamlit writes a chosen segment and a slider's value in the accent color, which is too faint to read on a dark page. And it fades
# what the running script has not drawn yet: on a slow computer a live chart would be faint most of the time.
STYLE = """<style>
button[data-variant][data-selected="true"] { color: inherit !important; }
[data-testid="stSliderThumbValue"], [data-testid="stSliderThumbValue"] p { color: inherit !important; }
[class*="st-key-"][class*="_chart"] [data-stale="true"] { opacity: 1 !important; }
</style>"""

# The browser asks before it leaves or reloads the page; the text of the question is its own.
ASK_BEFORE_LEAVING = """<script>window.onbeforeunload = %s;</script>"""

PRIVACY = Words(
    "Your data stay in this computer's memory and go nowhere else. They are forgotten within {n} {n:minute|minutes} after you close or reload the page, "
    "or when your laptop sleeps that long: save your work before.",
    "您的数据只保留在本机内存中，不会发送到别处。关闭或刷新页面后 {n} 分钟内即被清除，电脑休眠超过此时间也会清除：请先保存工作。",
).format(n=sessions.MINUTES)


@dataclass(frozen=True)
class Say:
    """Translates texts to the chosen language: `say(Words("Adapt", "适应"))`. For the app's own texts only; see `markdown_text.plain`."""

    language: Language

    def __call__(self, words: Words) -> str:
        """Return the text in the chosen language."""
        return words.into(self.language)


def frame(path: str) -> Say:
    """Draw the frame of the page `path` and return the translation function of the chosen language."""
    page = next(page for page in PAGES if page.path == path)
    say = Say(_language())
    home = page.path == HOME
    title = "MetaMed" if home else f"{say(page.title)} · MetaMed"
    st.set_page_config(page_title=title, page_icon=str(HERE / "icon.svg"), layout="wide", initial_sidebar_state="collapsed")
    st.logo(str(HERE / "logo.svg"), size="large")
    own_data.leave_if_deleted()
    st.html(STYLE)
    if (problem := sessions.note_session() or audit.note_visit()) is not None:
        st.error(say(problem), icon=":material/error:")
        st.stop()
    if (full := sessions.let_in()) is not None:
        server_limits.wait(say, full, sessions.let_in)
    sign_in.ask(say)
    _menu(say)
    _strip(say)
    own_data.mark_own_data()
    _say_what_is_gone(say)
    with st.container(gap=None, key="page_title"):
        st.title(say(page.summary if home else page.title), anchor=False)
        if not home:
            st.caption(say(page.summary))
        unsaved = bool(getattr(st.session_state.get("patients"), "has_unsaved", False))
        st.html(ASK_BEFORE_LEAVING % ("event => event.preventDefault()" if unsaved else "null"), unsafe_allow_javascript=True)
    show_reading(say)
    return say


def _language() -> Language:
    """The language that was selected, else that of `?lang=`, else that of the browser."""
    chosen = st.session_state.get("language") or st.query_params.get("lang") or st.context.locale or ""
    st.session_state["language"] = language = _known(str(chosen))
    return language


def _remember() -> None:
    """Store the selected language in the address, so that it survives a reload."""
    st.query_params["lang"] = st.session_state["language"]


def _known(code: str) -> Language:
    """The language of a code such as `zh-CN`; English if it is not supported."""
    return next((language for language in LANGUAGES if code.lower().startswith(language)), "en")


def _menu(say: Say) -> None:
    carried = {"lang": say.language} if "lang" in st.query_params or say.language != _known(st.context.locale or "") else {}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="menu"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            for page in PAGES:
                st.page_link(page.path, label=say(page.title), icon=page.icon, query_params=carried)
        st.segmented_control(
            say(Words("Language", "语言")),
            LANGUAGES,
            format_func=NAMES.__getitem__,
            required=True,
            key="language",
            persist_state="session",
            on_change=_remember,
            label_visibility="collapsed",
        )


def _strip(say: Say) -> None:
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", horizontal_alignment="distribute", key="strip"):
        st.caption(f":material/shield: **{say(INTENDED_USE)}** {say(PRIVACY)}", width="stretch")
        delete = say(Words("Delete my data", "删除我的数据"))
        sign_in.offer_sign_out(say, own_data.delete_my_data)
        with st.popover(delete, icon=":material/delete:", type="tertiary", key="delete"):
            st.markdown(
                say(
                    Words(
                        "Removes the uploaded tables, your edits and all results from the memory.",
                        "从内存中移除上传的表格、您的修改和全部结果。",
                    )
                )
            )
            st.button(say(Words("Delete now", "立即删除")), key="delete_now", on_click=own_data.delete_my_data, type="primary")


def _say_what_is_gone(say: Say) -> None:
    if own_data.has_just_deleted_in_part():
        st.error(say(own_data.NOT_ALL))
    if own_data.has_just_deleted():
        st.toast(say(Words("Your data were deleted.", "您的数据已删除。")), icon=":material/check:")
    if own_data.is_table_gone():
        with st.container(key="table_gone"):
            st.warning(say(own_data.GONE_TEXT.format(n=round(sessions.FORGET_AFTER))), icon=":material/info:")
            st.button(say(own_data.GO_ON), key="go_on_without", on_click=own_data.go_on_without)
