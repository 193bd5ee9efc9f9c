"""What was read of a file: one line that accounts for every row, the first rows, and ways to read the file differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from metamed_core.data import Reading
from metamed_core.words import Words
from pages.parts.common.bound_widgets import bound, choice
from pages.parts.common.forms import complain
from pages.parts.common.markdown_text import plain
from pages.parts.common.open_file import JUDGED, read_again
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import PatientsState, Pending

FIRST_ROWS, FIRST_COLUMNS = 5, 40
AS_JUDGED = Words("as judged from the file", "由文件判断")
JUDGED_AS = Words("{sign} (judged)", "{sign}（判断）")
SEPARATORS = {
    ",": Words("comma ,", "逗号 ,"),
    ";": Words("semicolon ;", "分号 ;"),
    "\t": Words("tab", "制表符"),
    "|": Words("bar |", "竖线 |"),
    " ": Words("blanks", "空格"),
}
ENCODINGS = ("utf-8", "gb18030", "big5", "shift_jis", "cp949", "cp1250", "cp1251", "cp1252")
DECIMALS = {".": Words("point: 12.5", "点：12.5"), ",": Words("comma: 12,5", "逗号：12,5")}


def account(say: Say, patients: PatientsState, pending: Pending) -> None:
    """Draw the account line, the first rows, and the folded choices of another reading."""
    reading = pending.records.reading
    if patients.error_place == "reading":
        complain(say, patients.error)
    if reading is not None:
        st.markdown(f"**{plain(say(reading.sentence))}**")
    _first_rows(say, pending)
    if reading is not None and pending.data and pending.work is None:
        with st.expander(say(Words("Read differently", "换一种读法")), icon=":material/tune:", key=f"differently_{pending.file}"):
            _choose_sheet(say, patients, pending)
            _options(say, patients, reading)


def _first_rows(say: Say, pending: Pending) -> None:
    table = pending.records.raw.iloc[:FIRST_ROWS, :FIRST_COLUMNS]
    lines: list[Any] = [pending.records.line(row) or "" for row in table.index]
    shown = table.set_axis([f"c{at}" for at in range(table.shape[1])], axis=1).set_axis(range(len(table)), axis=0)
    shown.insert(0, "line", lines)
    titles = dict(zip(shown.columns, ["", *map(str, table.columns)], strict=True))
    st.dataframe(
        shown,
        hide_index=True,
        height=35 * (len(table) + 1) + 3,
        column_config={key: st.column_config.TextColumn(title, pinned=key == "line") for key, title in titles.items()},
        placeholder="",
        key="first_rows",
        alt=say(Words("The first patients as they were read, with the row of the file", "读入的前几位患者及其在文件中的行号")),
    )


def _choose_sheet(say: Say, patients: PatientsState, pending: Pending) -> None:
    if len(pending.sheets) < 2:
        return
    sheets = {name: name for name in pending.sheets}

    def write(sheet: str) -> None:
        patients.attempt(lambda: read_again(patients, sheet=sheet), error_place="reading")

    choice(st.selectbox, say(Words("Sheet", "工作表")), sheets, key="sheet", value=pending.sheet, write=write, width=320)


def _options(say: Say, patients: PatientsState, reading: Reading) -> None:
    options, judged = reading.options, reading.guesses

    def read(**changed: Any) -> None:
        patients.attempt(lambda: read_again(patients, options=replace(_options_now(patients), **changed)), error_place="reading")

    def write_header(row: float | None) -> None:
        read(header_row=None if row is None else int(row))

    with st.container(horizontal=True):
        bound(
            st.number_input,
            say(Words("Row of the column names (0: there are none)", "列名所在行（0 表示没有）")),
            key="header_row",
            value=options.header_row,
            write=write_header,
            min_value=0,
            max_value=100_000,
            step=1,
            placeholder=judged.get("header_row", ""),
            width=300,
        )
        if "separator" in judged or options.separator is not None:
            signs = {sign: say(words) for sign, words in SEPARATORS.items()}
            _one_of(say, Words("Separator", "分隔符"), "separator", options.separator, judged.get("separator"), signs, read)
        if "encoding" in judged or options.encoding is not None:
            names = {name: name for name in ENCODINGS}
            _one_of(say, Words("Character encoding", "字符编码"), "encoding", options.encoding, judged.get("encoding"), names, read)
        signs = {sign: say(words) for sign, words in DECIMALS.items()}
        _one_of(say, Words("Decimal sign", "小数点"), "decimal", options.decimal, judged.get("decimal"), signs, read)
    bound(
        st.checkbox,
        say(Words("Every row below the column names is a patient", "列名以下每行都是患者")),
        key="every_row",
        value=options.every_row,
        write=lambda every: read(every_row=every),
    )


def _options_now(patients: PatientsState) -> Any:
    reading = patients.pending.records.reading if patients.pending is not None else None
    return reading.options if reading is not None else JUDGED


def _one_of(say: Say, title: Words, name: str, value: str | None, judged: str | None, offered: dict[str, str], read: Any) -> None:
    """A list of one option of the reading; its first entry leaves the option to the file."""
    first = say(JUDGED_AS.format(sign=offered.get(judged, judged))) if judged else say(AS_JUDGED)
    listed = {"": first} | offered | ({value: value} if value and value not in offered else {})
    choice(
        st.selectbox, say(title), listed, key=f"read_{name}", value=value or "", write=lambda sign: read(**{name: sign or None}), width=260
    )
