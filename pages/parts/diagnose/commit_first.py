"""Commit first: the clinician gives a diagnosis before the answer of that patient is shown. Off unless one wants it."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import streamlit as st

from metamed_core.diagnosis import Answer, Case, agreement_note, named_note, written_range
from metamed_core.drawing import SeriesStyle
from metamed_core.words import Words
from pages.parts.common.legend import unbroken
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.diagnose.adaptation_state import Adaptation, Snapshot
from pages.parts.diagnose.patient_tables import heading
from pages.parts.diagnose.value_text import cell_text

KEY = "commit_first"
HEIGHT = 420  # pixels of the table of values
TITLE = Words("Give a diagnosis before you see the answer", "先给出您的诊断，再看答案")
HELP = Words(
    "The answer of each patient, and orders and filters that would give it away, stay hidden until you have given them a diagnosis. Both then stand on "
    "the page and in the report, with a count of how often they agree.",
    "在您给出诊断之前，该患者的答案以及会透露答案的排序和筛选均不显示。之后两者将同时列于页面与报告中，并统计一致的次数。",
)
YOURS = Words("Your diagnosis", "您的诊断")
COMMIT = Words("Show the answer", "显示答案")
VALUES = Words("The patient's values; the answer follows when you have given a diagnosis.", "患者的各项数值；给出诊断后即显示答案。")


def committing() -> bool:
    """Whether answers stay hidden until a diagnosis is named."""
    return bool(st.session_state.get(KEY))


def hidden(state: Adaptation, row: Hashable) -> bool:
    """Whether the answer of the patient of this row may not be shown yet."""
    return committing() and row not in state.patients.current.named


def commit_toggle(say: Say) -> None:
    """Turn it on or off."""
    st.toggle(say(TITLE), persist_state="session", key=KEY, help=say(HELP))


def ask_first(say: Say, state: Adaptation, shown: Snapshot, at: int, styles: dict[str, SeriesStyle]) -> None:
    """The values of the patient and the choice of a diagnosis, in the place of the answer."""
    row, records, source = shown.records.undiagnosed[at], shown.records, state.patients.current.source
    with st.container(border=True, gap="small", key=f"card_{row}"):
        st.markdown(f"#### {plain(shown.trace.task.query_names[at])}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            mine = st.selectbox(
                say(YOURS),
                list(shown.trace.task.classes),
                index=None,
                format_func=lambda name: styles[name].name,
                key=f"named_{row}",
                width=320,
            )

            def commit() -> None:
                if mine is not None:
                    state.patients.name_first(row, mine)

            st.button(say(COMMIT), key="commit", on_click=commit, disabled=mine is None, icon=":material/visibility:")
        _values(say, Case.of(shown.trace, shown.cursor, at, records), source)


def _values(say: Say, case: Case, source: str) -> None:
    st.caption(say(VALUES))
    titles = [say(words) for words in (Words("Finding", "依据"), Words("Value", "数值"), Words("Normal", "参考区间"))]
    raw, columns = case.records.raw.loc[case.features.index[0]], [case.records.column(name) for name in case.cells_of]
    lines = [
        (
            plain(heading(say, one)),
            unbroken(plain(cell_text(say, source, one, raw[one.name], case.value(one.name)))),
            unbroken(plain(written_range(one))),
        )
        for one in columns
    ]
    with st.container(height=HEIGHT, border=False):
        st.table(pd.DataFrame(lines, columns=titles), border="horizontal", hide_index=True, alt=say(VALUES))


def what_was_named(say: Say, state: Adaptation, shown: Snapshot, answer: Answer, styles: dict[str, SeriesStyle]) -> None:
    """What was named for this patient, and how often both agree; nothing where nothing was named."""
    said = named_note(answer, {name: style.name for name, style in styles.items()})
    if said is None:
        return
    together = agreement_note(state.patients.current.named, shown.trace, shown.cursor)
    said = said if together is None else said + together
    st.markdown(f":material/edit_note: {plain(say(said))}")
