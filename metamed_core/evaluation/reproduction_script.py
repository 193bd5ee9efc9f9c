"""A Python script that reproduces a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metamed_core.data import Column
from metamed_core.evaluation.methods import Method, all_methods
from metamed_core.evaluation.metric_samples import Metric
from metamed_core.evaluation.plan import Plan
from metamed_core.words import INTENDED_USE


@dataclass(frozen=True, slots=True)
class Source:
    """The files that a reproduction script reads, relative to its folder.

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
    """

    file: str
    columns: Sequence[Column] = ()
    sheet: str | None = None
    truth_file: str | None = None
    diagnoses: Sequence[str] = ()


def as_python(plan: Plan, source: Source, metric: Metric = "balanced_accuracy") -> str:
    """Source text of a script that reads the table, runs the plan and prints the leaderboards (`leaderboard_text`).

    The script prints a warning if the SHA-256 of the cohort differs, for example because the table was edited in the app.
    """
    return _SCRIPT.format(
        intended_use=INTENDED_USE.en,
        file=source.file,
        sheet=source.sheet,
        truth=source.truth_file,
        columns="".join(f"    {_column(column)},\n" for column in source.columns),
        methods=_methods(plan.methods),
        shots=plan.shots,
        n_episodes=plan.n_episodes,
        seed=plan.seed,
        sha256=plan.cohort.sha256,
        metric=metric,
        only=f".only({tuple(source.diagnoses)!r})" if source.diagnoses else "",
        warn=_WARN if any(one.seen.diagnoses for one in plan.methods) else "",
    )


def _column(column: Column) -> str:
    values = [repr(column.name), f"Role.{column.role.name}"]
    values += [repr(value) for value in (column.unit, column.low, column.high)] if column.unit or column.low is not None else []
    plain = Column(column.name, column.role)
    chosen = ("missing", "kept", "blank_is_no", "day_first")  # how its cells are read
    values += [f"{name}={getattr(column, name)!r}" for name in chosen if getattr(column, name) != getattr(plain, name)]
    return f"Column({', '.join(values)})"


def _methods(who: Sequence[Method]) -> str:
    known = all_methods()
    if all(one.key in known for one in who):
        return f"methods({tuple(one.key for one in who)!r})"
    return "(\n" + "".join(f"    {_method(one)},\n" for one in who) + ")"


def _method(one: Method) -> str:
    settings = ", ".join(f"{name}={value!r}" for name, value in one.settings.items())
    # Only the file name: weight files are expected beside the script, and local paths must not leak.
    start = "" if one.is_baseline else f", {Path(one.start).name!r}"
    return f"Method({'BASELINES' if one.is_baseline else 'LEARNERS'}[{one.learner.name!r}]({settings}){start})"


_WARN = """for warning in training_warnings(comparison):
    print(warning.en)
"""
_SCRIPT = '''"""A comparison made with MetaMed. {intended_use}"""

from pathlib import Path

import torch

from metamed_core.data import Cohort, Column, PatientRecords, Role, read_table, set_aside
from metamed_core.evaluation import Comparison, Method, Plan, compare, leaderboard, leaderboard_text, methods, training_warnings
from metamed_core.learners import LEARNERS
from metamed_core.learners.baselines import BASELINES

FILE, SHEET, TRUTH = {file!r}, {sheet!r}, {truth!r}
COLUMNS = (
{columns})

torch.set_num_threads(1)
records = PatientRecords.from_table(read_table(FILE, Path(FILE).read_bytes(), SHEET), COLUMNS)
truth = set_aside(records, read_table(TRUTH, Path(TRUTH).read_bytes())) if TRUTH else {{}}
cohort = Cohort.of_records(records, truth){only}
if cohort.sha256 != {sha256!r}:
    print("These are not the patients of the original comparison: its numbers will differ.")
plan = Plan(
    cohort,
    methods={methods},
    shots={shots!r},
    n_episodes={n_episodes},
    seed={seed},
)
comparison = Comparison.of(plan).plus(compare(plan))
{warn}for k_shot in comparison.views:
    print(leaderboard_text(leaderboard(comparison, k_shot, {metric!r})))
'''
