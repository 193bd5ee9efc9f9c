"""Where the tasks come from: a cohort split by disease, shown before anything starts, or simulated clinical tasks."""

from __future__ import annotations

import streamlit as st

from metamed_core.meta_training.tasks import FOLDS, LEAST_PATIENTS, DiseaseSplit
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common import upload_check as check
from pages.parts.common.forms import MAX_SEED, complain, mirror
from pages.parts.common.frame import Say
from pages.parts.common.patient_sources import EDITED, patient_sources
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState
from pages.parts.common.text import plain
from pages.parts.meta_train.request import PRIOR
from pages.parts.meta_train.state import Training

FIRST = "blood_panel"
PARTS = {
    "base": (
        Words("Base: to practise on", "基础：用于练习"),
        Words("Tasks are drawn from these diseases, again and again.", "任务反复从这些疾病中抽取。"),
    ),
    "validation": (
        Words("Validation: to watch by", "验证：用于观察"),
        Words("Never practised on; they draw the curve and choose the best moment.", "从不用于练习；曲线由它们得出，并据此选出最佳时刻。"),
    ),
    "novel": (
        Words("Novel: to judge by", "新疾病：用于评判"),
        Words("Not looked at until the end: diseases that the learner has never met.", "直到最后才使用：学习器从未见过的疾病。"),
    ),
}
PRIVACY = Words(
    "While it runs, the weights, the table's name and the names of the diagnoses are written to this computer, so that nothing is lost by a reload; no patient is.",
    "运行时，权重、表格名称和诊断名称会写入本机，以免刷新页面后丢失；不会写入任何患者数据。",
)


def choose_tasks(say: Say, tab_patients: PatientsState, training: Training) -> None:
    """The list of sources, a table of one's own, and the split."""
    known = _sources(tab_patients)
    if training.uploads is not tab_patients.opened.get(UPLOAD):
        training.uploads = tab_patients.opened.get(UPLOAD)
        # A run that waits for its table is not left for it.
        if training.uploads is not None and training.run is None:
            training.ask(source=UPLOAD, split=None)
        elif training.uploads is not None:
            training.asked = training.asked.__class__(**{**vars(training.asked), "source": UPLOAD})
    if training.asked.source not in known:
        training.ask(source=FIRST, split=None)
    choose, bring = st.columns([3, 2], vertical_alignment="bottom")
    with choose:
        _list(say, training, {key: say(title) for key, (title, _) in known.items()})
    with bring, st.popover(say(Words("Your own table", "自己的表格")), icon=":material/upload_file:", disabled=training.busy):
        check.offer_upload(say, tab_patients)
    training.settle(known[training.asked.source][1])
    if training.asked.source == PRIOR:
        st.caption(
            say(
                Words(
                    "Small clinical tables made up from a seed, other columns and diagnoses each time: the result serves any table. The shipped weights were "
                    "made so, in much longer runs; nothing here is held back to judge by, so compare the result on patients afterwards.",
                    "由随机种子虚构的小型临床表格，每次的列与诊断都不同，所得权重适用任意表格。自带权重即以此方式、用更长时间训练得到；这里没有留出用于评判的数据，请随后在患者上比较。",
                )
            )
        )
    else:
        _split(say, training)


def _sources(tab_patients: PatientsState) -> dict[str, tuple[Words, Patients | None]]:
    """Cohorts with enough diagnoses, a table of one's own, and the prior."""
    found: dict[str, tuple[Words, Patients | None]] = {}
    for key, value in patient_sources(tab_patients).items():
        if key != UPLOAD and not key.endswith(EDITED) and len(set(cohorts.truth_of(key).values())) < 6:
            continue
        found[key] = value
    ordered = {key: found[key] for key in sorted(found, key=lambda key: (key != FIRST, key == UPLOAD))}
    return {**ordered, PRIOR: (Words("Simulated clinical tasks", "模拟的临床任务"), None)}


def _list(say: Say, training: Training, known: dict[str, str]) -> None:
    def change() -> None:
        if st.session_state["training_source"] in known:
            training.ask(source=str(st.session_state["training_source"]), split=None)

    mirror(say, "training_source", training.asked.source)
    st.selectbox(
        say(Words("Practise on", "练习材料")),
        list(known),
        format_func=lambda key: known.get(key, ""),
        key="training_source",
        persist_state="session",
        on_change=change,
        disabled=training.busy,
    )


def _split(say: Say, training: Training) -> None:
    """Which diseases are for what, with their patients; open to be changed."""
    complain(say, training.problem)
    if training.cohort is None or training.lacks_table:
        return
    try:
        split = training.run.split if training.run is not None and training.run.split else training.split
    except UserError as error:
        complain(say, error.words)
        return
    if split is None:
        return
    if training.busy:  # then the charts that grow should be in sight
        told = Words(
            "{base} diseases to practise on, {validation} to watch by, {novel} to judge by.",
            "{base} 种疾病用于练习，{validation} 种用于观察，{novel} 种用于评判。",
        )
        st.caption(say(told.format(base=len(split.base), validation=len(split.validation), novel=len(split.novel))))
        return
    _lists(say, training, split)
    if training.run is None:
        with st.expander(say(Words("Deal the diseases otherwise", "改变疾病的划分")), key="training_split", icon=":material/shuffle:"):
            _change_split(say, training, split)


def _lists(say: Say, training: Training, split: DiseaseSplit) -> None:
    counts = training.cohort.counts if training.cohort else {}
    for column, (part, (title, told)) in zip(st.columns(3, gap="medium"), PARTS.items(), strict=True):
        with column.container(border=True):
            st.markdown(f"**{say(title)}**")
            st.caption(say(told))
            names = [(say(cohorts.called(training.asked.source, name)), counts.get(name, 0)) for name in getattr(split, part)]
            st.markdown("\n".join(f"- {plain(name)} · {n}" for name, n in names))
    few = sum(n < LEAST_PATIENTS for n in counts.values())
    told = Words(
        "The number is that of patients. No disease stands in two lists, so what is learnt is not these diseases but how to learn one.",
        "数字为患者人数。没有疾病同时出现在两个列表中：学到的不是这些疾病本身，而是如何学会一种疾病。",
    )
    if few:
        told += Words(
            "{n} diagnoses with fewer than {least} patients take no part.", "另有 {n} 种诊断的患者少于 {least} 位，不参加。"
        ).format(n=few, least=LEAST_PATIENTS)
    st.caption(say(told + PRIVACY))


def _change_split(say: Say, training: Training, split: DiseaseSplit) -> None:
    def fold() -> None:
        training.ask(fold=int(st.session_state["training_fold"]), split=None)

    def deal() -> None:
        training.ask(deal=int(st.session_state["training_deal"] or 0), split=None)

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        mirror(say, "training_fold", training.asked.fold)
        st.segmented_control(
            say(Words("Which third is novel", "哪三分之一作为新疾病")),
            list(range(FOLDS)),
            format_func=lambda n: str(n + 1),
            required=True,
            key="training_fold",
            persist_state="session",
            on_change=fold,
            disabled=training.busy,
        )
        mirror(say, "training_deal", training.asked.deal)
        st.number_input(
            say(Words("Seed of the deal", "划分的随机种子")),
            min_value=0,
            max_value=MAX_SEED,
            step=1,
            key="training_deal",
            persist_state="session",
            help=say(Words("Another number deals the diseases otherwise.", "不同的数字得到不同的划分。")),
            on_change=deal,
            disabled=training.busy,
            width=180,
        )
    everyone = [*split.base, *split.validation, *split.novel]

    def by_hand() -> None:
        validation, novel = (tuple(sorted(st.session_state[f"training_{part}"])) for part in ("validation", "novel"))
        validation = tuple(name for name in validation if name not in novel)
        base = tuple(name for name in sorted(everyone) if name not in (*validation, *novel))
        try:
            training.ask(split=DiseaseSplit(base, validation, novel))
        except UserError as error:
            training.complaint = error.words

    for part in ("validation", "novel"):
        mirror(say, f"training_{part}", list(getattr(split, part)))
        st.multiselect(
            say(PARTS[part][0]),
            sorted(everyone),
            format_func=lambda name: say(cohorts.called(training.asked.source, name)),
            key=f"training_{part}",
            persist_state="session",
            on_change=by_hand,
            disabled=training.busy,
        )
