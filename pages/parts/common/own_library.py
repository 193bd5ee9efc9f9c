"""The library of kept weights and stopped runs in this tab: of the single user, or of the visitor that the address identifies."""

from __future__ import annotations

import streamlit as st

from metamed_core.meta_training import Library, is_single_user, new_owner
from metamed_core.words import UserError

KEY = "own_library"
PARAMETER = "library"
"""The parameter with the owner's token in the address of Meta-train; knowing this address gives access to the library."""


def own_library() -> Library:
    """Return this tab's library: of the single user, of the address, or a new and empty one."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Library() if is_single_user() else _of_address(st.query_params.get(PARAMETER, ""))
    held: Library = st.session_state[KEY]
    return held


def to_address(library: Library) -> None:
    """Write the owner's token into the address once the library has content."""
    if library.owner and not library.is_empty and st.query_params.get(PARAMETER) != library.owner:
        st.query_params[PARAMETER] = library.owner


def _of_address(owner: str) -> Library:
    try:
        return Library(owner or new_owner())
    except UserError:  # a truncated or invented address identifies no owner
        return Library(new_owner())
