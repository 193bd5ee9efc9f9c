"""The frame of every page: title, menu, language, intended use, and deletion of the user's data.

Every page starts with `say = frame("pages/x.py")` and writes each text as `say(Words("..", ".."))`.
`st.navigation` is not used: with a folder named pages/, a deep link would run a page without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from metamed_core.words import INTENDED_USE, LANGUAGES, Language, UserError, Words
from pages.parts.common import preload, sign_in
from pages.parts.common.markdown_text import plain
from pages.parts.common.menu import HOME, PAGES

HERE = Path(__file__).parent
NAMES = {"en": "English", "zh": "中文"}
KEPT = ("language", "generation", "deleted")  # kept by "Delete my data": no patient data

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
    "Your data stay in this computer's memory, go nowhere else, and are forgotten when you reload the page.",
    "您的数据只保留在本机内存中，不会发送到别处，刷新页面后即被清除。",
)

NOT_ALL = Words(
    "Your data were deleted from memory, but not all from the disk. {why}", "您的数据已从内存中删除，但磁盘上的未能全部删除。{why}"
)


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
    st.html(STYLE)
    sign_in.ask(say)
    _menu(say)
    _strip(say)
    with st.container(gap=None, key="page_title"):
        st.title(say(page.summary if home else page.title), anchor=False)
        if not home:
            st.caption(say(page.summary))
        unsaved = bool(getattr(st.session_state.get("patients"), "has_unsaved", False))
        st.html(ASK_BEFORE_LEAVING % ("event => event.preventDefault()" if unsaved else "null"), unsafe_allow_javascript=True)
    preload.start()
    return say


def fresh_key(name: str) -> str:
    """Return a widget key that changes when the data are deleted, for widgets that keep data in the browser (uploads, editors)."""
    return f"{name}_{st.session_state.get('generation', 0)}"


def delete_my_data() -> None:
    """Delete all patient data of this session: uploads, edits, results. Language and settings in the address are kept."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    left: Words | None = None
    for key in list(st.session_state):
        if key not in KEPT:
            # Streamlit keeps a widget's callback, and its references, for the whole session: therefore states with patients are emptied.
            if hasattr(held := st.session_state[key], "forget"):
                try:
                    held.forget()
                except UserError as error:  # a file that cannot be removed: all else is deleted, and this is said
                    left = error.words
            del st.session_state[key]
    st.session_state["generation"] = st.session_state.get("generation", 0) + 1
    st.session_state["deleted"] = left or True


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
        sign_in.offer_sign_out(say, delete_my_data)
        # A new popover after each deletion: the old one would stay open.
        with st.popover(delete, icon=":material/delete:", type="tertiary", key=fresh_key("delete")):
            st.markdown(
                say(
                    Words(
                        "Removes the uploaded tables, your edits and all results from the memory.",
                        "从内存中移除上传的表格、您的修改和全部结果。",
                    )
                )
            )
            st.button(say(Words("Delete now", "立即删除")), key="delete_now", on_click=delete_my_data, type="primary")
    deleted = st.session_state.pop("deleted", False)
    if isinstance(deleted, Words):
        st.error(plain(say(NOT_ALL.format(why=deleted))))
    elif deleted:
        st.toast(say(Words("Your data were deleted.", "您的数据已删除。")), icon=":material/check:")
