"""Compare with what is known: twins on the same episodes, no labeled patient at all, whose knowledge it is, and what is taken home."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metamed_core.data import open_upload
from metamed_core.evaluation import NO_PATIENT
from metamed_core.knowledge import Knowledge, Statement
from metamed_core.words import UserError, Words
from pages.parts.common import cohorts
from pages.parts.common.comparison_request import default_request
from pages.parts.common.patients_state import UPLOAD, Patients, PatientsState, bundled
from pages.parts.common.styles import styles_of
from pages.parts.compare import shared_comparisons, take_away
from pages.parts.compare.address import address_of, from_address
from pages.parts.compare.known import known_of, read_file
from pages.parts.compare.planning import Known
from pages.parts.compare.state import ComparisonState
from tests.helpers.compare_page import address, finish, held, open_page, table, texts
from tests.helpers.knowing import HEADER

LINK = {
    "cohort": "rare_findings",
    "who": "prototypical,nearest_centroid",
    "shots": "unlabeled,1",
    "episodes": "2",
    "known": "1",
    "seed": "5",
}
PLAIN = "patient,diagnosis,ferritin\n" + "".join(f"p{i},{'iron' if i % 2 else 'other'},{5 + 80 * (i % 2)}\n" for i in range(12))
OWN = Known(Knowledge((Statement("iron", "ferritin", "low"), Statement("other", "ferritin", "high"))), "mine.csv", Words("mine", "我的"))


def own_table() -> Patients:
    records = open_upload("clinic.csv", PLAIN.encode())[1]
    return Patients(UPLOAD, records, records, "clinic.csv")


def planned(patients: Patients, known: Known | None, **asked: object) -> ComparisonState:
    request = replace(default_request(), method_keys=("prototypical", "nearest_centroid"), with_knowledge=True, **asked)  # type: ignore[arg-type]
    state = ComparisonState(request)
    state.plan_on(patients, known)
    return state


def test_one_switch_brings_twins_of_the_same_color_their_gain_and_files_in_both_languages() -> None:
    app = finish(open_page(**LINK))
    state, said = held(app), texts(app).replace("\\", "")
    assert not app.exception
    assert "looks better here than on real patients" in said
    assert state.comparison is not None
    assert state.comparison.keys == ("prototypical", "prototypical-knowledge", "nearest_centroid")
    assert state.comparison.shots_with_results == (NO_PATIENT, 1)
    assert "Clearly better with knowledge: without any labeled patient" in said
    assert table(app).count("mm-board") >= 2, "a table of the gains, too"
    styles = styles_of(lambda words: words.en, state.comparison)  # type: ignore[arg-type]
    one, twin = styles["prototypical"], styles["prototypical-knowledge"]
    assert one.color == twin.color != styles["nearest_centroid"].color
    assert one.shape != twin.shape
    assert one.dash != twin.dash
    script = take_away.script(state)
    assert "sample_data/rare_findings.knowledge.csv" in script
    assert "with_twins(methods(('prototypical', 'nearest_centroid')), knowledge)" in script
    assert from_address(address_of(state)).request == state.request
    app.segmented_control(key="language").set_value("zh").run()
    assert not app.exception
    assert "知识给平衡准确率带来的提升" in table(app)
    app.toggle(key="compare_with_knowledge").set_value(False).run()
    assert state.comparison is not None
    assert state.comparison.keys == ("prototypical", "nearest_centroid")
    assert state.comparison.shots == (1,)
    assert "0 略去" in texts(app) or "已略去 0" in texts(app)


def test_what_was_opened_goes_before_what_was_typed_and_that_before_what_ships() -> None:
    shipped, typed = bundled("rare_findings"), replace(bundled("rare_findings"), knowledge=OWN.knowledge)
    tab = PatientsState(shipped, {shipped.source: shipped})
    found = known_of(tab, shipped, None)
    assert found is not None
    assert found.is_shipped
    assert found.knowledge == cohorts.knowledge_of("rare_findings")
    tab.work_on(typed)
    found = known_of(tab, shipped, None)
    assert found is not None
    assert (found.knowledge, found.is_shipped) == (OWN.knowledge, False)
    assert known_of(tab, shipped, OWN) is OWN
    assert known_of(tab, own_table(), None) is None


def test_results_with_knowledge_of_ones_own_are_shared_with_nobody_and_never_taken_for_others() -> None:
    patients = bundled("rare_findings")
    other = replace(
        OWN, knowledge=Knowledge((Statement("Marfan syndrome", "myopia", "frequent"), Statement("Turner syndrome", "myopia", "excluded")))
    )
    state = planned(patients, other, shots=(1,), n_episodes=1)
    assert not state.is_shared
    state.start()
    while state.busy:
        state.pull()
    assert state.is_finished
    assert state.plan is not None
    assert shared_comparisons.find_shared(state.plan) is None
    again = replace(other, knowledge=Knowledge(other.knowledge.statements[:1]))
    state.plan_on(patients, again)
    assert state.n_results == 0, "other knowledge, other results"
    state.plan_on(patients, other)
    assert state.is_finished


@pytest.mark.parametrize(
    ("known", "asked", "shots", "said"),
    [
        (OWN, (NO_PATIENT, 1), (NO_PATIENT, 1), ""),
        (OWN, (NO_PATIENT,), (NO_PATIENT,), ""),
        (None, (NO_PATIENT, 1), (1,), "Without any labeled patient (0) only knowledge of at least two diagnoses can answer"),
        (replace(OWN, knowledge=Knowledge(OWN.knowledge.statements[:1])), (NO_PATIENT, 1), (1,), "0 is left out"),
    ],
)
def test_no_labeled_patient_needs_knowledge_of_two_diagnoses(
    known: Known | None, asked: tuple[int, ...], shots: tuple[int, ...], said: str
) -> None:
    state = planned(own_table(), known, shots=asked)
    assert state.plan is not None
    assert state.plan.shots == shots
    assert said in (state.remark.en if state.remark else "")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("gout,urate,high,,\n", "says nothing of a diagnosis and a column of this table"),
        ("iron,ferritin,female,,\n", "says “female” of the number “ferritin”"),
        ("iron,ferritin,11-4,,\n", "give a range with the smaller value first"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence(lines: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_file("k.csv", (HEADER + lines).encode(), own_table())


def test_a_file_of_ones_own_that_is_gone_is_said_and_nothing_else_is_compared_with_in_its_place() -> None:
    app = open_page(**LINK)
    assert "table" not in app.query_params
    held(app).knowledge_files["rare_findings"] = OWN
    assert address(app.run(), "table") == "own"
    again = open_page(**LINK, table="own")
    assert "Your table is gone. It is forgotten, with what you said or opened on it" in texts(again)
    assert not [one for one in again.button if one.key == "compare_run"], "the shipped knowledge would stand in its place"
    held(app).knowledge_files.clear()
    assert "table" not in app.run().query_params


def test_a_file_that_fits_is_known_by_its_name() -> None:
    found = read_file("k.csv", (HEADER + "IRON,Ferritin,low,,\n").encode(), own_table())
    assert (found.file, len(found.knowledge.statements), found.is_shipped) == ("k.csv", 1, False)
