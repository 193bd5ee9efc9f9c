"""Whose kept weights and stopped runs this tab sees: the single user's, or those of the visitor whom the address names."""

from __future__ import annotations

import streamlit as st

from metamed_core.meta_training import Library, is_single_user, new_owner
from metamed_core.words import UserError

KEY = "own_library"
PARAMETER = "library"
"""In the address of Meta-train stands the owner's token: whoever has that address has the library."""


def own_library() -> Library:
    """This tab's library: of the computer's single user, of the address, or a new and empty one."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Library() if is_single_user() else _of_address(st.query_params.get(PARAMETER, ""))
    held: Library = st.session_state[KEY]
    return held


def to_address(library: Library) -> None:
    """Write the owner into the address once there is something to find again."""
    if library.owner and (library.listing() or library.place("runs").is_dir()) and st.query_params.get(PARAMETER) != library.owner:
        st.query_params[PARAMETER] = library.owner


def _of_address(owner: str) -> Library:
    try:
        return Library(owner or new_owner())
    except UserError:  # an address that was cut off or made up names nobody
        return Library(new_owner())
