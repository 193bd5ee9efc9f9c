"""What a visitor has brought: said to be gone when it is gone, and deleted on request.

The memory is the only place of a table, so a new session (after a reload, a restart, or too long without a connection) cannot know of it. A
mark in the address says that this tab had one, and nothing about it.
"""

from __future__ import annotations

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common import audit
from pages.parts.common.sessions import end_session

PARAMETER = "table"  # in the address: this tab has a table of its visitor's own, or has just deleted it
OWN, GONE, DELETED, IN_PART, NONE = "own", "gone", "deleted", "in_part", "none"
STATES = ("patients", "own_table", "reading", "comparison")  # what knows whether it holds something of the visitor's own, for the mark only

GONE_TEXT = Words(
    "Your table is gone. It is forgotten, with what you said or opened on it, when the page is reloaded, when there is no connection for {n} {n:second|seconds} (a laptop sleeps, say), and "
    "when the server starts again. Open the table, or the work that you saved, once more; nothing of it is left here.",
    "您的表格已不在此处。刷新页面、连接中断 {n} 秒（如电脑休眠）或服务器重启时，表格及您填写或打开的知识即被清除，此处不留任何内容。请重新打开表格或您保存的工作。",
)
NOT_ALL = Words(
    "Your data were deleted from memory, but not all that you kept from the disk: try again, or ask whoever runs this server to remove it.",
    "您的数据已从内存中删除，但您保留在磁盘上的内容未能全部删除：请重试，或请本服务器的管理员删除。",
)
GO_ON = Words("Go on without it", "不用它，继续")
RELOAD = "<script>window.onbeforeunload = null; window.location.reload();</script>"


def mark_own_data() -> None:
    """Keep the mark in the address true; on the first run of a session, notice that the table it speaks of is gone."""
    before, marked = st.session_state.get(PARAMETER), st.query_params.get(PARAMETER)
    if any(getattr(st.session_state.get(key), "holds_own_data", False) for key in STATES):
        now = OWN
    elif before is None:
        now = {OWN: GONE, DELETED: DELETED, IN_PART: IN_PART}.get(marked or "", NONE)
    else:
        now = GONE if before == GONE else NONE
    st.session_state[PARAMETER] = now
    if now in (OWN, GONE):
        st.query_params[PARAMETER] = OWN  # also while it is gone: the page may be reloaded once more
    elif marked is not None:
        del st.query_params[PARAMETER]


def is_table_gone() -> bool:
    """Whether this tab had a table that is gone, and its visitor has not yet said how to go on."""
    return st.session_state.get(PARAMETER) == GONE


def has_just_deleted() -> bool:
    """Whether this is the first run after "Delete my data"."""
    return st.session_state.get(PARAMETER) == DELETED


def has_just_deleted_in_part() -> bool:
    """Whether this is the first run after "Delete my data" could not remove a file."""
    return st.session_state.get(PARAMETER) == IN_PART


def go_on_without() -> None:
    """Show the bundled patients from now on."""
    st.session_state[PARAMETER] = NONE


def delete_my_data() -> None:
    """Delete everything of this session: it ends, and the page is loaded anew. What is in the address stays, and what was kept by name.

    Streamlit holds a session's widgets, callbacks and fragments as long as it lives. So no list of what to release could be complete.
    """
    done = DELETED
    for key in list(st.session_state):
        # Streamlit keeps what a figure has reported there too, as a dictionary that says of every name to have it, with nothing behind it.
        if callable(forget := getattr(st.session_state[key], "forget", None)):
            try:
                forget()  # what it has on disk, or its votes in a class
            except UserError:  # a file that cannot be removed: all else is deleted, and it is said after the page was loaded anew
                done = IN_PART
        del st.session_state[key]
    st.query_params[PARAMETER] = done
    st.session_state[DELETED] = True
    audit.note("data_deleted", complete=str(done == DELETED))
    end_session()


def leave_if_deleted() -> None:
    """Load the page anew, as a new session, after `delete_my_data`."""
    if st.session_state.get(DELETED, False):
        st.html(RELOAD, unsafe_allow_javascript=True)
        st.stop()
