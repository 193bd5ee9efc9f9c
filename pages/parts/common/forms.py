"""Form elements: an error message, page buttons, a file that was uploaded, and the largest seed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say

MAX_SEED = 2**31 - 1


RECEIVED = "received uploads"


def new_upload(key: str) -> UploadedFile | None:
    """Return the file of the uploader `key`, but each upload only once; None if there is none.

    An uploader that is drawn again, after a check was closed or on a slow computer, reports its file anew: nobody has uploaded it then.
    """
    file: UploadedFile | None = st.session_state.get(key)  # none, too, where "Delete my data" has replaced the widget
    seen: set[str] = st.session_state.setdefault(RECEIVED, set())
    if file is None or file.file_id in seen:
        return None
    seen.add(file.file_id)
    return file


def complain(say: Say, words: Words | None) -> None:
    """Show an error message; nothing for None."""
    if words is not None:
        st.error(plain(say(words)), icon=":material/error:")


def pager(say: Say, n: int, per_page: int, key: str) -> Sequence[int]:
    """Return the positions of the items on the current page, out of `n`; draws page buttons if there are several pages."""
    n_pages = max(1, -(-n // per_page))
    if n_pages == 1:
        return range(n)
    page = min(int(st.pagination(n_pages, key=key)), n_pages)
    return range((page - 1) * per_page, min(page * per_page, n))
