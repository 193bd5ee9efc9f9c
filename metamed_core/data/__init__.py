"""From a file to numbers for a network.

A file is read by one of `formats`, checked and held as `PatientRecords`; a `PatientEncoder` turns the columns into numbers, and a `Task` is
what a learner adapts to: labeled patients (support) and patients to diagnose (query).

- `CHANNELS`: the numbers that stand for one cell.
- `EXTENSIONS`: the file endings that can be read.
- `NO_CLASS`: stands for a diagnosis that is not known.
- `Cohort`: all patients of a table with their diagnoses, for drawing tasks.
- `Column`: name, role, unit and reference range of one column.
- `ColumnScale`: center and spread of each column.
- `Episode`: a task as tensors: support, query, number of diagnoses.
- `Finding`: one thing that the upload check found.
- `LabeledSet`: patients with their diagnoses, as tensors.
- `Panel`: the columns that weights were meta-trained for.
- `PatientEncoder`: turns columns into numbers, fitted to some patients.
- `PatientRecords`: a table of patients, checked: roles, diagnoses, findings.
- `Positions`: an array of positions.
- `Role`: what a column is: number, yes/no, category, diagnosis, ...
- `RowLabel`: what a patient is called in a table.
- `Task`: labeled and query patients of one table, encoded together.
- `TaskDistribution`: anything that can draw tasks.
- `class_means`: the mean of each class.
- `harmless`: a text that a spreadsheet does not take for a formula.
- `labels`: the check of the diagnoses: spellings, copies in other columns.
- `numbers`: reads a column as numbers.
- `one_hot`: class numbers as zeros and ones.
- `open_upload`: a file's name and content to `PatientRecords`.
- `openml`: the file that fetches a public table.
- `read_columns`: roles and units that a second file tells.
- `read_table`: a file as a table of text.
- `set_aside`: diagnoses that a second file tells, to check answers.
- `sheets`: names of a workbook's sheets.
- `shown`: a text from a file, short enough for a sentence.
- `unit_in`: the unit in a column's name.
- `unit_words`: a unit as people read it.
"""

from __future__ import annotations

from metamed_core.data import openml
from metamed_core.data.cohort import Cohort, RowLabel, set_aside
from metamed_core.data.encoding import CHANNELS, ColumnScale, PatientEncoder
from metamed_core.data.episode import Episode, LabeledSet, TaskDistribution, class_means, one_hot
from metamed_core.data.formats import EXTENSIONS, read_table, sheets
from metamed_core.data.formats.table import shown
from metamed_core.data.panel import Panel
from metamed_core.data.records.checks import labels
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.column_spec import read_columns
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import unit_in, unit_words
from metamed_core.data.records.columns.values import numbers
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.data.records.upload import open_upload
from metamed_core.data.spreadsheet_safety import harmless
from metamed_core.data.task import NO_CLASS, Positions, Task

__all__ = [
    "CHANNELS",
    "EXTENSIONS",
    "NO_CLASS",
    "Cohort",
    "Column",
    "ColumnScale",
    "Episode",
    "Finding",
    "LabeledSet",
    "Panel",
    "PatientEncoder",
    "PatientRecords",
    "Positions",
    "Role",
    "RowLabel",
    "Task",
    "TaskDistribution",
    "class_means",
    "harmless",
    "labels",
    "numbers",
    "one_hot",
    "open_upload",
    "openml",
    "read_columns",
    "read_table",
    "set_aside",
    "sheets",
    "shown",
    "unit_in",
    "unit_words",
]
