"""One spelling throughout, the American one, in texts, docs, docstrings, comments and names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contract.plain_words import ROOT

FOLDERS = ("metamed_core", "pages", "tests", "docs", "sample_data")
ENDINGS = (".py", ".md", ".js", ".css", ".html", ".toml")
FILES = sorted(
    path
    for path in (
        ROOT / "app.py",
        ROOT / "home.py",
        *ROOT.glob("*.md"),
        *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")),
    )
    if path.suffix in ENDINGS and path.name not in {"plain_words.py", "test_plain_words.py", "test_american.py"}
)
BRITISH = re.compile(
    r"(?:label|relabel|model|cancel|travel)l(?:ed|ing)|colour|favour|behaviour|cent(?:re|red|ring)\b|grey|neighbour|learnt|spelt|burnt"
    r"|judgement|artefact|catalogue|analys(?:e|ed|ing)\b|practis(?:e|ing)|programmes?\b|licence"
    r"|(?:optim|initial|standard|normal|regular|recogn|organ|summar|general|random|minim|maxim|visual|penal|categor|discret|vector)is(?:e|a|i)(?!t|m)"
    r"|realis(?:e|ing|ation)",
    re.IGNORECASE,
)
ALLOWED = re.compile(
    r"nearest_neighbours"  # in shared links and saved comparisons
    r"|\blicence\b(?=\"|:| ?=)|\.licence|licen\[cs\]e"  # a key of cohorts.json
    r"|center\|centre|unlabelled\|unlabeled"  # what a table may say
    r"|\[\"labelled\"\]"  # a column of the tables that the samples are simulated from
    r"|[\w/]*/releases/\S+|https?://\S+"
)


def british(text: str) -> list[str]:
    """Line and word of each British form; clinical words, such as anaemia, are those of the data."""
    lines = enumerate(ALLOWED.sub("", text).splitlines(), 1)
    return [f"line {number}: {hit.group(0)}" for number, line in lines for hit in BRITISH.finditer(line)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_spelling_is_american(path: Path) -> None:
    assert british(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text", ["61 labelled patients", "its colour", "LabelledSet", "N_LABELLED", "the centre", "optimisers", "initialised", "GREY"]
)
def test_a_british_form_is_found(text: str) -> None:
    assert british(text)


@pytest.mark.parametrize(
    "text", ["labeled", "anaemia", "haemoglobin", "realistic", "an optimist", "nearest_neighbours", "percentage", "color"]
)
def test_an_american_or_clinical_word_passes(text: str) -> None:
    assert british(text) == []
