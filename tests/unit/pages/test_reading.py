"""Files are read in a process of their own: the same table as here, and whatever happens there, a sentence here."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data import PatientRecords, ReadOptions
from metamed_core.diagnosis import SavedWork
from metamed_core.words import LANGUAGES, Language, UserError
from pages.parts.common import apart, clean_process, open_file, reading
from pages.parts.common.open_file import open_typed
from pages.parts.common.opened import opened_file, opened_table
from pages.parts.common.reading import DIED, KEY, Reading, result_of
from tests.helpers import apart_acts
from tests.helpers.apart_acts import begun, runs, until
from tests.helpers.diagnose_page import TABLE, adaptation_of, held, opened, texts
from tests.helpers.odd_files import workbook

JUDGED = ReadOptions()
ROWS: list[list[Any]] = [line.split(",") for line in TABLE.splitlines()]
FILES: dict[str, tuple[str, bytes]] = {
    "text": ("clinic.csv", TABLE.encode()),
    "workbook": ("clinic.xlsx", workbook({"cover": [["read me"]], "patients": ROWS})),
}


@pytest.fixture(scope="module", autouse=True)
def processes() -> Iterator[None]:
    """What the server starts before its first visitor."""
    clean_process.start()
    assert apart.Job(apart_acts.doubled, 1).result() == 2
    yield
    clean_process.stop()


def values(records: PatientRecords) -> tuple[object, ...]:
    return records.sha256, records.columns, records.findings, records.reading, records.problem, list(records.patient_names)


@pytest.mark.parametrize("name", FILES)
def test_the_table_is_the_one_that_is_read_here(name: str) -> None:
    file, data = FILES[name]
    here, there = (read() for read in (lambda: opened_file(file, data, (), JUDGED), apart.Job(opened_file, file, data, (), JUDGED).result))
    assert not isinstance(here, SavedWork)
    assert not isinstance(there, SavedWork)
    assert there[0] == here[0]
    assert values(there[1]) == values(here[1])
    pd.testing.assert_frame_equal(there[1].features, here[1].features)
    assert {"findings", "features", "patient_names"} <= vars(there[1]).keys(), "nothing of it is computed again"


def test_saved_work_is_read_there_too() -> None:
    from pages.parts.common.saved_work import work_of

    state = adaptation_of()
    data = work_of(state.patients.current, state.requests.current, 3).to_json()
    there = apart.Job(opened_file, "work.json", data, (), JUDGED).result()
    assert isinstance(there, SavedWork)
    assert there.records.sha256 == state.patients.current.records.sha256
    assert there.original is there.records
    with pytest.raises(UserError, match="was altered after it was saved"):
        result_of(apart.Job(opened_file, "work.json", data.replace(b'"step": 3', b'"step": 4'), (), JUDGED))


def test_a_refusal_arrives_in_both_languages() -> None:
    with pytest.raises(UserError) as there:
        result_of(apart.Job(opened_table, "x.csv", b"\n" * 99, None, (), JUDGED))
    with pytest.raises(UserError) as here:
        opened_table("x.csv", b"\n" * 99, None, (), JUDGED)
    assert there.value.words == here.value.words
    with pytest.raises(RuntimeError, match="quite odd"):
        apart.Job(apart_acts.fail).result()


@pytest.mark.parametrize(
    ("act", "given", "kind"),
    [
        (apart_acts.hoard, (), "memory"),
        (apart_acts.die, (signal.SIGKILL,), "memory"),
        (apart_acts.die, (signal.SIGXCPU,), "time"),
        (apart_acts.die, (signal.SIGSEGV,), "broken"),
    ],
)
def test_a_process_that_dies_is_a_sentence(act: Callable[..., object], given: tuple[object, ...], kind: str) -> None:
    with pytest.raises(UserError) as raised:
        result_of(apart.Job(act, *given))
    assert raised.value.words == DIED[kind]
    assert apart.Job(apart_acts.doubled, 4).result() == 8, "the next one is served"


def test_nothing_runs_for_who_has_let_go(tmp_path: Path) -> None:
    job: apart.Job[None] | None = apart.Job(apart_acts.never, str(tmp_path / "told"))
    assert job is not None
    assert not job.is_done()
    processes = begun(tmp_path / "told")
    assert all(map(runs, processes))
    job = None
    gc.collect()
    until(lambda: not any(map(runs, processes)))


def test_who_comes_first_is_served_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "MOST_AT_ONCE", 1)
    first, second, third = (
        apart.Job(apart_acts.never, str(tmp_path / "told")),
        apart.Job(apart_acts.doubled, 1),
        apart.Job(apart_acts.doubled, 2),
    )
    assert [job.is_done() for job in (first, second, third)] == [False] * 3
    begun(tmp_path / "told")
    assert [job.n_ahead for job in (first, second, third)] == [0, 1, 2]
    first.stop()
    assert not third.is_done()
    assert [job.n_ahead for job in (second, third)] == [0, 1]
    assert second.result() == 2
    assert third.result() == 4


def test_a_process_that_is_gone_is_started_again_unless_it_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_process, "_clean", [])
    monkeypatch.setattr(clean_process, "IMPORTED", ())
    clean_process.start()
    clean_process._clean[0].process.kill()
    clean_process._clean[0].process.wait()
    with pytest.raises(UserError) as raised:
        result_of(apart.Job(apart_acts.doubled, 1))
    assert raised.value.words == DIED["broken"]
    monkeypatch.setattr(clean_process, "IMPORTED", ())
    clean_process.stop()
    clean_process.start()
    for n in (1, 2):
        assert apart.Job(apart_acts.doubled, n).result() == 2 * n
        clean_process._clean[0].process.kill()
        clean_process._clean[0].process.wait()
    clean_process.stop()


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A page for which nothing is quick."""
    page = opened()
    monkeypatch.setattr(reading, "AT_ONCE", 0.0)
    return page


def of_tab(app: AppTest) -> Reading:
    found: Reading = app.session_state[KEY]
    return found


def drop(app: AppTest, table: str = TABLE, name: str = "clinic.csv") -> AppTest:
    held(app).patients_open = True
    app.run()
    return app.file_uploader[0].upload(name, table.encode(), "text/csv").run()


def finish(app: AppTest) -> AppTest:
    """Look again, as the page does by itself, until the file is read."""

    def looked() -> bool:
        of_tab(app).tick()
        return not of_tab(app).busy

    until(looked)
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_reading_can_be_canceled_and_changes_nothing(
    app: AppTest, language: Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app.segmented_control(key="language").set_value(language).run()
    before = held(app).patients.current
    monkeypatch.setattr(open_file, "opened_file", apart_acts.never)
    drop(app, name=str(tmp_path / "told.csv"))
    processes = begun(tmp_path / "told.csv")
    said = [one.value.replace("\\", "") for one in app.markdown if "told" in str(one.value)]
    assert len(said) == 1
    assert ("Reading" if language == "en" else "正在读取") in said[0]
    assert "(0.0 MB)" in said[0].replace("（", "(").replace("）", ")")
    app.button(key="cancel_reading").click().run()
    assert not app.exception
    until(lambda: not any(map(runs, processes)))
    assert (held(app).patients.current, held(app).patients.pending, held(app).patients.error) == (before, None, None)
    assert not [one for one in app.button if one.key == "cancel_reading"]


def test_the_table_of_before_stays_until_the_new_one_is_read(app: AppTest) -> None:
    drop(app)
    assert held(app).patients.pending is None
    assert app.query_params["table"] == "own", "a reload would lose it"
    finish(app)
    assert "Check the columns of clinic\\.csv" in texts(app)
    drop(app, "", "empty.csv")
    assert held(app).patients.pending is not None
    finish(app)
    assert "was not taken; this is still the one from before" in texts(app)
    assert len(app.error) == 1


def test_another_reading_of_a_file_counts_only_while_its_check_is_open(app: AppTest) -> None:
    finish(drop(app))
    was = held(app).patients.pending
    app.number_input(key="header_row").set_value(500).run()
    assert of_tab(app).busy
    finish(app)
    assert held(app).patients.pending is was
    assert len(app.error) == 1
    assert held(app).patients.error_place == "reading"
    app.number_input(key="header_row_1").set_value(1).run()
    assert of_tab(app).busy
    app.button(key="cancel").click().run()
    finish(app)
    assert held(app).patients.pending is None


def test_the_last_cell_that_was_typed_is_read_also_while_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    session: dict[str, object] = {}
    monkeypatch.setattr(reading.st, "session_state", session)
    monkeypatch.setattr(reading, "AT_ONCE", 0.0)
    patients, typed = adaptation_of().patients, [TABLE.replace("69", cell).encode() for cell in ("6", "69")]
    open_typed(patients, "typed", lambda: typed[0])
    open_typed(patients, "typed", lambda: typed[1], instead_of=typed[0])
    open_typed(patients, "typed", lambda: b"of an editor that is gone", instead_of=typed[0])
    tab = reading.reading_of_tab()
    until(lambda: tab.tick() or not tab.busy)
    assert patients.pending is not None
    assert patients.pending.data == typed[1]
