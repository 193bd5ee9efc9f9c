"""A file that is being read while the page goes on: how long it takes, and a button to cancel it.

A visitor has one such reading at a time. What ends within an instant is never drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common.apart import Job
from pages.parts.common.clean_process import ApartError
from pages.parts.common.markdown_text import plain
from pages.parts.common.run_live import run_live

T = TypeVar("T")

KEY = "reading"
AT_ONCE = 0.4  # seconds within which a file is read as if it took no time
TICK = 0.5
READS = Words("Reading {file} ({size:.1f} MB), {n} s …", "正在读取 {file}（{size:.1f} MB），已用 {n} 秒……")
WAITS = Words(
    "{file} ({size:.1f} MB) waits: {n} other {n:file is|files are} being read on this server …",
    "{file}（{size:.1f} MB）正在排队：服务器上还有 {n} 个文件正在读取……",
)
CANCEL = Words("Cancel", "取消")
DIED = {
    "memory": Words(
        "Reading the file takes too much memory: keep only the patients and columns that are needed, or save the table as CSV.",
        "读取该文件占用的内存过多：请只保留需要的患者和列，或将表格另存为 CSV。",
    ),
    "time": Words(
        "Reading the file takes too long: keep only the patients and columns that are needed, or save the table as CSV.",
        "读取该文件耗时过长：请只保留需要的患者和列，或将表格另存为 CSV。",
    ),
    "broken": Words(
        "The file could not be read, as the program that reads it failed: save the table as CSV, or as Excel (.xlsx), and upload that.",
        "无法读取该文件（读取程序出错）：请将表格另存为 CSV 或 Excel（.xlsx）后再上传。",
    ),
}


class Reading:
    """The file of this tab that is being read, if any.

    Attributes: `needs_rerun`, see `run_live.Live`; `data`, the content of the file.
    """

    def __init__(self) -> None:
        self.needs_rerun = False
        self.data = b""
        self._name, self._began = "", 0.0
        self._job: Job[Any] | None = None
        self._end: Callable[[], object] | None = None

    @property
    def busy(self) -> bool:
        """Whether a file is being read."""
        return self._job is not None

    @property
    def holds_own_data(self) -> bool:
        """Whether something of the visitor's own is being read."""
        return self.busy

    def begin(self, name: str, data: bytes, job: Job[Any], end: Callable[[], object]) -> None:
        """Wait for a job, which reads a file; `end` is called once its result can be asked for."""
        self._name, self.data, self._job, self._end, self._began = name, data, job, end, time.monotonic()

    def tick(self) -> None:
        """Look whether it is read."""
        if self._job is not None and self._end is not None and _is_done(self._job):
            end = self._end
            self._forget()
            end()

    def cancel(self) -> None:
        """End the process that reads; nothing else changes."""
        if self._job is not None:
            self._job.stop()
        self._forget()

    forget = cancel

    def _forget(self) -> None:
        self._name, self.data, self._job, self._end = "", b"", None, None

    def said(self) -> Words:
        """What is read, and for how long."""
        n = 0 if self._job is None else self._job.n_ahead
        told = WAITS if n else READS
        return told.format(file=self._name, size=len(self.data) / 1e6, n=n or round(time.monotonic() - self._began))


def reading_of_tab() -> Reading:
    """The reading of this tab."""
    held: Reading = st.session_state.setdefault(KEY, Reading())
    return held


def read_apart(
    name: str,
    data: bytes,
    job: Job[T],
    take: Callable[[T], object],
    attempt: Callable[[Callable[[], object]], object],
) -> None:
    """Give what a job reads of a file to `take`: before this returns if it takes an instant, else when it has ended, while the page goes on.

    Parameters
    ----------
    name, data
        The file.
    job
        Reads it. Of an earlier one of this tab nothing is awaited any more.
    take
        Receives what was read.
    attempt
        Calls the function that it is given, and shows its UserError; not needed for what ends at once, which raises UserError here.
    """
    held = reading_of_tab()
    held.cancel()

    def end() -> None:
        take(result_of(job))

    if _is_done(job, AT_ONCE):
        end()
    else:
        held.begin(name, data, job, lambda: attempt(end))


def result_of(job: Job[T]) -> T:
    """The result of a job that reads a file. Raises UserError, also where its process died."""
    try:
        return job.result()
    except ApartError as error:
        raise UserError(DIED[error.kind]) from error


def _is_done(job: Job[Any], within: float = 0.0) -> bool:
    try:
        return job.is_done(within)
    except ApartError:
        return True  # `result_of` says so


def show_reading(say: Callable[[Words], str]) -> None:
    """Draw what is being read, with a button to cancel it; nothing where nothing is."""
    with st.container(key="reading_line"):
        held = st.session_state.get(KEY)
        if held is not None and held.busy:
            run_live(held, lambda: _draw(say, held), every=TICK)


def _draw(say: Callable[[Words], str], held: Reading) -> None:
    if held.busy:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f":material/hourglass_top: {plain(say(held.said()))}", width="stretch")
            st.button(say(CANCEL), icon=":material/close:", key="cancel_reading", on_click=_cancel, args=(held,))


def _cancel(held: Reading) -> None:
    held.cancel()
    held.needs_rerun = True
