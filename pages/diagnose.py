"""Diagnose: a few labelled patients in, watch the algorithm adapt, ranked diagnoses with their reasons out."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import UserError, Words
from pages.parts.common import warm
from pages.parts.common.frame import frame
from pages.parts.common.menu import Page

PAGE = Page(
    title=Words("Diagnose", "诊断"),
    icon=":material/stethoscope:",
    summary=Words("A few labeled patients in, ranked diagnoses with their reasons out.", "输入少量已确诊患者，得到附带依据的诊断排序。"),
    order=1,
)
say = frame("pages/diagnose.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.parts.common import forms
from pages.parts.common import upload_check as check
from pages.parts.common.workbench import bench as this_tab
from pages.parts.diagnose import adaptation as live
from pages.parts.diagnose import answers as cards
from pages.parts.diagnose import patient_tables as patients
from pages.parts.diagnose import prototypes as profiles
from pages.parts.diagnose import take_away

bench = this_tab()

st.header(say(Words("1 · Patients", "1 · 患者")), anchor=False)
choose, upload = st.columns(2)
with choose:
    forms.choose_patients(say, bench)
with upload:
    check.offer_upload(say, bench)
if not bench.error_place:
    forms.complain(say, bench.complaint)
if bench.pending is not None:
    check.upload_check(say, bench, bench.pending)
    st.stop()
of_class = patients.styles_of(say, bench)
patients.patient_tables(say, bench, of_class)

st.header(say(Words("2 · Algorithm", "2 · 算法")), anchor=False)
forms.choose_algorithm(say, bench)

st.header(say(Words("3 · Adapt", "3 · 适应")), anchor=False)
try:
    bench.adapt()
except UserError as error:
    forms.complain(say, error.words + patients.TICK_AGAIN if bench.patients.dropped else error.words)
    st.stop()
live.adaptation(say, bench, of_class)

st.header(say(Words("4 · Answers", "4 · 答案")), anchor=False)
cards.answers(say, bench, of_class)

st.header(say(Words("5 · Prototypes", "5 · 原型")), anchor=False)
profiles.prototype_section(say, bench, of_class)

st.header(say(Words("6 · Take away", "6 · 导出")), anchor=False)
take_away.offer_csv(say, bench)
