"""Compare: learners and plain classifiers on the same patients and the same episodes, live, with intervals."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import warm
from pages.parts.common.frame import frame

say = frame("pages/compare.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.parts.common import choose_patients as match_patients
from pages.parts.common import forms
from pages.parts.common.workbench import bench as this_tab
from pages.parts.compare import details as match_closer
from pages.parts.compare import results as match_result
from pages.parts.compare import running as match_live
from pages.parts.compare import settings as match_settings
from pages.parts.compare import take_away as match_take_away

bench, match = this_tab(), match_settings.match()

st.header(say(Words("1 · Patients", "1 · 患者")), anchor=False)
patients = match_patients.choose_patients(say, bench, match)
if match_patients.check_upload(say, bench):
    st.stop()

st.header(say(Words("2 · Set up and run", "2 · 设置与运行")), anchor=False)
match_settings.choose_settings(say, match)
match.settle(patients)
match_settings.to_address(match)
match_settings.remarks(say, match)
forms.complain(say, match.problem)
match_live.running_match(say, match)
if match.running or not match.n_results:
    st.stop()

st.header(say(Words("3 · Results", "3 · 结果")), anchor=False)
match_result.results(say, match)

st.header(say(Words("4 · A closer look", "4 · 深入查看")), anchor=False)
match_closer.closer_look(say, match)

st.header(say(Words("5 · Take away", "5 · 导出")), anchor=False)
match_take_away.take_away(say, match)
