"""What clinicians know of diagnoses, and its way into the learning.

A `Knowledge` table holds statements: a grade, a usual value, how frequent a finding is. Encoded for a task they are rows with missing
cells, which every learner reads as pseudo-patients. How far each row is trusted is read off the labeled patients.

- `FIELDS`: the columns of a knowledge file.
- `FREQUENCIES`: how frequent a finding is, by frequency word.
- `FREQUENCY_WORDS`: the frequency words in both languages.
- `GRADES`: standard deviations from the middle, by grade.
- `GRADE_SIGNS`: the grades as arrows.
- `HALLMARK`: the weight of a hallmark.
- `DescribedPatients`: patients made of what is said of their diagnosis.
- `Conflict`: a column in which patients contradict a row.
- `InformedInitialization`: what an adaptation starts from that knows the rows.
- `Knowledge`: the statements; immutable.
- `KnownRows`: the statements encoded for a task.
- `RowReport`: what one row counts as, and where patients contradict it.
- `Statement`: what is said of one diagnosis and one column.
- `Trust`: how far each row is trusted.
- `canonical`: a statement as the file spells it.
- `check_diagnoses`: refuses too few or too many diagnoses.
- `fold`: one spelling for names that differ in case and blanks.
- `further_diagnoses`: the diagnoses that stand only in a knowledge table.
- `informed`: the same initialization, knowing rows.
- `informed_task`: task and initialization of a table and a knowledge table.
- `knowledge_of`: knowledge, given as such or as the path of a file.
- `known_diagnoses`: the diagnoses of which something is said in some columns.
- `known_rows`: encodes statements for a task.
- `labeled_name`: the name of a labeled patient, or of a row among them, in both languages.
- `left_aside`: what a knowledge table says of columns that a table does not have, in words.
- `mixed`: the mean of several answers, each diagnosis with shares of its own.
- `probably_right`: the probability that each row is as told, by labeled patients.
- `read_knowledge`: reads a knowledge file.
- `row_reports`: how far each row of an adaptation was trusted, in words.
- `row_name`: what a row is called among the labeled patients.
- `with_knowledge`: the same of a task that is already made.
- `without_patients`: the classes of which only a row is known.
"""

from __future__ import annotations

from metamed_core.knowledge.described_patients import DescribedPatients
from metamed_core.knowledge.informed_classifier import mixed
from metamed_core.knowledge.informed_start import InformedInitialization, informed, without_patients
from metamed_core.knowledge.informed_task import (
    check_diagnoses,
    further_diagnoses,
    informed_task,
    known_diagnoses,
    labeled_name,
    row_name,
    with_knowledge,
)
from metamed_core.knowledge.knowledge_table import FIELDS, Knowledge, knowledge_of, read_knowledge
from metamed_core.knowledge.known_rows import KnownRows, known_rows
from metamed_core.knowledge.row_reports import Conflict, RowReport, left_aside, row_reports
from metamed_core.knowledge.statement import FREQUENCIES, FREQUENCY_WORDS, GRADE_SIGNS, GRADES, HALLMARK, Statement, canonical, fold
from metamed_core.knowledge.trust import Trust, probably_right

__all__ = [
    "FIELDS",
    "FREQUENCIES",
    "FREQUENCY_WORDS",
    "GRADES",
    "GRADE_SIGNS",
    "HALLMARK",
    "Conflict",
    "DescribedPatients",
    "InformedInitialization",
    "Knowledge",
    "KnownRows",
    "RowReport",
    "Statement",
    "Trust",
    "canonical",
    "check_diagnoses",
    "fold",
    "further_diagnoses",
    "informed",
    "informed_task",
    "knowledge_of",
    "known_diagnoses",
    "known_rows",
    "labeled_name",
    "left_aside",
    "mixed",
    "probably_right",
    "read_knowledge",
    "row_name",
    "row_reports",
    "with_knowledge",
    "without_patients",
]
