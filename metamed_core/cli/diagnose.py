"""`python -m metamed_core diagnose TABLE`: adapts to the labeled patients of a file and predicts the diagnoses of the others."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from metamed_core.cli.option_numbers import at_least, one_of, seed
from metamed_core.cli.option_tables import add_table_options, checked_ending, records_of
from metamed_core.cli.option_weights import learner_of
from metamed_core.cli.progress import time_left
from metamed_core.data import PatientRecords, shown
from metamed_core.diagnosis import (
    AdaptationTrace,
    Answer,
    ModelCard,
    Reasons,
    Subgroup,
    answers,
    answers_csv,
    answers_html,
    answers_json,
    cases_html,
    reasons,
    start,
    subgroups,
    written_factor,
)
from metamed_core.knowledge import Knowledge, knowledge_of, left_aside, row_reports
from metamed_core.learners import LEARNERS, RANDOM, UNIVERSAL, Learner, settings, write_whole
from metamed_core.meta_training import find_weights
from metamed_core.statistics import COVERAGE, COVERAGES
from metamed_core.words import INTENDED_USE, Language, UserError, Words

DEFAULT = "prior_fitted"
"""The most accurate learner on real tables (docs/explanation/evaluation.md)."""
TELL_EVERY = 2.0
"""Seconds between two lines of progress in a log."""
RANKED, FINDINGS = 3, 2
EXAMPLES = """examples:
  %(prog)s patients.csv --out predictions.csv
  %(prog)s patients.xlsx --label "final diagnosis" --drop "hospital number" --json
  %(prog)s patients.csv --algorithm maml --set inner_steps=20 --weights mine.safetensors --out report.html"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `diagnose` to `parser`."""
    parser.set_defaults(run=run)
    parser.add_argument("table", type=Path, metavar="TABLE",
        help="CSV, Excel, SPSS, Stata, JSON, Parquet and more; patients whose diagnosis is empty are answered for")  # fmt: skip
    add_table_options(parser, truth=False)
    parser.add_argument(
        "--algorithm", choices=list(LEARNERS), help=f"how to learn from the labeled patients (default: that of the weights, else {DEFAULT})"
    )
    parser.add_argument("--weights", default=UNIVERSAL, metavar="WEIGHTS",
        help="universal (shipped), none (random), a file made by meta-train, or a name in the library (default %(default)s)")  # fmt: skip
    parser.add_argument("--knowledge", type=Path, metavar="FILE.csv",
        help="what is known of diagnoses, columns diagnosis,column,statement,weight,source; they need no labeled patient then (default: nothing)")  # fmt: skip
    parser.add_argument("--counts-as", type=at_least(0), metavar="N",
        help="patients that each row of the knowledge counts as (default: up to one, as far as the labeled patients bear it out)")  # fmt: skip
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
        help=f"a setting of the algorithm; may be repeated. {_settings()}")  # fmt: skip
    parser.add_argument("--seed", type=seed, default=0, help="of random weights (default %(default)s)")
    parser.add_argument("--coverage", type=one_of(*COVERAGES), choices=COVERAGES, default=COVERAGE,
        help="share of patients whose diagnosis their prediction set should hold (default %(default)s)")  # fmt: skip
    parser.add_argument("--reasons", action="store_true",
        help="with the findings for and against each answer, votes, what would change it and what to measure next; "
        "takes up to a second a patient with prior_fitted")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="predictions as .csv, .json or .html (a report; default: no file)")
    parser.add_argument("--model-card", type=Path, metavar="FILE",
        help="a model card by TRIPOD+AI as .html, .md or .json (default: no file)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of sentences and report (default %(default)s)")


def _settings() -> str:
    """Every algorithm's settings, with their bounds and defaults."""
    each = {
        name: [f"{one.name} {one.low:g} to {one.high:g} (default {one.default:g})" for one in settings(LEARNERS[name])] for name in LEARNERS
    }
    return "; ".join(f"{name}: {', '.join(known) or 'none'}" for name, known in each.items())


def run(options: argparse.Namespace) -> None:
    """Read the table, adapt, predict, and write the result. Raises UserError for a table, option or weights that cannot be used."""
    torch.set_num_threads(1)  # more threads do not speed up networks of this size
    checked_ending(options.out, (".csv", ".json", ".html"))
    checked_ending(options.model_card, (".html", ".md", ".json"))
    begin, learner = _begin(options)
    knowledge = knowledge_of(options.knowledge)
    records = _asked(options, knowledge)
    begun = start(records, learner, begin, options.seed, knowledge, options.counts_as)
    sys.stderr.write("".join(f"- {said.into(options.language)}\n" for said in left_aside(begun.initialization)))
    trace = _adapted(begun)
    for one in row_reports(trace.task, trace.initialization, learner):
        sys.stderr.write(f"{one.diagnosis}: {one.sentence.into(options.language)}\n")
    last = len(trace.steps) - 1
    told = _explained(trace, records) if options.reasons else ()
    groups = subgroups(trace, last, records, options.coverage)
    if options.out:
        write_whole(options.out, _file(trace, last, options, told, groups))
    if options.model_card:
        write_whole(options.model_card, _card(ModelCard.of(trace, last, records, options.table.name, options.coverage), options))
    if options.json:
        sys.stdout.write(answers_json(trace, last, options.table.name, options.coverage, told, groups).decode())
    else:
        sys.stdout.write(text(answers(trace, last, coverage=options.coverage), options.language, told) + "\n")


def _begin(options: argparse.Namespace) -> tuple[str, Learner]:
    """Return the initialization (universal, none or a path) and the configured learner. Raises UserError if there is none."""
    if options.weights in {UNIVERSAL, RANDOM}:
        return options.weights, _learner(options.algorithm or DEFAULT, options.set)
    path = find_weights(options.weights, options.algorithm)
    return str(path), _learner(options.algorithm or learner_of(path), options.set)


def _learner(name: str, chosen: Sequence[str]) -> Learner:
    """Return the configured learner. Raises UserError for an unknown setting or a value that is not a number."""
    known, values = {one.name: one for one in settings(LEARNERS[name])}, {}
    for text in chosen:
        setting, _, value = text.partition("=")
        try:
            values[setting] = type(known[setting].default)(value)
        except (KeyError, ValueError) as error:
            raise UserError(
                Words(
                    "“{text}” is not a setting of {learner}: give NAME=VALUE with a number; NAME is one of {known}.",
                    "“{text}”不是 {learner} 的设置：请按 名称=数值 的形式给出；可用的名称有 {known}。",
                ).format(text=text, learner=name, known=", ".join(known) or "-")
            ) from error
    return LEARNERS[name](**values)


def _asked(options: argparse.Namespace, knowledge: Knowledge) -> PatientRecords:
    """Return the patients, and report the findings of the upload check on standard error. Raises UserError if all are diagnosed."""
    records = records_of(options.table, options)
    if records.reading is not None:
        sys.stderr.write(records.reading.sentence.into(options.language) + "\n")
    if records.problem is None:
        sys.stderr.write(records.task_sentence.into(options.language) + "\n")
    for finding in records.findings:
        remedy = f" [--mend {finding.kind}]" if finding.remedy else ""
        sys.stderr.write(f"- {finding.message.into(options.language)}{remedy}\n")
    if (records.problem is None or knowledge.statements) and not len(records.undiagnosed):
        raise UserError(
            Words(
                "Every patient of {file} has a diagnosis: leave it empty for those to be diagnosed.",
                "{file} 中所有患者均已有诊断：请将待诊断患者的诊断留空。",
            ).format(file=options.table.name)
        )
    return records


def _adapted(trace: AdaptationTrace) -> AdaptationTrace:
    """Run the adaptation to its end, with progress on standard error."""
    progress = _Progress(trace.total_steps)
    for step in trace:
        progress.tell(step.index, f"step {step.index} of {trace.total_steps}: support loss {step.support_loss:.4f}")
    return trace


def _explained(trace: AdaptationTrace, records: PatientRecords) -> tuple[Reasons, ...]:
    """Work out the reasons for every answer of the last step, with progress on standard error."""
    n, found = len(trace.task.query), []
    progress = _Progress(n)
    for one in reasons(trace, len(trace.steps) - 1, records):
        found.append(one)
        progress.tell(len(found), f"reasons: {len(found)} of {n}")
    return tuple(found)


class _Progress:
    """Lines on standard error: on a terminal, a single line that is rewritten; else one every `TELL_EVERY` seconds, and the last."""

    def __init__(self, total: int) -> None:
        self._total, self._live, self._began, self._shown_at = total, sys.stderr.isatty(), time.perf_counter(), 0.0

    def tell(self, done: int, said: str) -> None:
        """Say how far it has come, and the time that is left by the pace so far."""
        now, last = time.perf_counter(), done == self._total
        if last or now - self._shown_at >= (0.2 if self._live else TELL_EVERY):
            line = f"{said}, {time_left(done, self._total, now - self._began)} left"
            sys.stderr.write(f"\r{line:<70}" + "\n" * last if self._live else line + "\n")
            sys.stderr.flush()
            self._shown_at = now


def _file(
    trace: AdaptationTrace, step_index: int, options: argparse.Namespace, told: Sequence[Reasons], groups: tuple[Subgroup, ...]
) -> bytes:
    """Return the predictions in the format of the output file's extension."""
    file, coverage = options.table.name, options.coverage
    if options.out.suffix == ".html":
        if told:
            return cases_html(told, file, options.language, coverage=coverage)
        return answers_html(trace, step_index, file, options.language, coverage, groups)
    if options.out.suffix == ".json":
        return answers_json(trace, step_index, file, coverage, told, groups)
    return answers_csv(trace, step_index, file, options.language, coverage, told)


def _card(card: ModelCard, options: argparse.Namespace) -> bytes:
    """Return the model card in the format of the file's extension."""
    if options.model_card.suffix == ".json":
        return card.to_json()
    return card.to_html(options.language) if options.model_card.suffix == ".html" else card.to_markdown(options.language)


def text(found: Sequence[Answer], language: Language, told: Sequence[Reasons] = ()) -> str:
    """Return one line per patient with the most probable diagnoses; `*` marks an abstention, with the reasons below.

    told: the reasons for each answer; the strongest findings follow in lines of their own.
    """
    width = min(24, max((len(one.diagnosis.name) for one in found), default=0))
    lines = [_line(one, width) for one in found]
    if told:
        lines = [part for line, one in zip(lines, told, strict=True) for part in (line, *_findings(one, language))]
    reasons = dict.fromkeys(one.abstention_reason for one in found if one.abstention_reason is not None)
    return "\n".join([*lines, "", *(f"* {reason.into(language)}" for reason in reasons), INTENDED_USE.into(language)])


def _line(one: Answer, width: int) -> str:
    ranked = "   ".join(f"{shown(name, 30)} {p:.1%}" for name, p in one.diagnosis.ranked[:RANKED])
    return f"{'*' if one.abstention_reason else ' '} {shown(one.diagnosis.name, width):<{width}}   {ranked}"


def _findings(one: Reasons, language: Language) -> list[str]:
    """A line of the strongest findings for each of the two leading diagnoses, as far as there are any."""
    found, lines = one.evidence.strongest(FINDINGS), []
    for name, sign in ((one.evidence.first, 1), (one.evidence.second, -1)):
        if parts := [
            f"{shown(each.column.label(language), 30)} {written_factor(abs(each.contribution))}"
            for each in found
            if sign * each.contribution > 0
        ]:
            lines.append(f"      {FOR.format(name=shown(name, 30)).into(language)} {', '.join(parts)}")
    return lines


FOR = Words("for {name}:", "支持{name}：")
