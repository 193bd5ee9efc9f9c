"""The list of undiagnosed patients beside the answer: arrow keys move through it, and it can be ordered, filtered and searched."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from metamed_core.data import PatientRecords
from metamed_core.diagnosis import Answer, Order, arrange, predicted
from metamed_core.diagnosis import answers as answers_of
from metamed_core.drawing import SeriesStyle
from metamed_core.statistics import COVERAGES
from metamed_core.words import Words, chance
from pages.parts.common.bound_widgets import choice
from pages.parts.common.forms import pager
from pages.parts.common.legend import mark
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.bars import bar
from pages.parts.diagnose.commit_first import committing, hidden

PER_PAGE = 30
HEIGHT = 640  # pixels: about as tall as the answer beside it
BAR = 20  # blanks in the bar of a list entry
ORDERS: dict[Order, Words] = {
    "table": Words("As in the table", "按表格顺序"),
    "uncertain": Words("Least certain first", "最不确定的在前"),
    "certain": Words("Most certain first", "最确定的在前"),
    "class": Words("By diagnosis", "按诊断"),
}
ALL = ""
STILL_OPEN = Words("{n} possible", "{n} 种可能")
NOT_NAMED = Words("no diagnosis given yet", "尚未给出诊断")
HELD_BACK = Words("held back", "暂不采信")


def found_patients(say: Say, state: Adaptation, shown: Snapshot, styles: dict[str, SeriesStyle]) -> list[int]:
    """Draw the choices; returns the positions of the patients who fit, in the order that was chosen."""
    records, classes, proba = shown.records, shown.trace.task.classes, shown.step.proba
    names = [str(name) for name in records.patient_names.loc[records.undiagnosed]]
    if committing():  # an order or a filter would give answers away
        fits = _named(records, names, _search(say, names[0]))
        return [at for at in range(len(names)) if fits[at]]
    order, only, name = _choices(say, state, predicted(classes, proba), styles, names[0])
    fits = _named(records, names, name)
    return [at for at in arrange(classes, proba, names, order, only) if fits[at]]


def choose_patient(
    say: Say, state: Adaptation, shown: Snapshot, found: list[int], styles: dict[str, SeriesStyle], truth: Mapping[Hashable, str]
) -> int | None:
    """Draw the list; returns the position of the chosen patient among the undiagnosed, None if nobody fits.

    found: the positions of those who fit, in their order. truth: the diagnoses that were set aside, by row, once they are revealed.
    """
    records = shown.records
    if not found:
        st.caption(say(Words("No patient fits: clear the filter.", "没有符合条件的患者：请清除筛选条件。")))
        return None
    with st.container(height=HEIGHT, border=True, key="patient_list"):
        part = st.container()
    on_page = [found[k] for k in pager(say, len(found), PER_PAGE, key="answers_page")]
    rows = list(records.undiagnosed)
    if state.chosen not in {rows[at] for at in on_page}:
        state.chosen = rows[on_page[0]]
    listed = dict(zip(on_page, answers_of(shown.trace, shown.cursor, on_page, state.patients.coverage), strict=True))

    def choose(row: Hashable) -> None:
        state.chosen = row

    with part:
        choice(
            st.radio,
            say(Words("Patients ({n})", "患者（{n}）").format(n=len(found))),
            {
                rows[at]: f"**{plain(one.diagnosis.name)}**" if hidden(state, rows[at]) else _entry(one, styles, truth.get(rows[at]))
                for at, one in listed.items()
            },
            key="chosen",
            value=state.chosen,
            write=choose,
            captions=[say(NOT_NAMED) if hidden(state, one.diagnosis.row) else _second_line(say, one) for one in listed.values()],
            width="stretch",
        )
    return rows.index(state.chosen)


def _entry(answer: Answer, styles: Mapping[str, SeriesStyle], truth: str | None) -> str:
    one = answer.diagnosis
    sign = "" if truth is None else " :material/check:" if truth == one.top else " :material/close:"
    return f"**{plain(one.name)}**{sign} {mark(styles[one.top])}\u00a0{plain(styles[one.top].name)} {plain(chance(one.probability))}"


def _second_line(say: Say, answer: Answer) -> str:
    said = HELD_BACK if answer.abstention_reason is not None else STILL_OPEN.format(n=len(answer.prediction_set))
    icon = ":material/help: " if answer.abstention_reason is not None else ""
    return f"{bar(answer.diagnosis.probability, '#15807D', BAR)} {icon}{say(said)}"


def _named(records: PatientRecords, names: list[str], text: str) -> list[bool]:
    """Which undiagnosed patients have this text in their name or local file number; all for an empty text."""
    wanted, filed = text.strip().lower(), records.file_numbers
    numbers = [""] * len(names) if filed is None else [str(one or "") for one in filed.loc[records.undiagnosed]]
    return [wanted in name.lower() or wanted in number.lower() for name, number in zip(names, numbers, strict=True)]


def _choices(
    say: Say, state: Adaptation, guesses: list[str], styles: dict[str, SeriesStyle], example: str
) -> tuple[Order, str | None, str]:
    present = sorted(set(guesses))
    for key, default in (("order", "table"), ("only", ALL)):
        state.view.setdefault(key, default)
    if state.view["only"] not in present:
        state.view["only"] = ALL
    orders: dict[Any, str] = {str(key): say(title) for key, title in ORDERS.items()}
    choice(
        st.selectbox,
        say(Words("Order", "排序")),
        orders,
        key="order",
        value=state.view["order"],
        write=lambda order: state.view.update(order=order),
        width=220,
    )
    choice(
        st.selectbox,
        say(Words("Predicted diagnosis", "预测诊断")),
        {ALL: say(Words("All diagnoses", "全部诊断"))} | {one: styles[one].name if one in styles else one for one in present},
        key="only",
        value=state.view["only"],
        write=lambda only: state.view.update(only=only),
        width=260,
    )
    _coverage(say, state)
    order = next(known for known in ORDERS if known == state.view["order"])
    return order, state.view["only"] or None, _search(say, example)


def _search(say: Say, example: str) -> str:
    return (
        st.text_input(
            say(Words("Patient or file number", "患者或病历号")),
            persist_state="session",
            key="find",
            type="search",
            width=180,
            placeholder=example,
        )
        or ""
    )


def _coverage(say: Say, state: Adaptation) -> None:
    def cover(share: float) -> None:
        state.patients.coverage = share

    choice(
        st.selectbox,
        say(Words("Sets hold the right one for", "“仍有可能”的集合包含正确诊断的比例")),
        {share: f"{share:.0%}" for share in COVERAGES},
        key="coverage",
        value=state.patients.coverage,
        write=cover,
        width=260,
    )
