"""Meta-train: train on some diseases, validate on others, test on diseases never seen; keep the weights and use them."""

from __future__ import annotations

import streamlit as st

from metamed_core.words import Words
from pages.parts.common import preload
from pages.parts.common.menu import Page
from pages.parts.common.page_frame import frame

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
    preload.ready()

# Only now: these import torch, which takes seconds and must be imported under the lock of preload.py.
from pages.parts.common.patients_state import patients_state
from pages.parts.common.pending_check import check_pending
from pages.parts.meta_train.address import INTRODUCTION, meta_training_state, stopped_before, to_address
from pages.parts.meta_train.novel_test import test_result
from pages.parts.meta_train.own_weights import keep, shelf
from pages.parts.meta_train.running import running
from pages.parts.meta_train.settings import choose_learner
from pages.parts.meta_train.tasks import choose_tasks

patients, state = patients_state(), meta_training_state()
st.markdown(say(INTRODUCTION))

st.header(say(Words("1 · Diseases", "1 · 疾病")), anchor=False)
choose_tasks(say, patients, state)
if check_pending(say, patients):
    st.stop()

st.header(say(Words("2 · Learner", "2 · 学习器")), anchor=False)
choose_learner(say, state)

st.header(say(Words("3 · Train", "3 · 训练")), anchor=False)
to_address(state)
running(say, state)
stopped_before(say, state)

if state.run is not None and state.run.progress is not None and not state.run.is_running:
    st.header(say(Words("4 · Test on diseases never seen", "4 · 在从未见过的疾病上测试")), anchor=False)
    test_result(say, state)
    st.header(say(Words("5 · Keep and use", "5 · 保存与使用")), anchor=False)
    keep(say, state)
else:
    st.header(say(Words("Kept weights", "已保存的权重")), anchor=False)
shelf(say, state)
