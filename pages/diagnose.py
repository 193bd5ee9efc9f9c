"""Diagnose: a few labeled patients in, watch the algorithm adapt, ranked diagnoses with their reasons out."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common import preload
from pages.parts.common.menu import Page
from pages.parts.common.page_frame import frame

PAGE = Page(
    title=Words("Diagnose", "诊断"),
    icon=":material/stethoscope:",
    summary=Words("A few labeled patients in, ranked diagnoses with their reasons out.", "输入少量已确诊患者，得到附带依据的诊断排序。"),
    order=1,
)
say = frame("pages/diagnose.py")
with st.skeleton(height=400):
    preload.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of preload.py.
from pages.parts.common.forms import complain
from pages.parts.diagnose.adaptation import watch_adaptation
from pages.parts.diagnose.adaptation_state import adaptation_state
from pages.parts.diagnose.address import from_address, to_address
from pages.parts.diagnose.answers import answers_section
from pages.parts.diagnose.choose_algorithm import choose_algorithm
from pages.parts.diagnose.known_section import known_section
from pages.parts.diagnose.known_worth import known_worth
from pages.parts.diagnose.patient_tables import TICK_AGAIN, styles_of
from pages.parts.diagnose.patients_section import patients_section
from pages.parts.diagnose.prototypes import prototype_section
from pages.parts.diagnose.take_away import take_away

state = adaptation_state()
from_address(state.requests)

if not patients_section(say, state):
    st.stop()
styles = styles_of(say, state.patients.current)
known_section(say, state)

choose_algorithm(say, state.requests)
to_address(state.requests, state.patients.current.source)

try:
    state.adapt()
except UserError as error:
    complain(say, error.words + TICK_AGAIN if state.patients.current.dropped else error.words)
    st.stop()
watch_adaptation(say, state, styles)
state.patients.step = state.cursor
known_worth(say, state, styles)

st.header(say(Words("Answers", "答案")), anchor=False)
answers_section(say, state, styles)

st.header(say(Words("Prototypes: what the patients of each diagnosis look like", "原型：各诊断的患者有何特点")), anchor=False)
prototype_section(say, state, styles)

st.header(say(Words("Take away", "导出")), anchor=False)
take_away(say, state)
