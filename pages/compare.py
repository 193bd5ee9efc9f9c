"""Compare: learners and baseline classifiers on the same patients and the same episodes, live, with intervals."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import preload
from pages.parts.common.menu import Page
from pages.parts.common.page_frame import frame

PAGE = Page(
    title=Words("Compare", "比较"),
    icon=":material/balance:",
    summary=Words("Which algorithm is better on the same patients, and by how much?", "在相同的患者上，哪种算法更好？好多少？"),
    order=2,
)
say = frame("pages/compare.py")
with st.skeleton(height=400):
    preload.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of preload.py.
from pages.parts.common import forms
from pages.parts.common.patients_state import patients_state
from pages.parts.common.pending_check import check_pending
from pages.parts.compare.address import comparison_state, to_address
from pages.parts.compare.choose_patients import choose_patients
from pages.parts.compare.details import details
from pages.parts.compare.known import choose_knowledge, known_of
from pages.parts.compare.results import results
from pages.parts.compare.running import run_comparison
from pages.parts.compare.settings import choose_settings, remarks
from pages.parts.compare.take_away import take_away

tab_patients, state = patients_state(), comparison_state()

st.header(say(Words("1 · Patients", "1 · 患者")), anchor=False)
patients = choose_patients(say, tab_patients, state)
if check_pending(say, tab_patients):
    st.stop()

st.header(say(Words("2 · Set up and run", "2 · 设置与运行")), anchor=False)
state.plan_on(patients, known_of(tab_patients, patients, state.knowledge_files.get(state.request.source)))
choose_settings(say, state)
choose_knowledge(say, state)
to_address(state)
remarks(say, state)
forms.complain(say, state.error)
run_comparison(say, state)
if state.busy or not state.n_results:
    st.stop()

st.header(say(Words("3 · Results", "3 · 结果")), anchor=False)
results(say, state)

st.header(say(Words("4 · Details", "4 · 深入查看")), anchor=False)
details(say, state)

st.header(say(Words("5 · Take away", "5 · 导出")), anchor=False)
take_away(say, state)
