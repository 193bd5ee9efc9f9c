"""The model card is filled in from the run, and says "not provided" where the run knows nothing."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path

import pytest

from metamed_core import __version__
from metamed_core.data.records import PatientRecords
from metamed_core.diagnosis.model_card import ModelCard
from metamed_core.diagnosis.trace import AdaptationTrace, start
from metamed_core.learners import LEARNERS, RANDOM
from metamed_core.learners.weight_files import SHIPPED, add_to_card
from metamed_core.meta_training.weights_library import HOME, Library
from metamed_core.words import INTENDED_USE
from pages.parts.common.cohorts import records_of


@pytest.fixture(scope="module")
def made() -> tuple[AdaptationTrace, PatientRecords]:
    records = records_of("blood_panel")
    return start(records, LEARNERS["prototypical"]()).run(), records


def card_of(made: tuple[AdaptationTrace, PatientRecords], file: str = "clinic.csv") -> ModelCard:
    return ModelCard.of(made[0], len(made[0].steps) - 1, made[1], file)


def told(card: ModelCard) -> dict[str, str | None]:
    return {f"{one.number} {one.title.en}": None if one.told is None else one.told.en for _, items in card.sections for one in items}


def test_it_tells_data_algorithm_and_performance_of_the_run(made: tuple[AdaptationTrace, PatientRecords]) -> None:
    trace, records = made
    found = {name: text or "" for name, text in told(card_of(made)).items()}
    assert records.sha256 in found["5a Source of data"]
    assert "iron deficiency anaemia: " in found["8a Outcome"]
    assert "ferritin" in found["9b Predictors"].lower()
    assert f"{records.features.isna().to_numpy().mean():.1%} of the cells are missing" in found["11 Missing data"]
    assert trace.initialization.sha256 in found["12c Weights and their training"]
    assert "meta-train --learner prototypical" in found["12c Weights and their training"]
    assert "Tasks: simulated (clinical_prior 4), no patients. Seed 0;" in found["12c Weights and their training"]
    assert __version__ in found["18f Availability of code"]
    assert found["23a Performance"].startswith("Accuracy on held-out patients 87% (53 of 61; 95% interval 76% to 93%)")
    assert "8 held-out patients were predicted wrongly." in found["23a Performance"]
    assert "Sex: female: 29 / 33" in found["23b Performance by group"]


def test_what_the_run_does_not_know_is_said_to_be_missing(made: tuple[AdaptationTrace, PatientRecords]) -> None:
    card = card_of(made)
    empty = [name for name, text in told(card).items() if text is None]
    assert {"3a Context and rationale", "6a Setting and centers", "17 Ethical approval", "18a Funding"} <= set(empty)
    for language, missing in (("en", "not provided"), ("zh", "未提供")):
        page, text = card.to_html(language).decode(), card.to_markdown(language).decode()  # type: ignore[arg-type]
        assert page.count(f'<td class="unknown">{missing}</td>') == len(empty)
        assert len(re.findall(f"^{missing}$", text, re.MULTILINE)) == len(empty)
        assert INTENDED_USE.into(language) in text  # type: ignore[arg-type]
    values = json.loads(card.to_json())
    assert sum(one["told"] is None for one in values["items"]) == len(empty)
    assert values["run"]["weights_sha256"] == made[0].initialization.sha256
    assert values["held_out_by_group"]


def test_no_name_of_a_table_is_markup_and_no_patient_is_named(made: tuple[AdaptationTrace, PatientRecords]) -> None:
    card = card_of(made, "<b>*x*|[y](z)")
    text = card.to_markdown("en").decode()
    assert r"&lt;b&gt;\*x\*\|\[y\](z)" in text
    assert "<b>" not in text
    assert not re.search(r"P-\d{3}", text + card.to_html("zh").decode() + card.to_json().decode())


def test_without_held_out_patients_and_with_other_weights(
    made: tuple[AdaptationTrace, PatientRecords], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    trace, records = made
    one_each = records.without(row for _, rows in records.labels.dropna().groupby(records.labels) for row in rows.index[1:])
    alone = start(one_each, LEARNERS["prototypical"](), RANDOM, seed=5).run()
    found = told(card_of((alone, one_each)))
    assert found["23a Performance"] is None
    assert found["12c Weights and their training"] == "Random weights from seed 5, not meta-trained."
    kept = Library()
    kept.save(SHIPPED / "prototypical.safetensors", "ours")
    add_to_card(place := kept.list_weights("prototypical")[0].path, {"run": {"source": "our own clinic", "budget": {"seed": 3}}})
    ours = copy.copy(trace)
    ours.initialization = dataclasses.replace(trace.initialization, origin=str(place))
    said = told(card_of((ours, records)))["12c Weights and their training"] or ""
    assert "drawn from the table “our own clinic”; where its patients stand in this table too, the accuracy on held-out" in said
    assert "Seed 3;" in said
    place.unlink()
    place.with_suffix(".json").unlink()
    assert told(card_of((ours, records)))["12c Weights and their training"] is None, "deleted since"
