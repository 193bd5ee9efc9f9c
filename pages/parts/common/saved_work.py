"""Save the work on a table as one file, open it again, and warn before unsaved work is replaced."""

from __future__ import annotations

import hashlib
from pathlib import Path

import streamlit as st

from metamed_core.diagnosis import SavedWork
from metamed_core.learners import RANDOM, UNIVERSAL, read_bytes, weights_path
from metamed_core.statistics import COVERAGE
from metamed_core.words import UserError, Words
from pages.parts.common import audit, cohorts
from pages.parts.common.adapt_request import AdaptRequest, RequestState, request_state
from pages.parts.common.own_library import own_library
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, Pending

FILE = "metamed_work.json"
HELP = Words(
    "One file with the table, all edits, what you know, roles, units and ranges, the algorithm, its settings, the step and the sets you chose. Upload it here tomorrow, or on another computer: the "
    "answers are the same. It holds your table as you gave it, so keep it as you keep the table; nothing is kept on the server.",
    "一个文件，包含表格、全部修改、您的知识、角色、单位与参考区间、算法、设置、当前步和所选集合。明天或在另一台电脑上在此上传，即可得到相同的答案。文件中含有您提供的表格，请妥善保管；服务器上不保留任何内容。",
)
OTHER_WEIGHTS = Words(
    "The work was saved with the weights “{name}”, which this computer does not have, so the answers may differ: the shipped weights are used instead.",
    "该工作保存时使用的权重“{name}”不在本机上，因此改用自带权重，答案可能不同。",
)
LOST = Words(
    "“{file}” is not saved: using these patients replaces it with all its edits. Save your work first, or go on.",
    "“{file}”尚未保存：使用这些患者将替换它及其全部修改。请先保存工作，或直接继续。",
)


def work_of(patients: Patients, request: AdaptRequest, step: int, coverage: float = COVERAGE) -> SavedWork:
    """Everything that leads to the same answers again."""
    own = request.start not in (UNIVERSAL, RANDOM)
    return SavedWork(
        patients.records,
        patients.original,
        request.algorithm,
        dict(request.settings),
        file=patients.file,
        sheet=patients.sheet,
        cohort="" if patients.source == UPLOAD else patients.source,
        dropped=patients.dropped,
        levels=patients.levels,
        weights=Path(request.start).stem if own else request.start,
        weights_sha256=_sha256(request.algorithm, request.start),
        seed=request.seed,
        step=step,
        coverage=coverage,
        knowledge=patients.knowledge,
        counts_as=patients.counts_as,
        named=patients.named,
    )


def save_button(say: Say, state: PatientsState, source: str, key: str) -> None:
    """The button that gives the work on the table `source` as a file; the table then counts as saved."""
    requests = request_state()

    def make() -> bytes:
        return work_of(state.opened[source], requests.current, state.step, state.coverage).to_json()

    data = audit.noted(make, "work_downloaded", table="own" if state.opened[source].is_own else "public")

    def saved() -> None:
        state.saved[source] = state.opened[source]

    title = say(Words("Save my work", "保存我的工作"))
    st.download_button(
        title, data=data, file_name=FILE, mime="application/json", icon=":material/save:", key=key, on_click=saved, help=say(HELP)
    )


def warn_of_loss(say: Say, state: PatientsState, pending: Pending) -> None:
    """A warning where confirming the upload check would replace work that is not saved, with a button to save it."""
    lost = state.unsaved(pending.source) if pending.data else None
    if lost is not None:
        name = Words(lost.file, lost.file) if lost.source == UPLOAD else cohorts.cohorts()[lost.source].name
        st.warning(say(LOST.format(file=name)), icon=":material/warning:")
        save_button(say, state, lost.source, key="save_first")


def restore(state: PatientsState, requests: RequestState, pending: Pending, work: SavedWork) -> None:
    """Work on saved work again, with the columns as the upload check shows them; algorithm, settings, weights and step as they were saved."""
    known = frozenset(work.dropped & set(pending.records.raw.index))
    edited = pending.records is not pending.original
    truth = cohorts.truth_of(pending.source) if pending.source != UPLOAD else {}
    patients = Patients(
        pending.source,
        pending.records,
        pending.original,
        work.file,
        truth,
        work.sheet,
        known,
        edited,
        work.levels,
        work.knowledge,
        work.counts_as,
        {row: name for row, name in work.named.items() if row in pending.records.raw.index},
    )
    state.work_on(patients)
    if pending.records is work.records:
        state.saved[patients.source] = patients
    start, found = _start(work)
    requests.set_values(work.algorithm, dict(work.settings))
    requests.ask(work.algorithm, start, work.seed)
    state.wanted_step, state.coverage = work.step, work.coverage
    state.notice = None if found else OTHER_WEIGHTS.format(name=work.weights)


def _start(work: SavedWork) -> tuple[str, bool]:
    """The initialization of the request, and whether it is the one that was saved."""
    if work.weights in (UNIVERSAL, RANDOM):
        return work.weights, _sha256(work.algorithm, work.weights) == work.weights_sha256
    for one in own_library().list_weights(work.algorithm):
        if _sha256(work.algorithm, str(one.path)) == work.weights_sha256:
            return str(one.path), True
    return UNIVERSAL, False


def _sha256(algorithm: str, start: str) -> str:
    """Of the weights that a start means; empty for random ones, and for those that are gone since."""
    try:
        return "" if start == RANDOM else hashlib.sha256(read_bytes(weights_path(start, algorithm))).hexdigest()
    except UserError:
        return ""
