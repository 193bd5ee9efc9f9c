"""A Python script that reproduces a comparison."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metamed_core.data import Column
from metamed_core.evaluation.methods import Method, all_methods, with_twins
from metamed_core.evaluation.metric_samples import Metric
from metamed_core.evaluation.plan import Plan
from metamed_core.learners import RANDOM, UNIVERSAL
from metamed_core.words import INTENDED_USE

SHIPPED_OR_RANDOM = (UNIVERSAL, RANDOM)
"""Starts that are no file."""


@dataclass(frozen=True, slots=True)
class Source:
    """The files that a reproduction script reads, relative to one of its folders.

    Parameters
    ----------
    file
        File name of the table.
    columns
        The confirmed columns with their roles.
    sheet
        Name of the sheet; None for the first, or for files without sheets.
    truth_file
        CSV with diagnoses that were set aside: a column that identifies the patients as in the table, and the label; None for none.
    diagnoses
        The diagnoses compared; empty for all of the table.
    knowledge_file
        The knowledge table that some methods have; empty for none.
    """

    file: str
    columns: Sequence[Column] = ()
    sheet: str | None = None
    truth_file: str | None = None
    diagnoses: Sequence[str] = ()
    knowledge_file: str = ""


def as_python(plan: Plan, source: Source, metric: Metric = "balanced_accuracy") -> str:
    """Source text of a script that reads the table, runs the plan and prints the leaderboards (`leaderboard_text`) and what knowledge adds.

    It runs in any folder: files are looked for where it is started, then in the project's own folder. It prints a warning if the SHA-256 of the cohort
    or of the knowledge differs, for example because the table was edited in the app.
    """
    known = {one.knowledge.sha256 for one in plan.methods if one.knowledge is not None}
    body = _BODY.format(
        file=source.file,
        sheet=source.sheet,
        truth=_TRUTH.format(truth=source.truth_file) if source.truth_file else "",
        and_truth=", truth" if source.truth_file else "",
        columns="".join(f"    {_column(column)},\n" for column in source.columns),
        methods=_methods(plan.methods),
        shots=plan.shots,
        n_episodes=plan.n_episodes,
        seed=plan.seed,
        sha256=plan.cohort.sha256,
        metric=metric,
        knowledge=_KNOWLEDGE.format(file=source.knowledge_file, sha256=sorted(known)) if known else "",
        gains=_GAINS.format(metric=metric) if known else "",
        only=f".only({tuple(source.diagnoses)!r})" if source.diagnoses else "",
        warn=_WARN if any(not one.is_baseline and one.start not in SHIPPED_OR_RANDOM for one in plan.methods) else "",
    )
    return _HEAD.format(intended_use=INTENDED_USE.en, imports=_imports(body), body=body)


def _column(column: Column) -> str:
    values = [repr(column.name), f"Role.{column.role.name}"]
    values += [repr(value) for value in (column.unit, column.low, column.high)] if column.unit or column.low is not None else []
    plain = Column(column.name, column.role)
    chosen = ("missing", "kept", "blank_is_no", "day_first")  # how its cells are read
    values += [f"{name}={getattr(column, name)!r}" for name in chosen if getattr(column, name) != getattr(plain, name)]
    return f"Column({', '.join(values)})"


def _methods(who: Sequence[Method]) -> str:
    known, told = all_methods(), [one.knowledge for one in who if one.knowledge is not None]
    plain = [one for one in who if one.knowledge is None]
    if told and who == with_twins(plain, told[0]):
        return f"with_twins({_methods(plain)}, knowledge)"
    if all(one.key in known for one in who):
        return f"methods({tuple(one.key for one in who)!r})"
    return "(\n" + "".join(f"    {_method(one)},\n" for one in who) + ")"


def _method(one: Method) -> str:
    settings = ", ".join(f"{name}={value!r}" for name, value in one.settings.items())
    # Only the file name: local paths must not leak.
    file = Path(one.start).name
    start = f", {one.start!r}" if one.start in SHIPPED_OR_RANDOM else f", str(place({file!r}))"
    start = "" if one.is_baseline else start
    knowing = "" if one.knowledge is None else ".knowing(knowledge)"
    return f"Method({'BASELINES' if one.is_baseline else 'LEARNERS'}[{one.learner.name!r}]({settings}){start}){knowing}"


def _imports(body: str) -> str:
    """The import lines of a script: those names only that it uses."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    wanted = {module: [name for name in names if name in used] for module, names in _NAMES.items()}
    return "".join(f"from {module} import {', '.join(names)}\n" for module, names in wanted.items() if names)


_NAMES = {
    "metamed_core.data": ("Cohort", "Column", "PatientRecords", "Role", "read_table", "set_aside"),
    "metamed_core.evaluation": (
        "Comparison", "Method", "Plan", "compare", "knowledge_text", "leaderboard", "leaderboard_text", "methods", "training_warnings", "with_twins",
    ),
    "metamed_core.knowledge": ("read_knowledge",),
    "metamed_core.learners": ("LEARNERS",),
    "metamed_core.learners.baselines": ("BASELINES",),
}  # fmt: skip
_HEAD = '''"""A comparison made with MetaMed. {intended_use}

It runs in any folder, by a Python that has MetaMed ("pip install" with MetaMed's folder). Its files are looked for in FOLDERS, below: in
the folder where it is started, then in MetaMed's own.
"""

from pathlib import Path

import torch

import metamed_core
{imports}
FOLDERS = (Path(), Path(metamed_core.__file__).parents[1])
{body}'''
_WARN = """for warning in training_warnings(comparison):
    print(warning.en)
"""
_TRUTH = """
truth = set_aside(records, read_table({truth!r}, place({truth!r}).read_bytes()))"""
_KNOWLEDGE = """knowledge = read_knowledge({file!r}, place({file!r}).read_bytes())
if [knowledge.sha256] != {sha256!r}:
    print("This is not the knowledge of the original comparison: its numbers will differ.")
"""
_GAINS = """print(knowledge_text(comparison, metric={metric!r}))
"""
_BODY = '''FILE, SHEET = {file!r}, {sheet!r}
COLUMNS = (
{columns})


def place(name: str) -> Path:
    """Where a file lies."""
    for folder in FOLDERS:
        if (folder / name).exists():
            return folder / name
    raise SystemExit(f"There is no {{name}} here: add its folder to FOLDERS.")


torch.set_num_threads(1)
records = PatientRecords.from_table(read_table(FILE, place(FILE).read_bytes(), SHEET), COLUMNS){truth}
cohort = Cohort.of_records(records{and_truth}){only}
if cohort.sha256 != {sha256!r}:
    print("These are not the patients of the original comparison: its numbers will differ.")
{knowledge}plan = Plan(
    cohort,
    methods={methods},
    shots={shots!r},
    n_episodes={n_episodes},
    seed={seed},
)
comparison = Comparison.of(plan).plus(compare(plan))
{warn}for k_shot in comparison.views:
    print(leaderboard_text(leaderboard(comparison, k_shot, {metric!r})))
{gains}'''
