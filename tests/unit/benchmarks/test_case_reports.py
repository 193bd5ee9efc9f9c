"""The measurement on case reports, on a made-up ontology of eight terms with four diseases."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import torch
from torch.nn.functional import normalize

from tests.benchmarks import case_reports as cases
from tests.benchmarks import knowledge as benchmark
from tests.benchmarks.term_prototypes import SHARPNESS, TermPrototypes, untrained
from tests.helpers.knowing import task

TERMS = "id,name,parents,obsolete,replaced_by\nHP:0000001,All,,0,\nA,a,HP:0000001,0,\n" + "".join(
    f"{one},,{'A' if one in 'BC' else 'HP:0000001'},0,\n" for one in "BCDEFGH"
)
TERMS += "OLD,,,1,B\n"
HAVING = {"one": "BDE", "two": "CFE", "three": "DGH", "four": "FGB"}
FREQUENCY = {"B": "1/2", "C": "HP:0040282", "D": "80%", "E": "", "F": "3/4", "G": "9/10", "H": "HP:0040281"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Each disease has two cases in each of two papers, of which one is a copy; the second paper is cited by the term E."""
    found = [
        {"packet_id": f"{name}{paper}{i}", "disease_id": name, "pmid": f"{name}{paper}", "sex": "fm"[min(i, 1)], "present": list(terms)}
        for name, terms in HAVING.items()
        for paper in (1, 2)
        for i in range(3)
    ]
    found.append({"packet_id": "few", "disease_id": "one", "pmid": "9", "sex": "f", "present": ["B"]})
    lines = ["#comment"]
    for name, terms in HAVING.items():
        for term in terms:
            cited = f"PMID:{name}2;OMIM:1" if term == "E" else "PMID:7"
            lines.append("\t".join([name, "", "", term, cited, "PCS", "", FREQUENCY[term], "", "", "P", ""]))
    lines += ["one\t\tNOT\tG\tOMIM:1\tTAS\t\t\t\t\tP\t", "one\t\t\tH\tOMIM:1\tTAS\t\t\t\t\tI\t"]
    for name, text in (
        (cases.CASES, "".join(json.dumps(one) + "\n" for one in found)),
        ("hpo_terms.csv.gz", TERMS),
        ("phenotype_1.hpoa.gz", "\n".join(lines) + "\n"),
    ):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_cases_terms_and_frequencies_are_read(folder: Path) -> None:
    reports = cases.read(folder)
    assert len(reports.cases) == 4 * 2 * 2, "copies, and a case with one term, are left out"
    assert reports.cases[0].terms == {"A", "B", "D", "E"}
    assert reports.known("one", {"nothing"}) == pytest.approx({"A": 0.5, "B": 0.5, "D": 0.8, "E": 0.55, "G": 0.0})
    assert reports.known("one", {"one2"}) == pytest.approx({"A": 0.5, "B": 0.5, "D": 0.8, "G": 0.0})
    assert reports.information["E"] > reports.information["A"] > 0, "two of four diseases have E, three have A"


def test_papers_are_never_on_both_sides(folder: Path) -> None:
    reports = cases.read(folder)
    labeled, asked = cases.draw(reports, 0)
    assert sorted(case.disease for case in labeled) == sorted(HAVING)
    assert len(asked) == 2 * len(HAVING)
    assert not {case.paper for case in labeled} & {case.paper for case in asked}


def test_the_prototypes_are_means_of_what_is_known_and_the_answer_is_the_cosine() -> None:
    plain = task()
    tells = torch.arange(1.0, plain.encoder.n_cells + 1, dtype=torch.float64)
    start = untrained(plain.encoder, tells.tolist())
    (last,) = start.adapt(TermPrototypes(), plain.support, plain.n_way)
    absent, present = plain.encoder.encode_values(torch.tensor([[0.0], [1.0]]).expand(2, plain.encoder.n_cells).double())[..., 0]
    patients, asked = ((one.x[..., 0] - absent) / (present - absent) * tells for one in (plain.support, plain.query))
    centers = torch.stack([patients[plain.support.y == k].mean(0) for k in range(plain.n_way)])
    expected = (SHARPNESS * normalize(asked, dim=1) @ normalize(centers, dim=1).T).softmax(1)
    assert torch.allclose(last.predict_proba(plain.query.x), expected)


def test_the_command_measures_case_reports(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("torch.set_num_threads", lambda _: None)
    command = [str(folder), "--learners", "prototypical", "--out", str(folder / "rows.jsonl")]
    benchmark.main([*command, "--episodes", "1"])
    benchmark.main([*command, "--episodes", "2"])
    assert len((folder / "rows.jsonl").read_text("utf-8").splitlines()) == 2 * 2 * 3
    printed = capsys.readouterr().out
    assert "4 diseases\n\n| method | without | with | gain |" in printed
    assert f"| {cases.TWO} | 100.0 | 100.0 | +0.0 [+0.0, +0.0] |" in printed
