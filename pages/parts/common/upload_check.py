"""The upload: read a file, say what is odd about it, let the user confirm the role of each column.

Nothing that was there before is touched until the user confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from metamed_core.data import EXTENSIONS, Column, Finding, PatientRecords, Role, open_upload, sheets
from metamed_core.diagnosis import NOTHING_ODD
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.bound import choice
from pages.parts.common.forms import attempt, complain
from pages.parts.common.frame import Say, fresh_key
from pages.parts.common.text import plain
from pages.parts.common.workbench import UPLOAD, Patients, Pending, Workbench

REMEDIES = {
    "drop": Words("Drop it", "删除"),
    "convert": Words("Convert", "换算"),
    "cap": Words("Cap at 90", "限为 90"),
}
MOST_FINDINGS = 12
MOST_HEIGHT = 760  # pixels of the table of roles: twenty columns
MIMES = {"csv": "text/csv"}


def offer_upload(say: Say, bench: Workbench) -> None:
    """The place to drop a file, and the template."""
    key = fresh_key("upload")

    def receive() -> None:
        # The widget may be gone: "Delete my data" gives a new one, and the old one reports once more that it is empty.
        file = st.session_state.get(key)
        if file is not None:
            attempt(bench, lambda: _open(bench, file.name, file.getvalue()))

    st.file_uploader(
        say(Words("Or your own table of patients", "或上传自己的患者表格")),
        type=[extension.lstrip(".") for extension in EXTENSIONS],
        key=key,
        on_change=receive,
        help=say(
            Words(
                "One row a patient, one column a measurement; a column of diagnoses that is filled in for a few patients and empty for the others.",
                "每行一位患者，每列一项指标；诊断列只需填写少数患者，其余留空。",
            )
        ),
    )
    st.download_button(
        say(Words("Template", "下载模板")),
        # Made when asked for: a file that waits on the server is gone, and missed by the browser, once the page is left.
        # With a byte order mark, without which Excel garbles Chinese.
        data=lambda: say(cohorts.TEMPLATE).encode("utf-8-sig"),
        file_name=cohorts.TEMPLATE_NAME,
        mime=MIMES["csv"],
        icon=":material/download:",
        key="template",
        on_click="ignore",
        type="tertiary",
    )


def _open(bench: Workbench, name: str, data: bytes, sheet: str | None = None) -> None:
    """Read a file into the upload check. Raises UserError and leaves everything as it was."""
    sheet, records = open_upload(name, data, sheet)
    bench.pending = Pending(name, data, sheets(name, data), sheet, records, records)


def upload_check(say: Say, bench: Workbench, pending: Pending) -> None:
    """The check itself: findings with their remedies, the role of each column, one button to confirm."""
    with st.container(border=True, key="upload_check"):
        title = Words("Check the columns of {file}", "检查 {file} 的各列") if pending.file else Words("Check the columns", "检查各列")
        st.subheader(plain(say(title.format(file=pending.file))), anchor=False)
        if bench.complaint is not None and not bench.error_place:
            st.caption(
                say(
                    Words(
                        "The file named above was not taken; this is still the one from before.", "上述文件未被采用；此处仍是之前的文件。"
                    )
                )
            )
        _choose_sheet(say, bench, pending)
        if pending.records.problem is None:
            st.markdown(plain(say(pending.records.task_sentence)))
        st.caption(plain(say(_called(pending.records))))
        _findings(say, bench, pending.records.findings)
        _roles(say, bench, pending)
        if pending.records.problem is not None:
            st.warning(plain(say(pending.records.problem)), icon=":material/flag:")
        with st.container(horizontal=True):
            blocked = pending.records.problem is not None
            use = Words("Use these patients", "使用这些患者")
            st.button(say(use), type="primary", key="confirm", disabled=blocked, on_click=_confirm, args=(bench,))
            st.button(say(Words("Back to what I had", "返回原来的数据")), key="cancel", on_click=_cancel, args=(bench,))


def _called(records: PatientRecords) -> Words:
    """How the user will find a patient again."""
    first, last = records.patient_names.iloc[0], records.patient_names.iloc[-1]
    return Words(
        "On this page the patient of the first row is called {first}, that of the last row {last}.",
        "本页中，第一行的患者称为 {first}，最后一行的患者称为 {last}。",
    ).format(first=first, last=last)


# Callbacks hold the bench and look there for what is pending: Streamlit keeps them, and what they hold, as long as the session lives.


def _confirm(bench: Workbench) -> None:
    pending, here = bench.pending, bench.patients
    if pending is None:
        return
    if pending.source == here.source and not pending.data:  # the patients at hand, checked again
        known = frozenset(here.dropped & set(pending.records.raw.index))
        bench.take(replace(here, records=pending.records, original=pending.original, dropped=known))
    else:
        bench.take(Patients(UPLOAD, pending.records, pending.original, file=pending.file, sheet=pending.sheet))
    _cancel(bench)


def _cancel(bench: Workbench) -> None:
    bench.pending, bench.complaint = None, None


def _choose_sheet(say: Say, bench: Workbench, pending: Pending) -> None:
    if len(pending.sheets) < 2:
        return
    choice(
        st.selectbox,
        say(Words("Sheet", "工作表")),
        {name: name for name in pending.sheets},
        key="sheet",
        value=pending.sheet,
        write=lambda sheet: attempt(bench, lambda: _open_sheet(bench, sheet)),
        width=320,
    )


def _open_sheet(bench: Workbench, sheet: str) -> None:
    if bench.pending is not None:
        _open(bench, bench.pending.file, bench.pending.data, sheet)


def _findings(say: Say, bench: Workbench, found: Sequence[Finding]) -> None:
    if not found:
        st.markdown(":material/check_circle: " + say(NOTHING_ODD))
    for at, finding in enumerate(found[:MOST_FINDINGS]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon = ":material/info:" if finding.remedy is None else ":material/flag:"
            st.markdown(f"{icon} {plain(say(finding.message))}", width="content")
            if finding.remedy is not None:
                st.button(
                    say(REMEDIES.get(finding.remedy, Words("Mend", "修正"))),
                    key=f"remedy_{at}",
                    on_click=lambda at=at: attempt(bench, lambda: _mend(bench, at)),
                )
    if len(found) > MOST_FINDINGS:
        more = Words("And {n} more findings; mend some of these to see them.", "另有 {n} 条提示；处理部分后将显示其余。")
        st.caption(say(more.format(n=len(found) - MOST_FINDINGS)))


def _mend(bench: Workbench, at: int) -> None:
    if bench.pending is not None:
        finding = bench.pending.records.findings[at]
        bench.pending.change(lambda records: records.with_remedy(finding))


def _roles(say: Say, bench: Workbench, pending: Pending) -> None:
    columns = pending.records.columns
    key = f"roles_{pending.number}"

    number = pending.number

    def take_over() -> None:
        _take_over(bench, number, st.session_state[key]["edited_rows"])

    if bench.error_place == "roles":
        complain(say, bench.complaint)
    table = pd.DataFrame(
        {
            "column": [column.name for column in columns],
            "role": [column.role.value for column in columns],
            "unit": [column.unit for column in columns],
            "low": pd.Series([column.low for column in columns], dtype="float64"),
            "high": pd.Series([column.high for column in columns], dtype="float64"),
            "example": [_example(pending.records.raw[column.name]) for column in columns],
        }
    )
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        num_rows="fixed",
        disabled=["column", "example"],
        column_config=_role_columns(say),
        placeholder="",
        alt=say(Words("Role, unit and reference range of each column", "各列的角色、单位与参考区间")),
        on_change=take_over,
        height=min(35 * (len(table) + 1) + 3, MOST_HEIGHT),
    )


def _role_columns(say: Say) -> dict[str, Any]:
    show = st.column_config
    return {
        "column": show.TextColumn(say(Words("Column", "列")), pinned=True, width="medium"),
        "role": show.SelectboxColumn(
            say(Words("Role", "角色")),
            options=[role.value for role in Role],
            format_func=lambda value: say(Role(value).title),
            required=True,
        ),
        "unit": show.TextColumn(say(Words("Unit", "单位")), max_chars=30),
        "low": show.NumberColumn(say(Words("Normal from", "参考下限"))),
        "high": show.NumberColumn(say(Words("Normal to", "参考上限"))),
        "example": show.TextColumn(say(Words("Some values", "部分取值"))),
    }


def _example(cells: pd.Series) -> str:
    return " · ".join(str(cell)[:24] for cell in cells.dropna().drop_duplicates().head(4))


def _take_over(bench: Workbench, number: int, edits: dict[int, dict[str, Any]]) -> None:
    """Make the edits of the table `number` part of what is pending; a refused one gives a new editor, which does not hold it any more."""
    pending = bench.pending
    # An editor of another table may still report once after it is gone.
    if pending is not None and pending.number == number and not attempt(bench, lambda: _apply(pending, edits), error_place="roles"):
        pending.renew()


def _apply(pending: Pending, edits: dict[int, dict[str, Any]]) -> None:
    """Take over what was changed in the table of roles. Raises UserError where two columns would be the diagnosis."""
    columns = list(pending.records.columns)
    for place, change in edits.items():
        columns[place] = _changed(columns[place], change)
    # A column newly made the diagnosis takes that role from the column that had it.
    fresh = [
        place
        for place, change in edits.items()
        if change.get("role") == Role.LABEL.value and pending.records.columns[place].role != Role.LABEL
    ]
    if fresh:
        columns = [replace(c, role=Role.IGNORE) if c.role is Role.LABEL and at != fresh[-1] else c for at, c in enumerate(columns)]
    pending.change(lambda records: records.with_columns(tuple(columns)))


def _changed(column: Column, change: dict[str, Any]) -> Column:
    role = Role(change["role"]) if change.get("role") else column.role
    low, high = change.get("low", column.low), change.get("high", column.high)
    if low is not None and high is not None and low >= high:
        said = Words(
            "The reference range of {column} ends ({high}) before it begins ({low}): put the lower value first.",
            "“{column}”的参考区间下限（{low}）不小于上限（{high}）：请先填较小的值。",
        )
        raise UserError(said.format(column=column.name, low=f"{low:g}", high=f"{high:g}"))
    return replace(column, role=role, unit=change.get("unit", column.unit) or "", low=low, high=high)
