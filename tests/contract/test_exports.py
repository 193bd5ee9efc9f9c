"""Every exported file is the same shell: language, policy, intended use; nothing is loaded or run, and no text of a table is markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from metamed_core.data.records import Column, PatientRecords, Role
from metamed_core.diagnosis import Case, ModelCard, Reasons, cases_html, start
from metamed_core.diagnosis.abstention import Answer
from metamed_core.diagnosis.answers_html import diagnosis_html
from metamed_core.diagnosis.ranked_answers import Diagnosis, Neighbor
from metamed_core.evaluation import Comparison, compare, methods, plan_for
from metamed_core.evaluation.report import About, comparison_html
from metamed_core.learners import LEARNERS
from metamed_core.words import INTENDED_USE, LANGUAGES, Language, Words
from pages.lessons import LESSONS
from pages.lessons.handout import handout_html
from tests.helpers.comparing import cohort

EVIL = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def comparison(language: Language) -> bytes:
    plan, _ = plan_for(cohort(), methods(("logistic_regression", "nearest_centroid")), (1,), 2)
    found = Comparison.of(plan).plus(compare(plan))
    evil = replace(found, entries=tuple(replace(entry, title=Words(EVIL, EVIL)) for entry in found.entries))
    about = About(Words(EVIL, EVIL), weights={EVIL: EVIL}, called=lambda _: Words(EVIL, EVIL), link=EVIL, script=EVIL)
    return comparison_html(evil, about, language)


def answers(language: Language) -> bytes:
    diagnosis = Diagnosis(0, EVIL, ((EVIL, 0.75), ("flu", 0.25)), (Neighbor(0, EVIL, EVIL, 0.5),))
    found = [Answer(diagnosis, (EVIL, "flu"), None), Answer(diagnosis, (EVIL,), Words(EVIL, EVIL))]
    return diagnosis_html(found, {"file": EVIL, EVIL: EVIL}, language)


def evil_case() -> Case:
    table = {
        "patient": [*"abcd", EVIL],
        EVIL: ["1", "2", "8", "9", "3"],
        "other": ["3", "4", "3", None, "4"],
        "diagnosis": [EVIL, EVIL, "flu", "flu", None],
    }
    roles = (Role.IDENTIFIER, Role.NUMBER, Role.NUMBER, Role.LABEL)
    records = PatientRecords.from_table(
        pd.DataFrame(table, dtype=object), [Column(name, role) for name, role in zip(table, roles, strict=True)]
    )
    trace = start(records, LEARNERS["prototypical"]()).run()
    return Case.of(trace, 1, 0, records)


def reasons(language: Language) -> bytes:
    case = evil_case()
    return cases_html([Reasons.of(case)], EVIL, language, pretest={EVIL: 1.0, "flu": 3.0}, tried=case.with_values({EVIL: 9.0}))


def model_card(language: Language) -> bytes:
    case = evil_case()
    return ModelCard.of(case.trace, 1, case.records, EVIL).to_html(language)


def handout(language: Language) -> bytes:
    lesson = next(iter(LESSONS.values()))
    return handout_html(lesson, 7, language, link=EVIL, answers=True)


EXPORTS: dict[str, Callable[[Language], bytes]] = {
    "comparison": comparison,
    "answers": answers,
    "reasons": reasons,
    "model_card": model_card,
    "handout": handout,
}
each_export = pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


class Reader(HTMLParser):
    """The tags of a page, everything in it that would be loaded, sent or run, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def outside(self) -> list[str]:
        """What would be loaded, sent or run."""
        found = [tag for tag, _ in self.tags if tag in {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"}]
        loading = {"src", "href", "srcset", "action", "formaction", "background", "poster", "ping"}
        return found + [
            f"{name}={value}" for _, given in self.tags for name, value in given.items() if name in loading or name.startswith("on")
        ]


@each_export
@each_language
def test_an_export_has_the_shell(export: Callable[[Language], bytes], language: Language) -> None:
    page = export(language).decode("utf-8")
    reader = Reader(page)
    assert page.startswith(f'<!doctype html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}">')
    policies = [given["content"] for tag, given in reader.tags if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [POLICY]
    assert [tag for tag, _ in reader.tags].count("h1") == [tag for tag, _ in reader.tags].count("main") == 1
    assert INTENDED_USE.into(language) in reader.text
    assert "color-scheme: light dark" in page


@each_export
@each_language
def test_an_export_loads_sends_and_runs_nothing(export: Callable[[Language], bytes], language: Language) -> None:
    page = export(language).decode("utf-8")
    assert Reader(page).outside() == []
    assert not re.search(r"https?:|url\(|@import|data:|javascript:", re.sub(r'xmlns="[^"]*"', "", page))


@each_export
@each_language
def test_no_text_in_an_export_is_markup(export: Callable[[Language], bytes], language: Language) -> None:
    page = export(language).decode("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert EVIL in Reader(page).text, "the text is there, as text"
    assert page.count("</style>") == 1
    assert EVIL not in page
    assert not re.search(r"&amp;(amp|lt|gt|#3[49]);", page), "escaped once, not twice"


@pytest.mark.parametrize("export", [answers, handout])
@each_language
def test_the_same_input_gives_the_same_bytes(export: Callable[[Language], bytes], language: Language) -> None:
    assert export(language) == export(language)


def test_the_same_comparison_gives_the_same_bytes() -> None:
    plan, _ = plan_for(cohort(), methods(("nearest_centroid",)), (1,), 2)
    found = Comparison.of(plan).plus(compare(plan))
    about = About(Words("x", "x"))
    assert comparison_html(found, about, "en") == comparison_html(found, about, "en")
