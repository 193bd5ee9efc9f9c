"""Meta-train: practise on some diseases, watch on others, judge on diseases never seen; keep the weights and use them."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import warm
from pages.parts.common.frame import frame
from pages.parts.common.menu import Page

PAGE = Page(
    title=Words("Meta-train", "元训练"),
    icon=":material/model_training:",
    summary=Words(
        "Train an algorithm on many diseases, so that a few patients of a new one are enough.",
        "用多种疾病训练算法，使新疾病只需几位患者。",
    ),
    order=3,
)
say = frame("pages/meta_train.py")
with st.skeleton(height=400):
    warm.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of warm.py.
from pages.parts.common.patients_state import patients_state
from pages.parts.common.pending_check import check_pending
from pages.parts.meta_train import address as training_place
from pages.parts.meta_train import results as training_result
from pages.parts.meta_train import running as training_live
from pages.parts.meta_train import settings as training_settings
from pages.parts.meta_train import tasks as training_tasks

tab_patients, training = patients_state(), training_place.training()
st.markdown(say(training_place.WHAT))

st.header(say(Words("1 · Tasks", "1 · 任务")), anchor=False)
training_tasks.choose_tasks(say, tab_patients, training)
if check_pending(say, tab_patients):
    st.stop()

st.header(say(Words("2 · Learner and budget", "2 · 学习器与预算")), anchor=False)
training_settings.choose_learner(say, training)

st.header(say(Words("3 · Practise", "3 · 练习")), anchor=False)
training_place.to_address(training)
training_live.running(say, training)
training_place.others(say, training)

if training.progress is not None and not training.running:
    st.header(say(Words("4 · Judged on diseases never seen", "4 · 在从未见过的疾病上评判")), anchor=False)
    training_result.judgement(say, training)
    st.header(say(Words("5 · Keep and use", "5 · 保存与使用")), anchor=False)
    training_result.keep(say, training)
else:
    st.header(say(Words("Kept weights", "已保存的权重")), anchor=False)
training_result.shelf(say, training)
