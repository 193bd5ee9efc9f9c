"""The findings of the upload check, each with its remedy or, where a doubt has several plausible readings, with one button for each."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from metamed_core.data import Choice, Finding
from metamed_core.diagnosis import NOTHING_ODD
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.open_file import read_again
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Doubt, PatientsState, Pending

REMEDIES = {
    "drop": Words("Drop it", "删除"),
    "convert": Words("Convert", "换算"),
    "cap": Words("Cap at 90", "限为 90"),
    "pivot": Words("One row per patient", "每位患者一行"),
    "merge": Words("Join the rows", "合并各行"),
    "turn": Words("Turn the table", "转置表格"),
    "missing": Words("Read as missing", "按缺失处理"),
    "keep": Words("Keep it", "保留"),
    "split": Words("Split it", "拆分"),
    "day_first": Words("The day comes first", "日在前"),
}
MOST_FINDINGS = 12
WAITS = Words(
    "Before these patients can be used, choose a reading where the check asks ({n} {n:question|questions}): {first}",
    "在使用这些患者之前，请先回答检查中的疑问（{n} 个）：{first}",
)


def findings_list(say: Say, patients: PatientsState, pending: Pending) -> None:
    """Draw the findings, open questions first."""
    found = _ordered(pending)
    if not found:
        st.markdown(":material/check_circle: " + say(NOTHING_ODD))
    doubts = open_doubts(pending)
    for at, finding in enumerate(found[:MOST_FINDINGS]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            icon = ":material/help:" if finding in doubts else ":material/info:" if finding.remedy is None else ":material/flag:"
            st.markdown(f"{icon} {plain(say(finding.message))}", width="content")
            if finding.remedy is not None:
                title = REMEDIES.get(finding.remedy, Words("Mend", "修正"))
                st.button(say(title), key=f"remedy_{at}", on_click=_mend, args=(patients, at))
            for k, one in enumerate(_offered(pending, finding)):
                st.button(plain(say(one.title)), key=f"choice_{at}_{k}", on_click=_choose, args=(patients, at, k))
    if len(found) > MOST_FINDINGS:
        more = Words("And {n} more findings; mend some of these to see them.", "另有 {n} 条提示；处理部分后将显示其余。")
        st.caption(say(more.format(n=len(found) - MOST_FINDINGS)))


def open_doubts(pending: Pending) -> tuple[Finding, ...]:
    """The findings that have several plausible readings, of which none was chosen yet."""
    return tuple(one for one in pending.records.findings if len(_choices(pending, one)) > 1 and _name(one) not in pending.answered)


def _ordered(pending: Pending) -> tuple[Finding, ...]:
    doubts = open_doubts(pending)
    return (*doubts, *(finding for finding in pending.records.findings if finding not in doubts))


def _choices(pending: Pending, finding: Finding) -> tuple[Choice, ...]:
    """What can be chosen: another reading of the file only while the file is at hand."""
    at_hand = bool(pending.data) and pending.work is None
    return tuple(one for one in finding.choices if one.options is None or at_hand)


def _offered(pending: Pending, finding: Finding) -> tuple[Choice, ...]:
    """The choices that are drawn as buttons: without the remedy, which has its button already."""
    return tuple(one for one in _choices(pending, finding) if one.options is not None or one.remedy != finding.remedy)


def _name(finding: Finding) -> Doubt:
    return finding.kind, finding.column


# Callbacks refer to the state, not to pending records: Streamlit keeps callbacks, and their references, for the whole session.


def _mend(patients: PatientsState, at: int) -> None:
    pending = patients.pending
    if pending is not None and at < len(found := _ordered(pending)):
        finding = found[at]
        patients.attempt(lambda: pending.change(lambda records: records.with_remedy(finding)))


def _choose(patients: PatientsState, at: int, k: int) -> None:
    pending = patients.pending
    if pending is None or at >= len(found := _ordered(pending)) or k >= len(offered := _offered(pending, found[at])):
        return
    finding, chosen = found[at], offered[k]

    def act() -> None:
        if chosen.options is not None:
            read_again(patients, options=chosen.options, answers=frozenset({_name(finding)}))
        else:
            pending.change(lambda records: records.with_remedy(replace(finding, remedy=chosen.remedy)))
            pending.answered |= {_name(finding)}

    patients.attempt(act, error_place="reading")
