"""Whose patients a comparison is held on: a bundled cohort, the table of Diagnose with its edits, an upload, or a set of OpenML."""

from __future__ import annotations

from functools import cache

import streamlit as st

from metamed_core.data import openml
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts, finished
from pages.parts.common import upload_check as check
from pages.parts.common.forms import MAX_SEED, complain, mirror
from pages.parts.common.frame import Say
from pages.parts.common.text import plain
from pages.parts.common.workbench import UPLOAD, Patients, Workbench, bundled
from pages.parts.compare.state import Fetched, Match

EDITED = " edited"  # after a cohort's key: as it was edited in Diagnose
OPENML = "openml"


_pristine = cache(bundled)  # one value for each cohort: a match is planned anew when its patients are others


def sources(bench: Workbench, match: Match) -> dict[str, tuple[Words, Patients]]:
    """Everything that can be compared on in this tab: what to call it, and its patients."""
    found = {key: (cohort.name, _pristine(key)) for key, cohort in cohorts.cohorts().items()}
    for source, patients in bench.shelf.items():
        if source == UPLOAD:
            found[UPLOAD] = (Words("Your file: {file}", "您的文件：{file}").format(file=patients.file), patients)
        elif not finished.is_bundled(patients):
            title = cohorts.cohorts()[source].name + Words("as edited in Diagnose", "（在“诊断”中修改过）")
            found[source + EDITED] = (title, patients)
    if match.fetched is not None:
        found[OPENML] = (
            Words("OpenML {number}: {name}", "OpenML 编号 {number}：{name}").format(number=match.fetched.number, name=match.fetched.name),
            match.fetched.patients,
        )
    return found


def choose_patients(say: Say, bench: Workbench, match: Match) -> Patients:
    """The list of patients at hand, and two ways to bring others."""
    known = sources(bench, match)
    if match.uploads is not bench.shelf.get(UPLOAD):
        # Confirmed a moment ago, here or in Diagnose: this is what the visitor wants to see judged.
        match.uploads = bench.shelf.get(UPLOAD)
        match.ask(source=UPLOAD if match.uploads else match.asked.source)
    if match.asked.source not in known:
        match.ask(source=next(iter(known)))
    choose, bring = st.columns([3, 2], vertical_alignment="bottom")
    with choose:
        _list(say, match, {key: say(title) for key, (title, _) in known.items()})
    with bring, st.container(horizontal=True, vertical_alignment="bottom"):
        _bring(say, bench, match)
    complaints(say, match)
    patients = known[match.asked.source][1]
    if not match.running:  # then the chart that grows should be in sight
        _about(say, patients)
    return patients


def _list(say: Say, match: Match, known: dict[str, str]) -> None:
    def change() -> None:
        if st.session_state["match_source"] in known:
            match.ask(source=str(st.session_state["match_source"]))
            match.linked = match.fetched.number if match.fetched and match.asked.source == OPENML else 0

    mirror(say, "match_source", match.asked.source)
    st.selectbox(
        say(Words("Patients", "患者")),
        list(known),
        format_func=lambda key: known.get(key, ""),
        key="match_source",
        persist_state="session",
        on_change=change,
        disabled=match.running,
    )


def _bring(say: Say, bench: Workbench, match: Match) -> None:
    with st.popover(say(Words("Your own table", "自己的表格")), icon=":material/upload_file:", disabled=match.running):
        check.offer_upload(say, bench)
    with st.popover("OpenML", icon=":material/public:", disabled=match.running):
        st.caption(
            say(
                Words(
                    "A public table by its number at openml.org. This asks that server over the network, and sends it the number only.",
                    "按编号从 openml.org 读取公开表格。此操作会通过网络访问该服务器，且只发送编号。",
                )
            )
        )
        number = st.number_input(
            say(Words("Number", "编号")), min_value=1, max_value=MAX_SEED, value=match.linked or None, step=1, key="openml_number"
        )
        if st.button(say(Words("Load", "读取")), key="openml_load", disabled=number is None):
            _load(say, match, int(number or 0))


def _load(say: Say, match: Match, number: int) -> None:
    """Ask OpenML; the page is drawn anew with its table, or with a sentence on what went wrong and all else as it was."""
    wait = Words("Asking openml.org, for at most {seconds} s", "正在访问 openml.org，最多 {seconds} 秒")
    with st.spinner(say(wait.format(seconds=f"{openml.SECONDS:g}"))):
        try:
            found = openml.fetch(number)
            file = f"openml_{number}.csv"
            match.fetched = Fetched(number, found.name, Patients(OPENML, found.records, found.records, file=file))
        except UserError as error:
            match.complaint = error.words
        else:
            match.ask(source=OPENML)
            match.linked = number
    st.rerun()


def complaints(say: Say, match: Match) -> None:
    """What went wrong with OpenML, or that a link asks for one of its tables: nothing is asked over the network without a press."""
    complain(say, match.complaint)
    if match.linked and match.fetched is None and match.complaint is None:
        said = Words(
            "This link asks for table {number} of openml.org: open “OpenML” and press Load to fetch it over the network.",
            "此链接要求 openml.org 的 {number} 号表格：请打开“OpenML”并点击“读取”，通过网络获取。",
        )
        st.info(say(said.format(number=match.linked)), icon=":material/public:")


def _about(say: Say, patients: Patients) -> None:
    if patients.source in cohorts.cohorts():
        cohort = cohorts.cohorts()[patients.source]
        licence = Words("Licence: {licence}.", "许可证：{licence}。").format(licence=cohort.licence)
        st.caption(plain(say(cohort.description)), help=plain(say(cohort.source + licence)))
    try:
        counts = finished.cohort_of(patients).counts
    except UserError:
        return  # said where the plan is made
    said = Words("{n} patients with a known diagnosis take part: {counts}.", "{n} 位诊断已知的患者参加比较：{counts}。")
    each = [cohorts.called(patients.source, name) for name in counts]
    listed = Words(
        ", ".join(f"{name.en} {n}" for name, n in zip(each, counts.values(), strict=True)),
        "、".join(f"{name.zh} {n}" for name, n in zip(each, counts.values(), strict=True)),
    )
    truth = Words("The diagnoses that Diagnose keeps aside are used here.", "“诊断”页预留的真实诊断在此也参加比较。")
    sentence = said.format(n=sum(counts.values()), counts=listed)
    st.caption(plain(say(sentence + truth if patients.truth else sentence)))


def check_upload(say: Say, bench: Workbench) -> bool:
    """Draw what an upload needs: its complaint, or the check of its columns; whether the page must wait for that."""
    if not bench.error_place:
        complain(say, bench.complaint)
    if bench.pending is None:
        return False
    check.upload_check(say, bench, bench.pending)
    return True
