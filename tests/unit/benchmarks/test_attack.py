"""A sample of `python -m tests.benchmarks.attack`; that of the uploads is `tests/unit/data/test_upload_robustness.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from metamed_core.meta_training.library_files import HOME, files_in
from metamed_core.meta_training.weights_library import Library
from pages.lessons import LESSONS
from pages.parts.common.adapt_request import RequestState
from pages.parts.compare import address as compare
from pages.parts.diagnose import address as diagnose
from pages.parts.learn.address import parse_address
from pages.parts.meta_train.address import meta_training_state
from tests.benchmarks.attack import believed, imported, worked_on
from tests.helpers.fuzzed_addresses import fuzzed_addresses
from tests.helpers.fuzzed_weights import BOMBS, fuzzed_weights
from tests.helpers.fuzzed_work import HOSTILE_KNOWLEDGE, HOSTILE_WORK, fuzzed_knowledge, fuzzed_work

LARGE = {"a card of 300 MB", "weights of 300 MB", "a header of 50 MB", "100,000 members", "250,000 columns", "one cell of 40 MB"}
"""Bombs that take a second to make."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME, str(tmp_path))
    return tmp_path


def test_damaged_weights_are_taken_or_refused_in_a_sentence_and_leave_nothing_behind(home: Path) -> None:
    said = {made: imported(data, made) for made, data in fuzzed_weights(150)}
    assert {text.partition(":")[0] for text in said.values()} == {"result", "sentence"}
    n_taken = sum(text == "result" for text in said.values())
    assert len(Library().list_weights()) == n_taken, "what was let in can be read again"
    assert not Library().damaged()
    assert not files_in(home / "incoming")


@pytest.mark.parametrize("made", [name for name in BOMBS if name not in LARGE])
def test_a_bomb_is_refused(made: str) -> None:
    assert imported(BOMBS[made](), "bomb").startswith("sentence")


@pytest.mark.parametrize("made", [name for name in HOSTILE_WORK if name not in LARGE])
def test_hostile_work_is_opened_or_refused_in_a_sentence(made: str) -> None:
    assert worked_on(HOSTILE_WORK[made]()).partition(":")[0] in {"result", "sentence"}


@pytest.mark.parametrize("made", HOSTILE_KNOWLEDGE)
def test_hostile_knowledge_is_taken_or_refused_in_a_sentence(made: str) -> None:
    assert believed(HOSTILE_KNOWLEDGE[made]()).partition(":")[0] in {"result", "sentence"}


def test_damaged_work_and_damaged_knowledge_are_opened_or_refused_in_a_sentence() -> None:
    for attempt, files in ((worked_on, fuzzed_work(40)), (believed, fuzzed_knowledge(40))):
        said = {made: attempt(data).partition(":")[0] for made, data in files}
        assert set(said.values()) == {"result", "sentence"}, [made for made, text in said.items() if text not in {"result", "sentence"}]


def test_no_address_breaks_the_reading_of_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, asked in fuzzed_addresses(300):
        monkeypatch.setattr("streamlit.session_state", {})
        monkeypatch.setattr("streamlit.query_params", asked)
        diagnose.from_address(RequestState())
        compare.from_address(asked)
        meta_training_state()
        if (lesson := parse_address(asked).lesson) is not None:
            LESSONS[lesson].state.from_address(asked)
