"""Another split of the diseases: by another third, another seed, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from metamed_core.meta_training.tasks import FOLDS, DiseaseSplit
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.bound_widgets import choice, choices, number
from pages.parts.common.forms import MAX_SEED
from pages.parts.common.page_frame import Say
from pages.parts.meta_train.state import MetaTrainingState


def change_split(say: Say, state: MetaTrainingState, split: DiseaseSplit, titles: Mapping[str, Words]) -> None:
    """Controls for the split; titles: of its parts."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        choice(
            st.segmented_control,
            say(Words("Which third to test on", "哪三分之一用于测试")),
            {fold: str(fold + 1) for fold in range(FOLDS)},
            key="training_fold",
            value=state.request.fold,
            write=lambda fold: state.ask(fold=fold, split=None),
            disabled=state.busy,
        )
        number(
            say(Words("Random seed of the split", "划分的随机种子")),
            (0, MAX_SEED, 1),
            key="training_split_seed",
            value=state.request.split_seed,
            write=lambda seed: state.ask(split_seed=seed, split=None),
            usual=0,
            help=say(Words("Another number splits the diseases differently.", "不同的数字得到不同的划分。")),
            disabled=state.busy,
            width=200,
        )
    names = {name: say(cohorts.called(state.request.source, name)) for name in sorted((*split.base, *split.validation, *split.novel))}
    for part in ("validation", "novel"):
        choices(
            st.multiselect,
            say(titles[part]),
            names,
            key=f"training_{part}",
            values=getattr(split, part),
            write=partial(_by_hand, state, split, part),
            disabled=state.busy,
        )


def _by_hand(state: MetaTrainingState, split: DiseaseSplit, part: str, chosen: list[str]) -> None:
    """Put exactly the chosen diseases into one part; those taken out of it are trained on, those put in leave their part."""
    everyone = sorted((*split.base, *split.validation, *split.novel))
    other = "novel" if part == "validation" else "validation"
    parts = {part: tuple(sorted(chosen)), other: tuple(name for name in getattr(split, other) if name not in chosen)}
    base = tuple(name for name in everyone if name not in (*parts["validation"], *parts["novel"]))
    try:
        state.ask(split=DiseaseSplit(base, **parts))
    except UserError as error:
        state.error, state.error_place = error.words, ""
