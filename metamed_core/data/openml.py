"""Fetch a public table from openml.org by its number. Only the number is sent, and nothing is written to disk."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.words import UserError, Words

SECONDS = 15.0
MOST_ROWS, MOST_COLUMNS, MOST_CLASSES = 20_000, 1_000, 100


@dataclass(frozen=True)
class PublicTable:
    """An OpenML table as patient records.

    Parameters
    ----------
    number, name
        Its OpenML data id and name.
    records
        The records; the OpenML target is the diagnosis.
    """

    number: int
    name: str
    records: PatientRecords

    @property
    def csv(self) -> bytes:
        """The table as UTF-8 CSV; `read_table` reads the same records from it."""
        return self.records.raw.to_csv(index=False).encode("utf-8")


def fetch(number: int, seconds: float = SECONDS) -> PublicTable:
    """Download a table. Columns that are neither numbers nor text are left out.

    Parameters
    ----------
    number
        OpenML data id.
    seconds
        Time limit in seconds.

    Raises
    ------
    UserError
        If there is no network, no such table, no reply in time, no usable target, or the table is too large.
    """
    answer: queue.Queue[Any] = queue.Queue()
    # In a thread, because a host name lookup has no time limit; the thread holds only the number, and ends by itself.
    threading.Thread(target=_ask, args=(number, answer), name=f"openml-{number}", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty as error:
        raise UserError(_LATE.format(seconds=f"{seconds:g}")) from error
    if isinstance(found, OSError):
        raise UserError(_NO_NETWORK) from found
    if isinstance(found, Exception):
        raise UserError(_UNKNOWN.format(number=number)) from found
    return table_of(number, found)


def _ask(number: int, answer: queue.Queue[Any]) -> None:
    try:
        answer.put(_download(number))
    except Exception as error:  # noqa: BLE001 - `fetch` raises it as a UserError
        answer.put(error)


def _download(number: int) -> Any:
    from sklearn.datasets import fetch_openml

    return fetch_openml(data_id=number, as_frame=True, cache=False, n_retries=1, parser="auto")


def table_of(number: int, found: Any) -> PublicTable:
    """Convert the result of scikit-learn's `fetch_openml` to records.

    Parameters
    ----------
    number
        OpenML data id.
    found
        The `Bunch` that `fetch_openml` returned.

    Raises
    ------
    UserError
        If the target does not have 2 to `MOST_CLASSES` classes, or the table is too large.
    """
    target, frame = found.target, found.frame
    if target is None or getattr(target, "ndim", 1) != 1 or target.nunique() > MOST_CLASSES or target.nunique() < 2:
        raise UserError(_NO_TARGET.format(number=number, most=MOST_CLASSES))
    if len(frame) > MOST_ROWS or frame.shape[1] > MOST_COLUMNS:
        raise UserError(_TOO_LARGE.format(rows=len(frame), columns=frame.shape[1], most=MOST_ROWS, widest=MOST_COLUMNS))
    label = str(target.name)
    kept = [name for name in frame.columns if name == target.name or _is_usable(frame[name])]
    text = pd.DataFrame({str(name): [_text(cell) for cell in frame[name]] for name in kept}, dtype=object)
    return PublicTable(number, str(found.details.get("name", number)), PatientRecords.from_table(text, [Column(label, Role.LABEL)]))


def _is_usable(column: pd.Series) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column) or kinds.is_string_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype)


def _text(cell: Any) -> str | None:
    if pd.isna(cell):
        return None
    return ("yes" if cell else "no") if isinstance(cell, bool) else str(cell).strip() or None


_NO_NETWORK = Words(
    "openml.org cannot be reached from this computer: choose a bundled cohort, or upload the table as a file.",
    "本机无法访问 openml.org：请选择自带数据集，或以文件形式上传表格。",
)
_LATE = Words(
    "openml.org did not answer within {seconds} s: try again later, choose a bundled cohort, or upload the table as a file.",
    "openml.org 在 {seconds} 秒内没有回应：请稍后再试，或选择自带数据集，或以文件形式上传表格。",
)
_UNKNOWN = Words(
    "openml.org has no table that can be read under the number {number}: check the number on its page there.",
    "openml.org 上编号为 {number} 的表格不存在或无法读取：请在其网页上核对编号。",
)
_NO_TARGET = Words(
    "Table {number} has no target of 2 to {most} classes that could stand for a diagnosis: choose a table for classification.",
    "编号为 {number} 的表格没有可作为诊断的目标列（应有 2 至 {most} 个类别）：请选择用于分类的表格。",
)
_TOO_LARGE = Words(
    "The table has {rows} {rows:row|rows} and {columns} {columns:column|columns}, more than {most} rows or {widest} columns: choose a smaller one.",
    "该表格有 {rows} 行 {columns} 列，超过上限（{most} 行或 {widest} 列）：请选择较小的表格。",
)
