"""From a file to numbers: formats, checked patient records, cells, and the few-shot task as a value."""

from __future__ import annotations

from metamed_core.data import openml
from metamed_core.data.cohort import Cohort, RowLabel, set_aside
from metamed_core.data.encoding import CHANNELS, ColumnScale, Panel, PatientEncoder
from metamed_core.data.episode import Episode, LabelledSet, TaskDistribution, class_means, one_hot
from metamed_core.data.formats import EXTENSIONS, read_table, sheets
from metamed_core.data.formats.table import shown
from metamed_core.data.records.checks import labels
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.column_spec import read_columns
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import unit_in, unit_words
from metamed_core.data.records.columns.values import numbers
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.data.records.upload import open_upload
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
    "LabelledSet",
    "Panel",
    "PatientEncoder",
    "PatientRecords",
    "Positions",
    "Role",
    "RowLabel",
    "Task",
    "TaskDistribution",
    "class_means",
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
