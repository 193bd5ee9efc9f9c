"""Form elements: an error message, page buttons, and the largest seed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say

MAX_SEED = 2**31 - 1


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
