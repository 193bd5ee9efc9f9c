"""Compare with weights that were meta-trained on the table: it opens on the diagnoses that are new to them, and warns otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from metamed_core.learners import read_card, write_card
from metamed_core.learners.weight_files import SHIPPED
from metamed_core.meta_training.weights_library import HOME, SINGLE_USER, Library
from pages.parts.common.bundled_cohorts import bundled_cohort
from pages.parts.compare import take_away
from tests.helpers.compare_page import QUICK, address, held, open_page, texts


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Weights of the visitor's library, meta-trained on most diagnoses of the bundled blood panel."""
    monkeypatch.setenv(HOME, str(tmp_path))
    monkeypatch.setenv(SINGLE_USER, "1")
    kept, cohort = Library().save(SHIPPED / "prototypical.safetensors", "mine"), bundled_cohort("blood_panel")
    names, card = tuple(cohort.counts), dict(read_card(kept.path))
    split = {"base": names[:6], "validation": names[6:9], "novel": names[9:]}
    write_card(kept.path, card | {"run": {**card.get("run", {}), "sha256": cohort.sha256, "split": split}})
    return "prototypical-mine"


def test_it_opens_on_the_diagnoses_that_are_new_to_the_weights(mine: str) -> None:
    app = open_page(**QUICK | {"who": f"{mine},nearest_centroid"}, cohort="blood_panel")
    assert not app.exception
    state, names = held(app), tuple(bundled_cohort("blood_panel").counts)
    assert state.plan is not None
    assert tuple(state.plan.cohort.counts) == names[9:]
    assert "Compared are only the diagnoses of this table that no chosen weights were meta-trained on" in texts(app).replace("\\", "")
    assert not app.warning
    app.multiselect(key="compare_diagnoses").set_value(list(names)).run()
    assert tuple(held(app).plan.cohort.counts) == names
    assert len(app.warning) == 1
    assert "was meta-trained on patients of this very table" in app.warning[0].value.replace("\\", "")
    assert address(app, "only") == ",".join(map(str, range(len(names))))


def test_without_such_weights_all_diagnoses_take_part(mine: str) -> None:
    app = open_page(**QUICK, cohort="blood_panel")
    assert held(app).compares_all
    assert not app.warning
    app.multiselect(key="compare_diagnoses").set_value(list(bundled_cohort("blood_panel").counts)[:3]).run()
    assert len(held(app).plan.cohort.counts) == 3
    assert ".only((" in take_away.script(held(app))
