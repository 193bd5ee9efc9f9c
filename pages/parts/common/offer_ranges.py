"""The usual adult reference ranges that the upload check offers for columns whose header names an analyte."""

from __future__ import annotations

import streamlit as st

from metamed_core.data import UsualRange, usual_ranges, with_usual_ranges
from metamed_core.words import Words
from pages.parts.common.markdown_text import plain
from pages.parts.common.page_frame import Say
from pages.parts.common.patients_state import PatientsState, Pending

MOST = 40  # ranges that are listed with a button of their own
OFFER = Words(
    "Use the usual adult range? It is known for {n} {n:column|columns} without one. A range is shown beside the values and sets the scale on which the algorithm "
    "compares them; your laboratory's own range is better, and each can be edited in the table below.",
    "是否采用常用的成人参考区间？有 {n} 列可用。区间会显示在数值旁，并决定算法比较数值的尺度；最好使用贵实验室自己的区间，各区间均可在下表中修改。",
)
SEXES = {
    "female": Words("women", "女性"),
    "male": Words("men", "男性"),
    "both": Words("women and men together, which differ", "男女合并（两者不同）"),
}


def offer_ranges(say: Say, patients: PatientsState, pending: Pending) -> None:
    """Draw the offer, folded, with a button for each range and one for all; nothing where no range is known."""
    offered = usual_ranges(pending.records)
    if not offered:
        return
    title = Words("Usual adult ranges for {n} {n:column|columns}", "{n} 列的常用成人参考区间").format(n=len(offered))
    with st.expander(say(title), icon=":material/straighten:", key="usual_ranges"):
        st.caption(say(OFFER.format(n=len(offered))))
        every = Words("Use all of them", "全部采用")
        st.button(say(every), key="range_all", on_click=_use, args=(patients, None))
        for at, one in enumerate(offered[:MOST]):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(say(Words("Use", "采用")), key=f"range_{at}", on_click=_use, args=(patients, one.column))
                st.markdown(f"{plain(one.column)}: **{plain(_range(one))}** · :small[{plain(say(_told(one)))}]", width="content")


def _range(one: UsualRange) -> str:
    if one.low is not None and one.high is not None:
        return f"{one.low:g}–{one.high:g} {one.unit}"
    return f"≤ {one.high:g} {one.unit}" if one.high is not None else f"≥ {one.low:g} {one.unit}"


def _told(one: UsualRange) -> Words:
    about = one.title + Words(f"({SEXES[one.sex].en})", f"（{SEXES[one.sex].zh}）") if one.sex else one.title
    return Words(f"{about.en}; {one.source.en}", f"{about.zh}；{one.source.zh}")


def _use(patients: PatientsState, column: str | None) -> None:
    """Give one column its usual range, or all of them; the columns are found again, since the table may have changed."""
    pending = patients.pending
    if pending is not None:
        chosen = [one for one in usual_ranges(pending.records) if column in (None, one.column)]
        pending.change(lambda records: with_usual_ranges(records, chosen))
        pending.renew()
