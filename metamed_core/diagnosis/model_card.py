"""The model card of one run in the sense of TRIPOD+AI, as HTML, Markdown and JSON: what the run knows is filled in, the rest says "not provided".

References
----------
Collins et al. 2024, TRIPOD+AI statement: updated guidance for reporting clinical prediction models that use regression or machine learning methods,
https://doi.org/10.1136/bmj-2023-078378
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape

from metamed_core.data import PatientRecords
from metamed_core.diagnosis.answers_html import facts_of_run
from metamed_core.diagnosis.model_card_facts import Run
from metamed_core.diagnosis.model_card_items import SECTIONS
from metamed_core.diagnosis.model_card_weights import NOT_PROVIDED
from metamed_core.diagnosis.provenance import provenance
from metamed_core.diagnosis.subgroups import subgroup_values, subgroups
from metamed_core.diagnosis.trace import AdaptationTrace
from metamed_core.drawing import page_html
from metamed_core.statistics import COVERAGE
from metamed_core.words import INTENDED_USE, Language, Words

TITLE = Words("Model card", "模型卡")
HOW = Words(
    "Items of the TRIPOD+AI statement (2024) that apply to a predictor made from one table. What the program knows is filled in; the rest says “not provided”: fill it in "
    "in the Markdown file. No value of a single patient stands here.",
    "TRIPOD+AI 声明（2024）中适用于由单一表格得出的预测模型的条目。程序已知的内容已填写，其余为“未提供”：请在 Markdown 文件中补充。此处不含任何单个患者的数值。",
)


@dataclass(frozen=True, slots=True)
class CardItem:
    """One item: its number in the statement, its title, and what is known of it; None: nothing."""

    number: str
    title: Words
    told: Words | None


@dataclass(frozen=True, eq=False, slots=True)
class ModelCard:
    """The model card of one run: its sections of items, the run itself, and the name of the table."""

    sections: tuple[tuple[Words, tuple[CardItem, ...]], ...]
    run: Run

    @classmethod
    def of(cls, trace: AdaptationTrace, step_index: int, records: PatientRecords, file: str, coverage: float = COVERAGE) -> ModelCard:
        """Fill in the card.

        Parameters
        ----------
        trace, step_index, file
            The adaptation, the step to use, and the name of the table; see `provenance`.
        records
            The table that the trace adapted to.
        coverage
            The share of patients whose diagnosis their prediction set should hold, 0..1.
        """
        run = Run(trace, step_index, records, file, coverage)
        filled = ((title, tuple(CardItem(number, name, fact(run)) for number, name, fact in items)) for title, items in SECTIONS)
        return cls(tuple(filled), run)

    def to_html(self, language: Language) -> bytes:
        """One HTML file that opens offline; all text is escaped."""
        run = self.run
        sections = [
            (title, [(one.number, one.title, _lines(one, language), one.told is None) for one in items]) for title, items in self.sections
        ]
        made_with = {"title": Words("How it was made", "模型的生成"), "rows": facts_of_run(run.trace, run.step_index, run.file)}
        return page_html("model_card.html", TITLE, language, how=HOW, sections=sections, made_with=made_with)

    def to_markdown(self, language: Language) -> bytes:
        """Markdown in UTF-8, to fill in what is not provided; texts of the table are escaped."""
        parts = [f"# {TITLE.into(language)}", INTENDED_USE.into(language), HOW.into(language)]
        for title, items in self.sections:
            parts.append(f"## {title.into(language)}")
            for one in items:
                told = "  \n".join(_plain(line) for line in _lines(one, language))
                parts.append(f"**{one.number} {one.title.into(language)}**  \n{told}")
        made = [f"- {name}: {_plain(str(value))}" for name, value in provenance(self.run.trace, self.run.step_index, self.run.file).items()]
        return ("\n\n".join([*parts, "\n".join(made)]) + "\n").encode("utf-8")

    def to_json(self) -> bytes:
        """JSON in UTF-8: items with number, title and told (null where nothing is known) in both languages, held_out_by_group, run, intended_use."""
        run = self.run
        content = {
            "statement": "TRIPOD+AI 2024",
            "items": [
                {
                    "section": title.en,
                    "number": one.number,
                    "title": {"en": one.title.en, "zh": one.title.zh},
                    "told": None if one.told is None else {"en": one.told.en, "zh": one.told.zh},
                }
                for title, items in self.sections
                for one in items
            ],
            "held_out_by_group": subgroup_values(subgroups(run.trace, run.step_index, run.records, run.coverage)),
            "run": provenance(run.trace, run.step_index, run.file),
            "intended_use": INTENDED_USE.en,
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")


def _lines(one: CardItem, language: Language) -> list[str]:
    return (one.told or NOT_PROVIDED).into(language).split("\n")


def _plain(text: str) -> str:
    """A text of a table that Markdown takes as it stands."""
    safe = escape(text, quote=False)
    return "".join(f"\\{sign}" if sign in "\\`*_[]#|" else sign for sign in safe)
