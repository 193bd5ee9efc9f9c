"""Read patient tables and encode them as network input.

A reader in `formats` reads a file, the upload check turns it into `PatientRecords`, and a `PatientEncoder` encodes the columns as numbers.
A `Task` is the input of a learner: labeled patients (support) and patients to diagnose (query).

- `AuditLine`: a line of an audit log, and what is wrong with it.
- `CHANNELS`: names of the numbers that encode one cell.
- `Choice`: one of several plausible readings, which a finding offers.
- `EXTENSIONS`: the file extensions that can be read.
- `NO_CLASS`: the class number of an unknown diagnosis.
- `Cohort`: all patients of a table with their diagnoses, for drawing tasks.
- `Column`: name, role, unit and reference range of one column.
- `ColumnScale`: center and spread of each column.
- `Edit`: one difference of an edited table from the table as read.
- `EditKind`: the kind of an edit: cell, patient or column added or removed.
- `Episode`: a task as tensors: support, query, number of diagnoses.
- `Finding`: one problem or remark of the upload check.
- `LabeledSet`: patients with their diagnoses, as tensors.
- `Panel`: the columns and category levels that are encoded.
- `PatientEncoder`: encodes columns as numbers.
- `PatientRecords`: a table of patients, checked: roles, diagnoses, findings.
- `Positions`: an array of positions.
- `ReadOptions`: how a file is to be read: header row, separator, encoding, decimal sign.
- `Reading`: the account of a file: what became of each row, what was guessed.
- `Role`: the role of a column: number, yes/no, category, diagnosis, ...
- `RowLabel`: the type that identifies a patient in a table.
- `Task`: labeled and query patients of one table, encoded together.
- `TaskDistribution`: protocol of a source of tasks.
- `UsualRange`: the usual adult reference range that is offered for a column.
- `append_to_log`: adds a line to an audit log, chained to the one before.
- `class_means`: the mean of each class.
- `edits`: all differences of an edited table from the table as read.
- `features_of`: reads a table of another program as features.
- `frame_of`: a table of another library as a DataFrame.
- `from_json`: reads parsed JSON as the types that a dataclass names.
- `harmless`: protects a text against interpretation as a spreadsheet formula.
- `kinds_of`: what the columns of such a table hold.
- `labels`: the check of the diagnoses: spellings, copies in other columns.
- `labels_of`: labels of another library as an array.
- `numbers`: reads a column as numbers.
- `one_hot`: one-hot encoding of class numbers.
- `open_upload`: reads a file's name and content as `PatientRecords`.
- `openml`: the module that downloads a public table.
- `packed_records`: a table of patients as JSON values.
- `parse_json`: parses JSON that somebody else may have written.
- `read_columns`: reads column roles and units from a second file.
- `read_file`: reads a file as a table of text, with the account of its rows.
- `read_log`: reads an audit log again and checks its chain.
- `read_table`: reads a file as a table of text.
- `refuse_columns_alike`: refuses a table in which two columns have one name.
- `refuse_missing_labels`: refuses labels of which one is missing.
- `set_aside`: reads held-out diagnoses from a second table, to check predictions.
- `sheets`: names of a workbook's sheets.
- `shown`: shortens a text from a file for use in a sentence.
- `typed_entries`: the same as `from_json` for some of the fields.
- `undone`: an edited table without one of its edits.
- `unit_in`: the unit in a column's name.
- `unit_words`: a unit in display form, in both languages.
- `unpacked_records`: the table of patients that `packed_records` packed.
- `usual_ranges`: the usual adult ranges of columns whose header names an analyte.
- `with_new_column`: a table with one more column.
- `with_new_patient`: a table with one more patient.
- `with_typed_cell`: a table with one cell as typed by hand, or a refusal in words.
- `with_usual_ranges`: a table whose columns have these ranges.
- `without_column`: a table without one of its columns.
"""

from __future__ import annotations

from metamed_core.data import openml
from metamed_core.data.audit_log import AuditLine, append_to_log, read_log
from metamed_core.data.cohort import Cohort, RowLabel, set_aside
from metamed_core.data.encoding import CHANNELS, ColumnScale, PatientEncoder
from metamed_core.data.episode import Episode, LabeledSet, TaskDistribution, class_means, one_hot
from metamed_core.data.foreign_columns import features_of, kinds_of
from metamed_core.data.foreign_frames import frame_of, labels_of, refuse_columns_alike, refuse_missing_labels
from metamed_core.data.formats import EXTENSIONS, read_file, read_table, sheets
from metamed_core.data.formats.reading import Choice, Reading, ReadOptions
from metamed_core.data.formats.table import shown
from metamed_core.data.panel import Panel
from metamed_core.data.records.checks import labels
from metamed_core.data.records.checks.finding import Finding
from metamed_core.data.records.columns.column_spec import read_columns
from metamed_core.data.records.columns.roles import Column, Role
from metamed_core.data.records.columns.units import unit_in, unit_words
from metamed_core.data.records.columns.values import numbers
from metamed_core.data.records.edits import Edit, EditKind, edits, undone, with_new_column, with_new_patient, without_column
from metamed_core.data.records.packed_records import packed_records, unpacked_records
from metamed_core.data.records.patient_records import PatientRecords
from metamed_core.data.records.typed_cells import with_typed_cell
from metamed_core.data.records.upload import open_upload
from metamed_core.data.reference_ranges import UsualRange, usual_ranges, with_usual_ranges
from metamed_core.data.spreadsheet_safety import harmless
from metamed_core.data.task import NO_CLASS, Positions, Task
from metamed_core.data.typed_json import from_json, parse_json, typed_entries

__all__ = [
    "CHANNELS",
    "EXTENSIONS",
    "NO_CLASS",
    "AuditLine",
    "Choice",
    "Cohort",
    "Column",
    "ColumnScale",
    "Edit",
    "EditKind",
    "Episode",
    "Finding",
    "LabeledSet",
    "Panel",
    "PatientEncoder",
    "PatientRecords",
    "Positions",
    "ReadOptions",
    "Reading",
    "Role",
    "RowLabel",
    "Task",
    "TaskDistribution",
    "UsualRange",
    "append_to_log",
    "class_means",
    "edits",
    "features_of",
    "frame_of",
    "from_json",
    "harmless",
    "kinds_of",
    "labels",
    "labels_of",
    "numbers",
    "one_hot",
    "open_upload",
    "openml",
    "packed_records",
    "parse_json",
    "read_columns",
    "read_file",
    "read_log",
    "read_table",
    "refuse_columns_alike",
    "refuse_missing_labels",
    "set_aside",
    "sheets",
    "shown",
    "typed_entries",
    "undone",
    "unit_in",
    "unit_words",
    "unpacked_records",
    "usual_ranges",
    "with_new_column",
    "with_new_patient",
    "with_typed_cell",
    "with_usual_ranges",
    "without_column",
]
