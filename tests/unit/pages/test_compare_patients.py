"""Compare without a browser: uploads, edited tables and OpenML."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from metamed_core.data import openml
from metamed_core.evaluation import LEAVE_ONE_OUT
from pages.parts.common.patients_state import KEY as PATIENTS
from pages.parts.common.patients_state import UPLOAD, bundled
from pages.parts.compare import shared_comparisons, take_away
from tests.helpers.compare_page import QUICK, address, finish, held, open_page, texts

SMALL = "patient,diagnosis,ferritin,MCV\n" + "".join(
    f"P-{i},{'iron' if i % 2 else 'other'},{5 + 90 * (i % 2) + i},{70 + i}\n" for i in range(6)
)


def upload(app: AppTest, text: str = SMALL, name: str = "clinic.csv") -> AppTest:
    app.file_uploader[0].upload(name, text.encode(), "text/csv").run()
    return app.button(key="confirm").click().run()


def test_an_upload_is_compared_by_leave_one_out_and_stays_in_the_session() -> None:
    app = upload(open_page(**QUICK))
    state = held(app)
    assert state.request.source == UPLOAD
    assert state.plan is not None
    assert state.plan.shots == (LEAVE_ONE_OUT,)
    assert "leave-one-out is used instead" in texts(app).replace("\\", "")
    before = len(shared_comparisons._shared)
    finish(app)
    assert not app.exception
    assert len(shared_comparisons._shared) == before, "what is measured on a visitor's patients is for that visitor only"
    assert "P-" not in "".join(map(str, app.query_params.values()))
    assert "cohort" not in app.query_params


def test_a_small_upload_says_when_one_cannot_choose() -> None:
    noise = "patient,diagnosis,a\n" + "".join(f"P-{i},{'x' if i % 2 else 'y'},{(i * 7) % 5}\n" for i in range(6))
    app = finish(upload(open_page(who="nearest_centroid,logistic_regression,naive_bayes", episodes="1"), noise))
    assert "The intervals are too wide to choose" in texts(app).replace("\\", "")


def test_an_edit_in_diagnose_can_be_compared() -> None:
    app = open_page(**QUICK)
    tab_patients = app.session_state[PATIENTS]
    here = bundled("rare_findings")
    from dataclasses import replace

    tab_patients.work_on(replace(here, records=here.records.with_label(here.records.undiagnosed[0], here.records.classes[0]), edited=True))
    app.run()
    assert any("as edited in Diagnose" in option for option in app.selectbox(key="compare_source").options)
    app.selectbox(key="compare_source").set_value("rare_findings edited").run()
    assert not app.exception
    assert not held(app).is_shared


def test_a_table_of_openml(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": np.arange(24.0) % 7, "class": ["x", "y"] * 12})
    monkeypatch.setattr(openml, "_download", lambda _: SimpleNamespace(frame=frame, target=frame["class"], details={"name": "toy"}))
    app = open_page(**QUICK, openml="61")
    assert "asks for table 61 of openml.org" in texts(app), "nothing is asked over the network without a press"
    app.button(key="openml_load").click().run()
    assert not app.exception
    assert "OpenML 61: toy" in app.selectbox[0].options
    finish(app)
    assert held(app).is_finished
    assert address(app, "openml") == "61"
    assert "FILE, SHEET = 'openml_61.csv', None" in take_away.script(held(app))


def test_openml_without_a_network_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError("no network")

    monkeypatch.setattr(openml, "_download", refuse)
    app = open_page(**QUICK)
    app.number_input(key="openml_number").set_value(61).run()
    app.button(key="openml_load").click().run()
    assert not app.exception
    assert [error.value.replace("\\", "") for error in app.error] == [openml._NO_NETWORK.en]
