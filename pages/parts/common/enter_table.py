"""The widgets for a table without a file: a field to paste cells into, and a sheet to type into."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common.bound_widgets import choice
from pages.parts.common.own_table import MORE_COLUMNS, NAMES, PASTED, TYPED, OwnTable, Sheet
from pages.parts.common.page_frame import Say

KEY = "own_table"
EMPTY = Words("Empty the sheet", "清空工作表")
JUST_NOW = 5.0  # seconds after a click on the button in which cells that are reported were typed before it
HEIGHT = 320  # pixels of the sheet and of the field
WAYS = {
    "upload": Words("Upload a file", "上传文件"),
    "paste": Words("Paste cells", "粘贴单元格"),
    "type": Words("Type a table", "录入表格"),
}
READ = Words("Read the table", "读取表格")
HOW_TO_TYPE = Words(
    "The first row names the columns, with the unit in brackets, such as ferritin (µg/L). Then one row for each patient; leave the diagnosis empty for "
    "those you ask about. Cells can be pasted too, up to column {last}; rows are added at the end.",
    "第一行为列名，单位写在括号内，例如“铁蛋白 (µg/L)”。其下每行一位患者；待诊断者的诊断留空。也可粘贴单元格（至 {last} 列为止）；可在末尾添加行。",
)
NOTHING_PASTED = Words(
    "Nothing was pasted: copy the cells with the row of column names, and paste them into the field.",
    "尚未粘贴内容：请连同列名一起复制单元格，并粘贴到输入框中。",
)


class Open(Protocol):
    """Opens the upload check of a table that was pasted or typed."""

    def __call__(self, name: str, make: Callable[[], bytes], instead_of: bytes | None = None) -> object:
        """Read the text that `make` gives; what is wrong with it is shown on the page. With `instead_of`, only if the open check is of that text."""


def own_table() -> OwnTable:
    """What this tab's visitor pastes or types."""
    held: OwnTable = st.session_state.setdefault(KEY, OwnTable())
    return held


def choose_way(say: Say) -> str:
    """Draw the choice between a file, pasted cells and a typed table; return what is chosen."""
    held = own_table()

    def write(way: str) -> None:
        held.way = way
        if way == "type" and held.sheet is None:
            held.sheet = Sheet.empty([say(name) for name in NAMES])

    title = say(Words("Your own patients", "自己的患者"))
    choice(st.segmented_control, title, {way: say(words) for way, words in WAYS.items()}, key="way", value=held.way, write=write)
    return held.way


def enter_table(say: Say, open_table: Open) -> None:
    """Draw the field or the sheet, whichever is chosen."""
    held = own_table()
    if held.way == "paste":
        _paste(say, open_table)
    elif held.way == "type" and held.sheet is not None:
        _type(say, held.sheet, open_table)


def _paste(say: Say, open_table: Open) -> None:
    key = "pasted"
    st.text_area(
        say(Words(
            "Copy the cells in your spreadsheet with the row of column names, click here, and paste",
            "在电子表格中连同列名一起复制单元格，点击此处并粘贴",
        )),
        key=key,
        height=HEIGHT,
        persist_state="session",
        placeholder="\t".join([*(say(name) for name in NAMES), "…"]),
    )  # fmt: skip

    def text() -> bytes:
        pasted: str = st.session_state.get(key) or ""
        if not pasted.strip():
            raise UserError(NOTHING_PASTED)
        return pasted.encode()

    def read() -> None:
        open_table(say(PASTED), text)

    st.button(say(READ), key="read_pasted", type="primary", on_click=read)


def _type(say: Say, sheet: Sheet, open_table: Open) -> None:
    if sheet.key not in st.session_state and sheet.now is not sheet.source:
        sheet.renew()  # the editor was not drawn for a while, and has forgotten what it held
    key = sheet.key

    def take_over() -> None:
        if key in st.session_state:
            sheet.take_over(st.session_state[key])
            read_late(sheet, lambda **instead: open_table(say(TYPED), sheet.text_to_read, **instead))

    def read() -> None:
        sheet.asked = time.monotonic()
        if key in st.session_state:
            sheet.take_over(st.session_state[key])
        open_table(say(TYPED), sheet.text_to_read)

    st.caption(say(HOW_TO_TYPE.format(last=sheet.source.columns[-1])))
    st.data_editor(
        sheet.source,
        key=key,
        num_rows="dynamic",
        height=HEIGHT,
        column_config={name: st.column_config.TextColumn(name, width="small") for name in sheet.source.columns},
        placeholder="",
        on_change=take_over,
        alt=say(Words("Sheet to type a table into", "录入表格的工作表")),
    )
    with st.container(horizontal=True):
        st.button(say(READ), key="read_typed", type="primary", on_click=read)
        more = Words("{n} more {n:column|columns}", "再加 {n} 列").format(n=MORE_COLUMNS)
        st.button(say(more), key="more_columns", icon=":material/add_column_right:", on_click=_widen, args=(sheet, key))
        st.button(say(EMPTY), key="empty_sheet", icon=":material/delete:", type="tertiary", on_click=_empty, args=(say,))


def read_late(sheet: Sheet, read: Callable[..., object]) -> None:
    """Read the sheet again where cells are reported after the button was pressed, also where those that had come by then could not be read.

    The browser reports the last cells a moment after the click. Later, they are read only in place of the check that is still open.
    """
    if time.monotonic() - sheet.asked < JUST_NOW:
        read()
    elif sheet.read is not None:
        read(instead_of=sheet.read)


def typed_since(data: bytes) -> Sheet | None:
    """The sheet that a text was read from, where it holds other cells by now, also those that the browser has only just reported; else None."""
    sheet = own_table().sheet
    if sheet is None:
        return None
    if sheet.key in st.session_state:
        sheet.take_over(st.session_state[sheet.key])
    return sheet if sheet.differs_from(data) else None


def _empty(say: Say) -> None:
    held = own_table()
    number = held.sheet.number + 1 if held.sheet is not None else 0
    held.sheet = Sheet.empty([say(name) for name in NAMES])
    held.sheet.number = number


def _widen(sheet: Sheet, key: str) -> None:
    if key in st.session_state:
        sheet.take_over(st.session_state[key])
    sheet.renew(MORE_COLUMNS)
