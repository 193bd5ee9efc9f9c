"""What is known of the diagnoses of the compared table: from a file opened here, typed on Diagnose, or shipped with a bundled table.

One switch lets each meta-learner take part a second time, with it.
"""

from __future__ import annotations

import streamlit as st

from metamed_core.data import Cohort, PatientEncoder, shown
from metamed_core.knowledge import Knowledge, fold, known_diagnoses, known_rows, read_knowledge
from metamed_core.words import UserError, Words, without_controls
from pages.parts.common import cohorts
from pages.parts.common.apart import Job
from pages.parts.common.bound_widgets import bound
from pages.parts.common.bundled_cohorts import cohort_of
from pages.parts.common.forms import complain, new_upload
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import Patients, PatientsState
from pages.parts.common.reading import result_of
from pages.parts.common.sign_in import check_may_open_tables, may_open_tables
from pages.parts.compare.planning import Known
from pages.parts.compare.state import ComparisonState

TYPED_FILE = "metamed_knowledge.csv"
FILE = "compare_known_file"
SWITCH = Words("Each meta-learner also with what is known", "每种元学习器再加上已有知识参评一次")
SWITCH_HELP = Words(
    "Each meta-learner takes part twice on the same episodes, without and with the knowledge; baseline classifiers cannot use it. With it one can also ask "
    "for 0 labeled patients. A diagnosis's row counts as far as the labeled patients of the episode bear it out.",
    "每种元学习器在相同的小任务上参评两次：不用知识与使用知识；基线分类器不能使用知识。使用知识时，每类样本数还可以选 0。每种诊断的知识按小任务中已确诊患者印证的程度起作用。",
)
NOTHING = Words(
    "Nothing is known of this table's diagnoses yet: type it on Diagnose under “What you know”, or open a file.",
    "尚无关于本表诊断的知识：可在“诊断”页的“您的知识”中填写，或打开文件。",
)
FILE_HELP = Words(
    "A CSV file whose first line is diagnosis,column,statement,weight,source. It is used on this page only, for this table.",
    "CSV 文件，首行为 diagnosis,column,statement,weight,source。仅用于本页和这份表格。",
)
MISSED = Words(
    "This comparison is also with knowledge, but nothing is known of this table: it is run without.",
    "此比较要求加上知识，但没有关于这份表格的知识：因此不带知识运行。",
)
SAID = Words("{n} {n:statement|statements} on {m} {m:diagnosis|diagnoses}, {origin}", "{origin}：对 {m} 种诊断的 {n} 条陈述")
_UNRELATED = Words(
    "{file} says nothing of a diagnosis and a column of this table: check their names.", "{file} 未涉及本表的任何诊断与列：请检查名称。"
)


def known_of(tab_patients: PatientsState, patients: Patients, opened: Known | None) -> Known | None:
    """What is known of a table: from the file `opened` here, else typed on Diagnose, else shipped; None if nothing."""
    if opened is not None:
        return opened
    typed = tab_patients.opened.get(patients.source)
    if typed is not None and typed.knowledge.statements:
        return Known(typed.knowledge, TYPED_FILE, Words("typed on Diagnose", "在“诊断”页填写"))
    shipped = cohorts.knowledge_of(patients.source)
    if shipped is None:
        return None
    file = f"sample_data/{cohorts.cohorts()[patients.source].knowledge_file}"
    return Known(shipped, file, Words("shipped with the table", "随数据集提供"), is_shipped=True)


def choose_knowledge(say: Say, state: ComparisonState) -> None:
    """The switch, where something is known, and the file."""
    known = state.known

    def write(on: bool) -> None:
        state.ask(with_knowledge=on)

    with st.container(horizontal=True, vertical_alignment="center", key="compare_known"):
        if known is not None:
            on, explained = state.request.with_knowledge, say(SWITCH_HELP)
            bound(st.toggle, say(SWITCH), key="compare_with_knowledge", value=on, write=write, disabled=state.busy, help=explained)
        with st.popover(say(Words("What is known", "已有知识")), icon=":material/menu_book:", disabled=state.busy):
            st.caption(plain(say(NOTHING if known is None else told(known))))
            _file(say, state)
    table = cohorts.cohorts().get(state.patients.source) if state.patients else None
    if state.knows and known is not None and known.is_shipped and table is not None and table.simulated:
        st.caption(say(cohorts.SIMULATED_ALIKE))
    complain(say, state.knowledge_error)
    if state.request.with_knowledge and known is None:
        st.info(say(MISSED), icon=":material/info:")


def told(known: Known) -> Words:
    """What is known, in one line."""
    statements = known.knowledge
    return SAID.format(n=len(statements.statements), m=len(statements.diagnoses), origin=known.origin)


def _file(say: Say, state: ComparisonState) -> None:
    def receive() -> None:
        file = new_upload(FILE)
        if file is None or state.patients is None:
            return
        state.knowledge_error = None
        try:
            name = without_controls(file.name)
            opened = read_file(name, file.getvalue(), state.patients)
        except UserError as error:
            state.knowledge_error = error.words
        else:
            state.knowledge_files[state.request.source] = opened
            state.ask(with_knowledge=True)

    def close() -> None:
        del state.knowledge_files[state.request.source]
        state.ask()

    if may_open_tables():
        st.file_uploader(say(Words("Knowledge file", "知识文件")), type=["csv"], key=FILE, on_change=receive, help=say(FILE_HELP))
    if state.request.source in state.knowledge_files:
        st.button(say(Words("Close the file", "关闭文件")), key="compare_known_close", icon=":material/close:", on_click=close)


def read_file(name: str, data: bytes, patients: Patients) -> Known:
    """The knowledge of a file. Raises UserError for one that cannot be read, does not fit a column, or says nothing of this table."""
    check_may_open_tables()
    knowledge, cohort = result_of(Job(read_knowledge, name, data)), cohort_of(patients)
    if known_diagnoses(knowledge, cohort.features.columns).isdisjoint(map(fold, cohort.counts)):
        raise UserError(_UNRELATED.format(file=shown(name)))
    _check_fit(knowledge, cohort)
    return Known(knowledge, name, Words("from {file}", "来自 {file}").format(file=shown(name)))


def _check_fit(knowledge: Knowledge, cohort: Cohort) -> None:
    encoder = PatientEncoder.fit(cohort.features, cohort.ranges)
    known_rows(knowledge, encoder, cohort.features, tuple(cohort.counts), cohort.ranges)
