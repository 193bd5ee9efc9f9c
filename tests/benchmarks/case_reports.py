"""What published annotations are worth for case reports of rare diseases, 20 diseases with one labeled patient each; see `knowledge.py`.

FOLDER holds `phenopackets_public.jsonl.gz` (one case a line: disease_id, pmid, present terms), `hpo_terms.csv.gz` (id, parents, replaced_by) and
a release of `phenotype*.hpoa.gz`. None of it is part of this project: cases from https://github.com/monarch-initiative/phenopacket-store, terms and
annotations from the Human Phenotype Ontology, https://hpo.jax.org.

Protocol. A disease takes part if it has annotations and cases with at least three terms from two papers. An episode draws 20 of them; of each a
labeled case, and up to three further cases from other papers to be judged. A patient is the terms that are present, with all their ancestors; what
is said to be absent is left out, because it tells the paper. A row of knowledge is the frequency of each annotated term, where lines that cite the
paper of a judged case are left out; "frequent" where no frequency is given; a general term occurs where any of its kinds does; what is
not annotated occurs in nobody. Beside MetaMed's learners stand prototypes without any training (see `term_prototypes.py`).
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from metamed_core.data import Task
from metamed_core.knowledge import FREQUENCIES, Knowledge, Statement, informed, known_rows
from metamed_core.learners import LEARNERS, Initialization, Learner, load_weights
from tests.benchmarks.kept_rows import Row, interval, keep, kept
from tests.benchmarks.term_prototypes import TermPrototypes, untrained

CASES = "phenopackets_public.jsonl.gz"
N_WAY, MOST_QUERIES, FEWEST_TERMS = 20, 3, 3
ROOTS = frozenset({"HP:0000001", "HP:0000118"})
"""Terms that every patient has."""
CLASSES = dict(zip((f"HP:004028{i}" for i in range(6)), FREQUENCIES.values(), strict=True))
"""The ontology's classes of frequency, from "obligate" to "excluded"."""


@dataclass(frozen=True, eq=False, slots=True)
class Case:
    """One published patient: its disease, its paper and the terms that are present, with their ancestors."""

    disease: str
    paper: str
    terms: frozenset[str]


@dataclass(frozen=True, eq=False)
class CaseReports:
    """The cases, and of each disease its annotated terms with their share of patients and what they cite."""

    cases: tuple[Case, ...]
    annotated: Mapping[str, list[tuple[frozenset[str], float, frozenset[str]]]]

    @cached_property
    def papers(self) -> dict[str, dict[str, list[Case]]]:
        """The cases of each disease that takes part, by paper."""
        found: dict[str, dict[str, list[Case]]] = defaultdict(lambda: defaultdict(list))
        for case in self.cases:
            found[case.disease][case.paper].append(case)
        return {name: dict(of) for name, of in sorted(found.items()) if len(of) > 1 and name in self.annotated}

    @cached_property
    def information(self) -> dict[str, float]:
        """How rare each term is among the annotated diseases: -log of its share of them."""
        having = Counter(
            term for lines in self.annotated.values() for term in set().union(*(terms for terms, share, _ in lines if share > 0))
        )
        return {term: -math.log((n + 1) / (len(self.annotated) + 1)) for term, n in having.items()}

    def known(self, disease: str, without: Collection[str]) -> dict[str, float]:
        """The share of patients with each term, but for what cites one of these papers: 1 - the product of (1 - share) over its kinds."""
        absent: dict[str, float] = {}
        for terms, share, cited in self.annotated[disease]:
            if not cited & set(without):
                absent |= {term: absent.get(term, 1.0) * (1 - share) for term in terms}
        return {term: 1 - each for term, each in absent.items()}


def read(folder: Path) -> CaseReports:
    """Read the three files of a folder; cases that are copies of another are left out."""
    with gzip.open(folder / "hpo_terms.csv.gz", "rt", encoding="utf-8") as file:
        terms = {row["id"]: row for row in csv.DictReader(file)}

    @cache
    def with_ancestors(term: str) -> frozenset[str]:
        row = terms.get(term, {})
        if row.get("replaced_by"):
            return with_ancestors(row["replaced_by"])
        parents = filter(None, row.get("parents", "").split(";"))
        return frozenset({term}).union(*map(with_ancestors, parents)) - ROOTS

    with gzip.open(folder / CASES, "rt", encoding="utf-8") as file:
        told = {json.dumps({**case, "packet_id": ""}, sort_keys=True): case for case in map(json.loads, file)}
    cases = [
        Case(case["disease_id"], case["pmid"], frozenset().union(*map(with_ancestors, case["present"])))
        for case in told.values()
        if len(case["present"]) >= FEWEST_TERMS
    ]
    annotated: dict[str, list[tuple[frozenset[str], float, frozenset[str]]]] = defaultdict(list)
    with gzip.open(next(iter(sorted(folder.glob("phenotype*.hpoa.gz")))), "rt", encoding="utf-8") as file:
        for line in csv.reader((one for one in file if not one.startswith("#")), delimiter="\t"):
            if line[10] == "P":
                cited = frozenset(one.removeprefix("PMID:") for one in line[4].split(";"))
                share = 0.0 if line[2] == "NOT" else _share(line[7])
                annotated[line[0]].append((with_ancestors(line[3]), share, cited))
    return CaseReports(tuple(cases), dict(annotated))


def _share(text: str) -> float:
    """A frequency as the annotations give it: 3/7, 35%, a class, or nothing."""
    if "/" in text:
        having, of = map(int, text.split("/"))
        return having / of
    return float(text[:-1]) / 100 if text.endswith("%") else CLASSES.get(text, FREQUENCIES["frequent"])


def draw(reports: CaseReports, index: int) -> tuple[list[Case], list[Case]]:
    """The labeled and the judged cases of an episode; it depends only on its number."""
    rng = np.random.default_rng([N_WAY, index])
    labeled, asked = [], []
    for name in rng.choice(list(reports.papers), min(N_WAY, len(reports.papers)), replace=False):
        papers = reports.papers[str(name)]
        own = sorted(papers)[rng.integers(len(papers))]
        labeled.append(papers[own][rng.integers(len(papers[own]))])
        others = [case for paper in sorted(papers) if paper != own for case in papers[paper]]
        asked += [others[i] for i in rng.permutation(len(others))[:MOST_QUERIES]]
    return labeled, asked


def knowledge_of(reports: CaseReports, labeled: Sequence[Case], asked: Sequence[Case], terms: Sequence[str]) -> Knowledge:
    """A row for each disease of which something is left to be said."""
    cited = {case.paper for case in asked}
    said = {case.disease: reports.known(case.disease, cited) for case in labeled}
    return Knowledge(
        tuple(Statement(name, term, f"{100 * row.get(term, 0.0):.4g}%") for name, row in said.items() if row for term in terms)
    )


def judged(reports: CaseReports, names: Sequence[str], index: int) -> Iterator[Row]:
    """One episode: balanced accuracy of each method without and with knowledge."""
    labeled, asked = draw(reports, index)
    everyone = [*labeled, *asked]
    terms = sorted(frozenset().union(*(case.terms for case in everyone)))
    table = pd.DataFrame([[float(term in case.terms) for term in terms] for case in everyone], columns=terms)
    n = len(labeled)
    task = Task.of(table, [case.disease for case in everyone], np.arange(n), np.arange(n, len(everyone)))
    rows = known_rows(knowledge_of(reports, labeled, asked, terms), task.encoder, table, task.classes)
    for name in names:
        learner, start, fixed = _method(name, task, [reports.information.get(term, 0.0) for term in terms])
        for told, begun in (("without", start), ("right", informed(start, rows, (), fixed))):
            *_, last = begun.adapt(learner, task.support, task.n_way)
            right, y = last.predict_proba(task.query.x).argmax(1) == task.query.y, task.query.y
            accuracy = float(np.mean([float(right[y == k].double().mean()) for k in sorted(set(y.tolist()))]))
            yield {"table": TABLE, "learner": name, "shots": 1, "episode": index, "told": told, "accuracy": accuracy}


TABLE, UNTRAINED, TWO = "case reports", "untrained prototypes", "untrained prototypes, a row worth two patients"


def _method(name: str, task: Task, information: Sequence[float]) -> tuple[Learner, Initialization, int | None]:
    """A learner, what it starts from, and how many patients a row counts as (None: as far as the cases bear it out)."""
    if name in {UNTRAINED, TWO}:
        return TermPrototypes(), untrained(task.encoder, information), 2 if name == TWO else None
    learner = LEARNERS[name]()
    return learner, load_weights("universal", learner), None


def report(folder: Path, learners: Sequence[str], n: int, out: Path | None) -> Iterator[str]:
    """Measure, and tell each method's accuracy in percent without and with knowledge, and the gain with its interval over episodes."""
    reports, names, rows = read(folder), [UNTRAINED, TWO, *learners], kept(out)
    done = {(row["table"], row["learner"], row["episode"]) for row in rows}
    for index in range(n):
        if due := [name for name in names if (TABLE, name, index) not in done]:
            new = list(judged(reports, due, index))
            rows += new
            keep(out, new)
        sys.stderr.write(f"episode {index + 1} of {n}\n")
    found = pd.DataFrame([row for row in rows if row["table"] == TABLE and row["episode"] < n])
    yield f"{len(reports.papers)} diseases\n\n| method | without | with | gain |\n|---|---|---|---|"
    for name in names:
        at = 100 * found[found["learner"] == name].pivot_table(index="episode", columns="told", values="accuracy")
        yield f"| {name} | {at['without'].mean():.1f} | {at['right'].mean():.1f} | {interval(at['right'] - at['without'])} |"
